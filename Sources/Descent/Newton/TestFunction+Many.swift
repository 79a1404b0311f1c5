import Foundation

extension TestFunction {
  @Sendable private static func watson(_ x: [Tensor]) -> [Tensor] {
    let t = range(29) { $0 / 29 }
    var (sum, slope) = (x[0] * 1, t * 0)
    for j in 1..<x.count {
      sum = sum + x[j] * t.pow(Double(j))
      slope = slope + x[j] * Double(j) * t.pow(Double(j - 1))
    }
    return [slope - sum * sum - 1, x[0], x[1] - x[0] * x[0] - 1]
  }

  /// Of five and more; those of any number of variables with a usual one.
  static let ofManyVariables: [TestFunction] = [
    TestFunction(
      name: "osborne-1", start: [0.5, 1.5, -1, 0.01, 0.02], minima: [5.46489469748e-5]
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
    TestFunction(
      name: "biggs-exp6", start: [1, 2, 1, 1, 1, 1], minima: [0, 5.65565e-3, 0.306366772624790]
    ) { x in
      let t = range(13) { (i: Double) -> Double in 0.1 * i }
      let (fast, slow): (Tensor, Tensor) = ((t * -10.0).exp() * 5.0, (t * -4.0).exp() * 3.0)
      let y: Tensor = (-t).exp() - fast + slow
      let (a, b, c): (Tensor, Tensor, Tensor) = ((-t * x[0]).exp(), (-t * x[1]).exp(), (-t * x[4]).exp())
      return [x[2] * a - x[3] * b + x[5] * c - y]
    },
    TestFunction(
      name: "osborne-2", start: [1.3, 0.65, 0.65, 0.7, 0.6, 3, 5, 7, 2, 4.5, 5.5],
      minima: [4.01377362935e-2, 1.78981]
    ) { x in
      let y = vector([
        1.366, 1.191, 1.112, 1.013, 0.991, 0.885, 0.831, 0.847, 0.786, 0.725, 0.746, 0.679, 0.608, 0.655,
        0.616, 0.606, 0.602, 0.626, 0.651, 0.724, 0.649, 0.649, 0.694, 0.644, 0.624, 0.661, 0.612, 0.558,
        0.533, 0.495, 0.500, 0.423, 0.395, 0.375, 0.372, 0.391, 0.396, 0.405, 0.428, 0.429, 0.523, 0.562,
        0.607, 0.653, 0.672, 0.708, 0.633, 0.668, 0.645, 0.632, 0.591, 0.559, 0.597, 0.625, 0.739, 0.710,
        0.729, 0.720, 0.636, 0.581, 0.428, 0.292, 0.162, 0.098, 0.054,
      ])
      let t = range(65) { (i: Double) -> Double in (i - 1) / 10 }
      var model: Tensor = x[0] * (-(t * x[4])).exp()
      for k in 1...3 {
        let distance: Tensor = t - x[k + 7]
        let bell: Tensor = (-(distance * distance * x[k + 4])).exp()
        model = model + x[k] * bell
      }
      return [y - model]
    },
    TestFunction(
      name: "watson", start: Array(repeating: 0, count: 6), minima: [2.28767005355e-3],
      parts: watson),
    TestFunction(
      name: "extended-rosenbrock", start: (0..<10).map { $0 % 2 == 0 ? -1.2 : 1 }, minima: [0]
    ) { x in
      stride(from: 0, to: 10, by: 2).flatMap { i -> [Tensor] in
        let bend: Tensor = x[i + 1] - x[i] * x[i]
        return [bend * 10.0, 1.0 - x[i]]
      }
    },
    TestFunction(name: "penalty-1", start: [1, 2, 3, 4], minima: [2.24997750089e-5]) { x in
      let a = 1e-5.squareRoot()
      var sum: Tensor = x[0] * x[0]
      for element in x.dropFirst() { sum = sum + element * element }
      return x.map { element -> Tensor in (element - 1.0) * a } + [sum - 0.25]
    },
    TestFunction(name: "penalty-2", start: [0.5, 0.5, 0.5, 0.5], minima: [9.37629300735e-6]) { x in
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
    TestFunction(
      name: "variably-dimensioned", start: (1...8).map { 1 - Double($0) / 8 }, minima: [0]
    ) { x in
      let parts = x.map { element -> Tensor in element - 1.0 }
      var sum = parts[0]
      for j in 1..<x.count { sum = sum + parts[j] * Double(j + 1) }
      return parts + [sum, sum * sum]
    },
    TestFunction(
      name: "trigonometric", start: Array(repeating: 0.1, count: 10),
      minima: [0, 2.79506e-5, 4.21863e-5, 8.78823e-4]
    ) { x in
      let cosines = x.map { $0.cos() }
      let sum: Tensor = cosines.dropFirst().reduce(cosines[0], +)
      return x.indices.map { i -> Tensor in
        let turn: Tensor = (1.0 - cosines[i]) * Double(i + 1)
        return 10.0 - sum + turn - x[i].sin()
      }
    },
    TestFunction(
      name: "chebyquad", start: (1...8).map { Double($0) / 9 }, minima: [3.51687372568e-3]
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
