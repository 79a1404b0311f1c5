import CDescent
import Testing

/// A million times 0.1, wherever numbers are added up: float32 stays within a piece's rounding, whatever the length.
@Suite struct SumTests {
  typealias Buffer = ThreadTests.Buffer
  static let n = 1_000_000

  /// 0.1 in the buffer's type, and its square.
  private static func tenth(_ t: dsc_dtype) -> Double { t == DSC_FLOAT32 ? Double(Float(0.1)) : 0.1 }

  private func tenths(_ count: Int, _ t: dsc_dtype) -> Buffer {
    Buffer([Double](repeating: 0.1, count: count), t)
  }

  /// The worst relative error of numbers that should all have one size.
  private func error(_ buffer: Buffer, _ t: dsc_dtype, _ right: Double) -> Double {
    let values =
      t == DSC_FLOAT32
      ? buffer.bytes.bindMemory(to: Float.self).map(Double.init)
      : Array(buffer.bytes.bindMemory(to: Double.self))
    return values.map { abs(abs($0) / right - 1) }.max()!
  }

  /// What is stated is more: 1100 of these units. But they do not all go one way.
  private func bound(_ t: dsc_dtype) -> Double { t == DSC_FLOAT32 ? 0x1p-24 * 260 : 0x1p-53 * 5000 }

  private static let types = [DSC_FLOAT32, DSC_FLOAT64]

  /// Thin operands and OpenBLAS's; k some pieces long, and so long that they are added up in double; and with what
  /// is there already.
  @Test(arguments: [(1, 1), (3, 7), (16, 40), (300, 1)], [false, true])
  func products(_ size: (Int, Int), _ adds: Bool) {
    let (m, n) = size
    for (t, k) in Self.types.flatMap({ t in [600, 20_000, m * n < 100 ? Self.n : 50_000].map { (t, $0) } }) {
      let (a, b, tenth) = (tenths(m * k, t), tenths(k * n, t), Self.tenth(t))
      for (transposeA, transposeB) in [(false, false), (false, true), (true, false), (true, true)] {
        let c = Buffer([Double](repeating: adds ? 4 : 0, count: m * n), t)
        #expect(dsc_gemm(nil, t, transposeA, transposeB, m, n, k, 2, a.p, b.p, adds ? 0.5 : 0, c.p) == DSC_OK)
        let right = 2 * tenth * tenth * Double(k) + (adds ? 2 : 0)
        #expect(error(c, t, right) < bound(t), "\(k), \(transposeA) \(transposeB)")
      }
    }
  }

  @Test(arguments: [(1, 1), (5, 1), (2, 3)], [false, true])
  func layers(_ size: (Int, Int), _ adds: Bool) {
    let (inputs, outputs) = size
    for t in Self.types {
      let (x, dy, tenth) = (tenths(Self.n * inputs, t), tenths(Self.n * outputs, t), Self.tenth(t))
      let (w, y) = (tenths(outputs * inputs, t), Buffer(zeros: Self.n * outputs, t))
      let (dw, db) = (tenths(outputs * inputs, t), tenths(outputs, t))
      var layer = dsc_linear_call()
      (layer.dtype, layer.batch, layer.inputs, layer.outputs) = (t, Self.n, inputs, outputs)
      (layer.x, layer.w, layer.y) = (UnsafeRawPointer(x.p), UnsafeRawPointer(w.p), y.p)
      var gradients = dsc_linear_gradients()
      (gradients.dy, gradients.dw, gradients.db) = (UnsafeRawPointer(dy.p), dw.p, db.p)
      (gradients.add_dw, gradients.add_db) = (adds, adds)
      #expect(dsc_linear_backward(nil, &layer, &gradients) == DSC_OK)
      let before = adds ? tenth : 0
      #expect(error(db, t, tenth * Double(Self.n) + before) < bound(t))
      #expect(error(dw, t, tenth * tenth * Double(Self.n) + before) < bound(t))
    }
  }

  @Test(arguments: [(1, 1), (3, 1), (1, 3), (2, 300)]) func dimensions(_ outer: Int, _ inner: Int) {
    for t in Self.types {
      let n = outer * inner > 100 ? 30_000 : Self.n
      let (x, out) = (tenths(outer * n * inner, t), Buffer(zeros: outer * inner, t))
      #expect(dsc_sum_run(nil, t, outer, n, inner, x.p, out.p) == DSC_OK)
      // Added up in double.
      #expect(error(out, t, Self.tenth(t) * Double(n)) < (t == DSC_FLOAT32 ? 0x1p-24 : 2e-13))
    }
  }

  @Test(arguments: [1, 2]) func softmax(_ inner: Int) {
    for t in Self.types {
      let (x, y) = (tenths(Self.n * inner, t), Buffer(zeros: Self.n * inner, t))
      #expect(dsc_softmax_run(nil, t, 1, Self.n, inner, false, x.p, y.p) == DSC_OK)
      #expect(error(y, t, 1 / Double(Self.n)) < (t == DSC_FLOAT32 ? 0x1p-24 : 2e-13))
    }
  }

  /// Bands of a linear layer's cross entropy; and losses, of elements and of classes.
  @Test func losses() {
    for t in Self.types {
      let (x, w, tenth) = (tenths(Self.n, t), Buffer(zeros: 2, t), Self.tenth(t))
      let (value, dw, db) = (Buffer(zeros: 1, t), Buffer(zeros: 2, t), Buffer(zeros: 2, t))
      let workspace = Buffer(zeros: dsc_linear_cross_entropy_workspace(t, Self.n, 2) / 4, t)
      let targets = [Int64](repeating: 1, count: Self.n)
      targets.withUnsafeBufferPointer { targets in
        var loss = dsc_linear_cross_entropy()
        (loss.loss.over.dtype, loss.loss.over.samples, loss.loss.over.classes) = (t, Self.n, 2)
        (loss.loss.over.inner, loss.loss.over.targets) = (1, targets.baseAddress)
        (loss.loss.over.ignore_index, loss.loss.over.reduction) = (-100, DSC_REDUCTION_SUM)
        (loss.inputs, loss.x, loss.linear) = (1, UnsafeRawPointer(x.p), UnsafeRawPointer(w.p))
        loss.workspace = workspace.p
        #expect(dsc_linear_cross_entropy_run(nil, &loss, value.p, nil, dw.p, db.p) == DSC_OK)
      }
      // Equal logits: a slope of 1/2 and -1/2 for each sample, a loss of ln 2.
      let half = Double(Self.n) / 2
      #expect(error(value, t, 0.6931471805599453 * Double(Self.n)) < (t == DSC_FLOAT32 ? 0x1p-22 : 2e-12))
      #expect(error(dw, t, tenth * half) < bound(t) && error(db, t, half) < bound(t))
      var squares = dsc_pointwise_loss()
      (squares.dtype, squares.n, squares.reduction) = (t, Self.n, DSC_REDUCTION_SUM)
      let zeros = Buffer(zeros: Self.n, t)
      (squares.x, squares.y) = (UnsafeRawPointer(x.p), UnsafeRawPointer(zeros.p))
      #expect(dsc_pointwise_loss_run(nil, &squares, value.p, nil, nil, nil) == DSC_OK)
      #expect(error(value, t, tenth * tenth * Double(Self.n)) < (t == DSC_FLOAT32 ? 0x1p-22 : 2e-12))
    }
  }
}
