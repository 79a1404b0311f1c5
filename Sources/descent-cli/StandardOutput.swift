import Descent
import Foundation

/// Prints a line to standard output.
///
/// There is no buffer, and so nothing that could fail later unnoticed. A closed pipe ends the process quietly, also
/// where a parent has it ignore SIGPIPE.
///
/// - Throws: `DescentError` with the system's reason.
func print(_ text: String, terminator: String = "\n") throws(DescentError) {
  var line = text + terminator
  let reason = line.withUTF8 { Descriptor.write(UnsafeRawBufferPointer($0), to: STDOUT_FILENO) }
  if reason == EPIPE {
    signal(SIGPIPE, SIG_DFL)
    raise(SIGPIPE)
  }
  guard reason == 0 else { throw StandardOutput.failure(reason) }
}

/// Swift's own ignores a full disk.
@available(*, unavailable, message: "print one string: that is checked")
func print(_ items: Any..., separator: String = " ", terminator: String = "\n") {}

/// Writes to standard error.
func warn(_ message: String) { Descriptor.writeError("descent: \(message)\n") }

/// The beginning and the end of what a command prints.
enum StandardOutput {
  /// Makes sure that 0, 1 and 2 are taken: a parent may have closed them, and a model that is saved must not be given
  /// the number of standard output.
  static func prepare() {
    // A file that becomes larger than `ulimit -f` allows is an error of the write, which says so.
    signal(SIGXFSZ, SIG_IGN)
    for number in STDIN_FILENO...STDERR_FILENO where fcntl(number, F_GETFD) < 0 {
      // The wrong way round, so that using them fails.
      _ = open("/dev/null", number == STDIN_FILENO ? O_WRONLY : O_RDONLY)
    }
  }

  /// Closes standard output: some file systems say only then that a disk is full.
  static func finish() throws(DescentError) {
    guard close(STDOUT_FILENO) == 0 else { throw failure(errno) }
  }

  fileprivate static func failure(_ reason: Int32) -> DescentError {
    DescentError(.file, "standard output: \(Descriptor.reason(reason))")
  }
}
