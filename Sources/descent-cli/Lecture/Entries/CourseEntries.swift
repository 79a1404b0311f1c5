import Descent
import Foundation

extension LectureEntry {
  /// EE-559: sums over mini-batches, replicated data, evading local minima.
  static var course: [LectureEntry] {
    [
      LectureEntry(
        name: "course-accumulation", document: .course,
        title: "Summing the gradient through mini-batches gives the full batch's, in less memory",
        run: accumulation),
      LectureEntry(
        name: "course-partial-sums", document: .course,
        title: "A partial sum is an unbiased estimate, of greater variance", run: partialSums),
      LectureEntry(
        name: "course-replicated", document: .course,
        title: "M samples replicated K times: visit N / K of them, and move by K η", run: replicated),
      LectureEntry(
        name: "course-minibatch", document: .course,
        title: "From the exact loop to mini-batch SGD by moving three lines", run: minibatchLoop),
      LectureEntry(
        name: "course-evades", document: .course,
        title: "The stochastic behaviour helps evade local minima", run: evades),
    ]
  }

  /// A classification that a small network can learn.
  private static func problem(_ count: Int) -> (x: Tensor, y: Tensor) {
    let generator = Generator(seed: 2)
    let x = Tensor.randn([count, 10], generator: generator)
    return (x, x[.all, 0..<4].argmax(dim: 1))
  }

  private static func network() -> Sequential {
    manualSeed(0)
    return Sequential {
      Linear(10, 32)
      ReLU()
      Linear(32, 4)
    }
  }

  private static func accumulation(_ sheet: LectureSheet) throws {
    let (x, y) = problem(600)
    let loss = CrossEntropyLoss(reduction: .sum)
    let full = network()
    loss(full(x), y).backward()
    for size in [300, 100, 50, 1] {
      let part = network()
      for begin in stride(from: 0, to: 600, by: size) {
        loss(part(x[rows: begin..<begin + size]), y[rows: begin..<begin + size]).backward()
      }
      let away = zip(full.parameters, part.parameters).map { a, b -> Double in
        let (one, other) = (a.grad!, b.grad!)
        return ((one - other).abs().max().item()) / one.abs().max().item()
      }.max()!
      sheet.claim(
        "batches of \(size): gradient", "the full one, but for rounding", String(format: "%.1e away", away),
        away < 1e-4)
    }
    // The loop's own callback, a step an epoch.
    let ends = try [600, 50].map { size -> [Double] in
      let model = network()
      let trainer = Trainer(
        model: model, loss: CrossEntropyLoss(), optimizer: try Optimizer(for: model, SGD(learningRate: 0.5)))
      try trainer.fit(
        try DataLoader(TensorDataset(inputs: x, targets: y), batchSize: size), epochs: 20,
        callbacks: [GradientAccumulation(batches: .max)])
      return trainer.history.epochs.map(\.trainLoss)
    }
    let away = zip(ends[0], ends[1]).map { abs($0 - $1) }.max()!
    sheet.claim(
      "20 epochs of GradientAccumulation", "the same losses", String(format: "%.1e away", away), away < 1e-4)
    try sheet.drawCurves(
      "losses", "The loss of each epoch, in one batch of 600 and in twelve of 50.",
      title: "Full-batch descent, one step an epoch", xLabel: "epoch", yLabel: "loss",
      dashed: [1], [("one batch", ends[0]), ("12 batches, accumulated", ends[1])])
    sheet.say("The two curves lie on one another; the second needs the memory of 50 samples.")
  }

  private static func partialSums(_ sheet: LectureSheet) throws {
    let (x, y) = problem(600)
    let model = network()
    let loss = CrossEntropyLoss()
    func gradient(_ rows: [Int]) -> Double {
      for parameter in model.parameters { parameter.grad = nil }
      let index = Tensor(classes: rows)
      loss(model(x.selected(dim: 0, index)), y.selected(dim: 0, index)).backward()
      return model.parameters[0].grad![0, 0].item()
    }
    let full = gradient(Array(0..<600))
    let generator = Generator(seed: 0)
    var deviations: [Double] = []
    for size in [10, 40, 160] {
      let estimates = (0..<300).map { _ in gradient(Array(generator.permutation(600)[..<size])) }
      let mean = estimates.reduce(0, +) / 300
      let deviation = (estimates.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 299).squareRoot()
      deviations.append(deviation)
      // Within four standard errors.
      let error = 4 * deviation / 300.0.squareRoot()
      sheet.chance(
        "mean of 300 sums over \(size) samples", String(format: "%.5f", full), mean,
        in: full - error...full + error, digits: 5)
    }
    sheet.claim(
      "standard deviations", "greater for smaller parts",
      deviations.map { String(format: "%.4f", $0) }.joined(separator: ", "),
      deviations[0] > deviations[1] && deviations[1] > deviations[2])
    sheet.say("Every part is right on average; four times as many samples halve its error.")
  }

  private static func replicated(_ sheet: LectureSheet) throws {
    let (x, y) = problem(60)
    let (m, k) = (60, 5)
    let loss = CrossEntropyLoss(reduction: .sum)
    func walk(_ x: Tensor, _ y: Tensor, _ rate: Double) throws -> [Double] {
      let model = network()
      let optimizer = try Optimizer(for: model, SGD(learningRate: rate))
      return try (0..<30).map { _ in
        let value = loss(model(x), y)
        optimizer.zeroGrad()
        value.backward()
        try optimizer.step()
        return value.item() / Double(y.count)
      }
    }
    let rate = 1e-3
    let all = try walk(
      Tensor.cat(Array(repeating: x, count: k)), Tensor.cat(Array(repeating: y, count: k)), rate)
    let once = try walk(x, y, rate * Double(k))
    let away = zip(all, once).map { abs($0 - $1) }.max()!
    sheet.claim(
      "30 steps: \(m * k) samples and η, \(m) samples and \(k) η", "the same",
      String(format: "%.1e away", away), away < 1e-4)
    try sheet.drawCurves(
      "losses", "Both walks.", title: "Replicated data", yLabel: "mean loss",
      dashed: [1], [("\(m * k) samples, η", all), ("\(m) samples, \(k) η", once)])
    sheet.say("The same steps for a fifth of the work: redundancy in the data is computation for nothing.")
  }

  private static func minibatchLoop(_ sheet: LectureSheet) throws {
    let (x, y) = problem(600)
    let loss = CrossEntropyLoss(reduction: .sum)
    func train(_ isStochastic: Bool) throws -> [Double] {
      let model = network()
      let optimizer = try Optimizer(for: model, SGD(learningRate: 2e-4))
      return try (0..<20).map { _ in
        optimizer.zeroGrad()
        for begin in stride(from: 0, to: 600, by: 50) {
          if isStochastic { optimizer.zeroGrad() }
          loss(model(x[rows: begin..<begin + 50]), y[rows: begin..<begin + 50]).backward()
          if isStochastic { try optimizer.step() }
        }
        if !isStochastic { try optimizer.step() }
        return noGrad { loss(model(x), y).item() / 600 }
      }
    }
    let (exact, stochastic) = (try train(false), try train(true))
    let away = zip(exact, stochastic).map { abs($0 - $1) }.max()!
    sheet.claim(
      "largest difference of the losses", "12 steps an epoch in place of one long step",
      String(format: "%.3f", away), away < 0.2)
    sheet.claim(
      "loss after 20 epochs: exact, mini-batch", "similar behaviour, and newer estimates",
      String(format: "%.4f, %.4f", exact[19], stochastic[19]), stochastic[19] < exact[19] * 1.1)
    try sheet.drawCurves(
      "losses", "Exact descent and mini-batch descent for the same number of samples.",
      title: "The two loops of the slides",
      xLabel: "epoch", yLabel: "mean loss", dashed: [1],
      [("exact", exact), ("mini-batches of 50", stochastic)])
    sheet.say(
      "With sums of gradients, as in the slides, twelve steps at η go about as far as one step of the sum.")
  }

  private static func evades(_ sheet: LectureSheet) throws {
    let hilly = try Formula("x1^2 + 8 cos(3 x1) + x2^2")
    func lands(_ noise: Double) throws -> [Double] {
      try (0..<60).map { seed in
        try follow(
          hilly, SGD(learningRate: 0.02), steps: 600, schedule: .polynomial(totalIters: 600), noise: noise,
          seed: UInt64(seed),
          from: [4.5, 1]
        ).values.last!
      }
    }
    let lowest = try Newton.minimize(startingAt: [1, 0]) { hilly($0) }.value
    let (calm, noisy) = (try lands(0)[0], try lands(25))
    let share = Double(noisy.count { $0 < calm - 1 }) / 60
    sheet.claim(
      "exact gradients", "stays in the first minimum", String(format: "%.2f above the lowest", calm - lowest),
      calm > lowest + 1)
    sheet.claim(
      "noisy gradients: lower minima", "helps evade them", String(format: "%.0f %% of 60 seeds", 100 * share),
      share > 0.5)
    let traces = try [0.0, 25].map {
      try follow(
        hilly, SGD(learningRate: 0.02), steps: 600, schedule: .polynomial(totalIters: 600), noise: $0,
        from: [4.5, 1])
    }
    try sheet.drawPaths(
      "paths", "With exact gradients and with noisy ones.", hilly,
      zip(["exact", "noise 25"], traces).map { .init(name: $0, trace: $1) },
      title: "\(hilly)\nrate falling from 0.02 to 0 in 600 steps", window: (x: -5...6.0, y: -3.0...3.0))
    sheet.say("Noise carries most of the paths over the next hills while the rate is still large.")
  }
}
