/// Stops the program with a sentence where only a mistake in it can have led; in release builds too, in which
/// `precondition` says nothing.
@inline(__always)
func demand(
  _ holds: @autoclosure () -> Bool, _ sentence: @autoclosure () -> String, file: StaticString = #fileID,
  line: UInt = #line
) {
  if !holds() { fatalError(sentence(), file: file, line: line) }
}
