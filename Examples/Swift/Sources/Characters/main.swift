// An LSTM, or a transformer, that learns a text letter by letter, and then writes some.
//
//     swift run -c release --package-path Examples/Swift Characters Examples/Data/sums.txt [lstm | transformer] [steps]

import Descent
import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())
guard let path = arguments.first, let text = try? String(contentsOfFile: path, encoding: .utf8) else {
  print("usage: Characters FILE [lstm | transformer] [steps]")
  exit(64)
}
let letters = Set(text).sorted()
let codes = text.map { letters.firstIndex(of: $0)! }
let (batchSize, length) = (16, 32)
let steps = arguments.count > 2 ? Int(arguments[2]) ?? 1000 : 1000

final class Recurrent: Module {
  let embedding = Embedding(letters.count, 32)
  let lstm = LSTM(32, 64, batchFirst: true)
  let head = Linear(64, letters.count)

  override func forward(_ x: Tensor) -> Tensor { head(lstm(embedding(x))) }
}

final class Transformer: Module {
  let embedding = Embedding(letters.count, 64)
  let places = PositionalEncoding(64, dropout: 0, batchFirst: true)
  let encoder = TransformerEncoder(64, 4, layers: 2, feedforward: 128, dropout: 0, batchFirst: true)
  let head = Linear(64, letters.count)

  override func forward(_ x: Tensor) -> Tensor { head(encoder(places(embedding(x)), isCausal: true)) }
}

manualSeed(42)
let model: Module = arguments.dropFirst().first == "transformer" ? Transformer() : Recurrent()
let optimizer = try Optimizer(for: model, Adam(learningRate: model is Transformer ? 1e-3 : 1e-2))
let loss = CrossEntropyLoss()

/// The codes that begin at each start.
func batch(_ starts: [Int]) -> Tensor {
  Tensor(classes: starts.flatMap { codes[$0..<$0 + length] }).reshaped([starts.count, length])
}

for step in 0..<steps {
  let starts = (0..<batchSize).map { (step * batchSize + $0) * 131 % (codes.count - length - 1) }
  let logits = model(batch(starts)).reshaped([batchSize * length, letters.count])
  let value = loss(logits, batch(starts.map { $0 + 1 }).reshaped([batchSize * length]))
  value.backward()
  try optimizer.step()
  optimizer.zeroGrad()
  if step % 100 == 0 || step == steps - 1 { print("step \(step): loss \(value.item())") }
}

// The most probable letter after the last ones, again and again.
model.eval()
var written = Array(codes[..<length])
noGrad {
  for _ in 0..<200 {
    let logits = model(Tensor(classes: Array(written.suffix(length))).reshaped([1, length]))
    written.append(Int(logits[0, length - 1].argmax(dim: 0).item()))
  }
}
print(String(written.map { letters[$0] }))
