import Descent

/// A model by name: `linear`, `mlp` (the lecture's), or `mlp:H1,H2,...` with hidden layers of these sizes.
struct ModelSpec: Equatable {
  private let hidden: [Int]

  /// Reads a name; throws with the names there are.
  init(_ name: String) throws(DescentError) {
    switch name {
    case "linear": hidden = []
    case "mlp": hidden = [512, 512]
    default:
      let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      let sizes =
        parts.count == 2
        ? parts[1].split(separator: ",", omittingEmptySubsequences: false).map { Int($0) } : []
      guard parts[0] == "mlp", !sizes.isEmpty, sizes.allSatisfy({ 1...65536 ~= $0 ?? 0 }) else {
        throw .unknown(
          "model", name, among: ["linear", "mlp"],
          described: "linear, mlp (512 and 512 hidden units) and mlp:H1,H2,... with sizes in 1...65536")
      }
      hidden = sizes.compactMap { $0 }
    }
  }

  /// The number of pixels that a model with these parameters takes; nil where it is none of the models here.
  static func inputs(_ parameters: [String: Tensor]) -> Int? {
    let first = parameters["linear_relu_stack.0.weight"]
    return first?.shape.rank == 2 ? first?.shape[1] : nil
  }

  /// The model for images of `inputs` pixels and `classes` classes, with fresh weights.
  func make(inputs: Int, classes: Int) -> Module {
    FlatNetwork(sizes: [inputs] + hidden + [classes])
  }

  /// The least bytes that the model takes: so many numbers for each parameter, and each layer's outputs for a batch.
  func leastBytes(inputs: Int, classes: Int, copies: Int, batchSize: Int) -> Double {
    let sizes = ([inputs] + hidden + [classes]).map(Double.init)
    let parameters = zip(sizes, sizes.dropFirst()).reduce(0) { $0 + ($1.0 + 1) * $1.1 }
    let outputs = sizes.reduce(0, +) * Double(batchSize)
    return 4 * (parameters * Double(copies) + outputs)
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
