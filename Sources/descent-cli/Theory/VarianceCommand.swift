import ArgumentParser
import Descent
import DescentCharts

/// `descent theory variance`
struct VarianceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "variance",
    abstract: "Mini-batches' gradients: their standard deviation by batch size, by formula and as measured.")

  @Option(help: "The data set: \(StandardDataset.allCases.map(\.rawValue).joined(separator: ", ")).")
  var dataset = StandardDataset.glyphs.rawValue
  @Option(help: "The folder of the data set's files.")
  var dataDir: String?
  @Option(parsing: .unconditional, help: "How many of its first samples are taken.")
  var samples = 500
  @Option(parsing: .unconditional, help: "The batch sizes.")
  var batchSizes = "1,2,4,8,16,32,64,128,256"
  @Option(parsing: .unconditional, help: "How many batches are drawn of each size.")
  var repeats = 50
  @Option(parsing: .unconditional, help: "The seed of weights and draws.")
  var seed: UInt64 = 0
  @OptionGroup var output: TheoryOutput

  private struct Row {
    let batch: Int
    /// With replacement, and without: expected, measured.
    let drawn: (Double, Double), shuffled: (Double, Double)
  }

  func run() throws {
    let file = try output.file()
    try TheoryChecks.count(samples, "--samples", in: 2...100_000)
    try TheoryChecks.count(repeats, "--repeats", in: 1...100_000)
    let sizes = try TheoryChecks.integers(batchSizes, "--batch-sizes", in: 1...samples).sorted()
    try Runtime.setThreads(0)
    let data = try images()
    let noise = try noise(data)
    let generator = Generator(seed: seed)
    let rows = try sizes.map { batch in
      func pair(_ replacement: Bool) throws -> (Double, Double) {
        (
          noise.expected(batch: batch, replacement: replacement),
          try noise.measured(batch: batch, replacement: replacement, repeats: repeats, generator: generator)
        )
      }
      return Row(batch: batch, drawn: try pair(true), shuffled: try pair(false))
    }
    try page(rows, noise).show(chart(rows), to: file)
  }

  private func images() throws -> ImageDataset {
    let named = try StandardDataset.named(dataset)
    if named == .glyphs { return Glyphs.images(count: samples, seed: 0) }
    let data = try named.load(dataDirectory: dataDir).training
    guard data.count >= samples else {
      throw DescentError(.invalidArgument, "--samples is \(samples), \(dataset) has \(data.count)")
    }
    return data
  }

  /// Of softmax regression at its first weights.
  private func noise(_ data: ImageDataset) throws -> GradientNoise {
    Generator.default.manualSeed(seed)
    let model = Sequential {
      Flatten()
      Linear(data.height * data.width, data.classes)
    }
    let loss = CrossEntropyLoss()
    return try GradientNoise(of: model.parameters, samples: samples) { indices in
      let batch = data.batch(indices[...])
      return loss(model(batch.inputs), batch.targets)
    }
  }

  private func page(_ rows: [Row], _ noise: GradientNoise) -> TheoryPage {
    let header = ["batch b", "sigma/sqrt(b)", "drawn", "without", "drawn"]
    let cells = rows.map {
      ["\($0.batch)"] + [$0.drawn.0, $0.drawn.1, $0.shuffled.0, $0.shuffled.1].map(brief)
    }
    return TheoryPage(
      title: "Gradients of softmax regression over \(samples) samples of \(dataset)",
      formulas: [
        "a batch of b drawn with replacement: standard deviation sigma / sqrt(b)",
        "without replacement: sigma / sqrt(b) sqrt((n - b) / (n - 1)), 0 for all n samples",
        "sigma^2 = mean of |g_i - g|^2 over the samples: sigma = \(brief(noise.deviation)); |g| = \(brief(noise.length))",
      ],
      tables: [
        ("with replacement, and without; each by formula, and of \(repeats) batches", [header] + cells)
      ],
      source: Lectures.d2l("Minibatch Stochastic Gradient Descent", "Minibatches"))
  }

  private func chart(_ rows: [Row]) -> LineChart {
    func points(_ value: (Row) -> Double) -> [(x: Double, y: Double)] {
      rows.map { (x: Double($0.batch), y: value($0)) }
    }
    var chart = LineChart(
      title: "Standard deviation of mini-batches' gradients, \(dataset)", xLabel: "Batch size b",
      yLabel: "Standard deviation", isLogarithmic: true,
      lines: [
        .init(name: "σ / √b", points: points(\.drawn.0), style: .dashed, color: 0),
        .init(name: "with replacement, drawn", points: points(\.drawn.1), style: .points, color: 0),
        .init(name: "σ / √b √((n - b) / (n - 1))", points: points(\.shuffled.0), style: .dashed, color: 1),
        .init(name: "without replacement, drawn", points: points(\.shuffled.1), style: .points, color: 1),
      ])
    chart.isXLogarithmic = true
    return chart
  }
}
