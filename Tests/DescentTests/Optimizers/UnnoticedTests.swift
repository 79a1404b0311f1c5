import Descent
import Testing

/// Ways in which an optimizer would train nothing: they are said.
@Suite struct UnnoticedTests {
  private func parameter(_ values: [Double]) -> Parameter { Parameter(Tensor(values, dtype: .float64)) }

  // MARK: Two optimizers

  /// The second one's buffers would leave the first with numbers that are no longer the model's.
  @Test func aSecondOptimizerIsRefused() throws {
    let (a, b) = (parameter([1]), parameter([1]))
    let first = try Optimizer([a], SGD(learningRate: 0.5))
    let named = [("head", b), ("body", a)]
    let same = try #require(throws: DescentError.self) { try Optimizer([a], Adam()) }
    #expect(same.code == .invalidArgument && same.message.hasPrefix("another optimizer updates 0: "))
    let more = try #require(throws: DescentError.self) {
      try Optimizer(groups: [ParameterGroup(named, SGD())])
    }
    #expect(more.message.hasPrefix("another optimizer updates body: "))
    let other = try Optimizer([b], SGD(learningRate: 0.25))
    let error = try #require(throws: DescentError.self) {
      try other.addGroup(ParameterGroup([("body", a)], SGD()))
    }
    #expect(error.message.contains("updates body"))
    for p in [a, b] { p.grad = Tensor([1], dtype: .float64) }
    try first.step()
    try other.step()
    #expect(a.doubles == [0.5] && b.doubles == [0.75])
  }

  @Test func aReleasedOptimizerIsFollowedByAnother() throws {
    let p = parameter([1])
    var optimizer: Optimizer? = try Optimizer([p], SGD(learningRate: 0.5))
    p.grad = Tensor([1], dtype: .float64)
    try optimizer?.step()
    optimizer = nil
    optimizer = try Optimizer([p], SGD(learningRate: 0.25))
    try optimizer?.step()
    #expect(p.doubles == [0.25])
    try optimizer?.addGroup(ParameterGroup([("q", parameter([1]))], SGD()))
    #expect(p.doubles == [0.25])
  }

  /// What was refused takes nothing.
  @Test func aRefusedOptimizerOwnsNothing() throws {
    let (a, b) = (parameter([1]), Parameter(.ones([1])))
    #expect(throws: DescentError.self) { try Optimizer([a, b], SGD()) }
    #expect(throws: DescentError.self) { try Optimizer([a], SGD(learningRate: -1)) }
    #expect(throws: Never.self) { try Optimizer([a], SGD()) }
  }

  // MARK: No gradient

  @Test func aStepWithoutAnyGradientIsRefused() throws {
    let (a, b) = (parameter([1]), parameter([1]))
    let optimizer = try Optimizer([a, b], SGD(learningRate: 0.5))
    func refused(_ step: () throws -> Void) throws {
      let error = try #require(throws: DescentError.self) { try step() }
      #expect(
        error.code == .invalidArgument && error.message.contains("none of the optimizer's 2 parameters"))
    }
    try refused { try optimizer.step() }
    b.grad = Tensor([1], dtype: .float64)
    try optimizer.step()
    #expect(optimizer.lastReport?.updatedCount == 1)
    optimizer.zeroGrad()
    try refused { try optimizer.step() }
    let loss = parameter([3])
    try refused { try optimizer.step { loss.sum() } }
    try refused { try SAM(optimizer).step { loss.sum() } }
    #expect(a.doubles == [1] && b.doubles == [0.5])
    // The hook before may still bring one.
    optimizer.addHook(.beforeStep) { _ in a.grad = Tensor([1], dtype: .float64) }
    try optimizer.step()
    #expect(a.doubles == [0.5])
  }

  @Test func aClosureWithoutAnyGradientIsRefused() throws {
    let p = parameter([1])
    let optimizer = try Optimizer([p], LBFGS())
    let error = try #require(throws: DescentError.self) {
      try optimizer.step {
        optimizer.zeroGrad()
        return p.sum()
      }
    }
    #expect(error.message.contains("none of the optimizer's 1 parameters") && p.doubles == [1])
  }

  /// They would be left out, and their parameters never trained.
  @Test func lbfgsTakesNoRowGradients() throws {
    let (p, q) = (Parameter(.ones([2, 1], dtype: .float64)), parameter([1]))
    let optimizer = try Optimizer([p, q], LBFGS())
    let error = try #require(throws: DescentError.self) {
      try optimizer.step {
        optimizer.zeroGrad()
        p.rowGradient = RowGradient(rows: [0], values: .ones([1, 1], dtype: .float64))
        let loss = q.sum()
        loss.backward()
        return loss
      }
    }
    #expect(error.message == "L-BFGS takes no row gradients" && q.doubles == [1])
  }

  // MARK: What is measured

  @Test func normsAreOfTheirOwnOrder() throws {
    let p = parameter([0, 0])
    let optimizer = try Optimizer([p], SGD(learningRate: 1))
    p.grad = Tensor([3, 4], dtype: .float64)
    #expect(try optimizer.step().gradientNorm == nil)
    try optimizer.setClipping(norm: 1, normType: 1)
    let report = try optimizer.step()
    #expect(report.gradientNorm == 5 && report.clipNorm == 7)
    try optimizer.setClipping(value: 1)
    #expect(try optimizer.step().gradientNorm == nil, "a limit by value needs no norm")
    optimizer.collectsStatistics = true
    #expect(try optimizer.step().clipNorm == nil)
    #expect(optimizer.statistics()?.gradientNorm == 5)
  }

  /// Numbers that are not finite are not mistaken for none.
  @Test func statisticsOfNaN() throws {
    let (a, b) = (parameter([.nan]), parameter([1]))
    let optimizer = try Optimizer(groups: [
      ParameterGroup([("a", a)], SGD()), ParameterGroup([("b", b)], SGD()),
    ])
    optimizer.collectsStatistics = true
    a.grad = Tensor([.nan], dtype: .float64)
    try optimizer.step()
    #expect(optimizer.statistics(group: 0)?.gradientNorm.isNaN == true)
    #expect(optimizer.statistics(group: 1) == nil, "it took no part")
  }

  @Test func hooksCanTellASkippedStep() throws {
    let p = parameter([1])
    let optimizer = try Optimizer([p], SGD(learningRate: 1))
    optimizer.setGuard(.skip)
    var skipped: [Bool?] = []
    optimizer.addHook(.afterStep) { skipped.append($0.lastReport?.wasSkipped) }
    for gradient in [1, Double.nan, 1] {
      p.grad = Tensor([gradient], dtype: .float64)
      try optimizer.step()
    }
    #expect(skipped == [false, true, false] && p.doubles == [-1])
  }
}
