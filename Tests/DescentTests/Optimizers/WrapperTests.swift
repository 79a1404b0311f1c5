import Descent
import Testing

/// Lookahead, SAM, averaged models, schedule-free evaluation.
@Suite struct WrapperTests {
  private func parameter(_ values: [Double]) -> Parameter { Parameter(Tensor(values, dtype: .float64)) }

  /// Against the paper's two loops written out.
  @Test(arguments: [1, 3, 5]) func lookahead(_ steps: Int) throws {
    let p = parameter(exactNumbers(67))
    let optimizer = try Optimizer([p], Lookahead(SGD(learningRate: 0.1), steps: steps, alpha: 0.25))
    var (fast, slow) = (exactNumbers(67), exactNumbers(67))
    for step in 1...10 {
      let g = exactNumbers(67, step: step)
      p.grad = Tensor(g, dtype: .float64)
      try optimizer.step()
      fast = zip(fast, g).map { $0 - 0.1 * $1 }
      if step % steps == 0 {
        slow = zip(slow, fast).map { $0 + 0.25 * ($1 - $0) }
        fast = slow
      }
      // Differences of steps from up to 2.
      #expect(largestULP(p.doubles, fast, .float64, scale: 2) <= 16)
    }
  }

  /// The rules over whole tensors go through another pass: the same formulas.
  @Test func lookaheadAroundAMatrixRule() throws {
    let (a, b) = (Parameter(.ones([2, 2], dtype: .float64)), Parameter(.ones([2, 2], dtype: .float64)))
    let plain = try Optimizer([a], Muon(learningRate: 0.5))
    let wrapped = try Optimizer([b], Lookahead(Muon(learningRate: 0.5), steps: 1, alpha: 0.5))
    for p in [a, b] { p.grad = Tensor([1, 2, 3, 5], shape: [2, 2], dtype: .float64) }
    try plain.step()
    try wrapped.step()
    #expect(largestULP(b.doubles, a.doubles.map { 0.5 + 0.5 * $0 }, .float64) <= 4)
  }

  @Test(arguments: [false, true]) func sam(_ adaptive: Bool) throws {
    let p = parameter([2, -1])
    let optimizer = try Optimizer([p], SGD(learningRate: 0.1))
    let sam = SAM(optimizer, rho: 0.5, adaptive: adaptive)
    var (w, expectedLoss) = ([2.0, -1.0], 0.0)
    for _ in 0..<3 {
      let report = try sam.step { () throws(DescentError) in
        optimizer.zeroGrad()
        let loss = (p * p * p).sum()
        loss.backward()
        return loss
      }
      let g = w.map { 3 * $0 * $0 }
      let scaled = adaptive ? zip(w, g).map { $0 * $1 } : g
      let norm = scaled.map { $0 * $0 }.reduce(0, +).squareRoot()
      let moved = zip(w, g).map { w, g in w + 0.5 * (adaptive ? w * w : 1) * g / (norm + 1e-12) }
      expectedLoss = w.map { $0 * $0 * $0 }.reduce(0, +)
      w = zip(w, moved).map { $0 - 0.1 * 3 * $1 * $1 }
      // Differences of steps from up to 2.
      #expect(largestULP(p.doubles, w, .float64, scale: 2) <= 64)
      #expect(abs(try #require(report.loss) - expectedLoss) < 1e-12)
    }
  }

  @Test func samPutsParametersBack() throws {
    let p = parameter([2, -1])
    let optimizer = try Optimizer([p], SGD())
    let sam = SAM(optimizer)
    var calls = 0
    #expect(throws: DescentError.self) {
      try sam.step { () throws(DescentError) in
        calls += 1
        if calls == 2 { throw DescentError(.invalidArgument, "enough") }
        optimizer.zeroGrad()
        let loss = (p * p).sum()
        loss.backward()
        return loss
      }
    }
    #expect(p.doubles == [2, -1])
    sam.rho = -1
    #expect(throws: DescentError.self) { try sam.step { () throws(DescentError) in p.sum() } }
  }

  @Test func averagesAreChecked() throws {
    let average = AveragedModel(Linear(3, 2))
    let error = try #require(throws: DescentError.self) { try average.update(from: Linear(2, 2)) }
    #expect(error.message.contains("weight") && average.averagedCount == 0)
    try average.update(from: Linear(3, 2))
    let copy = AveragedModel(Linear(3, 2))
    try copy.load(average.stateDict)
    #expect(
      copy.averagedCount == 1 && copy.stateDict.mapValues(\.doubles) == average.stateDict.mapValues(\.doubles)
    )
  }

  /// Finding a module's parts takes far longer than averaging them: once is enough. The optimizer that moves the
  /// parameters afterwards is followed.
  @Test func partsAreLookedUpOnce() throws {
    final class Counting: Module {
      let (first, second) = (Linear(3, 4), Linear(4, 2))
      var lookUps = 0
      override var members: [(name: String, member: Member)] {
        lookUps += 1
        return [("first", .module(first)), ("second", .module(second))]
      }
    }
    let (model, held) = (Counting(), Counting())
    let average = AveragedModel(held, .exponential(decay: 0.75))
    try average.update(from: model)
    let optimizer = try Optimizer(for: model, SGD(learningRate: 0.5))
    var expected = model.parameters.map(\.doubles)
    let before = (model.lookUps, held.lookUps)
    for _ in 0..<3 {
      for (_, parameter) in optimizer.parameters { parameter.grad = .ones(parameter.shape) }
      try optimizer.step()
      try average.update(from: model)
      expected = zip(expected, optimizer.parameters).map { old, new in
        zip(old, new.parameter.doubles).map { $0 + 0.25 * ($1 - $0) }
      }
    }
    #expect((model.lookUps, held.lookUps) == before && average.averagedCount == 4)
    for (parameter, numbers) in zip(held.parameters, expected) {
      #expect(largestULP(parameter.doubles, numbers, .float32, scale: 1) <= 4)
    }
    let other = Counting()
    try average.update(from: other)
    #expect(other.lookUps > 0)
    // A file may say anything about the count.
    var state = average.stateDict
    for count in [-1, .max] {
      state["n_averaged"] = Tensor([Int64(count)], shape: [])
      try average.load(state)
      let error = try #require(throws: DescentError.self) { try average.update(from: model) }
      #expect(error.message.contains("n_averaged is \(count)"))
    }
  }

  /// EMA as an average of the buffers too.
  @Test func averagesOfBuffers() throws {
    let (model, average) = (
      BatchNorm1d(2), AveragedModel(BatchNorm1d(2), .exponential(decay: 0.5), usesBuffers: true)
    )
    let last = AveragedModel(BatchNorm1d(2))
    for value in [1.0, 3.0] {
      model.runningMean!.tensor.copy(from: Tensor([value, value]))
      try average.update(from: model)
      try last.update(from: model)
    }
    #expect(average.stateDict["module.running_mean"]?.doubles == [2, 2])
    #expect(last.stateDict["module.running_mean"]?.doubles == [3, 3], "the last model's")
  }

  /// Evaluation happens at x, which the paper's form keeps; training goes on at y, to the bit.
  @Test func scheduleFreeEvaluation() throws {
    let p = parameter([4, -2])
    let optimizer = try Optimizer([p], ScheduleFreeSGD(learningRate: 0.1))
    var (x, z, y) = ([4.0, -2.0], [4.0, -2.0], [4.0, -2.0])
    for step in 1...8 {
      p.grad = Tensor(p.doubles.map { 2 * $0 }, dtype: .float64)
      try optimizer.step()
      z = zip(z, y).map { $0 - 0.1 * 2 * $1 }
      x = zip(x, z).map { $0 + ($1 - $0) / Double(step) }
      y = zip(x, z).map { 0.9 * $0 + 0.1 * $1 }
      let training = p.doubles
      // Differences of steps from up to 4.
      #expect(largestULP(training, y, .float64, scale: 4) <= 64)
      optimizer.withEvaluationWeights {
        #expect(largestULP(p.doubles, x, .float64, scale: 4) <= 64)
      }
      #expect(p.doubles == training)
    }
  }

  @Test func lbfgsKeepsWhatItHadWhenAClosureFails() throws {
    let p = parameter([3, 4])
    let optimizer = try Optimizer([p], LBFGS(lineSearch: .strongWolfe))
    func step(failing: Bool) throws {
      var calls = 0
      try optimizer.step { () throws(DescentError) in
        calls += 1
        if failing && calls == 2 { throw DescentError(.nonFinite, "no value") }
        optimizer.zeroGrad()
        let loss = (p * p * p * p).sum()
        loss.backward()
        return loss
      }
    }
    let error = try #require(throws: DescentError.self) { try step(failing: true) }
    #expect(error.message == "no value" && p.doubles == [3, 4])
    try step(failing: false)
    #expect(p.doubles.allSatisfy { abs($0) < 0.1 })
    try optimizer.setClipping(norm: 1)
    #expect(throws: DescentError.self) { try step(failing: false) }
    #expect(throws: DescentError.self) { try optimizer.step() }
  }
}
