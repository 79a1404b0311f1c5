import Descent
import Testing

/// The losses' edges: what is empty, ignored, infinite or wrong.
@Suite struct LossTests {
  private func crossEntropy(_ logits: [Double], _ target: Int, dtype: DType = .float32) -> (Double, [Double])
  {
    let x = Tensor(logits, shape: [1, logits.count], dtype: dtype)
    x.requiresGrad = true
    let loss = CrossEntropyLoss()(x, Tensor(classes: [target]))
    loss.backward()
    return (loss.item(), x.grad?.doubles ?? [])
  }

  @Test(arguments: [DType.float32, .float64]) func largeLogitsAreStable(_ dtype: DType) {
    #expect(crossEntropy([1e4, -1e4, 0], 0, dtype: dtype) == (0, [0, 0, 0]))
    #expect(crossEntropy([1e4, -1e4, 0], 1, dtype: dtype) == (2e4, [1, -1, 0]))
    #expect(crossEntropy([0, -.infinity], 0, dtype: dtype) == (0, [0, 0]))
    #expect(crossEntropy([0, -.infinity], 1, dtype: dtype).0 == .infinity)
    #expect(crossEntropy([0, .infinity], 0, dtype: dtype).0.isNaN)
    #expect(crossEntropy([.nan, 0], 1, dtype: dtype).0.isNaN)
    #expect(crossEntropy([0, .nan], 0, dtype: dtype).0.isNaN)
  }

  @Test func emptyBatches() {
    let x = Tensor.zeros([0, 3])
    x.requiresGrad = true
    let targets = Tensor([Int64](), shape: [0])
    #expect(CrossEntropyLoss()(x, targets).item().isNaN)
    #expect(CrossEntropyLoss(reduction: .sum)(x, targets).item() == 0)
    #expect(CrossEntropyLoss(reduction: .none)(x, targets).count == 0)
    #expect(MSELoss()(x, x.detached()).item().isNaN)
    #expect(MSELoss(reduction: .sum)(x, x.detached()).item() == 0)
  }

  @Test func allTargetsIgnored() throws {
    let x = Tensor.ones([2, 3])
    x.requiresGrad = true
    let targets = Tensor(classes: [-100, -100])
    CrossEntropyLoss(reduction: .sum)(x, targets).backward()
    #expect(try #require(x.grad).doubles == [0, 0, 0, 0, 0, 0])
    #expect(CrossEntropyLoss()(x, targets).item().isNaN)
  }

  @Test func oneSampleWithoutABatchDimension() {
    let x = Tensor([1, 2, 3], dtype: .float64)
    let batch = x.reshaped([1, 3])
    #expect(
      CrossEntropyLoss()(x, Tensor([Int64(2)], shape: [])).item()
        == CrossEntropyLoss()(batch, Tensor(classes: [2])).item())
  }

  @Test func meanSquaredErrorIsDifferentiableInBothArguments() throws {
    let (a, b) = (Tensor([1, 2], dtype: .float64), Tensor([3, 5], dtype: .float64))
    (a.requiresGrad, b.requiresGrad) = (true, true)
    MSELoss(reduction: .sum)(a, b).backward()
    #expect(try #require(a.grad).doubles == [-4, -6])
    #expect(try #require(b.grad).doubles == [4, 6])
  }

  // MARK: Programmer errors name the shapes

  @Test func aTargetOutsideTheClassesStops() async {
    await #expect(processExitsWith: .failure) {
      _ = CrossEntropyLoss()(Tensor.zeros([2, 3]), Tensor(classes: [0, 3]))
    }
    await #expect(processExitsWith: .failure) {
      _ = CrossEntropyLoss()(Tensor.zeros([2, 3]), Tensor(classes: [-1, 0]))
    }
  }

  @Test func shapesThatDoNotMatchStop() async {
    await #expect(processExitsWith: .failure) { _ = MSELoss()(Tensor.zeros([2, 3]), Tensor.zeros([3, 2])) }
    await #expect(processExitsWith: .failure) {
      _ = CrossEntropyLoss()(Tensor.zeros([2, 3]), Tensor(classes: [0, 1, 2]))
    }
    await #expect(processExitsWith: .failure) { _ = CrossEntropyLoss(labelSmoothing: 1.5) }
  }
}
