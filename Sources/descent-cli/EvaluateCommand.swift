import ArgumentParser
import Descent
import Foundation

/// `descent evaluate`
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measures a trained model on the test part of a data set.")

  @Argument(help: "The run's folder.")
  var folder: String
  @Option(help: "Another data set than the run's.")
  var dataset: String?
  @Option(help: "The folder with the data set's files. (default: $DESCENT_DATA_DIR, then ~/.cache/descent)")
  var dataDir: String?
  @Option(help: "How the result is printed.")
  var log: LogFormat = .text

  func run() throws {
    try Runtime.setThreads(0)
    var config = try RunConfig.read(folder)
    try config.use(dataset: dataset, dataDirectory: dataDir)
    let data = try config.loadData().test
    let model = try RunConfig.loadModel(folder, for: data)
    let result = try Trainer.evaluate(model, CrossEntropyLoss(), on: DataLoader(data, batchSize: 1000))
    let accuracy = result.accuracy ?? .nan
    switch log {
    case .text:
      try print(String(format: "test loss %.4f, accuracy %.2f %%", result.loss.shown, (accuracy * 100).shown))
    case .json: try print(#"{"test_loss":\#(result.loss.json),"test_accuracy":\#(accuracy.json)}"#)
    }
  }
}
