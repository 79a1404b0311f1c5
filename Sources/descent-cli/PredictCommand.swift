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
  @OptionGroup var other: OtherData
  @Option(parsing: .unconditional, help: "Only the first so many samples.")
  var first: Int?
  @Option(help: "Where to write; standard output otherwise.")
  var out: String?

  func run() throws {
    try Runtime.setThreads(0)
    var config = try RunConfig.read(folder)
    guard images == nil || other.dataDir == nil && other.dataset == nil else {
      throw DescentError(
        .invalidArgument,
        "give one of --images and \(other.dataset == nil ? "--data-dir" : "--dataset"): both say where the images are"
      )
    }
    if let first, first < 0 {
      throw DescentError(.invalidArgument, "--first is \(first), must not be negative")
    }
    try config.measure(other, folder)
    try refuseOverwriting([images, CSVTable.file(config.dataset)])
    let checksum = config.checksum
    let data = try load(&config)
    try config.checkUnchanged(since: checksum, folder)
    let model = try RunConfig.loadModel(folder, for: data)
    model.eval()
    let csv = CSVFile.text(try data.predictions(config, model, first: first))
    if let out { try AtomicFile.write(csv, to: out) } else { try print(csv, terminator: "") }
  }

  /// What is read must not be what is written.
  private func refuseOverwriting(_ files: [String?]) throws(DescentError) {
    func place(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
    guard let out, files.contains(where: { $0.map(place) == place(out) }) else { return }
    throw DescentError(.invalidArgument, "--out is \(out), which is what is predicted from")
  }

  private func load(_ config: inout RunConfig) throws(DescentError) -> any RunData {
    guard let images else { return try config.loadData(isForPrediction: other.dataset != nil) }
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
