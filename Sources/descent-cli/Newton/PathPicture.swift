import Descent
import DescentCharts

/// Paths over a function's contours, as in the lecture.
struct PathPicture {
  let function: TestFunction
  let paths: [(name: String, points: [[Double]])]

  /// The first path whole, and of the others what is no farther off than it is long.
  private func range(_ coordinate: Int) -> ClosedRange<Double> {
    let first = paths[0].points.map { $0[coordinate] }
    let (low, high) = (first.min()!, first.max()!)
    let length = max(high - low, 0.2 * max(abs(low), abs(high)), 1e-3)
    let near = paths.flatMap(\.points).map { $0[coordinate] }.filter { low - length...high + length ~= $0 }
    return near.min()! - 0.2 * length...near.max()! + 0.2 * length
  }

  var chart: ContourChart {
    let (xRange, yRange, side) = (range(0), range(1), 201)
    func place(_ range: ClosedRange<Double>, _ index: Int) -> Double {
      range.lowerBound + (range.upperBound - range.lowerBound) * Double(index) / Double(side - 1)
    }
    let values = (0..<side).map { row in
      (0..<side).map { column in
        noGrad { function(Tensor([place(xRange, column), place(yRange, row)], dtype: .float64)) }.item()
      }
    }
    return ContourChart(
      title: "\(function)", xLabel: "x1", yLabel: "x2", xRange: xRange, yRange: yRange, values: values,
      paths: paths.map { path in
        .init(name: path.name, points: path.points.map { (x: $0[0], y: $0[1]) })
      })
  }
}
