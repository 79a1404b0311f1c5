import ArgumentParser
import Descent
import Foundation

/// `descent predict`
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Writes the class, and every class's probability, of images as CSV.",
    discussion: "Without --images, the test part of the run's data set.")

  @Argument(help: "The run's folder.")
  var folder: String
  @Option(help: "An IDX file of uint8 images, [count, height, width], plain or gzipped.")
  var images: String?
  @Option(help: "The folder with the data set's files. (default: $DESCENT_DATA_DIR, then ~/.cache/descent)")
  var dataDir: String?
  @Option(parsing: .unconditional, help: "Only the first so many images.")
  var first: Int?
  @Option(help: "Where to write; standard output otherwise.")
  var out: String?

  func run() throws {
    try Runtime.setThreads(0)
    var config = try RunConfig.read(folder)
    guard images == nil || dataDir == nil else {
      throw DescentError(
        .invalidArgument, "give one of --images and --data-dir: both say where the images are")
    }
    if let first, first < 0 {
      throw DescentError(.invalidArgument, "--first is \(first), must not be negative")
    }
    try config.use(dataset: nil, dataDirectory: dataDir)
    let data = try load(config)
    let model = try RunConfig.loadModel(folder, for: data)
    model.eval()
    let count = min(first ?? data.count, data.count)
    var csv = "image,class,name," + (0..<data.classes).map { "p\($0)" }.joined(separator: ",") + "\n"
    noGrad {
      for start in stride(from: 0, to: count, by: 1000) {
        let indices = Array(start..<min(start + 1000, count))
        let probabilities = model(data.batch(indices[...]).inputs).softmax()
        let classes = probabilities.argmax().scalars(as: Int64.self)
        let values = probabilities.scalars(as: Float.self)
        for (row, image) in indices.enumerated() {
          let place = Int(classes[row])
          let numbers = values[row * data.classes..<(row + 1) * data.classes].map { "\($0)" }
          csv += "\(image),\(place),\(data.classNames[place]),\(numbers.joined(separator: ","))\n"
        }
      }
    }
    if let out { try AtomicFile.write(csv, to: out) } else { try print(csv, terminator: "") }
  }

  private func load(_ config: RunConfig) throws(DescentError) -> ImageDataset {
    guard let images else { return try config.loadData().test }
    let names = try config.standardDataset.classNames
    return try ImageDataset(images: images, labels: nil, classNames: names)
  }
}
