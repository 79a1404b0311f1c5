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

  private static let a: [Double] = [0.7, -1.3, 2.1, 0.4, -0.6, 1.9]
  private static let b: [Double] = [1.1, 0.5, -0.8, 1.7, 2.3, -1.4]
  private static let positive: [Double] = [0.7, 1.3, 2.1, 0.4, 0.6, 1.9]

  private static func one(
    _ shape: Shape = [2, 3], _ values: [Double] = a, _ function: @escaping @Sendable (Tensor) -> Tensor
  ) -> Check {
    Check(inputs: [values], shapes: [shape]) { function($0[0]) }
  }

  private static func two(
    _ second: Shape = [2, 3], first: [Double] = a, _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> Check {
    Check(inputs: [first, Array(b.prefix(second.elementCount))], shapes: [[2, 3], second]) {
      function($0[0], $0[1])
    }
  }

  /// Both operands' shapes equal, a row, a column and a scalar.
  private static func broadcasting(
    first: [Double] = a, _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor
  ) -> [Check] {
    [[2, 3], [3], [2, 1], []].map { two($0, first: first, function) }
  }

  /// At least one check for each operation.
  static func checks(_ operation: TapeOperation) -> [Check] {
    switch operation {
    case .add: broadcasting { $0 + $1 } + broadcasting { $1 + $0 }
    case .subtract: broadcasting { $0 - $1 } + broadcasting { $1 - $0 }
    case .multiply: broadcasting { $0 * $1 }
    case .divide: broadcasting { $0 / $1 } + broadcasting { $1 / $0 }
    case .power:
      broadcasting(first: positive) { $0.pow($1) } + [
        one { $0.pow(3) }, one { $0.pow(2) }, one { $0.pow(0) },
      ]
    case .maximum: broadcasting { Tensor.maximum($0, $1) }
    case .mask: [one { $0.relu() * $0 }]
    case .negate: [one { -$0 * $0 }]
    case .exp: [one { $0.exp() }]
    case .log: [one(values: positive) { $0.log() }]
    case .sqrt: [one(values: positive) { $0.sqrt() }]
    case .abs: [one { $0.abs() * $0 }]
    case .relu: [one { $0.relu() * $0 }]
    case .sum:
      [
        one { ($0 * $0).sum() }, one { ($0 * $0).sum(dim: 0) },
        one { ($0 * $0).sum(dim: -1, keepingDimension: true) },
        one { ($0 * $0).mean() }, one { ($0 * $0).mean(dim: 1) },
        one([1, 2, 3]) { ($0 * $0).sum(dim: 1) },
      ]
    case .expand:
      [one([1, 6]) { ($0 * $0).expanded(to: [4, 6]) }, one([6, 1]) { ($0 * $0).expanded(to: [6, 2]) }]
    case .reshape: [one { ($0 * $0).reshaped([3, 2]) }, one { ($0 * $0).flattened(from: 0) }]
    case .transpose: [one { ($0 * $0).transposed() * $0.reshaped([3, 2]) }]
    case .rows, .padRows:
      [one([3, 2]) { ($0 * $0)[rows: 1..<3] }, one([3, 2]) { $0[rows: 0..<1] * $0[rows: 2..<3] }]
    case .matmul: [two([3, 2]) { $0.matmul($1) }, two([3, 2]) { $0.matmul($1).matmul($0) }]
    case .linear: linearChecks
    case .tanh: [one { $0.tanh() }]
    case .sigmoid: [one { $0.sigmoid() }]
    case .logSigmoid: [one { $0.logSigmoid() }]
    case .sin: [one { $0.sin() }]
    case .cos: [one { $0.cos() }]
    case .atan: [one { $0.atan() }]
    case .softmax: [one { $0.softmax() }, one([1, 3, 2]) { $0.softmax(dim: 1) }, one { $0.softmax(dim: 0) }]
    case .logSoftmax: [one { $0.logSoftmax() }, one([1, 3, 2]) { $0.logSoftmax(dim: 1) }]
    case .negativeLogLikelihood:
      Reduction.allCases.map { reduction in
        one { NLLLoss(reduction: reduction)($0 * $0, Tensor(classes: [2, 0])) }
      }
    case .linearCrossEntropy:
      [Reduction.mean, .sum].map { reduction in
        Check(inputs: [a, b + b + a, [0.3, -0.2]], shapes: [[3, 2], [9, 2], [2]]) {
          let bias = ($0[2].reshaped([1, 2]).expanded(to: [9, 2]) * Tensor.ones([9, 2], dtype: .float64)).sum(
            dim: 1)
          return linearCrossEntropy(
            $0[0], $0[1], bias, Tensor(classes: [2, 0, 8]), loss: CrossEntropyLoss(reduction: reduction))
        }
      }
    case .lossOfElements: elementLossChecks
    case .lossOfRows: rowLossChecks
    case .connectionistTemporalClassification: []  // differentiable once; see LossTests
    case .crossEntropy: crossEntropyChecks
    case .lossSlope: [one { LogCoshLoss()($0 * $0, $0) }]
    case .meanSquaredError:
      Reduction.allCases.map { reduction in two { MSELoss(reduction: reduction)($0, $1) } }
    }
  }

  private static func one(values: [Double], _ function: @escaping @Sendable (Tensor) -> Tensor) -> Check {
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

  private static func squashed(_ x: Tensor) -> Tensor { x.sigmoid() }

  private static var elementLossChecks: [Check] {
    let losses: [any Loss & Sendable] = [
      L1Loss(), SmoothL1Loss(beta: 2), HuberLoss(delta: 0.5), LogCoshLoss(), QuantileLoss(quantile: 0.3),
      SoftMarginLoss(), PoissonNLLLoss(), KLDivLoss(reduction: .batchMean, logTarget: true),
      FocalLoss(gamma: 1.5),
    ]
    let probabilistic: [Check] = Reduction.allCases.flatMap { reduction in
      [
        two { BCELoss(reduction: reduction)(squashed($0), squashed($1)) },
        two { BCEWithLogitsLoss(reduction: reduction)($0, squashed($1)) },
        two { MSELoss(reduction: reduction)(squashed($0), $1) },
      ]
    }
    return losses.map { loss in two { loss($0, $1) } } + probabilistic
      + KLDivLoss.Reduction.allCases.map { reduction in
        two { KLDivLoss(reduction: reduction)($0, squashed($1)) }
      } + [
        two { GaussianNLLLoss(full: true)($0, $1, variance: ($0 * $1).exp()) },
        two { PoissonNLLLoss(logInput: false, full: true)($0.exp(), $1.exp() + 2) },
        two {
          MarginRankingLoss(margin: 0.3)(
            $0, $1, Tensor([1, -1, 1, 1, -1, 1], shape: [2, 3], dtype: .float64))
        },
        one { HingeEmbeddingLoss()($0, Tensor([1, -1, 1, 1, -1, 1], shape: [2, 3], dtype: .float64)) },
      ]
  }

  private static var rowLossChecks: [Check] {
    [
      one { MultiMarginLoss(p: 2, margin: 1.1)($0, Tensor(classes: [2, 0])) },
      one { MultiLabelMarginLoss()($0, Tensor([Int64(2), 0, -1, 1, -1, 0], shape: [2, 3])) },
      two { MultiLabelSoftMarginLoss()($0, squashed($1)) },
      two { CosineEmbeddingLoss(margin: -0.9)($0, $1, Tensor([1, -1], dtype: .float64)) },
      two { TripletMarginLoss(margin: 3, swap: true)($0, $1, $0 * $1) },
      two { TripletMarginLoss(margin: 3, p: 3)($0, $1, $0 * $1) },
      two { DiceLoss(reduction: .none)(squashed($0), squashed($1)) },
    ]
  }

  private static var crossEntropyChecks: [Check] {
    Reduction.allCases.flatMap { reduction in
      [0, 0.2].map { smoothing in
        one { logits in
          let weight = Tensor([0.5, 1, 2], dtype: .float64)
          let loss = CrossEntropyLoss(
            weight: smoothing > 0 ? weight : nil, labelSmoothing: smoothing, reduction: reduction)
          return loss(logits, Tensor(classes: [2, 0]))
        }
      }
    } + [
      two { CrossEntropyLoss(labelSmoothing: 0.1)($0, $1.softmax()) },
      one([1, 3, 2]) { CrossEntropyLoss()($0, Tensor([Int64(2), 0], shape: [1, 2])) },
    ]
  }

  @Test(arguments: TapeOperation.allCases) func derivatives(_ operation: TapeOperation) throws {
    let checks = Self.checks(operation)
    #expect(!checks.isEmpty || operation == .connectionistTemporalClassification)
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
