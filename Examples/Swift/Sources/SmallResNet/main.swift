// A small residual network with batch normalization on Fashion-MNIST: He et al. 2015, arXiv:1512.03385.
//
//     swift run -c release --package-path Examples/Swift SmallResNet [fashion-mnist | mnist | glyphs] [epochs]

import Descent

let arguments = CommandLine.arguments.dropFirst()
let dataset = try StandardDataset.named(arguments.first ?? "fashion-mnist")
let epochs = arguments.dropFirst().first.flatMap { Int($0) } ?? 6

/// Two convolutions around which the input goes as it is, or through one of 1 x 1 where the shape changes.
func block(_ inputs: Int, _ outputs: Int, stride: Int = 1) -> Module {
  let shortcut: Module? =
    inputs == outputs
    ? nil
    : Sequential {
      Conv2d(inputs, outputs, kernelSize: 1, stride: Extents(stride), bias: false)
      BatchNorm2d(outputs)
    }
  return Sequential {
    Residual(shortcut: shortcut) {
      Conv2d(inputs, outputs, kernelSize: 3, stride: Extents(stride), padding: 1, bias: false)
      BatchNorm2d(outputs)
      ReLU()
      Conv2d(outputs, outputs, kernelSize: 3, padding: 1, bias: false)
      BatchNorm2d(outputs)
    }
    ReLU()
  }
}

manualSeed(0)
let model = Sequential {
  Conv2d(1, 16, kernelSize: 3, padding: 1, bias: false)
  BatchNorm2d(16)
  ReLU()
  block(16, 16)
  block(16, 32, stride: 2)
  block(32, 64, stride: 2)
  AdaptiveAvgPool2d(1)
  Flatten()
  Linear(64, 10)
}
print(model.summary([1, 1, 28, 28]))

let (training, test) = try dataset.load()
let loader = try DataLoader(training, batchSize: 64)
let testLoader = try DataLoader(test, batchSize: 256, shuffle: false)
let optimizer = try Optimizer(for: model, AdamW(learningRate: 3e-3, weightDecay: 1e-2))
let loss = CrossEntropyLoss()
let clock = ContinuousClock()
let start = clock.now
let steps = Double(epochs * loader.batchCount)
var step = 0.0
for epoch in 1...epochs {
  model.train()
  var sum = 0.0
  for batch in loader {
    // From the full rate along a line to none.
    try optimizer.setOptions(["lr": 3e-3 * (1 - step / steps)])
    step += 1
    let value = loss(model(batch.inputs), batch.targets)
    value.backward()
    try optimizer.step()
    optimizer.zeroGrad()
    sum += value.item() * Double(batch.count)
  }
  model.eval()
  var accuracy = Accuracy()
  noGrad { for batch in testLoader { accuracy.update(model(batch.inputs), batch.targets) } }
  print(
    "epoch \(epoch): loss \(sum / Double(training.count)), test accuracy \(accuracy.value), \(clock.now - start)"
  )
}
