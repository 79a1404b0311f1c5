import Descent
import Foundation
import Testing

/// First and second derivatives of every operation against finite differences in float64.
@Suite struct GradCheckTests {
  struct Check: Sendable {
    var inputs: [[Double]]
    var shapes: [Shape]
    var function: @Sendable ([Tensor]) -> Tensor
  }

  static let a: [Double] = [0.7, -1.3, 2.1, 0.4, -0.6, 1.9]
  static let b: [Double] = [1.1, 0.5, -0.8, 1.7, 2.3, -1.4]
  static let positive: [Double] = [0.7, 1.3, 2.1, 0.4, 0.6, 1.9]

  static func one(
    _ shape: Shape = [2, 3], _ values: [Double] = a, _ function: @escaping @Sendable (Tensor) -> Tensor
  ) -> Check {
    Check(inputs: [values], shapes: [shape]) { function($0[0]) }
  }

  static func two(
    _ second: Shape = [2, 3], first: [Double] = a, _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> Check {
    Check(inputs: [first, Array(b.prefix(second.elementCount))], shapes: [[2, 3], second]) {
      function($0[0], $0[1])
    }
  }

  /// Both operands' shapes equal, a row, a column and a scalar.
  static func broadcasting(
    first: [Double] = a, _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> [Check] {
    [[2, 3], [3], [2, 1], []].map { two($0, first: first, function) }
  }

  private static var condition: Tensor { Tensor([true, false, true, true, false, true], shape: [2, 3]) }
  static func indices(_ values: [Int64], _ shape: Shape) -> Tensor { Tensor(values, shape: shape) }

  /// At least one check, in Swift, for each operation of the table that has a derivative: by its name there.
  static func checks(_ operation: String) -> [Check]? {
    switch operation {
    case "add":
      return broadcasting { $0 + $1 } + broadcasting { $1 + $0 }
    case "subtract":
      return broadcasting { $0 - $1 } + broadcasting { $1 - $0 }
    case "multiply":
      return broadcasting { $0 * $1 }
    case "divide":
      return broadcasting { $0 / $1 } + broadcasting { $1 / $0 } + [one { 2 / $0 }, one { $0 / 3 }]
    case "affine":
      return [one { $0 * 3 * $0 }, one { 2 - $0 * $0 }, one { ($0 - 1) * $0 + 4 }]
    case "power":
      return broadcasting(first: positive) { $0.pow($1) } + [
        one { $0.pow(3) }, one { $0.pow(2) }, one { $0.pow(0) },
      ]
    case "maximum":
      return broadcasting { Tensor.maximum($0, $1) }
    case "minimum":
      return broadcasting { Tensor.minimum($0, $1) }
    case "clamp":
      return [one { $0.clamped(-1, 2) * $0 }, one { $0.clamped(nil, 1) * $0 }]
    case "where":
      return [
        two { Tensor.where(condition, $0 * $0, $1 * $0) },
        one { ($0 * $0).filled(where: condition, with: 2) },
      ]
    case "to":
      return [one { ($0 * $0).to(.float64) }]
    case "negate":
      return [one { -$0 * $0 }]
    case "exp":
      return [one { $0.exp() }]
    case "expm1":
      return [one { $0.expm1() }]
    case "log":
      return [one(values: positive) { $0.log() }]
    case "log1p":
      return [one(values: positive) { $0.log1p() }]
    case "sqrt":
      return [one(values: positive) { $0.sqrt() }]
    case "rsqrt":
      return [one(values: positive) { $0.rsqrt() }]
    case "reciprocal":
      return [one { $0.reciprocal() }]
    case "square":
      return [one { $0.square() * $0 }]
    case "abs":
      return [one { $0.abs() * $0 }]
    case "relu":
      return [one { $0.relu() * $0 }]
    case "sum":
      return [
        one { ($0 * $0).sum() }, one { ($0 * $0).sum(dim: 0) },
        one { ($0 * $0).sum(dim: -1, keepingDimension: true) },
        one { ($0 * $0).mean() }, one { ($0 * $0).mean(dim: 1) },
        one([1, 2, 3]) { ($0 * $0).sum(dims: [0, 2]) },
      ]
    case "expand":
      return [
        one([1, 6]) { ($0 * $0).expanded(to: [4, 6]) }, one([6, 1]) { ($0 * $0).expanded(to: [6, 2]) },
      ]
    case "reshape":
      return [one { ($0 * $0).reshaped([3, 2]) }, one { ($0 * $0).flattened(from: 0) }]
    case "permute":
      return [
        one { ($0 * $0).transposed() * $0.reshaped([3, 2]) },
        one([1, 2, 3]) { ($0 * $0).permuted([2, 0, 1]) },
      ]
    case "clone":
      return [one { $0.clone() * $0 }, one { $0.transposed().contiguous() * $0.transposed() }]
    case "slice":
      return [
        one([3, 2]) { ($0 * $0)[rows: 1..<3] }, one([3, 2]) { $0[rows: 0..<1] * $0[rows: 2..<3] },
        one { ($0 * $0)[.all, 1...] }, one { $0[1, .stride(by: 2)] * $0[0, .stride(by: 2)] },
        one { ($0 * $0 * $0[0, 1]).sum() },
      ]
    case "slice_into_zeros":
      return [one { ($0 * $0)[.all, 1..<2] * $0 }]
    case "cat":
      return [two { Tensor.cat([$0 * $1, $1], dim: 1) }, two { Tensor.stack([$0 * $1, $1], dim: 1) }]
    case "gather":
      return [one { ($0 * $0).gathered(dim: 1, indices([2, 0, 1, 1], [2, 2])) }]
    case "scatter_add":
      return [two { ($0 * $0).scatterAdded(dim: 1, indices([2, 2, 0, 1, 1, 1], [2, 3]), $1 * $0) }]
    case "index_select":
      return [one { ($0 * $0).selected(dim: 1, indices([2, 0, 2, 1], [4])) }]
    case "index_add":
      return [two { ($0 * $0).indexAdded(dim: 0, indices([1, 1], [2]), $1 * $0) }]
    case "embedding":
      return [
        one([3, 2]) { embedding(indices([2, 0, 2, 1], [2, 2]), $0 * $0) },
        one([3, 2]) { embedding(indices([2, 0, 2, 1], [2, 2]), $0 * $0, isSparse: true) },
        one([3, 2]) { embeddingBag(indices([2, 0, 2, 1], [2, 2]), $0 * $0) },
        one([3, 2]) { embeddingBag(indices([2, 0, 1, 1], [2, 2]), $0 * $0, mode: .max) },
        two([2, 2]) {
          embeddingBag(indices([1, 0, 1, 1], [2, 2]), $0, mode: .sum, perSampleWeights: $1)
        },
      ]
    case "pad":
      return [
        one { ($0 * $0).padded([1, 2]) }, one { ($0 * $0).padded([1, 1], .reflect) },
        one { ($0 * $0).padded([1, 1], .circular) }, one { ($0 * $0).padded([2, 1], .replicate) },
      ]
    case "cumsum":
      return [one { ($0 * $0).cumulativeSum(dim: 1) }]
    case "sort":
      return [one { ($0 * $0).sorted().values * $0 }]
    case "topk":
      return [one { ($0 * $0).topK(2).values }]
    case "flip":
      return [one { ($0 * $0).flipped(dims: [1]) * $0 }]
    case "tril":
      return [one { ($0 * $0).lowerTriangle() * $0 }]
    case "triu":
      return [one { ($0 * $0).upperTriangle(1) * $0 }]
    case "matmul":
      return [
        two([3, 2]) { $0.matmul($1) }, two([3, 2]) { $0.matmul($1).matmul($0) },
        Check(inputs: [a + b, b + a], shapes: [[2, 2, 3], [2, 3, 2]]) { $0[0].matmul($0[1]) },
        two([3, 2]) { Tensor.einsum("ij,jk->ki", $0, $1) * Tensor.einsum("ij->ji", $0).sum() },
      ]
    case "rnn":
      return [one { RNN(3, 2, dtype: .float64, generator: Generator(seed: 1))($0 * $0) }]
    case "gru":
      return [one { GRU(3, 2, dtype: .float64, generator: Generator(seed: 1))($0 * $0) }]
    case "lstm":
      return [one { LSTM(3, 2, dtype: .float64, generator: Generator(seed: 1))($0 * $0) }]
    case "second_result":
      return [
        one { LSTM(3, 2, dtype: .float64, generator: Generator(seed: 1))($0, state: nil).state.c },
        one {
          let (y, (h, c)) = LSTM(3, 2, dtype: .float64, generator: Generator(seed: 1))($0 * $0, state: nil)
          return y * h * c
        },
      ]
    case "batch_norm":
      return [
        Check(inputs: [a, [0.5, 1.5, 2], [1, -1, 0]], shapes: [[2, 3], [3], [3]]) {
          batchNorm($0[0], weight: $0[1], bias: $0[2], training: true, eps: 0.1)
        },
        one([1, 2, 3]) {
          batchNorm(
            $0 * $0, runningMean: Tensor([1, 2], dtype: .float64),
            runningVar: Tensor([2, 3], dtype: .float64))
        },
      ]
    case "scaled_dot_product_attention":
      return [
        two { scaledDotProductAttention($0, $1, $1 * $0) },
        two { scaledDotProductAttention($0, $1, $0, isCausal: true, scale: 0.7) },
        Check(inputs: [a, b, [0.3, -0.2, 0.6, 1.1]], shapes: [[2, 3], [2, 3], [2, 2]]) {
          scaledDotProductAttention($0[0], $0[1], $0[0], mask: $0[2])
        },
        two {
          scaledDotProductAttention($0, $1, $0, mask: Tensor([true, false, true, true], shape: [2, 2]))
        },
      ]
    case "linear":
      return linearChecks
    case "tanh":
      return [one { $0.tanh() }]
    case "sigmoid":
      return [one { $0.sigmoid() }]
    case "log_sigmoid":
      return [one { $0.logSigmoid() }]
    case "softplus":
      return [one { $0.softplus() }, one { $0.softplus(beta: 2, threshold: 1) }]
    case "leaky_relu":
      return [one { ($0 * $0 - 1).leakyReLU(slope: 0.3) }]
    case "prelu":
      return [two([3]) { ($0 * $0 - 1).prelu($1) }, two([1]) { ($0 * $0 - 1).prelu($1 * $1) }]
    case "elu":
      return [one { $0.elu(alpha: 0.7) }, one { $0.celu(alpha: 0.7) }, one { $0.selu() }]
    case "gelu":
      return [one { $0.gelu() }, one { $0.gelu(approximate: true) }]
    case "silu":
      return [one { $0.silu() }, one([2, 2], [0.7, -1.3, 2.1, 0.4]) { $0.glu() }]
    case "mish":
      return [one { $0.mish() }]
    case "softsign":
      return [one { $0.softsign() }]
    case "tanhshrink":
      return [one { $0.tanhshrink() }]
    case "softshrink":
      return [one { ($0 * $0).softshrink(0.5) * $0 }]
    case "hardshrink":
      return [one { ($0 * $0).hardshrink(0.5) * $0 }]
    case "hardtanh":
      return [one { ($0 * $0).hardtanh(-1, 2) * $0 }]
    case "hardsigmoid":
      return [one { ($0 * $0).hardsigmoid() * $0 }]
    case "hardswish":
      return [one { $0.hardswish() }]
    case "threshold":
      return [one { ($0 * $0).threshold(0.5, 3) * $0 }]
    case "dropout":
      // So that nothing falls away: another mask at every call would be another function. Masks: DropoutTests.
      return [
        one { ($0 * $0).dropout(p: 1e-12) }, one { ($0 * $0).featureDropout(p: 1e-12) },
        one { ($0 * $0).alphaDropout(p: 1e-12) },
      ]
    case "erf":
      return [one { $0.erf() }]
    case "sin":
      return [one { $0.sin() }]
    case "cos":
      return [one { $0.cos() }]
    case "tan":
      return [one(values: positive) { ($0 * 0.5).tan() }]
    case "asin":
      return [one { ($0 * 0.3).asin() }]
    case "acos":
      return [one { ($0 * 0.3).acos() }]
    case "atan":
      return [one { $0.atan() }]
    case "sinh":
      return [one { $0.sinh() }]
    case "cosh":
      return [one { $0.cosh() }]
    case "softmax":
      return [one { $0.softmax() }, one([1, 3, 2]) { $0.softmax(dim: 1) }, one { $0.softmax(dim: 0) }]
    case "log_softmax":
      return [one { $0.logSoftmax() }, one([1, 3, 2]) { $0.logSoftmax(dim: 1) }]
    case "logsumexp":
      return [one { $0.logSumExp(dim: 1) }]
    case "max":
      return [one { ($0 * $0).max(dim: 1).values }]
    case "min":
      return [one { ($0 * $0).min(dim: 0, keepingDimension: true).values * $0 }]
    case "amax":
      return [one { ($0 * $0).max() * $0 }]
    case "amin":
      return [one { ($0 * $0).min() * $0 }]
    case "norm":
      return [one { $0.norm() * $0 }, one { $0.norm(3, dims: [1]) }]
    case "var":
      return [one { $0.variance() * $0 }, one { $0.variance(dims: [1], correction: 0) }]
    case "std":
      return [one { $0.standardDeviation(dims: [0], keepingDimensions: true) * $0 }]
    default: return poolingChecks(operation) ?? convolutionChecks(operation) ?? lossChecks(operation)
    }
  }

  /// Differentiable once: see LossTests.
  private static let onceOnly: Set = ["ctc_loss"]

  static func one(values: [Double], _ function: @escaping @Sendable (Tensor) -> Tensor) -> Check {
    one([2, 3], values, function)
  }

  private static var linearChecks: [Check] {
    [Activation.identity, .relu].flatMap { activation in
      [true, false].map { hasBias in
        Check(
          inputs: [a, b + a, [0.3, -0.2, 0.9, 0.1]], shapes: [[2, 3], [4, 3], [4]],
          function: { linear($0[0], $0[1], hasBias ? $0[2] : nil, activation: activation) })
      }
    }
  }

  @Test(arguments: OperationTable.operations.filter(\.isDifferentiable).map(\.name))
  func derivatives(_ operation: String) throws {
    if Self.onceOnly.contains(operation) { return }
    let checks = try #require(Self.checks(operation), "no check of \(operation)")
    for check in checks {
      let inputs = zip(check.inputs, check.shapes).map { Tensor($0, shape: $1, dtype: .float64) }
      try gradcheck(check.function, at: inputs)
      try gradgradcheck(check.function, at: inputs)
    }
  }

  /// Third derivatives follow from the second ones being recorded too.
  @Test func thirdDerivative() {
    let x = Tensor([0.7], dtype: .float64)
    let third = gradient(
      of: { x in
        gradient(of: { x in gradient(of: { ($0.pow(5) + $0.exp()).sum() }, at: x).sum() }, at: x).sum()
      },
      at: x)
    #expect(abs(third.item() - (60 * 0.49 + Double(0.7).exponential)) < 1e-12)
  }

  @Test func gradcheckFindsWrongGradients() {
    let x = Tensor([0.5, 2], dtype: .float64)
    #expect(throws: DescentError.self) { try gradcheck({ ($0[0].detached() * $0[0]).sum() }, at: [x]) }
    #expect(throws: DescentError.self) {
      try gradgradcheck(
        { inputs in
          let y = inputs[0]
          return (y * y * y.detached()).sum()
        }, at: [x])
    }
    #expect(throws: DescentError.self) { try gradcheck({ $0[0] }, at: [Tensor.zeros([1])]) }
  }
}

extension Double {
  fileprivate var exponential: Double { Foundation.exp(self) }
}
