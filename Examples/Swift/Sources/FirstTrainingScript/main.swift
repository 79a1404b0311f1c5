// The lecture's first training script, as it reads in Swift.
//
//     swift run -c release --package-path Examples/Swift FirstTrainingScript [fashion-mnist | mnist | glyphs] [epochs]

import Descent
import DescentCharts
import Foundation

// Define some hyper-parameters

let arguments = CommandLine.arguments.dropFirst()
let datasetName = arguments.first ?? "fashion-mnist"
let learningRate = 1e-3
let momentum = 0.5
let batchSize = 16
let epochs = arguments.dropFirst().first.flatMap { Int($0) } ?? 10

// Define the data loaders

let (trainingData, testData) = try StandardDataset.named(datasetName).load()
let trainLoader = try DataLoader(trainingData, batchSize: batchSize)
let testLoader = try DataLoader(testData, batchSize: batchSize)

// Define the model

final class NeuralNetwork: Module {
  let flatten = Flatten()
  let linearReluStack = Sequential {
    Linear(28 * 28, 512)
    ReLU()
    Linear(512, 512)
    ReLU()
    Linear(512, 10)
  }

  override func forward(_ x: Tensor) -> Tensor {
    let x = flatten(x)
    let logits = linearReluStack(x)
    return logits
  }
}

let model = NeuralNetwork()

// Define the loss function and optimizer

let lossFunction = CrossEntropyLoss()
let optimizer = try Optimizer(for: model, SGD(learningRate: learningRate, momentum: momentum))

// Define the training function

func trainLoop(
  _ loader: DataLoader<ImageDataset>, _ model: Module, _ lossFunction: CrossEntropyLoss,
  _ optimizer: Optimizer
) throws -> [(samples: Int, loss: Double)] {
  let size = loader.dataset.count
  model.train()
  var log: [(samples: Int, loss: Double)] = []
  for (index, batch) in loader.enumerated() {
    // Compute prediction and loss
    let prediction = model(batch.inputs)
    let loss = lossFunction(prediction, batch.targets)

    // Backpropagation
    loss.backward()
    try optimizer.step()
    optimizer.zeroGrad()

    if index % 100 == 0 {
      let current = index * loader.batchSize + batch.count
      print(String(format: "loss: %.6f  [%5d/%5d]", loss.item(), current, size))
      log.append((current, loss.item()))
    }
  }
  return log
}

// Define the test function

func testLoop(_ loader: DataLoader<ImageDataset>, _ model: Module, _ lossFunction: CrossEntropyLoss) {
  model.eval()
  var (testLoss, correct) = (0.0, 0.0)
  noGrad {
    for batch in loader {
      let prediction = model(batch.inputs)
      testLoss += lossFunction(prediction, batch.targets).item()
      correct += (prediction.argmax(dim: 1) .== batch.targets).sum().item()
    }
  }
  testLoss /= Double(loader.batchCount)
  correct /= Double(loader.dataset.count)
  print(String(format: "Test Error:\n Accuracy: %.1f%%, Avg loss: %.6f\n", 100 * correct, testLoss))
}

// Put them together and visualize the results

var log: [(x: Double, y: Double)] = []
for epoch in 0..<epochs {
  print("Epoch \(epoch + 1)\n-----")
  let epochLog = try trainLoop(trainLoader, model, lossFunction, optimizer)
  log += epochLog.map { (Double($0.samples + trainingData.count * epoch), $0.loss) }
  testLoop(testLoader, model, lossFunction)
}
print("Done!")

let title = "Optimizer-SGD lr-\(learningRate) mt-\(momentum) bs-\(batchSize)"
let chart = LineChart(
  title: title, xLabel: "# of samples", yLabel: "Training loss", lines: [.init(points: log)])
try chart.write(.png, to: "\(title).png")
