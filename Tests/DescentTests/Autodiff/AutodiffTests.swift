import Descent
import Testing

/// The tape: what is recorded, how gradients add up, and what it costs.
@Suite struct AutodiffTests {
  private func leaf(_ values: [Double]) -> Tensor {
    let x = Tensor(values, dtype: .float64)
    x.requiresGrad = true
    return x
  }

  @Test func gradientsAddUp() throws {
    let x = leaf([3])
    (x * x).sum().backward()
    #expect(try #require(x.grad).doubles == [6])
    (x * x).sum().backward()
    #expect(try #require(x.grad).doubles == [12])
    x.grad = nil
    (x * 2).sum().backward()
    #expect(try #require(x.grad).doubles == [2])
  }

  @Test func aTensorUsedTwiceGetsBothGradients() throws {
    let x = leaf([2])
    let y = x * x
    (y * y + y).sum().backward()
    #expect(try #require(x.grad).doubles == [4 * 8 + 2 * 2])
  }

  @Test func noGradRecordsNothing() {
    let x = leaf([1])
    let y = noGrad { x * 2 }
    #expect(!y.requiresGrad)
    #expect(noGrad { enableGrad { x * 2 }.requiresGrad })
    #expect((x * 2).requiresGrad)
    #expect(!x.detached().requiresGrad)
  }

  @Test func upstreamGradientsMultiply() throws {
    let x = leaf([1, 2])
    (x * x).backward(Tensor([10, 100], dtype: .float64))
    #expect(try #require(x.grad).doubles == [20, 400])
  }

  @Test func maximumSharesTies() throws {
    let (x, y) = (leaf([1]), leaf([1]))
    Tensor.maximum(x, y).sum().backward()
    #expect(try #require(x.grad).doubles == [0.5])
    #expect(try #require(y.grad).doubles == [0.5])
  }

  @Test func functionalGradientsLeaveLeavesAlone() {
    let x = leaf([2, 3])
    let product = x * x
    let found = gradients(of: product.sum(), at: [x, product, leaf([1])])
    #expect(found.map(\.doubles) == [[4, 6], [1, 1], [0]])
    #expect(x.grad == nil)
  }

  @Test func hessianOfRosenbrock() {
    let h = hessian(
      of: { p in
        let (x, y) = (p[rows: 0..<1], p[rows: 1..<2])
        return ((1 - x).pow(2) + 100 * (y - x * x).pow(2)).sum()
      }, at: Tensor([-1.2, 1], dtype: .float64))
    let expected = [1200 * 1.44 - 400 + 2, 480, 480, 200]
    #expect(largestULP(h.doubles, expected, .float64) <= 16)
  }

  @Test func hessianOfATrainedLoss() throws {
    let layer = Linear(2, 3, dtype: .float64, generator: Generator(seed: 1))
    let x = Tensor([0.5, -1, 2, 0.3], shape: [2, 2], dtype: .float64)
    let h = hessian(
      of: { CrossEntropyLoss()(linear(x, $0), Tensor(classes: [0, 2])) }, at: layer.weight.detached())
    #expect(h.shape == [6, 6])
    for i in 0..<6 { for j in 0..<6 { #expect(abs(h[i, j].item() - h[j, i].item()) < 1e-15) } }
  }

  /// A gradient with a graph is differentiable, and still what an optimizer steps by.
  @Test func gradientsWithAGraph() throws {
    let p = Parameter(Tensor([3], dtype: .float64))
    let optimizer = try Optimizer([p], SGD(learningRate: 0.5))
    p.pow(3).sum().backward(createGraph: true)
    let slope = try #require(p.grad)
    #expect(slope.doubles == [27] && gradients(of: slope, at: [p]).map(\.doubles) == [[18]])
    p.pow(2).sum().backward(createGraph: true)
    #expect(try #require(p.grad).doubles == [33])
    try optimizer.step()
    #expect(p.doubles == [3 - 0.5 * 33])
    optimizer.zeroGrad()
    (p * 2).sum().backward()
    #expect(try #require(p.grad).doubles == [2] && p.grad?.requiresGrad == false)
  }

  @Test func powerAtZero() throws {
    let x = leaf([0])
    x.pow(0).sum().backward()
    #expect(try #require(x.grad).doubles == [0])
    let y = leaf([0])
    y.pow(2).sum().backward()
    #expect(try #require(y.grad).doubles == [0])
  }

  /// A graph of 100,000 nodes is walked and taken down without recursion.
  @Test func longChains() throws {
    let x = leaf([1])
    var y = x
    for _ in 0..<100_000 { y = y + 1 }
    y.sum().backward()
    #expect(try #require(x.grad).doubles == [1])
  }

  /// After warm-up, a training step asks the system for no memory.
  @Test func trainingAllocatesNothing() throws {
    let model = Sequential {
      Linear(20, 30)
      ReLU()
      Linear(30, 5)
    }
    let optimizer = try Optimizer(for: model, Adam())
    let x = Tensor.rand([64, 20])
    let y = Tensor(classes: (0..<64).map { $0 % 5 })
    func step() throws {
      CrossEntropyLoss()(model(x), y).backward()
      try optimizer.step()
      optimizer.zeroGrad()
    }
    for _ in 0..<3 { try step() }
    let before = Memory.allocationCount
    for _ in 0..<100 { try step() }
    #expect(Memory.allocationCount == before)
  }

  // MARK: Mistakes stop with a message

  @Test func backwardWithoutATape() async {
    await #expect(processExitsWith: .failure) { Tensor([1, 2], dtype: .float32).sum().backward() }
    await #expect(processExitsWith: .failure) {
      let x = Tensor.ones([2])
      x.requiresGrad = true
      (x * 2).backward()
    }
  }

  @Test func aStepBetweenForwardAndBackward() async {
    await #expect(processExitsWith: .failure) {
      let layer = Linear(2, 2)
      let optimizer = try Optimizer(for: layer, SGD())
      let first = layer(.ones([1, 2])).sum()
      let second = layer(.ones([1, 2])).sum()
      first.backward()
      try optimizer.step()
      second.backward()
    }
  }

  @Test func shapesThatDoNotBroadcast() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]) + Tensor.zeros([2]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).matmul(.zeros([2, 3])) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]) + Tensor.zeros([2], dtype: .float64) }
  }
}
