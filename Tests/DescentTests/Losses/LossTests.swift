import Descent
import Foundation
import Numerics
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

  // MARK: Values that are not finite, and parameters

  private func value(_ loss: any Loss, _ x: [Double], _ y: [Double]) -> [Double] {
    loss(Tensor(x, dtype: .float64), Tensor(y, dtype: .float64)).doubles
  }

  @Test func extremesOfElementLosses() {
    let none = Reduction.none
    let logits = value(BCEWithLogitsLoss(reduction: none), [1e4, -1e4, .infinity], [1, 1, 1])
    #expect(logits[..<2] == [0, 1e4] && logits[2].isNaN, "0 * infinity, as in PyTorch")
    #expect(value(SoftMarginLoss(reduction: none), [1e4, -1e4], [1, 1]) == [0, 1e4])
    #expect(value(BCELoss(reduction: none), [0, 1, 0, 1], [0, 1, 1, 0]) == [0, 0, 100, 100])
    #expect(value(KLDivLoss(reduction: .none), [-1, 0, -.infinity], [0, 0, 0.5])[..<2] == [0, 0])
    #expect(value(KLDivLoss(reduction: .none), [-.infinity], [0.5]) == [.infinity])
    #expect(value(LogCoshLoss(reduction: none), [1e4, 0], [0, 0]) == [1e4 - 0.6931471805599453, 0])
    #expect(value(HuberLoss(reduction: none), [.infinity], [0]) == [.infinity])
    for loss in [
      MSELoss(reduction: none), L1Loss(reduction: none), SmoothL1Loss(reduction: none),
      HuberLoss(reduction: none),
      LogCoshLoss(reduction: none), QuantileLoss(reduction: none), BCELoss(reduction: none),
      BCEWithLogitsLoss(reduction: none), FocalLoss(reduction: none), PoissonNLLLoss(reduction: none),
      KLDivLoss(reduction: .none), SoftMarginLoss(reduction: none), HingeEmbeddingLoss(reduction: none),
    ] as [any Loss] {
      let values = value(loss, [.nan, 0.5], [1, 1])
      #expect(values[0].isNaN && values[1].isFinite, "\(loss)")
    }
  }

  /// [N, C, d1]: each place is a sample.
  @Test func dimensionsBehindTheClasses() throws {
    let x = Tensor(exactNumbers(24), shape: [2, 3, 4], dtype: .float64)
    let y = Tensor([Int64(0), 1, 2, -100, 2, 1, 0, 0], shape: [2, 4])
    let values = CrossEntropyLoss(reduction: .none)(x, y)
    #expect(values.shape == [2, 4] && values.doubles[3] == 0)
    let alone = CrossEntropyLoss()(x[1, .all, 2], Tensor([Int64(0)], shape: [])).item()
    #expect(abs(alone - values[1, 2].item()) < 1e-14)
    let mean = CrossEntropyLoss()(x, y).item()
    #expect(abs(mean - values.doubles.reduce(0, +) / 7) < 1e-14)
  }

  @Test func impossibleSequences() throws {
    let x = Tensor(exactNumbers(8), shape: [2, 1, 4], dtype: .float64).logSoftmax(dim: 2)
    #expect(CTCLoss()(x, targets: [[1, 1]]).item() == .infinity, "the repeated class needs a blank between")
    #expect(CTCLoss(zeroInfinity: true)(x, targets: [[1, 1]]).item() == 0)
    let blanks = x[.all, 0, 0].sum().item()
    #expect(CTCLoss(reduction: .sum)(x, targets: [[]]).item() == -blanks)
    #expect(CTCLoss(reduction: .none)(x, targets: [[1]], inputLengths: [0]).doubles == [.infinity])
    #expect(CTCLoss(reduction: .none)(x, targets: [[]], inputLengths: [0]).doubles == [0])
  }

  /// By the logits, for which PyTorch's gradient is the true one.
  @Test func ctcAgainstDifferences() throws {
    let x = Tensor(exactNumbers(60), shape: [5, 2, 6], dtype: .float64)
    try gradcheck(
      { CTCLoss()($0[0].logSoftmax(dim: 2), targets: [[1, 2, 2], [5]], inputLengths: [5, 4]) }, at: [x])
  }

  /// Lists, padded tensors, and one sample's classes after another's, mean the same.
  @Test func sequencesInTensors() {
    let x = Tensor(exactNumbers(60), shape: [5, 2, 6], dtype: .float64).logSoftmax(dim: 2)
    let (loss, steps, lengths) = (
      CTCLoss(reduction: .none), Tensor(classes: [5, 4]), Tensor(classes: [3, 1])
    )
    let lists = loss(x, targets: [[1, 2, 2], [5]], inputLengths: [5, 4]).doubles
    let padded = Tensor([Int64(1), 2, 2, 5, 0, 0], shape: [2, 3])
    #expect(loss(x, padded, steps, lengths).doubles == lists)
    #expect(loss([x, Tensor(classes: [1, 2, 2, 5]), steps, lengths]).doubles == lists)
    #expect(loss(x, padded[.all, ..<1]).doubles == loss(x, targets: [[1], [5]]).doubles)
  }

  /// In a process of its own, so that its most memory is this one's.
  @Test(arguments: [false, true]) func linearCrossEntropyNeverStoresAllLogits(_ hasGradient: Bool) async {
    await #expect(processExitsWith: .success) { [hasGradient = hasGradient as Bool] in
      let (samples, inputs, classes) = (2048, 16, 5000)
      let x = Tensor.zeros([samples, inputs])
      let head = LinearCrossEntropyLoss(inputs, classes, generator: Generator(seed: 1))
      let targets = Tensor(classes: (0..<samples).map { $0 % classes })
      x.requiresGrad = hasGradient
      let loss = hasGradient ? head(x, targets) : noGrad { head(x, targets) }
      if hasGradient { loss.backward() }
      try #require(abs(loss.item() - log(Double(classes))) < 1e-5)
      try #require(Memory.peakBytes < samples * classes * 4 / 4, "a quarter of the logits")
      try #require(head.stateDict.keys.sorted() == ["linear.weight"])
    }
  }

  /// A graph can be used again after a leaf has kept its gradient.
  @Test func crossEntropyTwiceBackward() throws {
    let x = Tensor(exactNumbers(6), shape: [2, 3], dtype: .float64)
    x.requiresGrad = true
    let loss = CrossEntropyLoss()(x, Tensor(classes: [0, 2]))
    loss.backward()
    let (once, kept) = (try #require(x.grad).doubles, x.grad)
    loss.backward()
    #expect(try #require(x.grad).doubles == once.map { 2 * $0 })
    x.grad = nil
    loss.backward()
    #expect(x.grad?.doubles == once)
    #expect(kept?.doubles == once.map { 2 * $0 }, "it has memory of its own")
  }

  // MARK: Complex numbers

  @Test func complexAbsoluteErrors() throws {
    for test in LossParityTests.file.cases where test.loss.loss == "complex_l1" {
      func check<Scalar: ComplexLossScalar & BinaryFloatingPoint>(_ type: Scalar.Type) {
        func numbers(_ step: Int) -> [Complex<Scalar>] {
          zip(exactNumbers(9, step: step), exactNumbers(9, step: step + 2)).map {
            Complex(Scalar($0), Scalar($1))
          }
        }
        let loss = L1Loss(reduction: test.loss.reduction)
        let (value, gradient) = loss.valueAndGradient(numbers(1), numbers(2))
        let error = largestULP(value.map { Double($0) }, test.value.map(\.value), test.dtype)
        #expect(error <= test.loss.budget)
        let parts = gradient.flatMap { [Double($0.real), Double($0.imaginary)] }
        #expect(largestULP(parts, test.gradients[0].map(\.value), test.dtype) <= test.loss.budget)
      }
      if test.dtype == .float32 { check(Float.self) } else { check(Double.self) }
    }
    let same = [Complex(1.0, 2.0)]
    #expect(L1Loss().valueAndGradient(same, same).gradient == [.zero])
  }

  // MARK: Penalties

  @Test(arguments: [Penalty(l1: 0.1), Penalty(l2: 0.3), Penalty(l1: 0.05, l2: 0.2)])
  func penaltiesInTheStepAreThoseOfTheExpression(_ penalty: Penalty) throws {
    for rule in [SGD(learningRate: 0.1), LARS(), Muon()] as [any OptimizerRule] {
      let numbers = exactNumbers(6).map { abs($0) < 0.1 ? 0 : $0 }
      let (a, b) = (
        Parameter(Tensor(numbers, shape: [2, 3], dtype: .float64)),
        Parameter(Tensor(numbers, shape: [2, 3], dtype: .float64))
      )
      let (inPass, asExpression) = (try Optimizer([a], rule), try Optimizer([b], rule))
      try inPass.setPenalty(penalty)
      for _ in 0..<3 {
        (a * a * a).sum().backward()
        let extra = penalty([b])
        ((b * b * b).sum() + extra).backward()
        let report = try inPass.step()
        #expect(abs(report.penalty - extra.item()) < 1e-12)
        try asExpression.step()
        inPass.zeroGrad()
        asExpression.zeroGrad()
        // Differences of steps from up to 2.
        #expect(largestULP(a.doubles, b.doubles, .float64, scale: 2) <= 4096)
      }
    }
    let optimizer = try Optimizer([Parameter(.ones([1]))], SGD())
    #expect(throws: DescentError.self) { try optimizer.setPenalty(Penalty(l1: -1)) }
    #expect(throws: DescentError.self) { try optimizer.setPenalty(Penalty(l2: .nan)) }
  }
}
