#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a program's open files are asked, for every place that reads or writes.
package enum Descriptor {
  /// Writes all bytes; 0, or the system's reason for not doing so.
  package static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
    var rest = bytes
    while let base = rest.baseAddress, !rest.isEmpty {
      #if canImport(Glibc)
        let written = Glibc.write(descriptor, base, rest.count)
      #else
        let written = Darwin.write(descriptor, base, rest.count)
      #endif
      if written < 0 {
        switch errno {
        case EINTR: continue
        case EAGAIN: wait(descriptor)
        default: return errno
        }
      } else {
        rest = UnsafeRawBufferPointer(rebasing: rest[written...])
      }
    }
    return 0
  }

  /// A neighbour that shares a terminal or a pipe may have made it one that does not wait.
  private static func wait(_ descriptor: Int32) {
    var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    poll(&entry, 1, -1)
  }

  /// Writes to standard error. Where that cannot be, there is nobody left to tell.
  package static func writeError(_ text: String) {
    var text = text
    _ = text.withUTF8 { write(UnsafeRawBufferPointer($0), to: STDERR_FILENO) }
  }

  /// The number in "/dev/fd/3", which stands for a file that this process has open already.
  static func named(_ path: String) -> Int32? {
    switch path {
    case "/dev/stdin": return STDIN_FILENO
    case "/dev/stdout": return STDOUT_FILENO
    case "/dev/stderr": return STDERR_FILENO
    default:
      for folder in ["/dev/fd/", "/proc/self/fd/", "/proc/\(getpid())/fd/"] where path.hasPrefix(folder) {
        return Int32(path.dropFirst(folder.count))
      }
      return nil
    }
  }

  /// What the system calls a failure: the last one, unless another's number is given.
  package static func reason(_ code: Int32 = errno) -> String { String(cString: strerror(code)) }
}

extension stat {
  /// Whether it is of a kind: `S_IFREG`, `S_IFDIR`, ...
  func isOf(_ kind: mode_t) -> Bool { st_mode & S_IFMT == kind }

  /// What to call what is there.
  var kind: String {
    switch st_mode & S_IFMT {
    case S_IFREG: "a file"
    case S_IFDIR: "a folder"
    case S_IFIFO: "a named pipe"
    case S_IFSOCK: "a socket"
    case S_IFCHR: "a device"
    default: "a disk"
    }
  }
}
