import Descent
import Foundation

/// Keeps other processes from writing a run into a folder: a lock on a file `.lock` there, which holds the owner's
/// number. The system lets go of it when the process ends, however that comes about.
final class FolderLock {
  private let path: String
  private let file: Int32

  /// The lock on a folder that exists.
  ///
  /// - Throws: `DescentError` if another process has it, or the folder cannot be written to.
  init(_ folder: String) throws(DescentError) {
    path = "\(folder)/.lock"
    while true {
      let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
      guard file >= 0 else {
        throw DescentError(.file, "\(folder): cannot be written to: \(Descriptor.reason())")
      }
      // A file system without locks is used without.
      guard flock(file, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else {
        let owner = Self.owner(file).map { ", process \($0)," } ?? ""
        close(file)
        throw DescentError(
          .file,
          "\(folder): another run\(owner) is writing to this folder: wait for it, or choose another one with --out"
        )
      }
      // The one who had it before may have removed the file that is locked now.
      if Self.isStill(file, at: path) {
        self.file = file
        break
      }
      close(file)
    }
    let number = "\(getpid())\n"
    ftruncate(file, 0)
    _ = number.withCString { pwrite(file, $0, strlen($0), 0) }
  }

  deinit {
    unlink(path)
    close(file)
  }

  private static func isStill(_ file: Int32, at path: String) -> Bool {
    var (mine, there) = (stat(), stat())
    return fstat(file, &mine) == 0 && stat(path, &there) == 0 && mine.st_ino == there.st_ino
      && mine.st_dev == there.st_dev
  }

  private static func owner(_ file: Int32) -> Int? {
    var bytes = [UInt8](repeating: 0, count: 20)
    let count = pread(file, &bytes, bytes.count, 0)
    return Int(String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self).trimmingCharacters(in: .newlines))
  }
}
