import Foundation

extension TestFunction {
  /// Of two variables: these can be drawn.
  static let ofTwoVariables: [TestFunction] = [
    TestFunction(name: "quadratic", start: [-5, -2], minima: [0]) { x in
      [x[0] * 0.1.squareRoot(), x[1] * 2.0.squareRoot()]
    },
    TestFunction(name: "rosenbrock", start: [-1.2, 1], minima: [0]) { x in
      [10 * (x[1] - x[0] * x[0]), 1 - x[0]]
    },
    TestFunction(name: "beale", start: [1, 1], minima: [0]) { x in
      let (a, b, c): (Tensor, Tensor, Tensor) = (1.0 - x[1], 1.0 - x[1].pow(2), 1.0 - x[1].pow(3))
      return [1.5 - x[0] * a, 2.25 - x[0] * b, 2.625 - x[0] * c]
    },
    TestFunction(name: "himmelblau", start: [0, 0], minima: [0]) { x in
      [x[0] * x[0] + x[1] - 11.0, x[0] + x[1] * x[1] - 7.0]
    },
    TestFunction(name: "booth", start: [-4, 4], minima: [0]) { x in
      [x[0] + x[1] * 2.0 - 7.0, x[0] * 2.0 + x[1] - 5.0]
    },
    TestFunction(name: "freudenstein-roth", start: [0.5, -2], minima: [0, 48.98425367924]) { x in
      let (a, b): (Tensor, Tensor) = ((5.0 - x[1]) * x[1] - 2.0, (x[1] + 1.0) * x[1] - 14.0)
      return [x[0] - 13.0 + a * x[1], x[0] - 29.0 + b * x[1]]
    },
    TestFunction(name: "powell-badly-scaled", start: [0, 1], minima: [0]) { x in
      let sum: Tensor = (-x[0]).exp() + (-x[1]).exp()
      return [x[0] * x[1] * 1e4 - 1.0, sum - 1.0001]
    },
    TestFunction(name: "brown-badly-scaled", start: [1, 1], minima: [0]) { x in
      [x[0] - 1e6, x[1] - 2e-6, x[0] * x[1] - 2]
    },
    TestFunction(name: "jennrich-sampson", start: [0.3, 0.4], minima: [124.362182355615]) { x in
      let i = range(10) { $0 }
      let (a, b): (Tensor, Tensor) = ((i * x[0]).exp(), (i * x[1]).exp())
      return [i * 2.0 + 2.0 - a - b]
    },
  ]
}
