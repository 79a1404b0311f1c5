import Descent
import Testing

/// Derivatives of functions, operations of one's own, and what the record guards against.
@Suite struct FunctionalTests {
  @Test func jacobians() {
    let x = Tensor([1, 2, 3], dtype: .float64)
    let matrix = jacobian(of: { Tensor.stack([$0.sum(), ($0 * $0).sum()]) }, at: x)
    #expect(matrix.shape == [2, 3] && matrix.doubles == [1, 1, 1, 2, 4, 6])
    let (value, product) = hessianVectorProduct(
      of: { $0.pow(3).sum() }, at: x, Tensor([1, 0, 2], dtype: .float64))
    #expect(value.item() == 36 && product.doubles == [6, 0, 36])
  }

  @Test func customOperations() throws {
    func cube(_ x: Tensor) -> Tensor {
      customOperation("cube", [x], value: noGrad { x * x * x }) { inputs, upstream in
        [upstream * inputs[0] * inputs[0] * 3]
      }
    }
    let x = Tensor([0.5, -2], dtype: .float64)
    try gradcheck({ cube($0[0]) }, at: [x])
    try gradgradcheck({ cube($0[0]) }, at: [x])
    #expect(hessian(of: { cube($0).sum() }, at: x).doubles == [3, 0, 0, -12])
  }

  /// What a closure holds is let go with the record.
  @Test func customOperationsLetGo() {
    final class Held {}
    weak var held: Held?
    do {
      let x = Tensor([1])
      x.requiresGrad = true
      let kept = Held()
      held = kept
      let y = customOperation("double", [x], value: noGrad { x * 2 }) { _, upstream in
        _ = kept
        return [upstream * 2]
      }
      y.sum().backward()
      #expect(held != nil && x.grad?.doubles == [2])
    }
    #expect(held == nil)
  }

  @Test func wrongNumberOfGradientsStops() async {
    await #expect(processExitsWith: .failure) {
      let x = Tensor([1])
      x.requiresGrad = true
      customOperation("wrong", [x], value: x.detached()) { _, _ in [] }.sum().backward()
    }
    await #expect(processExitsWith: .failure) {
      let x = Tensor([1])
      x.requiresGrad = true
      customOperation("wrong", [x], value: x.detached()) { _, _ in [Tensor([1, 2])] }.sum().backward()
    }
  }

  @Test func savedOutputsAreVersioned() async {
    await #expect(processExitsWith: .failure) {
      let x = Tensor([1])
      x.requiresGrad = true
      let y = x.exp()
      y.fill(0)
      y.sum().backward()
    }
  }

  /// A gradient that is handed out is never memory that the record still uses.
  @Test func gradientsAreTheCallersOwn() throws {
    let x = Tensor([1, 2], dtype: .float64)
    x.requiresGrad = true
    let loss = MSELoss()(x, Tensor([0, 0], dtype: .float64))
    for _ in 0..<3 {
      let found = gradients(of: loss, at: [x])[0]
      #expect(found.doubles == [1, 2])
      found.fill(7)
      x.grad = nil
      loss.backward()
      let gradient = try #require(x.grad)
      #expect(gradient.doubles == [1, 2])
      gradient.fill(7)
    }
  }

  @Test func leavesAreFinalOnce() throws {
    let (a, b) = (Parameter([2]), Parameter([3]))
    var seen: [[Double]] = []
    (a * b + a * a).sum().backward { leaf in seen.append(leaf.grad?.doubles ?? []) }
    #expect(seen.count == 2 && seen.contains([7]) && seen.contains([2]))
  }

  @Test func anomaliesStop() async {
    await #expect(processExitsWith: .failure) { detectAnomalies { _ = Tensor([-1]).log() } }
    #expect(Tensor([-1]).log().item().isNaN)
  }

  @Test func twoOptimizersDoNotShareAParameter() throws {
    let (a, b) = (Parameter([1]), Parameter([2]))
    let first = try Optimizer([a, b], SGD())
    let error = #expect(throws: DescentError.self) { _ = try Optimizer([b], SGD()) }
    #expect(error?.message.contains("another optimizer updates 0") == true)
    withExtendedLifetime(first) {}
  }
}
