import Foundation
import Testing

/// How much memory the built command takes at most.
@Suite struct MemoryTests {
  /// A model's file is read to where its tensors are: with room for it, and half as much again, all is well.
  @Test func filesAreInMemoryOnce() throws {
    try withTemporaryFolder { folder in
      try writeSmallDataset(folder)
      let out = "\(folder)/run", size = 512 << 20
      let trained = try Command(
        "train", "--dataset", "fashion-mnist", "--data-dir", folder, "--model", "linear", "--epochs", "1",
        "--out", out)
      #expect(trained.status == 0, "\(trained.errors)")
      // A tensor that the model has no place for: the file is read whole, and then refused.
      let header = #"{"more":{"dtype":"F32","shape":[\#(size / 4)],"data_offsets":[0,\#(size)]}}"#
      var length = UInt64(header.utf8.count).littleEndian
      let start = withUnsafeBytes(of: &length) { Data($0) } + Data(header.utf8)
      let url = URL(fileURLWithPath: "\(out)/model.safetensors")
      try start.write(to: url)
      let file = try FileHandle(forWritingTo: url)
      try file.truncate(atOffset: UInt64(start.count + size))  // zeros that take no room on the disk
      try file.close()
      let errors = try evaluate(out, within: size / 2 * 3)
      #expect(errors.contains("unexpected: more"), "\(errors)")
      #if os(Linux)
        let less = try evaluate(out, within: size / 4 * 3)
        #expect(less.contains("memory does not hold"), "\(less)")
      #endif
    }
  }

  /// What `descent evaluate` says with so many bytes of data at most.
  private func evaluate(_ folder: String, within bytes: Int) throws -> String {
    let process = Process(), errors = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", "ulimit -d \(bytes / 1024) && exec \"$0\" evaluate \"$1\"", Command.url.path, folder,
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text
  }
}
