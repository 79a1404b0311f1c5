import Descent
import Testing

/// Every tensor and option that a loss or a layer is given wrongly stops the program with a sentence that names it; in
/// release builds too.
@Suite struct LossArgumentTests {
  struct Refusal: Sendable {
    /// What standard error must mention.
    let mentions: [String]
    let run: @Sendable () -> Void
  }

  private static func refuses(_ mentions: String..., run: @escaping @Sendable () -> Void) -> Refusal {
    Refusal(mentions: mentions, run: run)
  }

  private static var x: Tensor { .full([2, 3], 0.5, dtype: .float64) }
  private static var narrow: Tensor { .full([2, 3], 0.5) }
  private static var short: Tensor { .ones([2], dtype: .float64) }
  private static var classes: Tensor { Tensor(classes: [0, 1]) }

  static let refusals: [Refusal] = elements + rows + overClasses + options + lists + layers

  private static let elements: [Refusal] = [
    refuses("mse_loss: targets is float32") { _ = MSELoss()(x, narrow) },
    refuses("l1_loss: targets is float64 of shape [2]") { _ = L1Loss()(x, short) },
    refuses("huber_loss: prediction is of type int64") { _ = HuberLoss()(classes, classes) },
    refuses("bce_loss: weight is float32") { _ = BCELoss(weight: narrow)(x, x) },
    refuses("bce_loss: weight is float64 of shape [2]", "broadcasts to [2, 3]") {
      _ = BCELoss(weight: short)(x, x)
    },
    refuses("bce_loss: weight is float64 of shape [4, 2, 3]") {
      _ = BCELoss(weight: .ones([4, 2, 3], dtype: .float64))(x, x)
    },
    refuses("bce_loss: there is no gradient by weight") {
      let weight = x
      weight.requiresGrad = true
      _ = BCELoss(weight: weight)(x, x)
    },
    refuses("bce_with_logits_loss: weight is float32") { _ = BCEWithLogitsLoss(weight: narrow)(x, x) },
    // This one read past the end of the smaller buffer.
    refuses("bce_with_logits_loss: positive_weight is float32") {
      _ = BCEWithLogitsLoss(positiveWeight: .ones([3]))(x, x)
    },
    refuses("bce_with_logits_loss: positive_weight is float64 of shape [2]", "float32 of a shape") {
      _ = BCEWithLogitsLoss(positiveWeight: Tensor([2, 3], dtype: .float64))(
        Tensor.ones([1, 2]), Tensor.ones([1, 2]))
    },
    refuses("gaussian_nll_loss: variance is float32") { _ = GaussianNLLLoss()(x, x, variance: narrow) },
    refuses("gaussian_nll_loss: variance is float64 of shape [3]") {
      _ = GaussianNLLLoss()(x, x, variance: .ones([3], dtype: .float64))
    },
    refuses("gaussian_nll_loss: variance is float64 of shape [1, 1]") {
      _ = GaussianNLLLoss()(x, x, variance: .ones([1, 1], dtype: .float64))
    },
    refuses("margin_ranking_loss: second is float32") { _ = MarginRankingLoss()(x, narrow, x) },
    refuses("margin_ranking_loss: targets is float64 of shape [2]") { _ = MarginRankingLoss()(x, x, short) },
    refuses("target 0 is 1.5") { _ = BCELoss()(x, .full([2, 3], 1.5, dtype: .float64)) },
    refuses("probability 0 is -0.5") { _ = BCELoss()(.full([2, 3], -0.5, dtype: .float64), x) },
  ]

  private static let rows: [Refusal] = [
    refuses("cosine_embedding_loss: second is float32") { _ = CosineEmbeddingLoss()(x, narrow, short) },
    refuses("cosine_embedding_loss: targets is float32", "[2]") {
      _ = CosineEmbeddingLoss()(x, x, .ones([2]))
    },
    refuses("triplet_margin_loss: negative is float64 of shape [2]") { _ = TripletMarginLoss()(x, x, short) },
    refuses("triplet_margin_loss: positive is float32") { _ = TripletMarginLoss()(x, narrow, x) },
    refuses("multilabel_margin_loss: targets is float64") { _ = MultiLabelMarginLoss()(x, x) },
    refuses("multilabel_soft_margin_loss: weight is float32 of shape [3]") {
      _ = MultiLabelSoftMarginLoss(weight: .ones([3]))(x, x)
    },
    refuses("multi_margin_loss: weight is float64 of shape [2]", "of shape [3]") {
      _ = MultiMarginLoss(weight: short)(x, classes)
    },
    refuses("multi_margin_loss: targets is int64 of shape [3]") {
      _ = MultiMarginLoss()(x, Tensor(classes: [0, 1, 2]))
    },
    refuses("dice_loss: targets is float32") { _ = DiceLoss()(x, narrow) },
    refuses("ctc_loss: log_probabilities is of type int64") { _ = CTCLoss()(classes, targets: [[]]) },
    refuses("ctc_loss: input_lengths is int64 of shape [2], must be int64 of shape [1]") {
      _ = CTCLoss()(x, targets: [[1]], inputLengths: [1, 1])
    },
    refuses("ctc_loss: target_lengths is int64 of shape [2]") { _ = CTCLoss()(x, targets: [[1], [2]]) },
    refuses("TripletMarginWithDistanceLoss: shapes [2, 3], [2] and [2, 3]") {
      _ = TripletMarginWithDistanceLoss(distance: { a, b in (a - b).sum(dim: -1) })(x, short, x)
    },
  ]

  private static let overClasses: [Refusal] = [
    refuses("nll_loss: weight is float32 of shape [3]") { _ = NLLLoss(weight: .ones([3]))(x, classes) },
    refuses("nll_loss: there is no gradient by weight") {
      let weight = Tensor.ones([3], dtype: .float64)
      weight.requiresGrad = true
      _ = NLLLoss(weight: weight)(x, classes)
    },
    refuses("cross_entropy_loss: weight is float64 of shape [1, 3]") {
      _ = CrossEntropyLoss(weight: .ones([1, 3], dtype: .float64))(x, classes)
    },
    refuses("cross_entropy_loss: targets is float32") { _ = CrossEntropyLoss()(x, narrow) },
    refuses("cross_entropy_loss: targets is int64 of shape [3]") {
      _ = CrossEntropyLoss()(x, Tensor(classes: [0, 1, 2]))
    },
    refuses("ignore_index is 0") { _ = CrossEntropyLoss(ignoreIndex: 0)(x, x) },
    refuses("target 3 of sample 1") { _ = CrossEntropyLoss()(x, Tensor(classes: [0, 3])) },
    refuses("linear_cross_entropy_loss: linear is float32") {
      _ = linearCrossEntropy(x, .ones([4, 3]), nil, classes)
    },
    refuses("linear_cross_entropy_loss: bias is float64 of shape [2]", "[4]") {
      _ = linearCrossEntropy(x, .ones([4, 3], dtype: .float64), short, classes)
    },
    refuses("linear_cross_entropy_loss: weight is float32") {
      let loss = CrossEntropyLoss(weight: .ones([4]))
      _ = linearCrossEntropy(x, .ones([4, 3], dtype: .float64), nil, classes, loss: loss)
    },
  ]

  private static let options: [Refusal] = [
    refuses("triplet_margin_loss: margin is -1.0, must be in (0, inf)") { _ = TripletMarginLoss(margin: -1) },
    refuses("triplet_margin_loss: margin is 0.0, must be in (0, inf)") {
      _ = TripletMarginWithDistanceLoss(distance: { a, _ in a }, margin: 0)
    },
    refuses("hinge_embedding_loss: margin is nan") { _ = HingeEmbeddingLoss(margin: .nan) },
    refuses("multi_margin_loss: margin is nan") { _ = MultiMarginLoss(margin: .nan) },
    refuses("multi_margin_loss: p is 3.0, must be in [1, 2]") { _ = MultiMarginLoss(p: 3) },
    refuses("huber_loss: delta is 0.0, must be in (0, inf]") { _ = HuberLoss(delta: 0) },
    refuses("focal_loss: alpha is 1.5") { _ = FocalLoss(alpha: 1.5) },
    refuses("focal_loss: gamma is -1.0") { _ = FocalLoss(gamma: -1) },
    refuses("quantile is 1.0000000000000002, must be in (0, 1)") {
      _ = QuantileLoss(quantile: Double(1).nextUp)
    },
    refuses("dice_loss: smooth is -1.0") { _ = DiceLoss(smooth: -1) },
    refuses("poisson_nll_loss: eps is -1.0") { _ = PoissonNLLLoss(logInput: false, eps: -1) },
    refuses("cross_entropy_loss: label_smoothing is 1.5, must be in [0, 1]") {
      _ = CrossEntropyLoss(labelSmoothing: 1.5)
    },
    // Options that are set later are looked at by the call.
    refuses("huber_loss: delta is -1, must be in (0, inf)") {
      var loss = HuberLoss()
      loss.delta = -1
      _ = loss(x, x)
    },
  ]

  /// Of code that does not know what its loss takes.
  private static let lists: [Refusal] = [
    refuses("MSELoss: 3 tensors, must be a prediction and targets") { _ = MSELoss()([x, x, x]) },
    refuses("TripletMarginLoss: 2 tensors, must be 3") {
      let loss: any Loss = TripletMarginLoss()
      _ = loss(x, x)
    },
    refuses("CTCLoss: 1 tensors, must be 2 to 4") { _ = CTCLoss()([x]) },
  ]

  private static let layers: [Refusal] = [
    refuses("linear: the types are float64 and float32") { _ = linear(x, .ones([4, 3])) },
    refuses("linear: the types are float64 and float32") {
      _ = linear(x, .ones([4, 3], dtype: .float64), .ones([4]))
    },
    refuses("linear: the type is int64") { _ = linear(classes, classes) },
    refuses("batch_norm: the types are float64 and float32") { _ = BatchNorm1d(3)(x) },
  ]

  @Test(arguments: refusals.indices) func namesWhatIsWrong(_ index: Int) async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      [index = index as Int] in
      LossArgumentTests.refusals[index].run()
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    for mention in Self.refusals[index].mentions {
      #expect(message.contains(mention), "\(mention): \(message.suffix(300))")
    }
  }

  /// What PyTorch takes and once was refused, or taken for something else.
  @Test func acceptsWhatPyTorchDoes() {
    let x = Tensor([0.25, 0.5, 0.75, 1, 1.25, 1.5], shape: [2, 3], dtype: .float64)
    let y = Tensor.ones([2, 3], dtype: .float64)
    #expect(PoissonNLLLoss(eps: 0)(x, y).item() == PoissonNLLLoss()(x, y).item())
    #expect(HuberLoss(delta: .infinity)(x, y).item() == MSELoss()(x, y).item() / 2)
    #expect(SmoothL1Loss(beta: .infinity)(x, y).item() == 0)
    let scalar = Tensor(-1, dtype: .float64)
    #expect(KLDivLoss(reduction: .batchMean)(scalar, Tensor(1, dtype: .float64)).item() == 1)
    // A variance for each row: of a square batch it was taken for one for each column.
    let square = Tensor([1, 2, 3, 4], shape: [2, 2], dtype: .float64)
    let (zero, variance) = (Tensor.zeros([2, 2], dtype: .float64), Tensor([1, 4], dtype: .float64))
    let loss = GaussianNLLLoss(reduction: .none)
    #expect(
      loss(square, zero, variance: variance).doubles
        == loss(square, zero, variance: variance.reshaped([2, 1])).doubles)
    #expect(
      loss(square, zero, variance: Tensor(4, dtype: .float64)).doubles
        == loss(square, zero, variance: .full([2, 2], 4, dtype: .float64)).doubles)
    // Rows behind any number of dimensions.
    let deep = x.reshaped([1, 2, 3])
    #expect(TripletMarginLoss(reduction: .none)(deep, y.reshaped([1, 2, 3]), deep).shape == [1, 2])
    #expect(
      MultiLabelSoftMarginLoss()(deep, y.reshaped([1, 2, 3])).item()
        == MultiLabelSoftMarginLoss()(x, y).item())
  }
}
