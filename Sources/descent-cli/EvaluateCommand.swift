import ArgumentParser
import Descent
import Foundation

/// `descent evaluate`
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Measures a trained model on the test part of a data set.",
    discussion:
      "Of the run's table, on the lines that were not trained on; of another one that is given, on all.")

  @Argument(help: "The run's folder.")
  var folder: String
  @OptionGroup var other: OtherData
  @Option(help: "How the result is printed.")
  var log: LogFormat = .text

  func run() throws {
    try Runtime.setThreads(0)
    var config = try RunConfig.read(folder)
    try config.measure(other, folder)
    let checksum = config.checksum
    let data = try config.loadData()
    try config.checkUnchanged(since: checksum, folder)
    let model = try RunConfig.loadModel(folder, for: data)
    let metrics = try config.makeMetrics(model)
    let result = try Trainer.evaluate(
      model, config.makeLoss(), on: data.testLoader(config, model), metrics: metrics)
    if !result.loss.isFinite {
      warn("the loss is not finite: the weights, or the inputs, are beyond what float32 holds")
    }
    let values = metrics.map { (name: $0.name, value: result.metrics[$0.name] ?? .nan) }
    switch log {
    case .text:
      let texts = values.map { "\($0) \($1.text(of: $0, beforePercent: " "))" }
      try print(([String(format: "test loss %.4f", result.loss.shown)] + texts).joined(separator: ", "))
    case .json:
      let fields = ([("loss", result.loss)] + values).map { "\"test_\($0.0)\":\($0.1.json)" }
      try print("{\(fields.joined(separator: ","))}")
    }
  }
}
