import Descent
import Testing

/// The fixtures that `Tests/Fixtures/optimizer_edges.py` made.
struct OptimizerEdges: Decodable, Sendable {
  let clippings: [Clipping]
  let lbfgs: [Valley]

  struct Clipping: Decodable, Sendable {
    let dtype: DType
    let normType: JSONNumber
    let perTensor: Bool
    let refused: Bool
    let gradients: [[JSONNumber]]
    let norm: JSONNumber?
    let values: [JSONNumber]

    enum CodingKeys: String, CodingKey {
      case dtype, refused, gradients, norm, values
      case normType = "norm_type"
      case perTensor = "per_tensor"
    }
  }

  struct Valley: Decodable, Sendable {
    let tolerance: Double
    let lr: Double
    let offset: Int
    let losses: [Double]
    let values: [Double]
    let evaluations: Double
    let iterations: Double
  }
}

/// What PyTorch does where numbers or options are unusual.
@Suite struct OptimizerEdgeTests {
  static let file = Fixtures.load("optimizer_edges.json", as: OptimizerEdges.self)
  static let clippings = file.clippings.indices
  static let valleys = file.lbfgs.indices

  /// A NaN anywhere wins over an infinity anywhere else, whatever the norm and however tensors are grouped.
  @Test(arguments: clippings, [[[0, 1, 2]], [[0], [1, 2]], [[2], [1], [0]]])
  func clippingWhatIsNotFinite(_ index: Int, _ groups: [[Int]]) throws {
    let test = Self.file.clippings[index]
    let shapes: [Shape] = [[5], [3, 2], [4]]
    for refuses in [false, true] {
      let parameters = shapes.map { Parameter(.zeros($0, dtype: test.dtype)) }
      let optimizer = try Optimizer(
        groups: groups.map { group in
          ParameterGroup(group.map { ("\($0)", parameters[$0]) }, SGD(learningRate: 1))
        })
      try optimizer.setClipping(
        norm: 0.75, normType: test.normType.value, perTensor: test.perTensor, errorIfNonFinite: refuses)
      for (parameter, gradient) in zip(parameters, test.gradients) {
        parameter.grad = Tensor(gradient.map(\.value), shape: parameter.shape, dtype: test.dtype)
      }
      guard !(refuses && test.refused) else {
        let error = try #require(throws: DescentError.self) { try optimizer.step() }
        #expect(error.code == .nonFinite && parameters.allSatisfy { $0.doubles.allSatisfy { $0 == 0 } })
        continue
      }
      let report = try optimizer.step()
      let budget = test.dtype == .float64 ? float64Budget : 4
      #expect(largestULP(parameters.flatMap(\.doubles), test.values.map(\.value), test.dtype) <= budget)
      if let norm = test.norm {
        #expect(largestULP([try #require(report.clipNorm)], [norm.value], test.dtype) <= budget)
      }
    }
  }

  /// The line search's tolerance is not `tolerance_change`.
  @Test(arguments: valleys) func lineSearchTolerance(_ index: Int) throws {
    let test = Self.file.lbfgs[index]
    let x = Parameter(Tensor(exactNumbers(6, offset: test.offset), dtype: .float64))
    let optimizer = try Optimizer(
      [x],
      LBFGS(learningRate: test.lr, changeTolerance: test.tolerance, lineSearch: .strongWolfe))
    var losses: [Double] = []
    for _ in 0..<4 {
      let report = try optimizer.step {
        optimizer.zeroGrad()
        let bends = (1 + (x * 3).exp()).log() + (1 + (x * -3).exp()).log()
        let loss = bends.sum() + (x.sum() - 2).pow(2) * 0.1
        loss.backward()
        return loss
      }
      losses.append(try #require(report.loss))
    }
    // Rounding grows along the way: 1e-10.
    #expect(largestULP(losses, test.losses, .float64) < 450_000)
    #expect(largestULP(x.doubles, test.values, .float64, scale: 1) < 450_000)
    #expect(optimizer.stateDict["0.func_evals"]?.item() == test.evaluations)
    #expect(optimizer.stateDict["0.n_iter"]?.item() == test.iterations)
  }
}
