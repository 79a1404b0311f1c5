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
    let mirror = ProcessInfo.processInfo.environment["DESCENT_MIRROR"] ?? ""
    // A folder for each data set: those made like MNIST have files of the same names.
    self.address = mirror.isEmpty ? address : mirror + (mirror.hasSuffix("/") ? "" : "/") + "\(name)/"
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

  /// Whether there is anything; what it is, whoever reads it says.
  private static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

  private func missing(in folder: String) -> [File] {
    files.filter { !Self.exists(Self.path(folder, $0.name)) }
  }

  /// The folder that has all files; they are downloaded if none has and no folder was named.
  func locate(_ dataDirectory: String?) throws(DescentError) -> String {
    if let folder = find(dataDirectory) { return folder }
    if let dataDirectory { throw complaint(dataDirectory, "it has not all of them") }
    guard let cache = Self.cache else {
      throw complaint(
        "~/.cache/descent/\(name)",
        "$HOME is not set: name their folder, or set $DESCENT_DATA_DIR")
    }
    let folder = "\(cache)/\(name)"
    try downloadMissing(into: folder)
    return folder
  }

  /// The folder that has all files, if there is one: that named, or one of the usual places.
  func find(_ dataDirectory: String?) -> String? {
    let usual = [ProcessInfo.processInfo.environment["DESCENT_DATA_DIR"] ?? "", Self.cache ?? ""]
    let folders =
      dataDirectory.map { [$0, "\($0)/\(name)"] }
      ?? usual.filter { !$0.isEmpty }.flatMap { ["\($0)/\(name)", $0] }
    return folders.first { missing(in: $0).isEmpty }
  }

  private static var cache: String? {
    ProcessInfo.processInfo.environment["HOME"].flatMap { $0.isEmpty ? nil : "\($0)/.cache/descent" }
  }

  private func complaint(_ folder: String, _ reason: String) -> DescentError {
    let names = missing(in: folder).map(\.official).joined(separator: ", ")
    return DescentError(
      .file, "\(name): \(names) from \(address) should be in \(folder): \(reason)")
  }

  private func downloadMissing(into folder: String) throws(DescentError) {
    do throws(DescentError) {
      try Folder.make(folder)
    } catch {
      throw complaint(folder, error.message)
    }
    // Whoever else is downloading is waited for; then there may be nothing left to do.
    let lock = open(folder, O_RDONLY | O_CLOEXEC)
    flock(lock, LOCK_EX)
    defer { close(lock) }
    for file in missing(in: folder) { try download(file, into: folder) }
  }

  /// Fetches a file with curl, checks it, and only then gives it its name.
  private func download(_ file: File, into folder: String) throws(DescentError) {
    let target = "\(folder)/\(file.official)"
    let part = target + ".part"
    unlink(part)
    defer { unlink(part) }
    guard let fetched = Program.run("curl", try Self.arguments + ["-o", part, address + file.official]) else {
      throw complaint(folder, "downloading needs curl")
    }
    guard fetched.status == 0 else {
      // One line: retries repeat the same.
      let reason = fetched.errors.split(separator: "\n").last ?? "curl ended with \(fetched.status)"
      throw complaint(folder, "downloading failed: \(reason)")
    }
    guard let sum = Program.run("sha256sum", [part]), sum.status == 0 else {
      throw complaint(folder, "checking the download needs sha256sum")
    }
    let digest = String(decoding: sum.output.prefix(64), as: UTF8.self)
    guard digest == file.sha256 else {
      throw complaint(folder, "the download of \(file.official) has the wrong checksum \(digest)")
    }
    guard rename(part, target) == 0 else {
      throw complaint(folder, "the download cannot be kept: \(Descriptor.reason())")
    }
  }

  /// A connection that fails is tried again; a server that falls silent is waited for so many seconds, and once.
  private static var arguments: [String] {
    get throws(DescentError) {
      let text = ProcessInfo.processInfo.environment["DESCENT_DOWNLOAD_TIMEOUT"] ?? "30"
      guard let seconds = Int(text), 1...86_400 ~= seconds else {
        throw DescentError(
          .invalidArgument, "$DESCENT_DOWNLOAD_TIMEOUT is '\(text)', must be seconds in 1...86400")
      }
      return [
        "-fsSL", "--connect-timeout", "\(min(seconds, 15))", "--speed-time", "\(seconds)", "--speed-limit",
        "1000",
        "--retry", "2", "--retry-max-time", "\(seconds)", "--max-filesize", "\(mostBytes)",
      ]
    }
  }

  /// More than any of the files has.
  private static let mostBytes = 1 << 27
}
