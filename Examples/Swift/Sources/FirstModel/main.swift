// A first model: the README's.
//
//     swift run -c release --package-path Examples/Swift FirstModel

import Descent

let (training, test) = Glyphs.standard()
let model = Sequential {
  Flatten()
  Linear(28 * 28, 512)
  ReLU()
  Linear(512, 10)
}
let optimizer = try Optimizer(for: model, Adam(learningRate: 1e-3))
let trainer = Trainer(model: model, loss: CrossEntropyLoss(), optimizer: optimizer)
try trainer.fit(
  DataLoader(training, batchSize: 64, shuffle: true, seed: 0),
  validation: DataLoader(test, batchSize: 1000), epochs: 3, metrics: [Accuracy()], callbacks: [ProgressBar()])
for epoch in trainer.history.epochs { print(epoch.epoch, epoch.trainLoss, epoch["validation_accuracy"] ?? 0) }
try SafeTensors.write(model.stateDict, to: "glyphs.safetensors")
