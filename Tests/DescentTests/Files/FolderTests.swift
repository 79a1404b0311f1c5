import Descent
import Foundation
import Testing

/// Folders and programs.
@Suite struct FolderTests {
  @Test func foldersAreMade() throws {
    try withTemporaryFolder { folder in
      for path in ["a", "b/c/d", "b/c/e/", "b//f", "b/c"] {
        try Folder.make("\(folder)/\(path)")
        #expect(access("\(folder)/\(path)/.", F_OK) == 0)
      }
      try AtomicFile.write("", to: "\(folder)/file")
      for (path, mention) in [("file", "Not a directory"), ("file/x", "Not a directory")] {
        let error = try #require(throws: DescentError.self) { try Folder.make("\(folder)/\(path)") }
        #expect(
          error.message.contains("\(folder)/\(path): the folder cannot be made: \(mention)"),
          "\(error.message)")
      }
    }
  }

  /// A folder that may be written to and not read is left as it is.
  @Test func namesAreSynced() throws {
    try withTemporaryFolder { folder in
      for path in ["\(folder)/file", "\(folder)//file", "file", "/file"] {
        #expect(Folder.syncNames(beside: path) == 0, "\(path)")
      }
      #expect(Folder.syncNames(beside: "\(folder)/nowhere/file") == ENOENT)
      chmod(folder, 0o300)
      #expect(Folder.syncNames(beside: "\(folder)/file") == 0)
      try AtomicFile.write("text", to: "\(folder)/file")
      chmod(folder, 0o700)
    }
  }

  @Test func programsAreListenedTo() throws {
    // More than a pipe holds, on both.
    let loud = try #require(
      Program.run("sh", ["-c", "head -c 200000 /dev/zero >&2; head -c 300000 /dev/zero; exit 3"]))
    #expect(loud.status == 3 && loud.output.count == 300_000 && loud.errors.utf8.count == 200_000)
    #expect(Program.run("no-such-program", []) == nil)
  }
}
