import Descent

/// A model by name: `linear`, `mlp` (the lecture's), `mlp:H1,H2,...` with hidden layers of these sizes, `lenet`; or the text
/// of a `Network`.
struct ModelSpec: Equatable {
  private enum Kind: Equatable {
    /// Linear layers with ReLUs between them: the hidden sizes.
    case stack([Int])
    /// A network's text; OUTPUTS is the number of the last layer's.
    case layers(String)
  }
  private let kind: Kind

  /// LeCun et al. 1998, as the lectures have it.
  private static let lenet = """
    conv2d(6, 5, padding=2) sigmoid avg_pool2d(2) conv2d(16, 5) sigmoid avg_pool2d(2) \
    flatten linear(120) sigmoid linear(84) sigmoid linear(OUTPUTS)
    """

  /// Reads a name; throws with the names there are.
  init(_ name: String) throws(DescentError) {
    switch name {
    case "linear": kind = .stack([])
    case "mlp": kind = .stack([512, 512])
    case "lenet": kind = .layers(Self.lenet)
    case _ where LayerTable.layer(String(name.prefix { $0.isLetter || $0.isNumber || $0 == "_" })) != nil:
      kind = .layers(name)
    default: kind = .stack(try Self.hidden(name))
    }
  }

  private static func hidden(_ name: String) throws(DescentError) -> [Int] {
    let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let sizes =
      parts.count == 2 ? parts[1].split(separator: ",", omittingEmptySubsequences: false).map { Int($0) } : []
    guard parts[0] == "mlp", !sizes.isEmpty, sizes.allSatisfy({ 1...65536 ~= $0 ?? 0 }) else {
      throw .unknown(
        "model", name, among: ["linear", "mlp", "lenet"],
        described: """
          linear, mlp (512 and 512 hidden units), mlp:H1,H2,... with sizes in 1...65536, lenet, and layers as \
          "conv2d(6, 5) relu flatten linear(10)" (descent layers)
          """)
    }
    return sizes.compactMap { $0 }
  }

  /// The number of inputs that a model with these parameters takes; nil where its shapes alone do not say it.
  static func inputs(_ parameters: [String: Tensor]) -> Int? {
    let first = parameters.first { $0.key.hasSuffix("linear_relu_stack.0.weight") }?.value
    return first?.shape.rank == 2 ? first?.shape[1] : nil
  }

  /// The model for samples of a shape and such targets, with fresh weights.
  ///
  /// - Throws: `DescentError` for layers that do not take such samples, or do not give what the targets ask for.
  func make(input: Shape, outputs targets: RunTargets) throws(DescentError) -> Module {
    let count = targets.outputs
    switch kind {
    case .stack(let hidden): return FlatNetwork(sizes: [input.elementCount] + hidden + [count])
    case .layers(let text):
      let inputs = Shape([1] + Array(input))
      let network = try Network(text.replacing("OUTPUTS", with: "\(count)"), inputs: inputs)
      let output = try network.layers(for: inputs).last?.outputShape ?? inputs
      guard output == [1, count] else {
        let last = (input.rank > 1 ? "flatten " : "") + "linear(\(count))"
        throw DescentError(
          .mismatch,
          "the model makes \(output) of a sample, must make [1, \(count)], \(targets.outputText): end it with \(last)"
        )
      }
      return network
    }
  }

  /// The least bytes that the model takes: so many numbers for each parameter, and each layer's outputs for a batch. 0 for
  /// layers, which are refused as they are made.
  func leastBytes(inputs: Int, outputs: Int, copies: Int, batchSize: Int) -> Double {
    guard case .stack(let hidden) = kind else { return 0 }
    let sizes = ([inputs] + hidden + [outputs]).map(Double.init)
    let parameters = zip(sizes, sizes.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
    let values = sizes.reduce(0, +) * Double(batchSize)
    return 4 * (parameters * Double(copies) + values)
  }
}

/// The lecture's network, in any depth: its parameters have the names they have in PyTorch.
private final class FlatNetwork: Module {
  let flatten = Flatten()
  let linearReluStack: Sequential

  init(sizes: [Int]) {
    linearReluStack = Sequential {
      for i in 0..<sizes.count - 2 {
        Linear(sizes[i], sizes[i + 1])
        ReLU()
      }
      Linear(sizes[sizes.count - 2], sizes[sizes.count - 1])
    }
  }

  override func forward(_ x: Tensor) -> Tensor { linearReluStack(flatten(x)) }
}
