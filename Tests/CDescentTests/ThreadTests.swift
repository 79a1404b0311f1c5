import CDescent
import Testing

/// Every parallel kernel gives the same bits on 1, 2 and 4 threads, in both types.
@Suite struct ThreadTests {
  static func numbers(_ n: Int, _ seed: UInt64) -> [Double] {
    var random = dsc_random()
    dsc_random_seed(&random, seed)
    var values = [Double](repeating: 0, count: n)
    dsc_random_normal(&random, DSC_FLOAT64, n, 0, 1, &values)
    return values
  }

  /// A buffer of either type.
  final class Buffer {
    let bytes: UnsafeMutableRawBufferPointer
    init(_ values: [Double], _ dtype: dsc_dtype) {
      bytes = .allocate(byteCount: max(values.count, 1) * dsc_dtype_size(dtype), alignment: 64)
      for (i, value) in values.enumerated() {
        if dtype == DSC_FLOAT32 {
          bytes.storeBytes(of: Float(value), toByteOffset: i * 4, as: Float.self)
        } else {
          bytes.storeBytes(of: value, toByteOffset: i * 8, as: Double.self)
        }
      }
    }
    convenience init(zeros n: Int, _ dtype: dsc_dtype) { self.init([Double](repeating: 0, count: n), dtype) }
    deinit { bytes.deallocate() }
    var p: UnsafeMutableRawPointer { bytes.baseAddress! }
    var contents: [UInt8] { Array(bytes) }
  }

  /// A kernel run on a context, and its outputs' bytes.
  typealias Kernel = @Sendable (OpaquePointer?, dsc_dtype) -> [[UInt8]]

  static let kernels: [(name: String, run: Kernel)] =
    [
      ("gemm", { gemm($0, $1, 300, 260, 190) }),
      ("gemm, tall", { gemm($0, $1, 5000, 10, 64) }),
      ("gemm, long", { gemm($0, $1, 70, 40, 17_000) }),
      ("regression", { context, _ in regression(context) }),
      ("least squares", { context, _ in leastSquares(context) }),
      ("gemm, wide", { gemm($0, $1, 16, 1000, 700) }),
      ("linear", { linear($0, $1, 37, 301, 517) }),
      ("linear, packed", { linear($0, $1, 300, 130, 70) }),
      // Rows of dw are turned by 48 with two threads, by 24 with four.
      ("linear, packed for many outputs", { linear($0, $1, 600, 300, 800) }),
      ("linear, long", { linear($0, $1, 17_000, 20, 30) }),
      ("cross entropy", crossEntropy),
      ("losses", losses),
      ("ctc", ctc),
      ("sums", sums),
      ("elementwise", elementwise),
      ("batch norm", batchNorm),
      ("assignments", assignments),
      ("step of several runs", stepOfRuns),
    ]
    + (0..<dsc_rule_count()).map { String(cString: dsc_rule_at($0).pointee.name) }.map { rule in
      (rule, { optimizer($0, $1, rule) })
    }

  @Test(arguments: kernels.indices) func threadsAgree(_ index: Int) {
    let (name, run) = Self.kernels[index]
    for dtype in [DSC_FLOAT32, DSC_FLOAT64] {
      let results = [1, 2, 4].map { threads in
        var context: OpaquePointer?
        #expect(dsc_context_create(Int32(threads), &context) == DSC_OK)
        defer { dsc_context_destroy(context) }
        return run(context, dtype)
      }
      #expect(results[0] == results[1] && results[0] == results[2], "\(name)")
      #expect(results[0].contains { $0.contains { $0 != 0 } }, "\(name) wrote nothing")
    }
  }

  /// To every second column of a tensor, and to one row again and again, of which the last stays.
  @Sendable private static func assignments(_ c: OpaquePointer?, _ t: dsc_dtype) -> [[UInt8]] {
    let rows = 100_000
    let source = TensorHandle((0..<rows * 3).map { Double($0 / 3) }, [rows, 3], t, context: c)
    let (wide, row) = (
      TensorHandle(numbers(rows * 6, 1), [rows, 6], t, context: c),
      TensorHandle([0, 0, 0], [1, 3], t, context: c)
    )
    for (target, whole) in [
      (try? TensorHandle.from { dsc_slice(wide.handle, 1, 0, 6, 2, $0) }, wide),
      (try? TensorHandle.from { dsc_expand(row.handle, 2, [rows, 3], $0) }, row),
    ] {
      withExtendedLifetime((target, whole)) {
        #expect(dsc_tensor_assign(target?.handle, source.handle) == DSC_OK)
      }
    }
    #expect(row.numbers == [Double](repeating: Double(rows - 1), count: 3))
    return [wide.bytes, row.bytes]
  }

  private static func gemm(_ c: OpaquePointer?, _ t: dsc_dtype, _ m: Int, _ n: Int, _ k: Int) -> [[UInt8]] {
    let (a, b, out) = (Buffer(numbers(m * k, 1), t), Buffer(numbers(k * n, 2), t), Buffer(zeros: m * n, t))
    #expect(dsc_gemm(c, t, false, false, m, n, k, 1, a.p, b.p, 0, out.p) == DSC_OK)
    return [out.contents]
  }

  /// A softmax regression, in several chunks.
  @Sendable private static func regression(_ c: OpaquePointer?) -> [[UInt8]] {
    let (samples, features, classes) = (1500, 40, 3)
    let (x, noise) = (numbers(samples * features, 1), numbers(samples, 2))
    let y = (0..<samples).map { x[$0 * features] + noise[$0] > 0 ? 2 : Double($0 % 2) }
    var (coefficients, result) = (
      [Double](repeating: 0, count: classes * (features + 1)), dsc_glm_result()
    )
    var covariance = [Double](repeating: 0, count: coefficients.count * coefficients.count)
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        var problem = dsc_glm(
          family: DSC_GLM_SOFTMAX, samples: samples, features: features, classes: classes,
          inputs: x.baseAddress, targets: y.baseAddress, weights: nil, intercept: true)
        let status = dsc_glm_fit(c, &problem, nil, nil, nil, &coefficients, &covariance, &result)
        #expect(Int(status) == DSC_NEWTON_GRADIENT)
      }
    }
    return [coefficients, covariance].map { $0.withUnsafeBytes { Array($0) } }
  }

  /// A column that nearly is another: in twice the precision, in several chunks.
  private static func leastSquares(_ c: OpaquePointer?) -> [[UInt8]] {
    let (samples, features) = (20_000, 5)
    var x = numbers(samples * features, 1)
    for i in 0..<samples { x[i * features + 4] = x[i * features] + 1e-9 * x[i * features + 4] }
    let y = numbers(samples, 2)
    var (coefficients, result) = ([Double](repeating: 0, count: features + 1), dsc_glm_result())
    var covariance = [Double](repeating: 0, count: coefficients.count * coefficients.count)
    x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        var problem = dsc_glm(
          family: DSC_GLM_LINEAR, samples: samples, features: features, classes: 0,
          inputs: x.baseAddress, targets: y.baseAddress, weights: nil, intercept: true)
        let status = dsc_glm_fit(c, &problem, nil, nil, nil, &coefficients, &covariance, &result)
        #expect(Int(status) == DSC_NEWTON_GRADIENT && result.condition > 1e16)
      }
    }
    return [coefficients, covariance].map { $0.withUnsafeBytes { Array($0) } }
  }

  private static func linear(
    _ c: OpaquePointer?, _ t: dsc_dtype, _ batch: Int, _ inputs: Int, _ outputs: Int
  ) -> [[UInt8]] {
    let (x, w) = (Buffer(numbers(batch * inputs, 1), t), Buffer(numbers(outputs * inputs, 2), t))
    let (b, y) = (Buffer(numbers(outputs, 3), t), Buffer(zeros: batch * outputs, t))
    let (dy, dz) = (Buffer(numbers(batch * outputs, 4), t), Buffer(zeros: batch * outputs, t))
    let (dx, dw, db) = (
      Buffer(zeros: batch * inputs, t), Buffer(zeros: outputs * inputs, t), Buffer(zeros: outputs, t)
    )
    var layer = dsc_linear_call(
      dtype: t, activation: DSC_ACTIVATION_RELU, batch: batch, inputs: inputs, outputs: outputs, x: x.p,
      w: w.p, b: b.p,
      y: y.p)
    var gradients = dsc_linear_gradients(
      dy: dy.p, dz: dz.p, dx: dx.p, dw: dw.p, db: db.p, add_dw: true, add_db: false)
    #expect(dsc_linear_forward(c, &layer) == DSC_OK && dsc_linear_backward(c, &layer, &gradients) == DSC_OK)
    return [y, dx, dw, db].map(\.contents)
  }

  /// Many classes and few, in rows and `inner` apart.
  @Sendable private static func crossEntropy(_ c: OpaquePointer?, _ t: dsc_dtype) -> [[UInt8]] {
    [(1500, 37, 1), (5000, 10, 1), (1500, 37, 3)].flatMap { n, classes, inner in
      let (x, value, nll) = (Buffer(numbers(n * classes, 1), t), Buffer(zeros: n, t), Buffer(zeros: 1, t))
      let q = Buffer(numbers(n * classes, 2), t)
      let gradients = (0..<3).map { _ in Buffer(zeros: n * classes, t) }
      let targets = (0..<n).map { Int64($0 * 7 % classes) }
      targets.withUnsafeBufferPointer { targets in
        var loss = dsc_cross_entropy()
        loss.over = dsc_classes(
          dtype: t, samples: n, classes: classes, inner: inner, input: x.p, targets: targets.baseAddress,
          weight: nil, ignores: true, ignore_index: 3, reduction: DSC_REDUCTION_MEAN)
        loss.label_smoothing = 0.1
        #expect(dsc_nll_run(c, &loss.over, nll.p, nil) == DSC_OK)
        #expect(dsc_cross_entropy_run(c, &loss, value.p, gradients[0].p, nil) == DSC_OK)
        (loss.probabilities, loss.over.ignores) = (UnsafeRawPointer(q.p), false)
        #expect(dsc_cross_entropy_run(c, &loss, nil, gradients[1].p, gradients[2].p) == DSC_OK)
      }
      return ([value, nll] + gradients).map(\.contents)
    }
  }

  /// Every loss of elements and of rows.
  @Sendable private static func losses(_ c: OpaquePointer?, _ t: dsc_dtype) -> [[UInt8]] {
    let n = 100_000
    let uniform = (0..<n).map { Double($0 * 7919 % 2003) / 2003 }
    let (x, y, z) = (Buffer(uniform, t), Buffer(uniform.reversed(), t), Buffer(uniform.map { 1 - $0 }, t))
    let targets = (0..<n).map { Int64($0 % 50) }
    func results(_ run: (Buffer, Buffer, Buffer, Buffer) -> dsc_status) -> [[UInt8]] {
      let outputs = (Buffer(zeros: 1, t), Buffer(zeros: n, t), Buffer(zeros: n, t), Buffer(zeros: n, t))
      #expect(run(outputs.0, outputs.1, outputs.2, outputs.3) == DSC_OK)
      return [outputs.0, outputs.1, outputs.2, outputs.3].map(\.contents)
    }
    let elements = (DSC_POINTWISE_SQUARED_ERROR.rawValue...DSC_POINTWISE_FOCAL.rawValue).flatMap { kind in
      results { value, dx, dy, dz in
        var loss = dsc_pointwise_loss()
        (loss.dtype, loss.kind, loss.n) = (t, dsc_pointwise(rawValue: kind), n)
        (loss.x, loss.y, loss.z) = (UnsafeRawPointer(x.p), UnsafeRawPointer(y.p), UnsafeRawPointer(z.p))
        (loss.beta, loss.delta, loss.quantile, loss.eps) = (0.5, 0.5, 0.5, 0.5)
        (loss.margin, loss.gamma, loss.reduction) = (0.5, 0.5, DSC_REDUCTION_MEAN)
        return dsc_pointwise_loss_run(c, &loss, value.p, dx.p, dy.p, dz.p)
      }
    }
    let rows = (DSC_ROW_MULTI_MARGIN.rawValue...DSC_ROW_DICE.rawValue).flatMap { kind in
      results { value, dx, dy, dz in
        targets.withUnsafeBufferPointer { targets in
          var loss = dsc_row_loss()
          (loss.dtype, loss.kind, loss.rows, loss.columns) = (t, dsc_row(rawValue: kind), n / 50, 50)
          (loss.x, loss.y, loss.z) = (UnsafeRawPointer(x.p), UnsafeRawPointer(y.p), UnsafeRawPointer(z.p))
          (loss.targets, loss.p, loss.margin) = (targets.baseAddress, 2, 1)
          (loss.eps, loss.reduction) = (1e-6, DSC_REDUCTION_MEAN)
          return dsc_row_loss_run(c, &loss, value.p, dx.p, dy.p, dz.p)
        }
      }
    }
    let complex = results { value, dx, _, _ in
      dsc_complex_l1_run(c, t, n / 2, x.p, y.p, DSC_REDUCTION_SUM, value.p, dx.p)
    }
    let softmax = results { _, y, z, _ in
      let first = dsc_softmax_run(c, t, n / 200, 50, 4, true, x.p, y.p)
      return first == DSC_OK ? dsc_softmax_run(c, t, n / 50, 50, 1, false, x.p, z.p) : first
    }
    return elements + rows + complex + softmax
  }

  @Sendable private static func ctc(_ c: OpaquePointer?, _ t: dsc_dtype) -> [[UInt8]] {
    let (steps, samples, classes) = (20, 30, 7)
    let (x, value, gradient) = (
      Buffer(numbers(steps * samples * classes, 1), t), Buffer(zeros: 1, t),
      Buffer(zeros: steps * samples * classes, t)
    )
    let (targets, inputs) = (
      (0..<samples * 5).map { Int64(1 + $0 % 6) }, [Int64](repeating: Int64(steps), count: samples)
    )
    let lengths = [Int64](repeating: 5, count: samples)
    targets.withUnsafeBufferPointer { targets in
      inputs.withUnsafeBufferPointer { inputs in
        lengths.withUnsafeBufferPointer { lengths in
          var loss = dsc_ctc()
          (loss.dtype, loss.steps, loss.samples, loss.classes) = (t, steps, samples, classes)
          (loss.log_probabilities, loss.targets) = (UnsafeRawPointer(x.p), targets.baseAddress)
          (loss.input_lengths, loss.target_lengths) = (inputs.baseAddress, lengths.baseAddress)
          loss.reduction = DSC_REDUCTION_MEAN
          #expect(dsc_ctc_run(c, &loss, value.p, gradient.p) == DSC_OK)
        }
      }
    }
    return [value.contents, gradient.contents]
  }

  @Sendable private static func sums(_ c: OpaquePointer?, _ t: dsc_dtype) -> [[UInt8]] {
    [(1, 900_001, 1), (70, 900, 1), (3, 900, 301)].map { outer, n, inner in
      let (x, out) = (Buffer(numbers(outer * n * inner, 1), t), Buffer(zeros: outer * inner, t))
      #expect(dsc_sum_run(c, t, outer, n, inner, x.p, out.p) == DSC_OK)
      return out.contents
    }
  }

  @Sendable private static func elementwise(_ c: OpaquePointer?, _ t: dsc_dtype) -> [[UInt8]] {
    let shape = [300, 201]
    let (x, row, out, exponentials) = (
      Buffer(numbers(60_300, 1), t), Buffer(numbers(201, 2), t), Buffer(zeros: 60_300, t),
      Buffer(zeros: 60_300, t)
    )
    var (a, b) = (dsc_operand(), dsc_operand())
    (a.data, a.strides.0, a.strides.1) = (UnsafeRawPointer(x.p), 201, 1)
    (b.data, b.strides.0, b.strides.1) = (UnsafeRawPointer(row.p), 0, 1)
    #expect(dsc_binary_run(c, t, DSC_MULTIPLY, 2, shape, &a, &b, out.p) == DSC_OK)
    #expect(dsc_unary_run(c, t, DSC_EXP, 60_300, x.p, exponentials.p) == DSC_OK)
    return [out.contents, exponentials.contents]
  }

  /// Both ways, over channels next to each other and apart, in one chunk of samples and in several.
  @Sendable private static func batchNorm(_ c: OpaquePointer?, _ t: dsc_dtype) -> [[UInt8]] {
    [[700, 70], [9000, 33], [50, 30, 5], [40, 90, 300], [40, 3, 900]].flatMap { shape -> [[UInt8]] in
      let (count, channels) = (shape.reduce(1, *), shape[1])
      let x = TensorHandle(numbers(count, 1), shape, t, context: c, requiresGrad: true)
      let weight = TensorHandle(numbers(channels, 2), [channels], t, context: c, requiresGrad: true)
      let running = ([3, 4] as [UInt64]).map {
        TensorHandle(numbers(channels, $0), [channels], t, context: c)
      }
      let upstream = TensorHandle(numbers(count, 5), shape, t, context: c)
      var options = dsc_batch_norm_options(training: true, momentum: 0.1, eps: 1e-5)
      let made = try? TensorHandle.from {
        dsc_batch_norm(x.handle, weight.handle, nil, running[0].handle, running[1].handle, &options, $0)
      }
      guard let y = made else { return [] }
      #expect(y.backward(upstream) == DSC_OK, "\(TensorHandle.lastError)")
      return [y.bytes] + [x, weight].compactMap { $0.grad?.bytes } + running.map(\.bytes)
    }
  }

  private static func optimizer(_ c: OpaquePointer?, _ t: dsc_dtype, _ rule: String) -> [[UInt8]] {
    let kind = dsc_rule_find(rule).pointee.kind
    let shapes = [[500, 200], [1, 1], [0, 7], [41, 813]]
    let lengths = shapes.map { $0.reduce(1, *) }
    let n = lengths.reduce(0, +)
    let parameters = Buffer(numbers(n, 1), t)
    var handle: OpaquePointer?
    #expect(dsc_optimizer_create(t, lengths.count, lengths, nil, &handle) == DSC_OK)
    defer { dsc_optimizer_destroy(handle) }
    for (index, shape) in shapes.enumerated() {
      #expect(dsc_optimizer_set_shape(handle, index, 2, shape) == DSC_OK)
    }
    #expect(dsc_optimizer_add_group(handle, rule, lengths.count, nil, 0, nil, nil) == DSC_OK)
    #expect(dsc_optimizer_set_statistics(handle, true) == DSC_OK)
    var statistics = dsc_group_statistics()
    if kind == DSC_RULE_CLOSURE {
      minimize(c, t, handle, parameters, n)
    } else {
      let clipping = dsc_clipping(max_norm: 1, norm_type: 2, per_tensor: false, error_if_nonfinite: false)
      #expect(dsc_optimizer_set_clip_norm(handle, clipping) == DSC_OK)
      #expect(dsc_optimizer_set_lookahead(handle, 0, 2, 0.5) == DSC_OK)
      for step in 1...5 {
        let gradients = Buffer(numbers(n, UInt64(step) + 10), t)
        var input = dsc_step()
        (input.parameters, input.gradients, input.zero_gradients) = (parameters.p, gradients.p, step % 2 == 0)
        #expect(dsc_optimizer_step(c, handle, &input, nil) == DSC_OK)
        #expect(gradients.contents.allSatisfy { $0 == 0 } == (step % 2 == 0))
      }
      #expect(dsc_optimizer_get_statistics(handle, 0, &statistics) == DSC_OK)
      #expect(statistics.gradient_norm > 1 && statistics.update_norm > 0 && statistics.clipped_share == 1)
    }
    let evaluation = Buffer(zeros: n, t)
    #expect(dsc_optimizer_evaluation_weights(c, handle, parameters.p, evaluation.p) == DSC_OK)
    return [
      parameters.contents, evaluation.contents, withUnsafeBytes(of: &statistics) { Array($0) },
    ]
  }

  /// Two groups, a frozen tensor between them, and a tensor with a gradient for most of its rows.
  @Sendable private static func stepOfRuns(_ c: OpaquePointer?, _ t: dsc_dtype) -> [[UInt8]] {
    let (table, kept) = (40_000, 30_000)
    let lengths = [30_000, 20_000, 7, 50_000, 2 * table]
    let n = lengths.reduce(0, +)
    let (parameters, gradients) = (Buffer(numbers(n, 1), t), Buffer(numbers(n, 2), t))
    let before = parameters.contents
    var handle: OpaquePointer?
    #expect(dsc_optimizer_create(t, lengths.count, lengths, nil, &handle) == DSC_OK)
    defer { dsc_optimizer_destroy(handle) }
    #expect(dsc_optimizer_set_shape(handle, 4, 2, [table, 2]) == DSC_OK)
    #expect(dsc_optimizer_add_group(handle, "adam", 2, [0, 2], 0, nil, nil) == DSC_OK)
    #expect(dsc_optimizer_add_group(handle, "sgd", 3, [1, 3, 4], 0, nil, nil) == DSC_OK)
    #expect(dsc_optimizer_set_frozen(handle, 1, true) == DSC_OK)
    let clipping = dsc_clipping(max_norm: 1, norm_type: 2, per_tensor: false, error_if_nonfinite: false)
    #expect(dsc_optimizer_set_clip_norm(handle, clipping) == DSC_OK)
    let rows = (0..<kept).map { Int64($0 + $0 / 3) }
    let values = Buffer(numbers(2 * kept, 3), t)
    rows.withUnsafeBufferPointer { rows in
      var sparse = dsc_row_gradient(count: kept, rows: rows.baseAddress, values: values.p)
      withUnsafePointer(to: &sparse) { sparse in
        let all: [UnsafePointer<dsc_row_gradient>?] = [nil, nil, nil, nil, sparse]
        all.withUnsafeBufferPointer { all in
          var step = dsc_step()
          (step.parameters, step.gradients, step.row_gradients) = (parameters.p, gradients.p, all.baseAddress)
          #expect(dsc_optimizer_step(c, handle, &step, nil) == DSC_OK)
        }
      }
    }
    let (after, size) = (parameters.contents, dsc_dtype_size(t))
    let changed = (0..<n).map { i in after[i * size..<(i + 1) * size] != before[i * size..<(i + 1) * size] }
    #expect(changed[30_000..<50_000].allSatisfy { !$0 }, "frozen")
    #expect(changed.count { $0 } > 135_000, "all tensors but the frozen one are updated")
    return [after]
  }

  /// Five L-BFGS steps towards the least squares of the parameters.
  private static func minimize(
    _ c: OpaquePointer?, _ t: dsc_dtype, _ handle: OpaquePointer?, _ parameters: Buffer, _ n: Int
  ) {
    final class Problem {
      let (context, dtype, n, x, g, zero): (OpaquePointer?, dsc_dtype, Int, Buffer, Buffer, Buffer)
      init(_ c: OpaquePointer?, _ t: dsc_dtype, _ n: Int, _ x: Buffer) {
        (context, dtype, self.n, self.x) = (c, t, n, x)
        (g, zero) = (Buffer(zeros: n, t), Buffer(zeros: n, t))
      }
    }
    let problem = Problem(c, t, n, parameters)
    var input = dsc_step()
    (input.parameters, input.gradients) = (parameters.p, problem.g.p)
    for _ in 0..<5 {
      let status = dsc_optimizer_minimize(
        c, handle, &input,
        { user, value in
          let p = Unmanaged<Problem>.fromOpaque(user!).takeUnretainedValue()
          let loss = Buffer(zeros: 1, p.dtype)
          var squares = dsc_pointwise_loss()
          (squares.dtype, squares.n, squares.reduction) = (p.dtype, p.n, DSC_REDUCTION_MEAN)
          (squares.x, squares.y) = (UnsafeRawPointer(p.x.p), UnsafeRawPointer(p.zero.p))
          let status = dsc_pointwise_loss_run(p.context, &squares, loss.p, p.g.p, nil, nil)
          value!.pointee =
            p.dtype == DSC_FLOAT32
            ? Double(loss.p.load(as: Float.self)) : loss.p.load(as: Double.self)
          return status
        }, Unmanaged.passUnretained(problem).toOpaque(), nil, nil)
      #expect(status == DSC_OK)
    }
  }
}
