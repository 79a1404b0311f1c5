import Descent
import DescentCharts
import Foundation

/// Momentum.
extension LectureEntry {
  // MARK: Momentum

  static func momentumRates(_ sheet: LectureSheet) throws {
    let rates = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8]
    var lines: [(String, [(Double, Double)])] = []
    for momentum in [0, 0.25, 0.5, 0.75, 0.9] {
      let ends = try rates.map { rate in
        distance(try follow(valley, SGD(learningRate: rate, momentum: momentum), steps: 40).points.last!)
      }
      sheet.note(
        "momentum \(momentum.short): distance after 40 steps", "",
        zip(rates, ends).map { String(format: "%.2g at \($0)", $1) }.joined(separator: ", "))
      lines.append(("momentum \(momentum.short)", zip(rates, ends).map { ($0, min($1, 1e3)) }))
    }
    var chart = lineChart("\(valley), 40 steps", "learning rate", "distance from (0, 0)", lines)
    chart.isLogarithmic = true
    for index in chart.lines.indices { chart.lines[index].style = .marked }
    try sheet.draw("distance", "Distances above 1000 are drawn as 1000.", chart)
    sheet.say(
      "Each momentum has a rate that suits it best; more momentum bears larger rates, up to η λ = 2 + 2 β.")
  }

  static func eigenvalues(_ sheet: LectureSheet) throws {
    let count = 8
    let bowl = try Quadratic(eigenvalues: (0..<count).map { pow(2, -Double($0)) })
    let ones = [Double](repeating: 1, count: count)
    for (name, rule) in [
      ("descent", SGD(learningRate: 1)), ("momentum", SGD(learningRate: 1, momentum: 0.8)),
    ] {
      let trace = try follow(bowl, rule, steps: 100, from: ones)
      if name == "descent" {
        for index in [1, 4, 7] {
          sheet.same(
            "descent, λ = 2^-\(index), after 100 steps", formula: pow(1 - pow(2, -Double(index)), 100),
            trace.points[100][index])
        }
      }
      sheet.note("\(name): distance after 100 steps", "", String(format: "%.4f", distance(trace.points[100])))
      try sheet.drawCurves(
        name, "Each coordinate by itself.",
        title: "Eigenvalues 2^-i, rate 1, \(name == "descent" ? "no momentum" : "momentum 0.8")",
        yLabel: "|x|", isLogarithmic: true,
        (0..<count).map { index in ("2^-\(index)", trace.points.map { max(abs($0[index]), 1e-12) }) })
    }
    sheet.say(
      "Without momentum each coordinate falls by its own 1 - λ, the flattest by under a percent a step; momentum speeds just these up."
    )
  }

  static func minimizer(_ sheet: LectureSheet) throws {
    let model = try Quadratic(matrix: [[3, 1], [1, 2]], linear: [1, -4], constant: 5)
    let result = try Newton.minimize(startingAt: [0, 0]) { model($0) }
    // -Q⁻¹ c and b - ½ cᵀ Q⁻¹ c, with Q⁻¹ = (2, -1; -1, 3) / 5.
    sheet.same("x1 = -(Q⁻¹c)1", formula: -(2 * 1 + -1 * -4) / 5.0, result.x[0], tolerance: 1e-9)
    sheet.same("x2", formula: -(-1 * 1 + 3 * -4) / 5.0, result.x[1], tolerance: 1e-9)
    sheet.same(
      "minimum b - ½ cᵀQ⁻¹c", formula: 5 - 0.5 * (1 * (2 * 1 + -1 * -4) + -4 * (-1 * 1 + 3 * -4)) / 5.0,
      result.value, tolerance: 1e-9)
    sheet.claim("Newton's steps", "one", "\(result.iterations)", result.iterations <= 2)
    sheet.say(
      "The gradient Qx + c vanishes at -Q⁻¹c. The notebook writes x - Q⁻¹c where x + Q⁻¹c is meant; Newton's method gets there in one step."
    )
  }

  static func momentumNoise(_ sheet: LectureSheet) throws {
    var curves: [(name: String, values: [Double])] = []
    for (name, momentum, rate) in [
      ("no momentum, rate 0.1", 0.0, 0.1), ("momentum 0.9, rate 0.1", 0.9, 0.1),
      ("momentum 0.9, rate 0.01", 0.9, 0.01),
    ] {
      let traces = try (0..<20).map {
        try follow(
          valley, SGD(learningRate: rate, momentum: momentum), steps: 200, noise: 1, seed: UInt64($0))
      }
      let values = (0...200).map { step in mean(traces.map { distance($0.points[step]) }) }
      sheet.note(
        "\(name): mean distance after 200 steps", "", String(format: "%.3f", mean(Array(values[150...]))))
      curves.append((name, values))
    }
    sheet.claim(
      "noise at the same rate", "momentum 0.9 has more of it",
      curves[..<2].map { String(format: "%.3f", mean(Array($0.values[150...]))) }.joined(separator: ", "),
      mean(Array(curves[1].values[150...])) > mean(Array(curves[0].values[150...])))
    try sheet.drawCurves(
      "noise", "Means over 20 seeds.", title: "\(valley), gradient noise 1", yLabel: "distance from (0, 0)",
      isLogarithmic: true, curves)
    let chapter = try sheet.data.airfoilChapter()
    for (size, momentum, rate) in [(1, 0.9, 0.0005), (10, 0.9, 0.005), (100, 0.9, 0.05)] {
      let run = try chapter.train(SGD(learningRate: rate, momentum: momentum), batchSize: size, epochs: 4)
      sheet.note(
        "airfoil, batches of \(size), momentum \(momentum), rate \(rate.short)", "",
        String(format: "loss %.4f", run.loss))
    }
    sheet.say(
      "Momentum 0.9 steps as ten times the rate would, and is as noisy; with a tenth of the rate both are much as without."
    )
  }
}
