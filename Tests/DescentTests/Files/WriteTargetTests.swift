import Descent
import Foundation
import Testing

/// What stands under a name decides what writing to it does.
@Suite struct WriteTargetTests {
  private func contents(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  private func status(_ path: String) -> stat {
    var status = stat()
    #expect(lstat(path, &status) == 0, "\(path)")
    return status
  }

  private func refusal(_ path: String) throws -> String {
    try #require(throws: DescentError.self) { try AtomicFile.write("new", to: path) }.message
  }

  @Test func filesKeepTheirPermissions() throws {
    try withTemporaryFolder { folder in
      for mode in [0o600, 0o640, 0o644, 0o755, 0o2664] as [mode_t] {
        let path = "\(folder)/\(mode)"
        try AtomicFile.write("old", to: path)
        chmod(path, mode)
        try AtomicFile.write("new", to: path)
        #expect(try contents(path) == "new")
        #expect(status(path).st_mode & 0o7777 == mode)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 5)
    }
  }

  @Test(.enabled(if: getuid() == 0, "only root may give files away")) func ownersKeepTheirFiles() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("old", to: "\(folder)/file")
      chown("\(folder)/file", 12, 34)
      try AtomicFile.write("new", to: "\(folder)/file")
      #expect(status("\(folder)/file").st_uid == 12 && status("\(folder)/file").st_gid == 34)
    }
  }

  @Test(.enabled(if: getuid() != 0, "root may write to any file")) func filesThatMustNotBeWritten() throws {
    try withTemporaryFolder { folder in
      try AtomicFile.write("old", to: "\(folder)/file")
      chmod("\(folder)/file", 0o444)
      #expect(try refusal("\(folder)/file").contains("Permission denied"))
      #expect(try contents("\(folder)/file") == "old")
    }
  }

  @Test func symbolicLinksAreFollowed() throws {
    try withTemporaryFolder { folder in
      mkdir("\(folder)/far", 0o700)
      try AtomicFile.write("old", to: "\(folder)/far/file")
      symlink("file", "\(folder)/far/near")
      symlink("\(folder)/far/near", "\(folder)/link")
      symlink("far/later", "\(folder)/dangling")
      try AtomicFile.write("new", to: "\(folder)/link")
      try AtomicFile.write("first", to: "\(folder)/dangling")
      #expect(try contents("\(folder)/far/file") == "new")
      #expect(try contents("\(folder)/far/later") == "first")
      for link in ["link", "far/near", "dangling"] {
        #expect(status("\(folder)/\(link)").st_mode & S_IFMT == S_IFLNK)
      }
      symlink("loop", "\(folder)/loop")
      #expect(try refusal("\(folder)/loop").contains("symbolic links"))
    }
  }

  @Test func devicesAreWrittenInto() throws {
    try withTemporaryFolder { folder in
      let device = "\(folder)/null"
      // Not the real one, which a mistake would destroy; only root may make another, and not everywhere.
      if mknod(device, S_IFCHR | 0o666, 1 << 8 | 3) == 0 {
        try? AtomicFile.write("new", to: device)
        #expect(status(device).st_mode & S_IFMT == S_IFCHR)
      }
    }
    #expect(try refusal("/dev/full").contains("No space left on device"))
  }

  @Test func pipesAreWrittenInto() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/pipe"
      mkfifo(path, 0o600)
      // Open for both, so that neither side waits.
      let reader = open(path, O_RDWR)
      defer { close(reader) }
      try AtomicFile.write("new", to: path)
      var bytes = [UInt8](repeating: 0, count: 10)
      #expect(read(reader, &bytes, 10) == 3 && status(path).st_mode & S_IFMT == S_IFIFO)
    }
  }

  /// As "/dev/stdout": the file is written on where it stands, not replaced.
  @Test func openFilesAreWrittenOn() throws {
    try withTemporaryFolder { folder in
      let path = "\(folder)/file"
      let file = open(path, O_WRONLY | O_CREAT, 0o600)
      defer { close(file) }
      #expect(write(file, "old ", 4) == 4)
      try AtomicFile.write("new", to: "/dev/fd/\(file)")
      #expect(try contents(path) == "old new")
      #expect(fcntl(file, F_GETFD) >= 0)
      #expect(try refusal("/dev/fd/987654").contains("Bad file descriptor"))
    }
  }

  @Test func whatElseThereMayBe() throws {
    try withTemporaryFolder { folder in
      try Folder.make("\(folder)/inner")
      #expect(try refusal("\(folder)/inner").contains("it is a folder"))
      #expect(try refusal("").contains("No such file"))
      #expect(try refusal("\(folder)/none/file").contains("No such file"))
      #expect(try refusal("/dev/null/file").contains("Not a directory"))
      let socket = bindSocket("\(folder)/socket")
      defer { close(socket) }
      #expect(try refusal("\(folder)/socket").contains("it is a socket"))
    }
  }

  private func bindSocket(_ path: String) -> Int32 {
    let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix(100)) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(server, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    return server
  }
}
