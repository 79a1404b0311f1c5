import Descent
import Foundation
import Testing

/// What cannot be read is called what it is.
@Suite struct InputFileTests {
  @Test func whatIsNoFile() throws {
    try withTemporaryFolder { folder in
      mkfifo("\(folder)/pipe", 0o600)
      try Data([0xFF, 0xFE, 0]).write(to: URL(fileURLWithPath: "\(folder)/bytes"))
      for (path, mention) in [
        ("\(folder)/pipe", "a named pipe"), (folder, "a folder"), ("/dev/zero", "a device"),
        ("\(folder)/none", "No such file"), ("\(folder)/bytes", "no text in UTF-8"),
        ("\(folder)/bytes/none", "Not a directory"),
      ] {
        let error = try #require(throws: DescentError.self) { try InputFile.text(path) }
        #expect(error.message.hasPrefix(path) && error.message.contains(mention), "\(error.message)")
      }
    }
  }

  /// Larger than what is asked of a pipe at once, and of a size that nobody says beforehand.
  @Test func pipesThatAreOpenAlready() throws {
    try withTemporaryFolder { folder in
      let whole = Data((0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
      try whole.write(to: URL(fileURLWithPath: "\(folder)/file"))
      let (cat, pipe) = (Process(), Pipe())
      (cat.executableURL, cat.arguments) = (URL(fileURLWithPath: "/usr/bin/env"), ["cat", "\(folder)/file"])
      cat.standardOutput = pipe
      try cat.run()
      #expect(try InputFile.read("/dev/fd/\(pipe.fileHandleForReading.fileDescriptor)") == whole)
      cat.waitUntilExit()
      #expect(try InputFile.read("\(folder)/file") == whole)
      try Data().write(to: URL(fileURLWithPath: "\(folder)/file"))
      #expect(try InputFile.read("\(folder)/file").isEmpty)
    }
  }
}
