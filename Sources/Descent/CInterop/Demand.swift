/// Stops the program with a sentence, in release builds too, where `precondition` prints nothing: for mistakes that only
/// a program can make. What a user can cause is a thrown `DescentError`.
///
/// Nothing else in the library stops a program.
package func stop(_ sentence: String, file: StaticString = #fileID, line: UInt = #line) -> Never {
  fatalError(sentence, file: file, line: line)
}

/// Stops unless the condition holds.
@inline(__always)
func demand(
  _ holds: @autoclosure () -> Bool, _ sentence: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) {
  if !holds() { stop(sentence(), file: file, line: line) }
}
