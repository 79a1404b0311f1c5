import Foundation

/// Where the files of a data set are, and where they come from.
struct DatasetFiles {
  /// A file's name, without ".gz" where it has one, and the SHA-256 of the official file.
  struct File {
    let name: String
    var suffix = ".gz"
    let sha256: String
    var official: String { name + suffix }
  }

  /// The data set's name.
  let name: String
  private let address: String
  private let files: [File]

  init(_ name: String, address: String, _ files: [File]) {
    self.name = name
    self.address = ProcessInfo.processInfo.environment["DESCENT_MIRROR"] ?? address
    self.files = files
  }

  init(_ dataset: StandardDataset) {
    let address: String
    let checksums: [String]
    switch dataset {
    case .glyphs:
      address = ""
      checksums = []
    case .fashionMNIST:
      address = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/"
      checksums = [
        "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
        "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
        "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
        "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
      ]
    case .mnist:
      address = "https://ossci-datasets.s3.amazonaws.com/mnist/"
      checksums = [
        "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
      ]
    }
    let files = zip(Self.names, checksums).map { File(name: $0, sha256: $1) }
    self.init(dataset.rawValue, address: address, files)
  }

  /// What the MNIST files, and those of the sets made like it, are called.
  private static let names = [
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
  ]

  /// A file's path in a folder: gzipped, or plain where only that is there.
  static func path(_ folder: String, _ name: String) -> String {
    let gzipped = "\(folder)/\(name).gz"
    let plain = "\(folder)/\(name)"
    return !exists(gzipped) && exists(plain) ? plain : gzipped
  }

  private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  private func missing(in folder: String) -> [File] {
    files.filter { !Self.exists(Self.path(folder, $0.name)) }
  }

  /// The folder that has all files; they are downloaded if none has and no folder was named.
  func locate(_ dataDirectory: String?) throws(DescentError) -> String {
    if let dataDirectory {
      for folder in [dataDirectory, "\(dataDirectory)/\(name)"] where missing(in: folder).isEmpty {
        return folder
      }
      throw complaint(dataDirectory, "it has not all of them")
    }
    let environment = ProcessInfo.processInfo.environment
    let cache = "\(environment["HOME"] ?? ".")/.cache/descent"
    for root in [environment["DESCENT_DATA_DIR"] ?? "", cache] where !root.isEmpty {
      for folder in ["\(root)/\(name)", root] where missing(in: folder).isEmpty { return folder }
    }
    let folder = "\(cache)/\(name)"
    for file in missing(in: folder) { try download(file, into: folder) }
    return folder
  }

  private func complaint(_ folder: String, _ reason: String) -> DescentError {
    let names = missing(in: folder).map(\.official).joined(separator: ", ")
    return DescentError(
      .file, "\(name): \(names) from \(address) should be in \(folder): \(reason)")
  }

  /// Fetches a file with curl, checks it, and only then gives it its name.
  func download(_ file: File, into folder: String) throws(DescentError) {
    let target = "\(folder)/\(file.official)"
    let part = target + ".part"
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw complaint(folder, "the folder cannot be made")
    }
    defer { try? FileManager.default.removeItem(atPath: part) }
    let arguments = [
      "-fsSL", "--retry", "2", "--connect-timeout", "15", "-o", part, address + file.official,
    ]
    guard let fetched = Self.run("curl", arguments) else { throw complaint(folder, "downloading needs curl") }
    guard fetched.status == 0 else { throw complaint(folder, "downloading failed: \(fetched.errors)") }
    guard let sum = Self.run("sha256sum", [part]), sum.status == 0 else {
      throw complaint(folder, "checking the download needs sha256sum")
    }
    guard sum.output.hasPrefix(file.sha256) else {
      throw complaint(
        folder, "the download of \(file.official) has the wrong checksum \(sum.output.prefix(64))")
    }
    do {
      try FileManager.default.moveItem(atPath: part, toPath: target)
    } catch {
      throw complaint(folder, "the download cannot be kept")
    }
  }

  private static func run(_ program: String, _ arguments: [String]) -> (
    status: Int32, output: String, errors: String
  )? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    guard (try? process.run()) != nil else { return nil }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let complaints = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    if process.terminationStatus == 127 { return nil }
    // One line: retries repeat the same.
    let complaint = complaints.split(separator: "\n").last.map(String.init) ?? ""
    return (process.terminationStatus, text, complaint)
  }
}
