// A practical advice of the lectures: Adam first, which gets near quickly, then SGD. Against either alone, on the lecture's
// network, with the same number of epochs, the same weights at first and the same orders; several seeds, since what is
// compared differs by tenths of a percent. Rates follow half a cosine over the run: SGD goes on where Adam's stood.
//
//     swift run -c release --package-path Examples/Swift AdamThenSGD [fashion-mnist | mnist | glyphs] [epochs] [seeds]

import Descent
import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())
let dataset = try StandardDataset.named(arguments.first ?? "fashion-mnist")
let epochs = arguments.dropFirst().first.flatMap { Int($0) } ?? 15
let seeds = arguments.dropFirst(2).first.flatMap { UInt64($0) } ?? 3
let (training, test) = try dataset.load()

let (adam, sgd) = (Adam(learningRate: 1e-3), SGD(learningRate: 0.01, momentum: 0.9))
let handOver = epochs / 3

/// What begins, and the callbacks that each run makes anew.
let ways: [(name: String, rule: any OptimizerRule, callbacks: () -> [any TrainingCallback])] = [
  ("Adam", adam, { [] }),
  ("SGD", sgd, { [] }),
  ("Adam, then SGD", adam, { [OptimizerHandOver(to: sgd, afterEpochs: handOver)] }),
]

/// The loss on the training set and the accuracy on the test set, at the end.
func train(
  _ rule: any OptimizerRule, _ callbacks: [any TrainingCallback], seed: UInt64
) throws -> (loss: Double, accuracy: Double) {
  manualSeed(seed)
  let model = Sequential {
    Flatten()
    Linear(training.height * training.width, 512)
    ReLU()
    Linear(512, 512)
    ReLU()
    Linear(512, training.classes)
  }
  let trainer = Trainer(model: model, loss: CrossEntropyLoss(), optimizer: try Optimizer(for: model, rule))
  try trainer.fit(
    DataLoader(training, batchSize: 64, shuffle: true, seed: seed), epochs: epochs,
    callbacks: callbacks + [ScheduleCallback(.cosineAnnealing()), ProgressBar()])
  let loss = try trainer.evaluate(DataLoader(training, batchSize: 1000)).loss
  let result = try trainer.evaluate(DataLoader(test, batchSize: 1000), metrics: [Accuracy()])
  return (loss, result.accuracy ?? .nan)
}

print(
  "\(epochs) epochs; SGD takes over after \(handOver). Training loss and test accuracy of \(seeds) seeds:")
for (name, rule, callbacks) in ways {
  let results = try (0..<seeds).map { try train(rule, callbacks(), seed: $0) }
  let texts = results.map { String(format: "%.4f %.2f %%", $0.loss, 100 * $0.accuracy) }
  let mean = results.map(\.accuracy).reduce(0, +) / Double(results.count)
  print(
    name.padding(toLength: 15, withPad: " ", startingAt: 0), texts.joined(separator: "   "),
    String(format: "  mean %.2f %%", 100 * mean))
}
