import CDescent
import Testing

/// Linear layers around where packing begins and ends, beside sums in double.
@Suite struct PackedLinearTests {
  typealias Buffer = ThreadTests.Buffer

  private static func values(_ buffer: Buffer, _ t: dsc_dtype) -> [Double] {
    t == DSC_FLOAT32
      ? buffer.bytes.bindMemory(to: Float.self).map(Double.init)
      : Array(buffer.bytes.bindMemory(to: Double.self))
  }

  /// The numbers as the type holds them, once in a buffer and once in double.
  private static func made(_ n: Int, _ seed: UInt64, _ t: dsc_dtype) -> (Buffer, [Double]) {
    let buffer = Buffer(ThreadTests.numbers(n, seed), t)
    return (buffer, values(buffer, t))
  }

  /// Whether each number is the sum of its products, but for rounding at the products' size.
  private func expect(
    _ found: Buffer, _ t: dsc_dtype, _ name: String, _ exact: (Int) -> (sum: Double, size: Double)
  ) {
    let unit = t == DSC_FLOAT32 ? 0x1p-24 : 0x1p-53
    for (i, value) in Self.values(found, t).enumerated() {
      let (sum, size) = exact(i)
      if abs(value - sum) > 40 * unit * size {
        Issue.record("\(name) \(i) is \(value), should be \(sum)")
        return
      }
    }
  }

  @Test(
    arguments: [
      (127, 40, 33), (128, 40, 33), (129, 1, 64), (190, 257, 1), (191, 513, 31), (1000, 17, 255),
      (16384, 5, 3),
      (16385, 5, 3),
    ], [DSC_ACTIVATION_NONE, DSC_ACTIVATION_RELU])
  func equalsSums(_ size: (batch: Int, inputs: Int, outputs: Int), _ activation: dsc_activation) {
    let (batch, inputs, outputs) = size
    for (t, adds) in [(DSC_FLOAT32, false), (DSC_FLOAT32, true), (DSC_FLOAT64, true)] {
      let (x, xs) = Self.made(batch * inputs, 1, t)
      let (w, ws) = Self.made(outputs * inputs, 2, t)
      let (b, bs) = Self.made(outputs, 3, t)
      let (dy, dys) = Self.made(batch * outputs, 4, t)
      let (dw, dws) = Self.made(outputs * inputs, 5, t)
      let (db, dbs) = Self.made(outputs, 6, t)
      let (y, dx) = (Buffer(zeros: batch * outputs, t), Buffer(zeros: batch * inputs, t))
      var layer = dsc_linear_call(
        dtype: t, activation: activation, batch: batch, inputs: inputs, outputs: outputs, x: x.p, w: w.p,
        b: adds ? b.p : nil, y: y.p)
      // dz in dy's place.
      var gradients = dsc_linear_gradients(
        dy: dy.p, dz: dy.p, dx: dx.p, dw: dw.p, db: db.p, add_dw: adds, add_db: adds)
      #expect(
        dsc_linear_forward(nil, &layer) == DSC_OK && dsc_linear_backward(nil, &layer, &gradients) == DSC_OK)
      let isRelu = activation == DSC_ACTIVATION_RELU
      expect(y, t, "y") { i in
        let (row, column) = (i / outputs * inputs, i % outputs * inputs)
        let start = adds ? bs[i % outputs] : 0
        let sum = (0..<inputs).reduce((start, abs(start))) {
          let product = xs[row + $1] * ws[column + $1]
          return ($0.0 + product, $0.1 + abs(product))
        }
        return (isRelu ? max(sum.0, 0) : sum.0, sum.1)
      }
      let ys = Self.values(y, t)
      let dzs = zip(dys, ys).map { !isRelu || $1 > 0 ? $0 : 0 }
      expect(dx, t, "dx") { i in
        (0..<outputs).reduce((0, 0)) {
          let product = dzs[i / inputs * outputs + $1] * ws[$1 * inputs + i % inputs]
          return ($0.0 + product, $0.1 + abs(product))
        }
      }
      expect(dw, t, "dw") { i in
        let start = adds ? dws[i] : 0
        return (0..<batch).reduce((start, abs(start))) {
          let product = dzs[$1 * outputs + i / inputs] * xs[$1 * inputs + i % inputs]
          return ($0.0 + product, $0.1 + abs(product))
        }
      }
      expect(db, t, "db") { i in
        let start = adds ? dbs[i] : 0
        return (0..<batch).reduce((start, abs(start))) {
          let dz = dzs[$1 * outputs + i]
          return ($0.0 + dz, $0.1 + abs(dz))
        }
      }
    }
  }

  /// NaN reaches every number that it is a factor of, through ReLU as well.
  @Test func notANumberPasses() {
    let (batch, inputs, outputs) = (130, 20, 40)
    var numbers = ThreadTests.numbers(batch * inputs, 1)
    numbers[7 * inputs + 3] = .nan
    let (x, w) = (Buffer(numbers, DSC_FLOAT32), Buffer(ThreadTests.numbers(outputs * inputs, 2), DSC_FLOAT32))
    let y = Buffer(zeros: batch * outputs, DSC_FLOAT32)
    var layer = dsc_linear_call(
      dtype: DSC_FLOAT32, activation: DSC_ACTIVATION_RELU, batch: batch, inputs: inputs, outputs: outputs,
      x: x.p,
      w: w.p, b: nil, y: y.p)
    #expect(dsc_linear_forward(nil, &layer) == DSC_OK)
    for (i, value) in Self.values(y, DSC_FLOAT32).enumerated() {
      #expect(value.isNaN == (i / outputs == 7))
    }
  }
}
