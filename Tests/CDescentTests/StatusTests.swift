import CDescent
import Testing

/// Statuses, messages and refusals of the C functions: a refused call changes nothing.
@Suite struct StatusTests {
  private func lastError() -> String { String(cString: dsc_last_error()) }

  @Test func everyStatusHasASentence() {
    let unknown = String(cString: dsc_status_string(-999))
    let statuses = [DSC_OK, DSC_STEP_SKIPPED] + Array(DSC_ERROR_NON_FINITE...DSC_ERROR_ARGUMENT)
    let sentences = statuses.map { String(cString: dsc_status_string(dsc_status($0))) }
    #expect(Set(sentences).count == statuses.count && !sentences.contains(unknown))
  }

  @Test func typesAndVersion() {
    #expect(dsc_dtype_size(DSC_FLOAT32) == 4 && dsc_dtype_size(DSC_FLOAT64) == 8)
    #expect(dsc_dtype_size(dsc_dtype(rawValue: 7)) == 0)
    #expect(
      String(cString: dsc_version()) == "\(DSC_VERSION_MAJOR).\(DSC_VERSION_MINOR).\(DSC_VERSION_PATCH)")
  }

  @Test func contexts() {
    var context: OpaquePointer?
    #expect(dsc_context_create(-1, &context) == DSC_ERROR_ARGUMENT && lastError().contains("-1"))
    #expect(dsc_context_create(257, &context) == DSC_ERROR_ARGUMENT)
    #expect(dsc_context_create(3, &context) == DSC_OK && dsc_context_threads(context) == 3)
    dsc_context_destroy(context)
    dsc_context_destroy(nil)
    #expect(dsc_context_threads(nil) >= 1)
  }

  @Test func memory() {
    var block: UnsafeMutableRawPointer?
    #expect(dsc_allocate(0, &block) == DSC_OK && block != nil)
    dsc_free(block)
    #expect(dsc_allocate(5 << 20, &block) == DSC_OK && UInt(bitPattern: block) % 64 == 0)
    dsc_free(block)
    #expect(dsc_allocate(Int(bitPattern: UInt.max), &block) == DSC_ERROR_OVERFLOW)
    #expect(dsc_allocate(Int.max / 4, &block) == DSC_ERROR_MEMORY)
  }

  @Test func products() {
    var (a, b, c): ([Float], [Float], [Float]) = ([1, 2], [3, 4], [9])
    #expect(
      dsc_gemm(nil, dsc_dtype(rawValue: 9), false, false, 1, 1, 2, 1, a, b, 0, &c) == DSC_ERROR_ARGUMENT)
    #expect(dsc_gemm(nil, DSC_FLOAT32, false, false, 1, 1, 2, 1, nil, b, 0, &c) == DSC_ERROR_ARGUMENT)
    #expect(lastError().contains("a is NULL"))
    #expect(dsc_gemm(nil, DSC_FLOAT32, false, false, 1 << 31, 1, 1, 1, a, b, 0, &c) == DSC_ERROR_OVERFLOW)
    #expect(c == [9])
    #expect(dsc_gemm(nil, DSC_FLOAT32, false, false, 1, 1, 2, 2, a, b, 1, &c) == DSC_OK && c == [31])
    #expect(dsc_gemm(nil, DSC_FLOAT32, false, false, 1, 1, 0, 1, nil, nil, 0, &c) == DSC_OK && c == [0])
    (a, b) = ([], [])
    #expect(dsc_gemm(nil, DSC_FLOAT32, false, false, 0, 3, 2, 1, a, b, 0, nil) == DSC_OK)
  }

  @Test func linearLayers() {
    var layer = dsc_linear_call()
    #expect(dsc_linear_forward(nil, nil) == DSC_ERROR_ARGUMENT)
    #expect(dsc_linear_forward(nil, &layer) == DSC_ERROR_SIZE && lastError().contains("0 inputs"))
    (layer.batch, layer.inputs, layer.outputs) = (1, 2, 3)
    #expect(dsc_linear_forward(nil, &layer) == DSC_ERROR_ARGUMENT && lastError().contains("w is NULL"))
    layer.activation = dsc_activation(rawValue: 5)
    #expect(dsc_linear_forward(nil, &layer) == DSC_ERROR_ARGUMENT && lastError().contains("activation 5"))
    #expect(dsc_linear_backward(nil, &layer, nil) == DSC_ERROR_ARGUMENT)
  }

  /// An empty batch has zero gradients, unless they are added to what is there.
  @Test(arguments: [4, 600]) func emptyBatches(_ inputs: Int) {
    let weights = [Float](repeating: 1, count: inputs * 2)
    var (dw, db) = ([Float](repeating: 7, count: inputs * 2), [Float](repeating: 7, count: 2))
    weights.withUnsafeBytes { w in
      dw.withUnsafeMutableBytes { dw in
        db.withUnsafeMutableBytes { db in
          var layer = dsc_linear_call()
          (layer.inputs, layer.outputs, layer.w) = (inputs, 2, w.baseAddress)
          var gradients = dsc_linear_gradients()
          (gradients.dw, gradients.db) = (dw.baseAddress, db.baseAddress)
          #expect(dsc_linear_forward(nil, &layer) == DSC_OK)
          #expect(dsc_linear_backward(nil, &layer, &gradients) == DSC_OK)
        }
      }
    }
    #expect(dw.allSatisfy { $0 == 0 } && db == [0, 0])
  }

  @Test func gathering() {
    let bytes: [UInt8] = [0, 255]
    var out: [Float] = [7, 7]
    for bad in [-1, 2] as [Int64] {
      #expect(dsc_gather_bytes(nil, 2, 1, bytes, 2, [0, bad], &out) == DSC_ERROR_ARGUMENT)
      #expect(lastError().contains("\(bad) at place 1") && out == [7, 7])
    }
    #expect(dsc_gather_bytes(nil, 2, 1, bytes, 2, [1, 0], &out) == DSC_OK && out == [1, 0])
    #expect(dsc_gather_rows(nil, 0, 4, nil, 0, nil, nil) == DSC_OK)
  }

  @Test func allBytesAreTheirQuotients() {
    var out = [Float](repeating: .nan, count: 256)
    #expect(dsc_gather_bytes(nil, 1, 256, (0...255).map { UInt8($0) }, 1, [0], &out) == DSC_OK)
    #expect(out == (0...255).map { Float($0) / 255 })
  }

  @Test func random() {
    var random = dsc_random()
    dsc_random_seed(&random, 0)
    var value: Float = 5
    #expect(dsc_random_uniform(&random, DSC_FLOAT32, 1, 1, 0, &value) == DSC_ERROR_ARGUMENT)
    #expect(dsc_random_uniform(&random, DSC_FLOAT32, 1, 0, .infinity, &value) == DSC_ERROR_ARGUMENT)
    #expect(dsc_random_normal(&random, DSC_FLOAT32, 1, 0, -1, &value) == DSC_ERROR_ARGUMENT)
    #expect(dsc_random_permutation(&random, 1 << 40, nil) == DSC_ERROR_ARGUMENT)
    #expect(value == 5)
    // The first outputs of MT19937 from seed 0, as NumPy's RandomState(0) gives them.
    #expect((0..<3).map { _ in dsc_random_next32(&random) } == [2_357_136_044, 2_546_248_239, 3_071_714_933])
  }

  @Test func elementwise() {
    var (x, out): ([Float], [Float]) = ([4, 9], [0, 0])
    #expect(dsc_unary_run(nil, DSC_FLOAT32, DSC_SQRT, 2, x, &out) == DSC_OK && out == [2, 3])
    #expect(dsc_unary_run(nil, DSC_FLOAT32, dsc_unary(rawValue: 99), 2, x, &out) == DSC_ERROR_ARGUMENT)
    #expect(dsc_unary_run(nil, DSC_FLOAT32, DSC_EXP, 2, nil, &out) == DSC_ERROR_ARGUMENT)
    var operand = dsc_operand()
    #expect(dsc_copy_run(nil, DSC_FLOAT32, 9, [1, 1, 1, 1, 1, 1, 1, 1, 1], &operand, &out) == DSC_ERROR_SIZE)
    #expect(dsc_copy_run(nil, DSC_FLOAT32, 2, [.max, 4], &operand, &out) == DSC_ERROR_OVERFLOW)
    #expect(dsc_copy_run(nil, DSC_FLOAT32, 1, [2], &operand, &out) == DSC_ERROR_ARGUMENT)
    #expect(
      dsc_binary_run(nil, DSC_FLOAT32, dsc_binary(rawValue: 99), 0, nil, &operand, &operand, &out)
        == DSC_ERROR_ARGUMENT)
    #expect(dsc_sum_run(nil, DSC_FLOAT32, .max, 2, 2, x, &out) == DSC_ERROR_OVERFLOW)
    var index: Int64 = -1
    #expect(dsc_argmax_run(DSC_FLOAT32, 1, 0, x, &index) == DSC_ERROR_SIZE)
    x = [1, .nan]
    #expect(dsc_argmax_run(DSC_FLOAT32, 1, 2, x, &index) == DSC_OK && index == 1)
  }

  @Test func regressions() {
    let (x, y): ([Double], [Double]) = ([1, 2, 4, 7], [1, 0, 3, 2])
    var (b, result) = ([9.0, 9], dsc_glm_result())
    func fit(_ x: [Double]?, _ options: dsc_glm_options) -> dsc_status {
      var options = options
      return y.withUnsafeBufferPointer { y in
        func run(_ x: UnsafePointer<Double>?) -> dsc_status {
          var problem = dsc_glm(
            family: DSC_GLM_LINEAR, samples: 4, features: 1, classes: 0, inputs: x, targets: y.baseAddress,
            weights: nil, intercept: true)
          return dsc_glm_fit(nil, &problem, &options, nil, nil, &b, nil, &result)
        }
        return x?.withUnsafeBufferPointer { run($0.baseAddress) } ?? run(nil)
      }
    }
    #expect(fit(nil, dsc_glm_options()) == DSC_ERROR_ARGUMENT && lastError().contains("inputs is NULL"))
    for rounding in [-1, 1, Double.nan, .infinity] {
      var options = dsc_glm_options()
      options.input_rounding = rounding
      #expect(fit(x, options) == DSC_ERROR_OPTION && lastError().contains("input_rounding"))
    }
    for (bad, text) in [(Double.nan, "row 2, column 0"), (1e200, "too large"), (-1e200, "too large")] {
      #expect(fit([1, 2, bad, 7], dsc_glm_options()) == DSC_ERROR_ARGUMENT && lastError().contains(text))
      #expect(result.bad_index == 0)
    }
    #expect(b == [9, 9])
    #expect(Int(fit(x, dsc_glm_options())) == DSC_NEWTON_GRADIENT && abs(b[0] - 0.2857142857142857) < 1e-15)
  }
}
