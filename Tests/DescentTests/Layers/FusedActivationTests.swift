import Descent
import Testing

/// Activations that a layer applies in its own pass: the same bits as by themselves, forward and backward.
@Suite struct FusedActivationTests {
  enum Kind: CaseIterable { case small, tiled, packed, line, image, boxes, volume }
  struct Case: Sendable {
    let name: String
    let activation: Activation
    let separate: @Sendable (Tensor) -> Tensor
  }
  static let cases = [
    Case(name: "relu", activation: .relu) { $0.relu() },
    Case(name: "sigmoid", activation: .sigmoid) { $0.sigmoid() },
    Case(name: "tanh", activation: .tanh) { $0.tanh() },
  ]

  /// Input and weight: layers that are one loop, cut into tiles, or packed; images that are a box, or several.
  private func shapes(_ kind: Kind) -> (x: Shape, weight: Shape) {
    switch kind {
    case .small: ([3, 4], [5, 4])
    case .tiled: ([70, 130], [90, 130])
    case .packed: ([200, 150], [70, 150])
    case .line: ([3, 4, 50], [6, 4, 3])
    case .image: ([5, 6, 14, 14], [16, 6, 5, 5])
    case .boxes: ([2, 40, 9, 1100], [70, 40, 3, 3])
    case .volume: ([2, 3, 5, 6, 7], [4, 3, 2, 3, 2])
    }
  }

  @Test(arguments: Kind.allCases, [DType.float32, .float64])
  func isTheSame(_ kind: Kind, _ dtype: DType) {
    let (shape, weightShape) = shapes(kind)
    let generator = Generator(seed: 5)
    let numbers = [shape, weightShape, [weightShape[0]]].map {
      Tensor.randn($0, dtype: dtype, generator: generator) * 0.3
    }
    for test in Self.cases {
      func run(_ activation: Activation, _ after: (Tensor) -> Tensor) -> [[Double]] {
        let leaves = numbers.map { $0.clone() }
        for leaf in leaves { leaf.requiresGrad = true }
        let y =
          after(
            weightShape.rank == 2
              ? linear(leaves[0], leaves[1], leaves[2], activation: activation)
              : leaves[0].convolution(leaves[1], bias: leaves[2], padding: 1, activation: activation))
        // An upstream gradient that the pass makes, which it may write over, and one that is the caller's.
        (y * y).sum().backward()
        let upstream = Tensor.ones(y.shape, dtype: dtype)
        y.backward(upstream)
        #expect(upstream.doubles.allSatisfy { $0 == 1 })
        return [y.doubles] + leaves.map { $0.grad!.doubles }
      }
      #expect(run(test.activation, { $0 }) == run(.identity, test.separate), "\(test.name)")
    }
  }

  /// As in PyTorch, with a graph as without.
  @Test(arguments: [false, true]) func reluPassesNaN(_ createGraph: Bool) {
    let x = Tensor([Float.nan, 1, -1, 0])
    x.requiresGrad = true
    x.relu().backward(Tensor.full(x.shape, 5), createGraph: createGraph)
    #expect(x.grad?.doubles == [5, 5, 0, 0])
  }

  @Test func sequentialAppliesThem() {
    let x = Tensor.randn([3, 1, 8, 8], generator: Generator(seed: 2))
    for (activation, test) in zip([ReLU(), Sigmoid(), Tanh()] as [Module], Self.cases) {
      let conv = Conv2d(1, 4, kernelSize: 3, generator: Generator(seed: 1))
      let model = Sequential([conv, activation])
      #expect(model(x).doubles == test.separate(conv(x)).doubles, "\(test.name)")
    }
  }
}
