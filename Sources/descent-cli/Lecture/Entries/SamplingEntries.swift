import Descent
import Foundation

extension LectureEntry {
  /// Chance: shares of samples, the mean and the spread of stochastic gradients; and what batches cost.
  static var sampling: [LectureEntry] {
    [
      LectureEntry(
        name: "sampling", document: .notebook,
        title: "Sampling with replacement: 0.63 of the samples are seen in a pass, 0.37 once", run: shares),
      LectureEntry(
        name: "unbiased", document: .notebook,
        title: "The stochastic gradient is on average the gradient", run: unbiased),
      LectureEntry(
        name: "minibatch-variance", document: .notebook,
        title: "A mini-batch's gradient has b^-1/2 of the standard deviation", run: variance),
      LectureEntry(
        name: "epoch-counts", document: .notebook,
        title: "Steps an epoch: 1500 by single samples, 5 for 2 of 10, 10⁵ for 100 of 10⁷", run: epochCounts),
      LectureEntry(
        name: "vectorization", document: .notebook,
        title: "A matrix product by elements, by columns, whole and in blocks of 64: Gflop/s",
        run: vectorization),
      LectureEntry(
        name: "risk-cost", document: .slides,
        title: "The empirical risk costs in proportion to the number of samples", run: riskCost),
    ]
  }

  private static func shares(_ sheet: LectureSheet) throws {
    let (n, passes) = (10_000, 20)
    let generator = Generator(seed: 0)
    let sampler = try RandomSampler(replacement: true)
    var (seen, once): ([Double], [Double]) = ([], [])
    for epoch in 0..<passes {
      var counts = [Int](repeating: 0, count: n)
      for index in sampler.order(of: n, epoch: epoch, generator: generator) { counts[index] += 1 }
      seen.append(Double(counts.count { $0 > 0 }) / Double(n))
      once.append(Double(counts.count { $0 == 1 }) / Double(n))
    }
    let all = pow(1 - 1 / Double(n), Double(n))
    sheet.printed("P(at least once), 1 - (1 - 1/N)^N at N = 10000", "0.63", 1 - all)
    sheet.printed("P(exactly once), (1 - 1/N)^(N - 1)", "0.37", all / (1 - 1 / Double(n)))
    // Five standard errors of the mean over the passes.
    sheet.chance("share seen, mean of 20 passes", "0.63", seen.reduce(0, +) / 20, in: 0.6285...0.6357)
    sheet.chance("share seen exactly once", "0.37", once.reduce(0, +) / 20, in: 0.3625...0.3733)
    let order = RandomSampler().order(of: n, epoch: 0, generator: generator)
    sheet.claim(
      "without replacement", "each observation once", "\(Set(order).count) of \(n)", Set(order).count == n)
    let sizes = [1, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000].map(Double.init)
    var chart = lineChart(
      "Samples seen in a pass with replacement", "samples N", "probability",
      [
        ("at least once", sizes.map { ($0, 1 - pow(1 - 1 / $0, $0)) }),
        ("exactly once", sizes.map { ($0, pow(1 - 1 / $0, $0 - 1)) }),
      ])
    chart.isXLogarithmic = true
    try sheet.draw("shares", "Both probabilities against the number of samples.", chart)
    sheet.say(
      "A pass with replacement misses more than a third of the samples. The notebook's middle form of the second probability has (N - 1)/N where N/(N - 1) is meant; the limit is the same."
    )
  }

  /// A regression with random data, and the gradient of each sample at one place.
  private static func sampleGradients(_ n: Int) -> (each: [[Double]], full: [Double]) {
    let generator = Generator(seed: 1)
    let x = Tensor.randn([n, 3], dtype: .float64, generator: generator)
    let y = Tensor.randn([n, 1], dtype: .float64, generator: generator)
    let w = Parameter(Tensor([0.5, -1, 0.25], shape: [3, 1], dtype: .float64))
    func gradient(_ rows: Range<Int>) -> [Double] {
      w.grad = nil
      (MSELoss()(x[rows: rows].matmul(w), y[rows: rows])).backward()
      return w.grad!.doubles
    }
    return ((0..<n).map { gradient($0..<$0 + 1) }, gradient(0..<n))
  }

  private static func unbiased(_ sheet: LectureSheet) throws {
    let n = 200
    let (each, full) = sampleGradients(n)
    for axis in 0..<3 {
      let mean = each.reduce(0) { $0 + $1[axis] } / Double(n)
      sheet.same("element \(axis + 1): mean of \(n) single gradients", formula: full[axis], mean)
    }
    let generator = Generator(seed: 0)
    let order = generator.integers(below: n, count: 2000)
    var sums = [0.0]
    for index in order { sums.append(sums.last! + each[index][0]) }
    let running = sums.indices.dropFirst().map { sums[$0] / Double($0) }
    try sheet.drawCurves(
      "mean", "The mean of single gradients drawn at random approaches the full one.",
      title: "Element 1 of the gradient", xLabel: "samples drawn", yLabel: "mean of the gradients",
      [("single gradients, mean so far", running), ("full gradient", running.map { _ in full[0] })])
    sheet.say(
      "The mean over all samples is the full gradient but for rounding; that of random ones wanders towards it."
    )
  }

  private static func variance(_ sheet: LectureSheet) throws {
    let n = 1000
    let (each, _) = sampleGradients(n)
    let generator = Generator(seed: 0)
    let draws = 4000
    let sizes = [1, 2, 4, 8, 16, 32, 64, 128]
    let deviations = sizes.map { size -> Double in
      let means = (0..<draws).map { _ in
        generator.integers(below: n, count: size).reduce(0) { $0 + each[$1][0] } / Double(size)
      }
      return Tensor(means).standardDeviation().item()
    }
    for (size, deviation) in zip(sizes, deviations).dropFirst() {
      let expected = pow(Double(size), -0.5)
      sheet.chance(
        "b = \(size), of that of b = 1", String(format: "b^-1/2 = %.4f", expected), deviation / deviations[0],
        in: expected * 0.92...expected * 1.08)
    }
    var chart = lineChart(
      "Standard deviation of a mini-batch gradient", "batch size b", "standard deviation",
      [
        ("measured, 4000 batches each", zip(sizes, deviations).map { (Double($0), $1) }),
        ("as b^-1/2", sizes.map { (Double($0), deviations[0] * pow(Double($0), -0.5)) }),
      ])
    (chart.isXLogarithmic, chart.isLogarithmic) = (true, true)
    (chart.lines[0].style, chart.lines[1].style) = (.points, .dashed)
    try sheet.draw("deviation", "Measured and by the formula.", chart)
    sheet.say(
      "Each doubling of the batch takes the noise to 0.71 of what it was: four times the work for half the noise."
    )
  }

  private static func epochCounts(_ sheet: LectureSheet) throws {
    func batches(_ samples: Int, _ size: Int) throws -> Int {
      try DataLoader(
        TensorDataset(
          inputs: .zeros([samples, 1], dtype: .uint8), targets: .zeros([samples], dtype: .uint8)),
        batchSize: size
      ).batchCount
    }
    sheet.printed("1500 samples, one a step", "1500", Double(try batches(1500, 1)))
    sheet.printed("10 samples in batches of 2", "5", Double(try batches(10, 2)))
    sheet.printed("10⁷ samples in batches of 100", "1e5", Double(try batches(10_000_000, 100)))
    sheet.printed("8 GPUs in each of 16 servers, an image each", "128", Double(8 * 16))
    sheet.printed("2 GHz, 16 cores, 32 bytes a cycle: bytes a second", "1e12", 2e9 * 16 * 32)
    sheet.say("DataLoader counts them; the last two lines are the notebook's sums.")
  }

  // MARK: Time

  private static func vectorization(_ sheet: LectureSheet) throws {
    let n = 256
    let (b, c) = (Tensor.randn([n, n]), Tensor.randn([n, n]))
    let columns = c.transposed().contiguous()
    let flops = 2 * Double(n * n * n)
    func best(_ rounds: Int, _ body: () -> Void) -> Double {
      body()
      return (0..<rounds).map { _ in ContinuousClock().measure(body).seconds }.min()!
    }
    let seconds = noGrad {
      [
        best(1) {
          for i in 0..<n {
            for j in 0..<n { _ = (b[i] * columns[j]).sum() }
          }
        },
        best(5) { for j in 0..<n { _ = b.matmul(columns[j].reshaped([n, 1])) } },
        best(20) { _ = b.matmul(c) },
        best(20) { for j in stride(from: 0, to: n, by: 64) { _ = b.matmul(c[.all, j..<j + 64]) } },
      ]
    }
    let names = ["element", "column", "full", "block"]
    let printed = ["1.473", "85.459", "117.515", "398.282"]
    let times = ["1.3574 s", "0.0234 s", "0.0050 s", ""]
    for index in names.indices {
      sheet.note(
        "\(names[index]): seconds", times[index], String(format: "%.3g s", seconds[index]))
      sheet.note(
        "\(names[index]): Gflop/s", printed[index], String(format: "%.3f", flops / seconds[index] / 1e9))
    }
    sheet.claim(
      "element, column, full", "each faster than the one before",
      seconds[..<3].map { String(format: "%.2g s", $0) }.joined(separator: ", "),
      seconds[0] > seconds[1] && seconds[1] > seconds[2])
    sheet.claim(
      "blocks of 64 columns", "essentially as efficient as full",
      String(format: "%.0f %% of full's pace", 100 * seconds[2] / seconds[3]), seconds[3] < 3 * seconds[2])
    sheet.printed("2 / 1.357414960861206", "1.473", 2 / 1.357414960861206)
    sheet.printed("2 / 0.023403167724609375", "85.459", 2 / 0.023403167724609375)
    sheet.printed("2 / 0.005021572113037109", "398.282", 2 / 0.005021572113037109)
    sheet.say(
      "The notebook divides 2 by the seconds, as if 256³ were 10⁹: its Gflop/s are 60 times too many (2 · 256³ is 0.034 · 10⁹). Its time of the full product belongs to the 398.282 that it prints for the blocks, as the last line shows."
    )
    var chart = lineChart(
      "256 x 256 times 256 x 256", "way: 1 element, 2 column, 3 full, 4 block", "Gflop/s",
      [("", seconds.enumerated().map { (Double($0 + 1), flops / $1 / 1e9) })])
    chart.isLogarithmic = true
    chart.lines[0].style = .marked
    try sheet.draw("pace", "The pace of each way, on this machine.", chart)
  }

  private static func riskCost(_ sheet: LectureSheet) throws {
    let model = Sequential {
      Linear(64, 128)
      ReLU()
      Linear(128, 10)
    }
    let sizes = [1000, 2000, 4000, 8000, 16_000, 32_000]
    let seconds = noGrad {
      sizes.map { size -> Double in
        let (x, y) = (Tensor.randn([size, 64]), Tensor(classes: (0..<size).map { $0 % 10 }))
        let loss = CrossEntropyLoss()
        return (0..<5).map { _ in ContinuousClock().measure { _ = loss(model(x), y).item() }.seconds }.min()!
      }
    }
    let ratio = seconds[5] / seconds[2]
    sheet.claim(
      "32000 samples against 4000", "proportional to N: 8 times", String(format: "%.1f times", ratio),
      ratio > 3 && ratio < 24)
    try sheet.draw(
      "cost", "Seconds for the loss over all samples.",
      lineChart(
        "The empirical risk of a small network", "samples N", "milliseconds",
        [("", zip(sizes, seconds).map { (Double($0), 1e3 * $1) })]))
    sheet.say("Twice as many samples take about twice the time.")
  }
}
