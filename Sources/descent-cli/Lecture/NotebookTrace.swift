import Descent
import DescentCharts
import Foundation

/// The notebook's `train_2d`, with its formulas as they stand there: what Descent's optimizers are compared with.
struct NotebookTrace {
  /// Of a coordinate: x, a state, the gradient, and what becomes of both.
  typealias Rule = (_ x: Double, _ state: Double, _ gradient: Double) -> (x: Double, state: Double)

  let points: [[Double]]

  /// The points from (-5, -2) on a x1² + c x2².
  init(_ a: Double, _ c: Double, steps: Int = 20, _ rule: Rule) {
    var (x, state) = ([-5.0, -2.0], [0.0, 0.0])
    var points = [x]
    for _ in 0..<steps {
      for (axis, factor) in [a, c].enumerated() {
        (x[axis], state[axis]) = rule(x[axis], state[axis], 2 * factor * x[axis])
      }
      points.append(x)
    }
    self.points = points
  }

  static func descent(_ rate: Double) -> Rule { { x, _, g in (x - rate * g, 0) } }

  static func momentum(_ rate: Double, _ beta: Double) -> Rule {
    { x, v, g in
      let v = beta * v + g
      return (x - rate * v, v)
    }
  }

  static func adagrad(_ rate: Double) -> Rule {
    { x, s, g in
      let s = s + g * g
      return (x - rate / (s + 1e-6).squareRoot() * g, s)
    }
  }

  static func rmsprop(_ rate: Double, _ gamma: Double) -> Rule {
    { x, s, g in
      let s = gamma * s + (1 - gamma) * g * g
      return (x - rate / (s + 1e-6).squareRoot() * g, s)
    }
  }

  /// How far the points are from others, at most; relative where they are large.
  func distance(_ others: [[Double]]) -> Double {
    guard others.count == points.count else { return .infinity }
    return zip(points.joined(), others.joined()).map { abs($0 - $1) / max(1, abs($0)) }.max() ?? 0
  }
}

extension LectureSheet {
  /// Paths that are drawn over a function's contours.
  struct TracedPath {
    let name: String, trace: Trace
  }

  /// Compares a trace with the notebook's formulas.
  func compare(_ name: String, _ formula: NotebookTrace, _ trace: Trace) {
    let distance = formula.distance(trace.points)
    claim(
      "\(name): all \(formula.points.count) points", "by the notebook's formulas",
      String(format: "%.1e away", distance), distance <= 1e-12)
  }

  /// Draws paths over a function's contours.
  func drawPaths(
    _ name: String, _ caption: String, _ objective: any Objective, _ paths: [TracedPath], title: String,
    window: (x: ClosedRange<Double>, y: ClosedRange<Double>)? = nil, isGrid: Bool = false
  ) throws {
    let picture = PathPicture(
      objective,
      paths.map { PathPicture.Path(name: $0.name, points: $0.trace.points, values: $0.trace.values) },
      window: window)
    let chart = picture.chart(title: title, isGrid: isGrid)
    try keep(name, caption) { try chart.write($0, to: $1) }
  }

  /// Draws curves of values by step.
  ///
  /// - Parameter dashed: which of the curves are dashed, so that others that they lie on show.
  func drawCurves(
    _ name: String, _ caption: String, title: String, xLabel: String = "steps", yLabel: String,
    isLogarithmic: Bool = false, dashed: Set<Int> = [], _ curves: [(name: String, values: [Double])]
  ) throws {
    let lines = curves.enumerated().map { index, curve in
      let points = curve.values.enumerated().map { (x: Double($0), y: $1) }
      return LineChart.Line(
        name: curve.name, points: points.filter { $0.y.isFinite && (!isLogarithmic || $0.y > 0) },
        style: dashed.contains(index) ? .dashed : .plain)
    }
    try draw(
      name, caption,
      LineChart(
        title: title, xLabel: xLabel, yLabel: yLabel, isLogarithmic: isLogarithmic,
        lines: lines.filter { !$0.points.isEmpty }))
  }
}

/// A point's distance from the origin.
func distance(_ point: [Double]) -> Double { point.reduce(0) { $0 + $1 * $1 }.squareRoot() }

/// A chart of named lines.
func lineChart(
  _ title: String, _ xLabel: String, _ yLabel: String, _ lines: [(String, [(Double, Double)])]
) -> LineChart {
  LineChart(
    title: title, xLabel: xLabel, yLabel: yLabel,
    lines: lines.map { line in .init(name: line.0, points: line.1.map { (x: $0.0, y: $0.1) }) })
}
