import CDescent
import Testing

/// What the losses refuse and accept, and how they say it: a refused call changes nothing.
@Suite struct LossStatusTests {
  private func lastError() -> String { String(cString: dsc_last_error()) }

  @Test func classesOutsideAreRefusedBeforeAnythingIsWritten() {
    let logits: [Float] = [1, 2, 3, 4, 5, 6]
    for bad in [-1, 3, 1 << 62] as [Int64] {
      let targets: [Int64] = [0, bad]
      var (value, gradient): (Float, [Float]) = (9, [Float](repeating: 9, count: 6))
      let status = crossEntropy(logits, targets, classes: 3) {
        dsc_cross_entropy_run(nil, $0, &value, &gradient, nil)
      }
      #expect(status == DSC_ERROR_CLASS && lastError().contains("\(bad) of sample 1"))
      #expect(value == 9 && gradient.allSatisfy { $0 == 9 })
    }
  }

  @Test func lossArguments() {
    var value: Float = 0
    func run(_ change: (inout dsc_cross_entropy) -> Void) -> Int {
      Int(
        crossEntropy([1], [0], classes: 1) { loss in
          var loss = loss.pointee
          change(&loss)
          return dsc_cross_entropy_run(nil, &loss, &value, nil, nil)
        })
    }
    #expect(run { _ in } == DSC_OK)
    #expect(run { $0.over.classes = 0 } == DSC_ERROR_SIZE)
    #expect(run { $0.label_smoothing = 1.5 } == DSC_ERROR_ARGUMENT && lastError().contains("1.5"))
    #expect(run { $0.label_smoothing = .nan } == DSC_ERROR_ARGUMENT)
    #expect(run { $0.over.reduction = dsc_reduction(rawValue: 8) } == DSC_ERROR_ARGUMENT)
    #expect(run { $0.over.input = nil } == DSC_ERROR_ARGUMENT)
    #expect(run { $0.over.samples = .max } == DSC_ERROR_OVERFLOW)
    #expect(dsc_cross_entropy_run(nil, nil, nil, nil, nil) == DSC_ERROR_ARGUMENT)
    #expect(lastError() == "dsc_cross_entropy_run: loss is NULL")
    #expect(
      run { $0.over.targets = nil } == DSC_ERROR_ARGUMENT
        && lastError() == "dsc_cross_entropy_run: targets is NULL")
  }

  /// A class is ignored only where that was asked for: not the first one of a description that was only zeroed.
  @Test func nothingIsIgnoredUnasked() {
    var (value, gradient): (Float, [Float]) = (9, [9, 9, 9, 9])
    func run(_ targets: [Int64], _ change: (inout dsc_cross_entropy) -> Void) -> Int {
      Int(
        crossEntropy([1, 2, 3, 4], targets, classes: 2) { loss in
          var loss = loss.pointee
          (loss.over.ignores, loss.over.ignore_index) = (false, 0)
          change(&loss)
          return dsc_cross_entropy_run(nil, &loss, &value, &gradient, nil)
        })
    }
    #expect(
      run([0, 0]) { _ in } == DSC_OK && abs(value - 1.3132617) < 1e-6 && gradient.allSatisfy { $0 != 0 })
    #expect(run([0, -100]) { _ in } == DSC_ERROR_CLASS && lastError().contains("-100 of sample 1"))
    #expect(
      run([0, 1]) { $0.over.ignores = true } == DSC_OK && gradient[..<2] == [0, 0] && gradient[2] != 0)
  }

  @Test func probabilities() {
    let q: [Float] = [1, 0]
    var (value, dx, dq): (Float, [Float], [Float]) = (9, [9, 9], [9, 9])
    func run(_ change: (inout dsc_cross_entropy) -> Void) -> Int {
      q.withUnsafeBytes { q in
        Int(
          crossEntropy([1, 2], [0], classes: 2) { loss in
            var loss = loss.pointee
            loss.probabilities = q.baseAddress
            change(&loss)
            return dsc_cross_entropy_run(nil, &loss, &value, &dx, &dq)
          })
      }
    }
    #expect(
      run { $0.probabilities = nil } == DSC_ERROR_ARGUMENT && lastError().contains("probabilities is NULL"))
    #expect(
      run { $0.over.ignore_index = 1 } == DSC_ERROR_ARGUMENT && lastError().contains("ignore_index is 1"))
    #expect(value == 9 && dx == [9, 9] && dq == [9, 9], "nothing is written")
    #expect(run { _ in } == DSC_OK && abs(dq[0] - 1.3132617) < 1e-6 && abs(dq[1] - 0.3132617) < 1e-6)
    #expect(run { ($0.over.ignores, $0.over.ignore_index) = (false, 1) } == DSC_OK)
  }

  @Test func lossesOfElements() {
    var (value, gradient): (Double, [Double]) = (9, [9, 9])
    func run(
      _ kind: dsc_pointwise, _ parameter: Double = 0.5, x: [Double] = [0.25, 0.5], z: [Double] = [1, 1],
      _ change: (inout dsc_pointwise_loss) -> Void = { _ in }
    ) -> Int {
      x.withUnsafeBytes { x in
        z.withUnsafeBytes { z in
          var loss = dsc_pointwise_loss()
          (loss.dtype, loss.kind, loss.n) = (DSC_FLOAT64, kind, 2)
          (loss.beta, loss.delta, loss.quantile, loss.eps) = (parameter, parameter, parameter, parameter)
          (loss.margin, loss.gamma) = (parameter, parameter)
          (loss.x, loss.y, loss.z) = (x.baseAddress, x.baseAddress, z.baseAddress)
          loss.reduction = DSC_REDUCTION_SUM
          change(&loss)
          return Int(dsc_pointwise_loss_run(nil, &loss, &value, &gradient, nil, nil))
        }
      }
    }
    #expect(run(dsc_pointwise(rawValue: 99)) == DSC_ERROR_ARGUMENT && lastError().contains("99"))
    #expect(run(DSC_POINTWISE_SMOOTH_L1, -1) == DSC_ERROR_ARGUMENT && lastError().contains("beta is -1"))
    #expect(run(DSC_POINTWISE_HUBER, 0) == DSC_ERROR_ARGUMENT && lastError().contains("(0, inf)"))
    #expect(run(DSC_POINTWISE_QUANTILE, 1) == DSC_ERROR_ARGUMENT)
    #expect(run(DSC_POINTWISE_FOCAL, .nan) == DSC_ERROR_ARGUMENT)
    #expect(
      run(DSC_POINTWISE_BCE, x: [0.5, 1.5]) == DSC_ERROR_ARGUMENT
        && lastError().contains("probability 1 is 1.5"))
    #expect(
      run(DSC_POINTWISE_GAUSSIAN_NLL, z: [1, -2]) == DSC_ERROR_ARGUMENT
        && lastError().contains("variance 1 is -2"))
    #expect(run(DSC_POINTWISE_GAUSSIAN_NLL) { $0.z = nil } == DSC_ERROR_ARGUMENT)
    #expect(run(DSC_POINTWISE_SQUARED_ERROR) { $0.y = nil } == DSC_ERROR_ARGUMENT)
    #expect(run(DSC_POINTWISE_SQUARED_ERROR) { $0.n = .max } == DSC_ERROR_OVERFLOW)
    // A number is shown with as many digits as tell it from what would be right, an argument by its own name.
    let above = Double(1).nextUp
    #expect(run(DSC_POINTWISE_BCE, x: [0.5, above]) == DSC_ERROR_ARGUMENT)
    #expect(lastError() == "probability 1 is 1.0000000000000002, must be in [0, 1]")
    #expect(run(DSC_POINTWISE_QUANTILE, above) == DSC_ERROR_ARGUMENT)
    #expect(lastError() == "the quantile is 1.0000000000000002, must be in (0, 1)")
    #expect(run(DSC_POINTWISE_MARGIN_RANKING) { $0.z = nil } == DSC_ERROR_ARGUMENT)
    #expect(lastError() == "z is NULL")
    #expect(dsc_pointwise_loss_run(nil, nil, nil, nil, nil, nil) == DSC_ERROR_ARGUMENT)
    #expect(lastError() == "dsc_pointwise_loss_run: loss is NULL")
    for target in [-0.5, 1.5] {
      let refused = [0.5, target].withUnsafeBytes { y in run(DSC_POINTWISE_BCE) { $0.y = y.baseAddress } }
      #expect(refused == DSC_ERROR_ARGUMENT && lastError().contains("target 1 is \(target)"))
    }
    for divisor in [-1, .nan, .infinity] as [Double] {
      #expect(run(DSC_POINTWISE_KL_DIVERGENCE) { $0.divisor = divisor } == DSC_ERROR_ARGUMENT)
      #expect(lastError().contains("divisor is"))
    }
    for alpha in [-0.5, 1.5, .nan] as [Double] {
      #expect(run(DSC_POINTWISE_FOCAL) { $0.alpha = alpha } == DSC_ERROR_ARGUMENT)
      #expect(lastError().contains("alpha is"))
    }
    for kind in [DSC_POINTWISE_HINGE_EMBEDDING, DSC_POINTWISE_MARGIN_RANKING] {
      #expect(run(kind, .nan) == DSC_ERROR_ARGUMENT && lastError().contains("margin is nan"))
      #expect(run(kind, -1) == DSC_OK, "as in PyTorch")
    }
    #expect(run(DSC_POINTWISE_POISSON_NLL, -1) == DSC_ERROR_ARGUMENT && lastError().contains("eps is -1"))
    #expect(run(DSC_POINTWISE_GAUSSIAN_NLL, .nan) == DSC_ERROR_ARGUMENT && lastError().contains("eps is"))
    for (kind, parameter) in [
      (DSC_POINTWISE_POISSON_NLL, 0), (DSC_POINTWISE_GAUSSIAN_NLL, 0), (DSC_POINTWISE_HUBER, .infinity),
      (DSC_POINTWISE_SMOOTH_L1, .infinity),
    ] as [(dsc_pointwise, Double)] {
      #expect(run(kind, parameter) == DSC_OK, "as in PyTorch")
    }
    #expect(run(DSC_POINTWISE_POISSON_NLL, -1) { $0.log_input = true } == DSC_OK, "eps is not looked at")
    #expect(run(DSC_POINTWISE_FOCAL) { $0.alpha = -1 } == DSC_OK)
    (value, gradient) = (9, [9, 9])
    #expect(run(DSC_POINTWISE_SQUARED_ERROR) { $0.x = nil } == DSC_ERROR_ARGUMENT)
    #expect(value == 9 && gradient == [9, 9], "nothing is written")
    #expect(run(DSC_POINTWISE_SQUARED_ERROR) { ($0.n, $0.x, $0.y) = (0, nil, nil) } == DSC_OK && value == 0)
    #expect(run(DSC_POINTWISE_BCE, x: [.nan, 0.5]) == DSC_OK && value.isNaN)
  }

  @Test func lossesOfRowsAndSequences() {
    var (value, gradient): (Double, [Double]) = (9, [9, 9, 9])
    let x: [Double] = [1, 2, 3]
    for (kind, targets) in [
      (DSC_ROW_MULTI_MARGIN, [Int64(3), 0, 0]), (DSC_ROW_MULTI_MARGIN, [-1, 0, 0]),
      (DSC_ROW_MULTI_MARGIN, [1 << 62, 0, 0]), (DSC_ROW_MULTILABEL_MARGIN, [0, 3, -1]),
      (DSC_ROW_MULTILABEL_MARGIN, [0, -2, -1]),
    ] {
      var loss = dsc_row_loss()
      (loss.dtype, loss.kind, loss.rows, loss.columns, loss.p) = (DSC_FLOAT64, kind, 1, 3, 1)
      let status = x.withUnsafeBytes { x in
        targets.withUnsafeBufferPointer { targets in
          (loss.x, loss.targets) = (x.baseAddress, targets.baseAddress)
          return dsc_row_loss_run(nil, &loss, &value, &gradient, nil, nil)
        }
      }
      #expect(status == DSC_ERROR_CLASS && value == 9 && gradient == [9, 9, 9])
    }
    var rows = dsc_row_loss()
    (rows.dtype, rows.kind, rows.columns, rows.p) = (DSC_FLOAT64, DSC_ROW_MULTI_MARGIN, 3, 3)
    #expect(
      dsc_row_loss_run(nil, &rows, &value, nil, nil, nil) == DSC_ERROR_ARGUMENT
        && lastError().contains("1 or 2"))
    for (kind, margin, p, eps, mention) in [
      (DSC_ROW_MULTI_MARGIN, .nan, 1, 0, "margin is nan"),
      (DSC_ROW_COSINE_EMBEDDING, .nan, 1, 0, "margin is nan"),
      (DSC_ROW_TRIPLET_MARGIN, 0, 2, 0, "margin is 0, must be > 0"),
      (DSC_ROW_TRIPLET_MARGIN, -1, 2, 0, "margin is -1"),
      (DSC_ROW_TRIPLET_MARGIN, .nan, 2, 0, "margin is nan"),
      (DSC_ROW_TRIPLET_MARGIN, 1, 0, 0, "p is 0"), (DSC_ROW_TRIPLET_MARGIN, 1, .nan, 0, "p is nan"),
      (DSC_ROW_TRIPLET_MARGIN, 1, 2, .nan, "eps is nan"), (DSC_ROW_DICE, 0, 0, -1, "eps is -1"),
      (DSC_ROW_DICE, 0, 0, .nan, "eps is nan"), (DSC_ROW_DICE, 0, 0, .infinity, "eps is inf"),
    ] as [(dsc_row, Double, Double, Double, String)] {
      (rows.kind, rows.margin, rows.p, rows.eps) = (kind, margin, p, eps)
      #expect(dsc_row_loss_run(nil, &rows, &value, nil, nil, nil) == DSC_ERROR_ARGUMENT)
      #expect(lastError().contains(mention))
    }
    for kind in [DSC_ROW_MULTI_MARGIN, DSC_ROW_COSINE_EMBEDDING] {
      (rows.kind, rows.margin, rows.p) = (kind, -1, 1)
      #expect(dsc_row_loss_run(nil, &rows, nil, nil, nil, nil) == DSC_OK, "as in PyTorch")
    }
    (rows.p, rows.columns) = (1, 0)
    #expect(dsc_row_loss_run(nil, &rows, &value, nil, nil, nil) == DSC_ERROR_SIZE)
    var ctc = dsc_ctc()
    (ctc.dtype, ctc.steps, ctc.samples, ctc.classes, ctc.blank) = (DSC_FLOAT64, 1, 1, 3, 3)
    #expect(dsc_ctc_run(nil, &ctc, &value, nil) == DSC_ERROR_CLASS && lastError().contains("blank 3"))
    ctc.blank = 0
    for (steps, length, target, expected) in [
      (Int64(2), Int64(1), Int64(1), DSC_ERROR_ARGUMENT), (1, -1, 1, DSC_ERROR_ARGUMENT),
      (1, 1, 0, DSC_ERROR_CLASS), (1, 1, 3, DSC_ERROR_CLASS), (1, 1, -1, DSC_ERROR_CLASS),
    ] {
      let status = x.withUnsafeBytes { x in
        [steps, length, target].withUnsafeBufferPointer { numbers in
          ctc.log_probabilities = x.baseAddress
          (ctc.input_lengths, ctc.target_lengths) = (numbers.baseAddress, numbers.baseAddress! + 1)
          ctc.targets = numbers.baseAddress! + 2
          return dsc_ctc_run(nil, &ctc, &value, nil)
        }
      }
      #expect(Int(status) == expected && value == 9)
    }
    #expect(dsc_softmax_run(nil, DSC_FLOAT64, 1, 0, 1, false, x, &gradient) == DSC_ERROR_SIZE)
    #expect(
      dsc_complex_l1_run(nil, DSC_FLOAT64, 1, nil, nil, DSC_REDUCTION_SUM, &value, nil) == DSC_ERROR_ARGUMENT)
    var linear = dsc_linear_cross_entropy()
    #expect(dsc_linear_cross_entropy_run(nil, &linear, &value, nil, nil, nil) == DSC_ERROR_SIZE)
    #expect(dsc_linear_cross_entropy_workspace(DSC_FLOAT32, 1000, 10) == 128 * 10 * 2 * 4)
  }

  private func crossEntropy(
    _ logits: [Float], _ targets: [Int64], classes: Int,
    _ body: (UnsafePointer<dsc_cross_entropy>) -> dsc_status
  ) -> dsc_status {
    logits.withUnsafeBytes { logits in
      targets.withUnsafeBufferPointer { targets in
        var loss = dsc_cross_entropy()
        (loss.over.dtype, loss.over.samples, loss.over.classes) = (DSC_FLOAT32, targets.count, classes)
        (loss.over.input, loss.over.targets) = (logits.baseAddress, targets.baseAddress)
        (loss.over.ignores, loss.over.ignore_index) = (true, -100)
        loss.over.reduction = DSC_REDUCTION_MEAN
        return body(&loss)
      }
    }
  }
}
