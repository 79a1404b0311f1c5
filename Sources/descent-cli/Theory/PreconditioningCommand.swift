import ArgumentParser
import Descent
import DescentCharts

/// `descent theory preconditioning`
struct PreconditioningCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "preconditioning",
    abstract:
      "Dividing a quadratic by its diagonal: eigenvalues, condition and Gerschgorin's discs before and after.",
    discussion: """
      descent theory preconditioning --matrix "0.2,0;0,4"       the lecture's: nothing is left to do
      descent theory preconditioning --matrix "4.2,-3.8;-3.8,4.2"   the same turned by 45 degrees: no help
      """)

  @Option(parsing: .unconditional, help: "The symmetric matrix Q, row by row with ; between.")
  var matrix = "100,5,1;5,4,0.5;1,0.5,0.2"
  @Option(
    parsing: .unconditional,
    help: "By how much gradient descent is to bring the distance from the minimum down.")
  var factor = 1e-3
  @OptionGroup var output: TheoryOutput

  func run() throws {
    let file = try output.file()
    guard factor > 0, factor < 1 else {
      throw DescentError(.invalidArgument, "--factor is \(factor.short), must be between 0 and 1")
    }
    let rows = matrix.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    let numbers = try rows.map { row in try NumberList.parse(row, count: 1...50, option: "a row of --matrix")
    }
    try Runtime.setThreads(1)
    let before = try Quadratic(matrix: numbers)
    let after = try before.diagonallyPreconditioned()
    try page(before, after).show(chart(before, after), to: file)
  }

  private func page(_ before: Quadratic, _ after: Quadratic) throws -> TheoryPage {
    let both = [("Q", before), ("preconditioned", after)]
    let summary = try both.map { name, quadratic in
      let spectrum = quadratic.spectrum
      return [name] + [spectrum.smallest, spectrum.largest, spectrum.condition].map(brief)
        + (try steps(quadratic))
    }
    return TheoryPage(
      title: "Preconditioning x^T Q x / 2 by Q's diagonal",
      formulas: [
        "condition number = largest eigenvalue / smallest",
        "preconditioned: diag(Q)^(-1/2) Q diag(Q)^(-1/2), with the elements Q_ij / sqrt(Q_ii Q_jj), ones on its diagonal",
        "Gerschgorin: each eigenvalue lies in a disc around some Q_jj, as wide as row j's other elements add up to",
      ],
      tables: [
        ("", [["", "smallest", "largest", "condition", "steps to \(brief(factor))", "by SGD"]] + summary),
        ("Q: discs on the real line by their centers, eigenvalues by size", discs(before)),
        ("preconditioned", discs(after)),
      ],
      source: Lectures.d2l("Adagrad", "Preconditioning") + "; Gerschgorin 1931")
  }

  /// Of gradient descent with the best learning rate: by formula, and as it takes.
  private func steps(_ quadratic: Quadratic) throws -> [String] {
    let spectrum = quadratic.spectrum
    guard spectrum.smallest > 0 else { return ["never", "-"] }
    let rate = SGDDynamics.bestLearningRate(smallest: spectrum.smallest, largest: spectrum.largest)
    let dynamics = SGDDynamics(learningRate: rate, curvature: spectrum.smallest)
    let expected = max(1, dynamics.steps(toFactor: factor).rounded(.up))
    guard expected <= Self.longest else { return [brief(expected), "-"] }
    let measured = try quadratic.steps(
      by: SGD(learningRate: rate), toFactor: factor, most: 2 * Int(expected) + 10)
    return [brief(expected), measured.map { "\($0)" } ?? "-"]
  }

  /// Steps that are made at most: some seconds.
  private static let longest = 100_000.0

  private func discs(_ quadratic: Quadratic) -> [[String]] {
    let discs = GerschgorinDisc.discs(of: quadratic.matrix).enumerated()
      .sorted { $0.element.center < $1.element.center }
    return [["row", "center", "radius", "from", "to", "eigenvalue"]]
      + discs.enumerated().map { index, rowAndDisc in
        let (row, disc) = rowAndDisc
        return ["\(row + 1)"]
          + [
            disc.center, disc.radius, disc.range.lowerBound, disc.range.upperBound,
            quadratic.spectrum.values[index],
          ].map(brief)
      }
  }

  private func chart(_ before: Quadratic, _ after: Quadratic) -> DiscChart {
    DiscChart(
      title: "Gerschgorin's discs and the eigenvalues", xLabel: "Real part", yLabel: "Imaginary part",
      discName: "disc of a row", pointName: "eigenvalue",
      panels: [("Q", before), ("Preconditioned by the diagonal", after)].map { name, quadratic in
        let spectrum = quadratic.spectrum
        return .init(
          title: "\(name): condition \(brief(spectrum.condition))",
          discs: GerschgorinDisc.discs(of: quadratic.matrix).map { (x: $0.center, y: 0, radius: $0.radius) },
          points: spectrum.values.map { (x: $0, y: 0) })
      })
  }
}
