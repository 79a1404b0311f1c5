import ArgumentParser
import Descent
import Foundation

/// `descent data`
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Shows what is in a data set, fetching it where needed; exports it.")

  @Argument(help: "The data set: \(StandardDataset.allCases.map(\.rawValue).joined(separator: ", ")).")
  var dataset: String = StandardDataset.glyphs.rawValue
  @Option(help: "The folder with the data set's files. (default: $DESCENT_DATA_DIR, then ~/.cache/descent)")
  var dataDir: String?
  @Option(parsing: .unconditional, help: "Show this many training images as text.")
  var preview: Int = 0
  @Option(help: "Write the data set into this folder as four IDX files.")
  var export: String?

  func run() throws {
    guard preview >= 0 else {
      throw DescentError(.invalidArgument, "--preview is \(preview), must not be negative")
    }
    var config = RunConfig()
    try config.use(dataset: dataset, dataDirectory: dataDir)
    let start = ContinuousClock.now
    guard !config.isOfTable else {
      throw DescentError(
        .invalidArgument,
        "\(dataset) is a table: descent train --dataset \(dataset.shellQuoted), descent newton --dataset \(dataset.shellQuoted)"
      )
    }
    let data = try config.standardDataset.load(dataDirectory: config.dataDirectory)
    let seconds = (ContinuousClock.now - start).seconds
    try print(String(format: "%@, ready in %.2f s", dataset, seconds))
    for (name, part) in [("training", data.training), ("test", data.test)] {
      let counts = part.labels.reduce(into: [Int](repeating: 0, count: part.classes)) { $0[Int($1)] += 1 }
      try print("\(name): \(part.count) images of \(part.height) x \(part.width)")
      for (label, count) in counts.enumerated() {
        try print("  \(label) \(part.classNames[label]): \(count)")
      }
    }
    for image in 0..<min(preview, data.training.count) { try show(data.training, image) }
    if let export { try write(data, export) }
  }

  /// Two pixels a character cell, one above the other.
  private func show(_ data: ImageDataset, _ image: Int) throws {
    try print("\(image): \(data.classNames[Int(data.labels[image])])")
    let shades = Array(" .:-=+*#%@")
    let size = data.height * data.width
    for y in stride(from: 0, to: data.height, by: 2) {
      try print(
        String(
          (0..<data.width).map { x in
            let upper = Int(data.pixels[image * size + y * data.width + x])
            let lower =
              y + 1 < data.height ? Int(data.pixels[image * size + (y + 1) * data.width + x]) : upper
            return shades[(upper + lower) * shades.count / 512]
          }))
    }
  }

  private func write(_ data: (training: ImageDataset, test: ImageDataset), _ folder: String) throws {
    try Folder.make(folder)
    for (kind, part) in [("train", data.training), ("t10k", data.test)] {
      try IDXFile(shape: [part.count, part.height, part.width], bytes: part.pixels)
        .write(to: "\(folder)/\(kind)-images-idx3-ubyte")
      try IDXFile(shape: [part.count], bytes: part.labels).write(to: "\(folder)/\(kind)-labels-idx1-ubyte")
    }
    try print("written to \(folder)")
  }
}
