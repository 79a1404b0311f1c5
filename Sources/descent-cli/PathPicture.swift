import Descent
import DescentCharts

/// Paths over a function's contours, as in the lectures: what part of the plane to show, and the minima in it.
struct PathPicture {
  /// Points one after another, each with the function's value.
  struct Path {
    var name: String
    var points: [[Double]]
    var values: [Double]

    fileprivate var lowest: [Double] { points[values.indices.min { values[$0] < values[$1] }!] }
  }

  let objective: any Objective
  let paths: [Path]
  let xRange: ClosedRange<Double>, yRange: ClosedRange<Double>

  /// Grid points on a side.
  private static let side = 201

  /// - Parameter window: what is shown of both axes; nil: the starts, where each path comes lowest, the minima near that, and
  ///   of the paths what is no farther off than half as much again as these are from one another.
  init(
    _ objective: any Objective, _ paths: [Path],
    window: (x: ClosedRange<Double>, y: ClosedRange<Double>)? = nil
  ) {
    (self.objective, self.paths) = (objective, paths)
    (xRange, yRange) = window ?? Self.window(objective, paths)
  }

  // MARK: What is shown

  private static func window(
    _ objective: any Objective, _ paths: [Path]
  ) -> (ClosedRange<Double>, ClosedRange<Double>) {
    let seen = paths.flatMap { [$0.points[0], $0.lowest] }
    let minima = paths.compactMap { minimum(objective, from: $0.lowest) }
    // A minimum far away, beyond a path that hardly moves, would leave nothing to see of that.
    let reach = lengths(seen).map { 20 * $0 }
    let near = minima.filter { place in
      seen.allSatisfy { $0 == seen[0] } || (0..<2).allSatisfy { abs(place[$0] - seen[0][$0]) <= reach[$0] }
    }
    let core = seen + near
    let length = lengths(core)
    let reached = (0..<2).map { axis -> ClosedRange<Double> in
      let places = core.map { $0[axis] }
      return places.min()! - 1.5 * length[axis]...places.max()! + 1.5 * length[axis]
    }
    let shown = (core + paths.flatMap(\.points)).filter { point in
      reached[0].contains(point[0]) && reached[1].contains(point[1])
    }
    let ranges = (0..<2).map { axis in
      let places = shown.map { $0[axis] }
      return places.min()! - 0.15 * length[axis]...places.max()! + 0.15 * length[axis]
    }
    return (ranges[0], ranges[1])
  }

  /// How far places lie apart along each axis; along one on which they hardly do, a quarter of what it is along the other.
  private static func lengths(_ places: [[Double]]) -> [Double] {
    let lengths = (0..<2).map { axis in places.map { $0[axis] }.max()! - places.map { $0[axis] }.min()! }
    let sizes = (0..<2).map { axis in places.map { abs($0[axis]) }.max()! }
    return (0..<2).map { axis in
      let fallback = max(0.25 * lengths[1 - axis], 0.2 * sizes[axis], 1e-3)
      return lengths[axis] > 1e-3 * sizes[axis] ? lengths[axis] : fallback
    }
  }

  // MARK: Minima

  private static func minimum(_ objective: any Objective, from start: [Double]) -> [Double]? {
    let result = try? Newton.minimize(startingAt: start) { objective($0) }
    // Where the gradient only fades away there is none.
    return result.flatMap { $0.reason.isGood && $0.inertia.zero == 0 ? $0.x : nil }
  }

  /// The minima that are seen: from the grid's points that are lower than those around, the lowest first.
  private func minima(_ values: [[Double]]) -> [(x: Double, y: Double)] {
    let inner = 1..<Self.side - 1
    let places = inner.flatMap { row in inner.map { (row: row, column: $0) } }
    let around: [(row: Int, column: Int)] = (-1...1).flatMap { row in
      (-1...1).map { (row: row, column: $0) }
    }.filter { $0.row != 0 || $0.column != 0 }
    let low = places.filter { place in
      let value = values[place.row][place.column]
      return around.allSatisfy { value < values[place.row + $0.row][place.column + $0.column] }
    }.sorted { values[$0.row][$0.column] < values[$1.row][$1.column] }
    let starts = low.prefix(12).map { [place(xRange, $0.column), place(yRange, $0.row)] }
    let found = (paths.map(\.lowest) + starts).compactMap { Self.minimum(objective, from: $0) }
    let (width, height) = (xRange.upperBound - xRange.lowerBound, yRange.upperBound - yRange.lowerBound)
    return found.reduce(into: []) { minima, place in
      let isSeen = xRange.contains(place[0]) && yRange.contains(place[1])
      let isNew = !minima.contains {
        abs($0.x - place[0]) < 0.01 * width && abs($0.y - place[1]) < 0.01 * height
      }
      if isSeen && isNew { minima.append((x: place[0], y: place[1])) }
    }
  }

  private func place(_ range: ClosedRange<Double>, _ index: Int) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * Double(index) / Double(Self.side - 1)
  }

  // MARK: The chart

  /// All paths in one picture; `isGrid`: each in its own.
  func chart(title: String, isGrid: Bool = false) -> ContourChart {
    let points = (0..<Self.side).flatMap { row in
      (0..<Self.side).map { [place(xRange, $0), place(yRange, row)] }
    }
    let all = objective.values(at: points)
    let values = (0..<Self.side).map { Array(all[$0 * Self.side..<($0 + 1) * Self.side]) }
    let lines = paths.map { path in
      LineChart.Line(name: path.name, points: path.points.map { (x: $0[0], y: $0[1]) })
    }
    return ContourChart(
      title: title, xLabel: "x1", yLabel: "x2", xRange: xRange, yRange: yRange, values: values,
      panels: isGrid ? lines.map { .init(title: $0.name, paths: [$0]) } : [.init(paths: lines)],
      minima: minima(values))
  }

  /// The first point of a path that is not seen.
  func leaves(_ path: Path) -> Int? {
    path.points.firstIndex { !xRange.contains($0[0]) || !yRange.contains($0[1]) }
  }
}
