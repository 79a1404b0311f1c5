import Foundation

/// Another program, found by its name in $PATH.
package enum Program {
  /// How it ended, and what it wrote.
  package struct End {
    /// 0 where all is well.
    package var status: Int32
    /// What it wrote to standard output.
    package var output: Data
    /// What it wrote to standard error.
    package var errors: String
  }

  /// Runs it and waits for its end; nil where there is none of the name.
  package static func run(_ name: String, _ arguments: [String]) -> End? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [name] + arguments
    let pipes = [Pipe(), Pipe()]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipes[0]
    process.standardError = pipes[1]
    guard (try? process.run()) != nil else { return nil }
    let texts = readAll(pipes.map(\.fileHandleForReading.fileDescriptor))
    for pipe in pipes { try? pipe.fileHandleForReading.close() }
    process.waitUntilExit()
    if process.terminationStatus == 127 { return nil }
    return End(
      status: process.terminationStatus, output: texts[0], errors: String(decoding: texts[1], as: UTF8.self))
  }

  /// Everything that comes from each, whichever speaks first: one that is not listened to would wait for ever.
  private static func readAll(_ descriptors: [Int32]) -> [Data] {
    var texts = descriptors.map { _ in Data() }
    var open = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    while open.contains(where: { $0.fd >= 0 }) {
      guard poll(&open, nfds_t(open.count), -1) > 0 else { continue }
      for i in open.indices where open[i].fd >= 0 && open[i].revents != 0 {
        let got = read(open[i].fd, &piece, piece.count)
        if got > 0 {
          texts[i].append(contentsOf: piece.prefix(got))
        } else if got == 0 || errno != EINTR {
          open[i].fd = -1
        }
      }
    }
    return texts
  }
}
