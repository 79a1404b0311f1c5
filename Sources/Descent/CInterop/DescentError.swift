import CDescent

/// What a user's input or surroundings can cause: a file, an argument, a diverging run.
///
/// The description says what was wrong, where, and what would be right.
public struct DescentError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of thing went wrong.
  public enum Code: String, Sendable {
    /// A value outside its range, an unknown name.
    case invalidArgument
    /// A file or folder that is missing, unreadable or unwritable.
    case file
    /// A file whose contents are not what its format asks for.
    case format
    /// Parts that do not belong together: another architecture, another optimizer.
    case mismatch
    /// A NaN or an infinity where a number was needed.
    case nonFinite
    /// A problem without a single answer: columns that depend on each other, separable data.
    case unsolvable
    /// Memory or threads that the system did not give.
    case resources
  }

  /// The kind.
  public let code: Code
  /// One sentence for the person who can mend it.
  public let message: String

  /// An error of a kind, with the sentence to show.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}

extension DescentError {
  /// The error for a negative status of the C core, with its message.
  init(status: dsc_status) {
    let code: Code =
      switch Int(status) {
      case DSC_ERROR_NON_FINITE: .nonFinite
      case DSC_ERROR_MEMORY: .resources
      case DSC_ERROR_MISMATCH: .mismatch
      case DSC_ERROR_FILE: .file
      case DSC_ERROR_FORMAT: .format
      default: .invalidArgument
      }
    self.init(code, Refusals.lastSentence)
  }
}

/// Throws where the C core refused what a user gave.
@inline(__always)
func check(_ status: dsc_status) throws(DescentError) {
  if status < 0 { throw DescentError(status: status) }
}

/// Stops where only a mistake in the program, or lack of memory, can make the C core refuse.
@inline(__always)
func require(_ status: dsc_status, file: StaticString = #fileID, line: UInt = #line) {
  if status < 0 { Refusals.refused(status, file, line) }
}
