import Descent
import Foundation

/// Sums of squares from Moré, Garbow and Hillstrom 1981, Testing Unconstrained Optimization Software: their standard
/// starts, and their minima (all known ones).
struct TestProblem: Sendable, CustomStringConvertible {
  let name: String
  let start: [Double]
  let minima: [Double]
  /// The residuals, in one or more vectors.
  let residuals: @Sendable (_ x: [Tensor]) -> [Tensor]

  var description: String { name }

  func value(_ x: Tensor) -> Tensor {
    let terms = residuals((0..<x.count).map { x[rows: $0..<$0 + 1] }).map { ($0 * $0).sum() }
    return terms.dropFirst().reduce(terms[0], +)
  }

  private static func vector(_ values: [Double]) -> Tensor { Tensor(values, dtype: .float64) }
  private static func range(_ count: Int, _ value: (Double) -> Double) -> Tensor {
    vector((1...count).map { value(Double($0)) })
  }

  @Sendable private static func watson(_ x: [Tensor]) -> [Tensor] {
    let t = range(29) { $0 / 29 }
    var (sum, slope) = (x[0] * 1, t * 0)
    for j in 1..<x.count {
      sum = sum + x[j] * t.pow(Double(j))
      slope = slope + x[j] * Double(j) * t.pow(Double(j - 1))
    }
    return [slope - sum * sum - 1, x[0], x[1] - x[0] * x[0] - 1]
  }

  static let all: [TestProblem] = [
    TestProblem(name: "Rosenbrock", start: [-1.2, 1], minima: [0]) { x in
      [10 * (x[1] - x[0] * x[0]), 1 - x[0]]
    },
    TestProblem(name: "Freudenstein and Roth", start: [0.5, -2], minima: [0, 48.98425367924]) { x in
      let (a, b): (Tensor, Tensor) = ((5.0 - x[1]) * x[1] - 2.0, (x[1] + 1.0) * x[1] - 14.0)
      return [x[0] - 13.0 + a * x[1], x[0] - 29.0 + b * x[1]]
    },
    TestProblem(name: "Powell badly scaled", start: [0, 1], minima: [0]) { x in
      let sum: Tensor = (-x[0]).exp() + (-x[1]).exp()
      return [x[0] * x[1] * 1e4 - 1.0, sum - 1.0001]
    },
    TestProblem(name: "Brown badly scaled", start: [1, 1], minima: [0]) { x in
      [x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2]
    },
    TestProblem(name: "Beale", start: [1, 1], minima: [0]) { x in
      let (a, b, c): (Tensor, Tensor, Tensor) = (1.0 - x[1], 1.0 - x[1].pow(2), 1.0 - x[1].pow(3))
      return [1.5 - x[0] * a, 2.25 - x[0] * b, 2.625 - x[0] * c]
    },
    TestProblem(name: "Jennrich and Sampson", start: [0.3, 0.4], minima: [124.362182355615]) { x in
      let i = range(10) { $0 }
      let (a, b): (Tensor, Tensor) = ((i * x[0]).exp(), (i * x[1]).exp())
      return [i * 2.0 + 2.0 - a - b]
    },
    TestProblem(name: "Bard", start: [1, 1, 1], minima: [8.21487730657897e-3, 17.4286933333]) { x in
      let y = vector([
        0.14, 0.18, 0.22, 0.25, 0.29, 0.32, 0.35, 0.39, 0.37, 0.58, 0.73, 0.96, 1.34, 2.10, 4.39,
      ])
      let u = range(15) { (i: Double) -> Double in i }
      let v = range(15) { (i: Double) -> Double in 16 - i }
      let w = range(15) { (i: Double) -> Double in min(i, 16 - i) }
      let below: Tensor = v * x[1] + w * x[2]
      let share: Tensor = u / below
      return [y - x[0] - share]
    },
    TestProblem(name: "Gaussian", start: [0.4, 1, 0], minima: [1.12793276961912e-8]) { x in
      let half = [0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521]
      let y = vector(half + [0.3989] + half.reversed())
      let d: Tensor = range(15) { (i: Double) -> Double in (8 - i) / 2 } - x[2]
      let power: Tensor = x[1] * (d * d) * -0.5
      return [x[0] * power.exp() - y]
    },
    TestProblem(name: "Meyer", start: [0.02, 4000, 250], minima: [87.9458551709]) { x in
      let y = vector([
        34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872,
      ])
      let below: Tensor = range(16) { (i: Double) -> Double in 45 + 5 * i } + x[2]
      let power: Tensor = x[1] / below
      return [x[0] * power.exp() - y]
    },
    TestProblem(name: "Box three-dimensional", start: [0, 10, 20], minima: [0, 7.55887e-2]) { x in
      let t = range(10) { (i: Double) -> Double in 0.1 * i }
      let (a, b): (Tensor, Tensor) = ((-t * x[0]).exp(), (-t * x[1]).exp())
      let difference: Tensor = (-t).exp() - (t * -10.0).exp()
      return [a - b - x[2] * difference]
    },
    TestProblem(name: "Powell singular", start: [3, -1, 0, 1], minima: [0]) { x in
      let (a, b): (Tensor, Tensor) = (x[0] + x[1] * 10.0, (x[2] - x[3]) * 5.0.squareRoot())
      let (c, d): (Tensor, Tensor) = (x[1] - x[2] * 2.0, x[0] - x[3])
      return [a, b, c * c, d * d * 10.0.squareRoot()]
    },
    TestProblem(name: "Wood", start: [-3, -1, -3, -1], minima: [0]) { x in
      let (a, b): (Tensor, Tensor) = (x[1] - x[0] * x[0], x[3] - x[2] * x[2])
      let (c, d): (Tensor, Tensor) = (x[1] + x[3] - 2.0, x[1] - x[3])
      let (e, f): (Tensor, Tensor) = (1.0 - x[0], 1.0 - x[2])
      let root = 10.0.squareRoot()
      return [a * 10.0, e, b * 90.0.squareRoot(), f, c * root, d / root]
    },
    TestProblem(
      name: "Kowalik and Osborne", start: [0.25, 0.39, 0.415, 0.39],
      minima: [3.07505603849238e-4, 1.02734e-3]
    ) { x in
      let y = vector([
        0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246,
      ])
      let u = vector([4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625])
      let (above, below): (Tensor, Tensor) = (u * u + u * x[1], u * u + u * x[2] + x[3])
      return [y - x[0] * above / below]
    },
    TestProblem(name: "Brown and Dennis", start: [25, 5, -5, -1], minima: [85822.2016263563]) { x in
      let t = range(20) { $0 / 5 }
      let (sine, cosine) = (range(20) { sin($0 / 5) }, range(20) { cos($0 / 5) })
      let (a, b): (Tensor, Tensor) = (x[0] + t * x[1] - t.exp(), x[2] + x[3] * sine - cosine)
      return [a * a + b * b]
    },
    TestProblem(
      name: "Osborne 1", start: [0.5, 1.5, -1, 0.01, 0.02], minima: [5.46489469748e-5]
    ) { x in
      let y = vector([
        0.844, 0.908, 0.932, 0.936, 0.925, 0.908, 0.881, 0.850, 0.818, 0.784, 0.751, 0.718, 0.685, 0.658,
        0.628,
        0.603, 0.580, 0.558, 0.538, 0.522, 0.506, 0.490, 0.478, 0.467, 0.457, 0.448, 0.438, 0.431, 0.424,
        0.420,
        0.414, 0.411, 0.406,
      ])
      let t = range(33) { 10 * ($0 - 1) }
      let (a, b): (Tensor, Tensor) = ((-t * x[3]).exp(), (-t * x[4]).exp())
      return [y - x[0] - x[1] * a - x[2] * b]
    },
    TestProblem(
      name: "Biggs EXP6", start: [1, 2, 1, 1, 1, 1], minima: [0, 5.65565e-3, 0.306366772624790]
    ) { x in
      let t = range(13) { (i: Double) -> Double in 0.1 * i }
      let (fast, slow): (Tensor, Tensor) = ((t * -10.0).exp() * 5.0, (t * -4.0).exp() * 3.0)
      let y: Tensor = (-t).exp() - fast + slow
      let (a, b, c): (Tensor, Tensor, Tensor) = ((-t * x[0]).exp(), (-t * x[1]).exp(), (-t * x[4]).exp())
      return [x[2] * a - x[3] * b + x[5] * c - y]
    },
    TestProblem(
      name: "Watson, n = 6", start: Array(repeating: 0, count: 6), minima: [2.28767005355e-3],
      residuals: watson),
    TestProblem(
      name: "Extended Rosenbrock, n = 10", start: (0..<10).map { $0 % 2 == 0 ? -1.2 : 1 }, minima: [0]
    ) { x in
      stride(from: 0, to: 10, by: 2).flatMap { i -> [Tensor] in
        let bend: Tensor = x[i + 1] - x[i] * x[i]
        return [bend * 10.0, 1.0 - x[i]]
      }
    },
    TestProblem(name: "Penalty I, n = 4", start: [1, 2, 3, 4], minima: [2.24997750089e-5]) { x in
      let a = 1e-5.squareRoot()
      var sum: Tensor = x[0] * x[0]
      for element in x.dropFirst() { sum = sum + element * element }
      return x.map { element -> Tensor in (element - 1.0) * a } + [sum - 0.25]
    },
    TestProblem(name: "Penalty II, n = 4", start: [0.5, 0.5, 0.5, 0.5], minima: [9.37629300735e-6]) { x in
      let a = 1e-5.squareRoot()
      let middle = (1..<4).map { i -> Tensor in
        let y = exp(Double(i + 1) / 10) + exp(Double(i) / 10)
        let (now, before): (Tensor, Tensor) = ((x[i] / 10.0).exp(), (x[i - 1] / 10.0).exp())
        return (now + before - y) * a
      }
      let tail = (1..<4).map { i -> Tensor in ((x[i] / 10.0).exp() - exp(-0.1)) * a }
      var weighted: Tensor = x[0] * x[0] * 4.0
      for j in 1..<4 { weighted = weighted + x[j] * x[j] * Double(4 - j) }
      let ends: [Tensor] = [x[0] - 0.2, weighted - 1.0]
      return middle + tail + ends
    },
    TestProblem(
      name: "Variably dimensioned, n = 8", start: (1...8).map { 1 - Double($0) / 8 }, minima: [0]
    ) { x in
      let parts = x.map { element -> Tensor in element - 1.0 }
      var sum = parts[0]
      for j in 1..<x.count { sum = sum + parts[j] * Double(j + 1) }
      return parts + [sum, sum * sum]
    },
    TestProblem(
      name: "Chebyquad, n = 8", start: (1...8).map { Double($0) / 9 }, minima: [3.51687372568e-3]
    ) { x in
      (1...8).map { degree -> Tensor in
        let terms = x.map { element -> Tensor in
          let y: Tensor = element * 2.0 - 1.0
          var (before, now): (Tensor, Tensor) = (y * 0.0 + 1.0, y)
          for _ in 1..<degree {
            let next: Tensor = y * now * 2.0 - before
            (before, now) = (now, next)
          }
          return now
        }
        let mean: Tensor = terms.dropFirst().reduce(terms[0], +) / 8.0
        let integral = degree % 2 == 0 ? -1 / (Double(degree * degree) - 1) : 0
        return mean - integral
      }
    },
  ]
}
