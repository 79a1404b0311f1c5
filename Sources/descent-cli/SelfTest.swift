import Descent
import Foundation

/// Kernels against plain loops in double, on sizes that have SIMD tails and several tiles.
struct SelfTest {
  let name: String
  let tolerance: Double
  let error: () -> Double

  static var all: [SelfTest] {
    [
      SelfTest(name: "matrix product", tolerance: 1e-5, error: matrixProduct),
      SelfTest(name: "linear layer with ReLU, forward and backward", tolerance: 1e-4, error: linearLayer),
      SelfTest(name: "cross entropy, value and gradient", tolerance: 1e-6, error: crossEntropy),
      SelfTest(name: "Adam, three steps", tolerance: 1e-6, error: adam),
      SelfTest(name: "1 thread and \(Runtime.threads) agree bit for bit", tolerance: 0, error: threads),
    ]
  }

  private static func largest(_ a: [Double], _ b: [Double]) -> Double {
    let scale = max(1, b.map(abs).max() ?? 1)
    return zip(a, b).map { abs($0 - $1) / scale }.max() ?? .infinity
  }

  private static func product(_ a: [Double], _ b: [Double], _ m: Int, _ k: Int, _ n: Int) -> [Double] {
    var c = [Double](repeating: 0, count: m * n)
    for i in 0..<m { for j in 0..<k { for l in 0..<n { c[i * n + l] += a[i * k + j] * b[j * n + l] } } }
    return c
  }

  private static func matrixProduct() -> Double {
    let generator = Generator(seed: 1)
    let (a, b) = (
      Tensor.randn([67, 131], generator: generator), Tensor.randn([131, 259], generator: generator)
    )
    return largest(a.matmul(b).doubles, product(a.doubles, b.doubles, 67, 131, 259))
  }

  private static func linearLayer() -> Double {
    let generator = Generator(seed: 2)
    let layer = Linear(131, 67, generator: generator)
    let x = Tensor.randn([33, 131], generator: generator)
    let y = linear(x, layer.weight, layer.bias, activation: .relu)
    y.sum().backward()
    let z = product(x.doubles, layer.weight.transposed().doubles, 33, 131, 67)
    guard let bias = layer.bias?.doubles, let gradient = layer.weight.grad?.doubles else { return .infinity }
    let expected = z.enumerated().map { max(0, $0.element + bias[$0.offset % 67]) }
    let mask = expected.map { $0 > 0 ? 1.0 : 0 }
    var slope = [Double](repeating: 0, count: 67 * 131)
    let inputs = x.doubles
    for i in 0..<33 {
      for o in 0..<67 { for j in 0..<131 { slope[o * 131 + j] += mask[i * 67 + o] * inputs[i * 131 + j] } }
    }
    return max(largest(y.doubles, expected), largest(gradient, slope))
  }

  private static func crossEntropy() -> Double {
    let logits = Tensor.randn([19, 37], generator: Generator(seed: 3))
    logits.requiresGrad = true
    let targets = (0..<19).map { $0 * 7 % 37 }
    let loss = CrossEntropyLoss()(logits, Tensor(classes: targets))
    loss.backward()
    let values = logits.doubles
    var (sum, slope) = (0.0, [Double]())
    for (row, target) in targets.enumerated() {
      let exponentials = values[row * 37..<(row + 1) * 37].map(exp)
      let total = exponentials.reduce(0, +)
      sum -= log(exponentials[target] / total)
      slope += exponentials.enumerated().map { ($0.element / total - ($0.offset == target ? 1 : 0)) / 19 }
    }
    return max(abs(loss.item() - sum / 19), largest(logits.grad!.doubles, slope))
  }

  private static func adam() -> Double {
    let weights = Parameter(Tensor.randn([1031], generator: Generator(seed: 4)))
    var (w, m, v) = (
      weights.doubles, [Double](repeating: 0, count: 1031), [Double](repeating: 0, count: 1031)
    )
    guard let optimizer = try? Optimizer([weights], Adam(learningRate: 0.01)) else { return .infinity }
    for step in 1...3 {
      weights.grad = weights.detached()
      guard (try? optimizer.step()) != nil else { return .infinity }
      let (c1, c2) = (1 - pow(0.9, Double(step)), 1 - pow(0.999, Double(step)))
      for i in w.indices {
        let g = w[i]
        m[i] = 0.9 * m[i] + 0.1 * g
        v[i] = 0.999 * v[i] + 0.001 * g * g
        w[i] -= 0.01 * (m[i] / c1) / ((v[i] / c2).squareRoot() + 1e-8)
      }
    }
    return largest(weights.doubles, w)
  }

  private static func threads() -> Double {
    func train() -> [Double] {
      let generator = Generator(seed: 5)
      let model = Sequential([
        Linear(300, 200, generator: generator), ReLU(), Linear(200, 10, generator: generator),
      ])
      let x = Tensor.randn([64, 300], generator: generator)
      guard let optimizer = try? Optimizer(for: model, SGD(learningRate: 0.1)) else { return [] }
      for _ in 0..<3 {
        CrossEntropyLoss()(model(x), Tensor(classes: (0..<64).map { $0 % 10 })).backward()
        _ = try? optimizer.step()
        optimizer.zeroGrad()
      }
      return model.parameters.flatMap(\.doubles)
    }
    let many = Runtime.threads
    let expected = train()
    guard (try? Runtime.setThreads(1)) != nil else { return .infinity }
    let single = train()
    guard (try? Runtime.setThreads(many)) != nil else { return .infinity }
    return zip(expected, single).filter { $0 != $1 }.isEmpty && !single.isEmpty ? 0 : .infinity
  }
}
