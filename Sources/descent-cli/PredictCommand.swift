import ArgumentParser
import Descent
import Foundation

/// `descent predict`
struct PredictCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict",
    abstract: "Writes a model's predictions as CSV: for images the class, and every class's probability.",
    discussion: """
      For a table its own columns, and the prediction beside them. Without --images and --dataset, of the test part of the \
      run's data set; of a table, of the lines that were not trained on.
      """)

  @Argument(help: "The run's folder.")
  var folder: String
  @Option(help: "An IDX file of uint8 images, [count, height, width], plain or gzipped.")
  var images: String?
  @Option(help: "Another data set than the run's; of a table that need not have the target.")
  var dataset: String?
  @Option(help: "The folder with the data set's files. (default: $DESCENT_DATA_DIR, then ~/.cache/descent)")
  var dataDir: String?
  @Option(parsing: .unconditional, help: "Only the first so many images.")
  var first: Int?
  @Option(help: "Where to write; standard output otherwise.")
  var out: String?

  func run() throws {
    try Runtime.setThreads(0)
    var config = try RunConfig.read(folder)
    guard images == nil || dataDir == nil && dataset == nil else {
      throw DescentError(
        .invalidArgument,
        "give one of --images and \(dataset == nil ? "--data-dir" : "--dataset"): both say where the images are"
      )
    }
    if let first, first < 0 {
      throw DescentError(.invalidArgument, "--first is \(first), must not be negative")
    }
    try config.measure(dataset: dataset, dataDirectory: dataDir, folder)
    let data = try load(&config)
    let model = try RunConfig.loadModel(folder, for: data)
    model.eval()
    let csv = CSVFile.text(try data.predictions(config, model, first: first))
    if let out { try AtomicFile.write(csv, to: out) } else { try print(csv, terminator: "") }
  }

  private func load(_ config: inout RunConfig) throws(DescentError) -> any RunData {
    guard let images else { return try config.loadData(isForPrediction: dataset != nil) }
    guard !config.isOfTable else {
      throw DescentError(
        .mismatch,
        "--images are given, but \(folder) is of the table \(config.dataset): give --dataset FILE.csv")
    }
    let names = try config.standardDataset.classNames
    let data = try ImageDataset(images: images, labels: nil, classNames: names)
    return ImageData(training: data, test: data)
  }
}
