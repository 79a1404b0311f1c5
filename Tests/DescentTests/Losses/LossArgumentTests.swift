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

  static let refusals: [Refusal] = elements + rows + overClasses + options + layers

  private static let elements: [Refusal] = [
    refuses("MSELoss: targets is float32") { _ = MSELoss()(x, narrow) },
    refuses("L1Loss: targets is float64 of shape [2]") { _ = L1Loss()(x, short) },
    refuses("HuberLoss: prediction is of type int64") { _ = HuberLoss()(classes, classes) },
    refuses("BCELoss: weight is float32") { _ = BCELoss(weight: narrow)(x, x) },
    refuses("BCELoss: weight is float64 of shape [2]", "broadcasts to [2, 3]") {
      _ = BCELoss(weight: short)(x, x)
    },
    refuses("BCELoss: weight is float64 of shape [4, 2, 3]") {
      _ = BCELoss(weight: .ones([4, 2, 3], dtype: .float64))(x, x)
    },
    refuses("BCELoss: there is no gradient by weight") {
      let weight = x
      weight.requiresGrad = true
      _ = BCELoss(weight: weight)(x, x)
    },
    refuses("BCEWithLogitsLoss: weight is float32") { _ = BCEWithLogitsLoss(weight: narrow)(x, x) },
    // This one read past the end of the smaller buffer.
    refuses("BCEWithLogitsLoss: positiveWeight is float32") {
      _ = BCEWithLogitsLoss(positiveWeight: .ones([3]))(x, x)
    },
    refuses("BCEWithLogitsLoss: positiveWeight is float64 of shape [2]", "float32 of a shape") {
      _ = BCEWithLogitsLoss(positiveWeight: Tensor([2.0, 3]))(Tensor.ones([1, 2]), Tensor.ones([1, 2]))
    },
    refuses("GaussianNLLLoss: variance is float32") { _ = GaussianNLLLoss()(x, x, variance: narrow) },
    refuses("GaussianNLLLoss: variance is float64 of shape [3]") {
      _ = GaussianNLLLoss()(x, x, variance: .ones([3], dtype: .float64))
    },
    refuses("GaussianNLLLoss: variance is float64 of shape [1, 1]") {
      _ = GaussianNLLLoss()(x, x, variance: .ones([1, 1], dtype: .float64))
    },
    refuses("MarginRankingLoss: second is float32") { _ = MarginRankingLoss()(x, narrow, x) },
    refuses("MarginRankingLoss: targets is float64 of shape [2]") { _ = MarginRankingLoss()(x, x, short) },
    refuses("target 0 is 1.5") { _ = BCELoss()(x, .full([2, 3], 1.5, dtype: .float64)) },
    refuses("probability 0 is -0.5") { _ = BCELoss()(.full([2, 3], -0.5, dtype: .float64), x) },
  ]

  private static let rows: [Refusal] = [
    refuses("CosineEmbeddingLoss: second is float32") { _ = CosineEmbeddingLoss()(x, narrow, short) },
    refuses("CosineEmbeddingLoss: targets is float32", "[2]") {
      _ = CosineEmbeddingLoss()(x, x, .ones([2]))
    },
    refuses("TripletMarginLoss: negative is float64 of shape [2]") { _ = TripletMarginLoss()(x, x, short) },
    refuses("TripletMarginLoss: positive is float32") { _ = TripletMarginLoss()(x, narrow, x) },
    refuses("MultiLabelMarginLoss: targets is float64") { _ = MultiLabelMarginLoss()(x, x) },
    refuses("MultiLabelSoftMarginLoss: weight is float32 of shape [3]") {
      _ = MultiLabelSoftMarginLoss(weight: .ones([3]))(x, x)
    },
    refuses("MultiMarginLoss: weight is float64 of shape [2]", "of shape [3]") {
      _ = MultiMarginLoss(weight: short)(x, classes)
    },
    refuses("MultiMarginLoss: targets is int64 of shape [3]") {
      _ = MultiMarginLoss()(x, Tensor(classes: [0, 1, 2]))
    },
    refuses("DiceLoss: targets is float32") { _ = DiceLoss()(x, narrow) },
    refuses("CTCLoss: logProbabilities is of type int64") { _ = CTCLoss()(classes, targets: [[]]) },
    refuses("CTCLoss: 2 inputLengths for 1 samples") {
      _ = CTCLoss()(x, targets: [[1]], inputLengths: [1, 1])
    },
  ]

  private static let overClasses: [Refusal] = [
    refuses("NLLLoss: weight is float32 of shape [3]") { _ = NLLLoss(weight: .ones([3]))(x, classes) },
    refuses("NLLLoss: there is no gradient by weight") {
      let weight = Tensor.ones([3], dtype: .float64)
      weight.requiresGrad = true
      _ = NLLLoss(weight: weight)(x, classes)
    },
    refuses("CrossEntropyLoss: weight is float64 of shape [1, 3]") {
      _ = CrossEntropyLoss(weight: .ones([1, 3], dtype: .float64))(x, classes)
    },
    refuses("CrossEntropyLoss: targets is float32") { _ = CrossEntropyLoss()(x, narrow) },
    refuses("CrossEntropyLoss: targets is int64 of shape [3]") {
      _ = CrossEntropyLoss()(x, Tensor(classes: [0, 1, 2]))
    },
    refuses("ignore_index is 0") { _ = CrossEntropyLoss(ignoreIndex: 0)(x, x) },
    refuses("target 3 of sample 1") { _ = CrossEntropyLoss()(x, Tensor(classes: [0, 3])) },
    refuses("linearCrossEntropy: weight is float32") {
      _ = linearCrossEntropy(x, .ones([4, 3]), nil, classes)
    },
    refuses("linearCrossEntropy: bias is float64 of shape [2]", "[4]") {
      _ = linearCrossEntropy(x, .ones([4, 3], dtype: .float64), short, classes)
    },
    refuses("linearCrossEntropy: loss.weight is float32") {
      let loss = CrossEntropyLoss(weight: .ones([4]))
      _ = linearCrossEntropy(x, .ones([4, 3], dtype: .float64), nil, classes, loss: loss)
    },
  ]

  private static let options: [Refusal] = [
    refuses("margin is -1.0, must be > 0") { _ = TripletMarginLoss(margin: -1) },
    refuses("margin is 0.0, must be > 0") {
      _ = TripletMarginWithDistanceLoss(distance: { a, _ in a }, margin: 0)
    },
    refuses("margin is NaN") { _ = HingeEmbeddingLoss(margin: .nan) },
    refuses("margin is NaN") { _ = MultiMarginLoss(margin: .nan) },
    refuses("alpha is 1.5") { _ = FocalLoss(alpha: 1.5) },
    refuses("gamma is -1.0") { _ = FocalLoss(gamma: -1) },
    refuses("quantile is 1.0000000000000002") { _ = QuantileLoss(quantile: Double(1).nextUp) },
    refuses("smooth is -1.0") { _ = DiceLoss(smooth: -1) },
    refuses("eps is -1.0") { _ = PoissonNLLLoss(logInput: false, eps: -1) },
    refuses("labelSmoothing is 1.5") { _ = CrossEntropyLoss(labelSmoothing: 1.5) },
  ]

  private static let layers: [Refusal] = [
    refuses("linear: weight is of type float32") { _ = linear(x, .ones([4, 3])) },
    refuses("linear: bias is float32 of shape [4]") {
      _ = linear(x, .ones([4, 3], dtype: .float64), .ones([4]))
    },
    refuses("linear: x is of type int64") { _ = linear(classes, classes) },
    refuses("BatchNorm1d: x is float64 of shape [2, 3]", "float32") { _ = BatchNorm1d(3)(x) },
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
