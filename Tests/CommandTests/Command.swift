import Descent
import Foundation

/// The built command, run as a user runs it.
struct Command {
  let status: Int32
  let output: String
  let errors: String

  /// Where SwiftPM put it: beside the test bundle.
  static let url = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appendingPathComponent("descent")

  /// A command that is running; in a folder, if one is given, and printing into a file instead of the pipe.
  static func start(
    _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
    into file: FileHandle? = nil
  ) throws -> (Process, Pipe, Pipe) {
    let process = Process()
    process.executableURL = url
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = file ?? output
    process.standardError = errors
    try process.run()
    // A command that hangs fails its test instead of all of them.
    DispatchQueue.global().asyncAfter(deadline: .now() + 120) {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
    return (process, output, errors)
  }

  /// The end of a command that was started.
  init(_ process: Process, _ output: Pipe, _ errors: Pipe) throws {
    // Where the command prints elsewhere, nobody else closes this end.
    try? output.fileHandleForWriting.close()
    self.output = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    self.errors = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    // Foundation's Process crashes beside some thousand open files, and the one above is kept for two minutes.
    for pipe in [output, errors] { try? pipe.fileHandleForReading.close() }
    process.waitUntilExit()
    status = process.terminationStatus
  }

  /// Runs it to its end.
  init(_ arguments: String..., environment: [String: String] = [:]) throws {
    try self.init(arguments, environment: environment)
  }

  /// Runs it to its end; see `start`.
  init(
    _ arguments: [String], environment: [String: String] = [:], folder: String? = nil,
    into file: FileHandle? = nil
  ) throws {
    let (process, output, errors) = try Self.start(
      arguments, environment: environment, folder: folder, into: file)
    try self.init(process, output, errors)
  }
}

/// A folder for one test, removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("descent-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// A small IDX data set in a folder: glyphs under Fashion-MNIST's file names.
func writeSmallDataset(_ folder: String, training: Int = 640, test: Int = 100) throws {
  for (kind, count, first) in [("train", training, 0), ("t10k", test, 1 << 32)] {
    let images = Glyphs.images(count: count, seed: 1, first: first)
    try IDXFile(shape: [count, 28, 28], bytes: images.pixels).write(to: "\(folder)/\(kind)-images-idx3-ubyte")
    try IDXFile(shape: [count], bytes: images.labels).write(to: "\(folder)/\(kind)-labels-idx1-ubyte")
  }
}
