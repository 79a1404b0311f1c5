import Foundation

extension TestFunction {
  /// Of three and four.
  static let ofFewVariables: [TestFunction] = [
    TestFunction(name: "helical-valley", start: [-1, 0, 0], minima: [0]) { x in
      let radius: Tensor = (x[0] * x[0] + x[1] * x[1]).sqrt()
      // The angle is cut along the negative second axis, as in the paper: atan, and half a turn where x1 < 0.
      let turn: Double = x[0].item() < 0 ? 0.5 : 0
      let angle: Tensor = (x[1] / x[0]).atan() / (2 * Double.pi) + turn
      return [(x[2] - angle * 10.0) * 10.0, (radius - 1.0) * 10.0, x[2]]
    },
    TestFunction(name: "bard", start: [1, 1, 1], minima: [8.21487730657897e-3, 17.4286933333]) { x in
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
    TestFunction(name: "gaussian", start: [0.4, 1, 0], minima: [1.12793276961912e-8]) { x in
      let half = [0.0009, 0.0044, 0.0175, 0.0540, 0.1295, 0.2420, 0.3521]
      let y = vector(half + [0.3989] + half.reversed())
      let d: Tensor = range(15) { (i: Double) -> Double in (8 - i) / 2 } - x[2]
      let power: Tensor = x[1] * (d * d) * -0.5
      return [x[0] * power.exp() - y]
    },
    TestFunction(name: "meyer", start: [0.02, 4000, 250], minima: [87.9458551709]) { x in
      let y = vector([
        34780, 28610, 23650, 19630, 16370, 13720, 11540, 9744, 8261, 7030, 6005, 5147, 4427, 3820, 3307, 2872,
      ])
      let below: Tensor = range(16) { (i: Double) -> Double in 45 + 5 * i } + x[2]
      let power: Tensor = x[1] / below
      return [x[0] * power.exp() - y]
    },
    TestFunction(name: "gulf", start: [5, 2.5, 0.15], minima: [0, 0.038]) { x in
      let t = range(99) { (i: Double) -> Double in i / 100 }
      let y = range(99) { (i: Double) -> Double in 25 + Foundation.pow(-50 * Foundation.log(i / 100), 2.0 / 3)
      }
      let power: Tensor = (y - x[1]).abs().pow(x[2])
      return [(-(power / x[0])).exp() - t]
    },
    TestFunction(name: "box-3d", start: [0, 10, 20], minima: [0, 7.55887e-2]) { x in
      let t = range(10) { (i: Double) -> Double in 0.1 * i }
      let (a, b): (Tensor, Tensor) = ((-t * x[0]).exp(), (-t * x[1]).exp())
      let difference: Tensor = (-t).exp() - (t * -10.0).exp()
      return [a - b - x[2] * difference]
    },
    TestFunction(name: "powell-singular", start: [3, -1, 0, 1], minima: [0]) { x in
      let (a, b): (Tensor, Tensor) = (x[0] + x[1] * 10.0, (x[2] - x[3]) * 5.0.squareRoot())
      let (c, d): (Tensor, Tensor) = (x[1] - x[2] * 2.0, x[0] - x[3])
      return [a, b, c * c, d * d * 10.0.squareRoot()]
    },
    TestFunction(name: "wood", start: [-3, -1, -3, -1], minima: [0]) { x in
      let (a, b): (Tensor, Tensor) = (x[1] - x[0] * x[0], x[3] - x[2] * x[2])
      let (c, d): (Tensor, Tensor) = (x[1] + x[3] - 2.0, x[1] - x[3])
      let (e, f): (Tensor, Tensor) = (1.0 - x[0], 1.0 - x[2])
      let root = 10.0.squareRoot()
      return [a * 10.0, e, b * 90.0.squareRoot(), f, c * root, d / root]
    },
    TestFunction(
      name: "kowalik-osborne", start: [0.25, 0.39, 0.415, 0.39],
      minima: [3.07505603849238e-4, 1.02734e-3]
    ) { x in
      let y = vector([
        0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246,
      ])
      let u = vector([4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625])
      let (above, below): (Tensor, Tensor) = (u * u + u * x[1], u * u + u * x[2] + x[3])
      return [y - x[0] * above / below]
    },
    TestFunction(name: "brown-dennis", start: [25, 5, -5, -1], minima: [85822.2016263563]) { x in
      let t = range(20) { $0 / 5 }
      let (sine, cosine) = (range(20) { sin($0 / 5) }, range(20) { cos($0 / 5) })
      let (a, b): (Tensor, Tensor) = (x[0] + t * x[1] - t.exp(), x[2] + x[3] * sine - cosine)
      return [a * a + b * b]
    },
  ]
}
