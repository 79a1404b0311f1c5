import Descent
import Testing

/// Every option of every loss against PyTorch: values, gradients, and the gradients of the formula in tensor operations
/// that second derivatives are taken from.
@Suite struct LossParityTests {
  struct File: Decodable { let cases: [Case] }

  enum Option: Decodable {
    case number(Double)
    case text(String)

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try container.decode(String.self))
      }
    }
  }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let loss: String
    let dtype: DType
    let shape: [Int]
    let options: [String: Option]
    let value: [JSONNumber]
    let gradients: [[JSONNumber]]

    func number(_ name: String) -> Double {
      switch options[name] {
      case .number(let value): value
      case .text(let text): Double(text) ?? .nan
      case nil: .nan
      }
    }
    func flag(_ name: String) -> Bool { number(name) == 1 }
    var reduction: Reduction {
      guard case .text(let name) = options["reduction"], let known = Reduction(rawValue: name) else {
        return .mean
      }
      return known
    }
    var testDescription: String { "\(loss) \(dtype) \(shape) \(options)" }
  }

  static let file = Fixtures.load("losses.json", as: File.self)

  /// float32: ULP of the larger of 1 and the value. Sums and their gradients are in double; what is left is the
  /// rounding of exp and log, and of PyTorch's own float32 sums.
  static let float32Budget = 16.0

  // MARK: The generator's inputs

  private static func tensor(_ shape: [Int], _ step: Int, _ dtype: DType, _ scale: Double = 1) -> Tensor {
    let numbers = exactNumbers(shape.reduce(1, *), step: step).map { $0 * scale }
    let tensor = Tensor(numbers, shape: Shape(shape), dtype: dtype)
    tensor.requiresGrad = true
    return tensor
  }

  private static func probabilities(_ shape: [Int], _ step: Int, _ dtype: DType) -> Tensor {
    let numbers = exactNumbers(shape.reduce(1, *), step: step).map { ($0 + 2) / 4 + 1 / 1024 }
    let tensor = Tensor(numbers, shape: Shape(shape), dtype: dtype)
    tensor.requiresGrad = true
    return tensor
  }

  private static func signs(_ shape: [Int], _ dtype: DType) -> Tensor {
    Tensor((0..<shape.reduce(1, *)).map { $0 * 7 % 3 != 0 ? 1.0 : -1 }, shape: Shape(shape), dtype: dtype)
  }

  private static func weights(_ shape: [Int], _ dtype: DType) -> Tensor {
    Tensor((0..<shape.reduce(1, *)).map { 0.25 + Double($0 % 5) / 4 }, shape: Shape(shape), dtype: dtype)
  }

  private static func classes(_ shape: [Int], _ count: Int) -> Tensor {
    Tensor((0..<shape.reduce(1, *)).map { Int64(($0 * 5 + 1) % count) }, shape: Shape(shape))
  }

  // MARK: The losses

  private typealias Evaluated = (value: Tensor, inputs: [Tensor])

  private static func evaluate(_ test: Case) throws -> Evaluated {
    try elements(test) ?? rows(test) ?? overClasses(test) ?? sequences(test)
  }

  private static func elements(_ test: Case) -> Evaluated? {
    let (shape, dtype, reduction) = (test.shape, test.dtype, test.reduction)
    let (x, y) = (tensor(shape, 1, dtype), tensor(shape, 2, dtype))
    let (x4, p, q) = (
      tensor(shape, 1, dtype, 4), probabilities(shape, 1, dtype), probabilities(shape, 2, dtype)
    )
    let weight = test.flag("weighted") ? weights(shape, dtype) : nil
    let parameter = test.number("parameter")
    switch test.loss {
    case "mse": return (MSELoss(reduction: reduction)(x, y), [x, y])
    case "l1": return (L1Loss(reduction: reduction)(x, y), [x, y])
    case "smooth_l1": return (SmoothL1Loss(beta: parameter, reduction: reduction)(x, y), [x, y])
    case "huber": return (HuberLoss(delta: parameter, reduction: reduction)(x, y), [x, y])
    case "log_cosh": return (LogCoshLoss(reduction: reduction)(x, y), [x, y])
    case "quantile": return (QuantileLoss(quantile: parameter, reduction: reduction)(x, y), [x, y])
    case "bce": return (BCELoss(weight: weight, reduction: reduction)(p, q), [p, q])
    case "bce_with_logits":
      let positive = test.flag("positive") ? weights(shape, dtype) : nil
      let loss = BCEWithLogitsLoss(weight: weight, positiveWeight: positive, reduction: reduction)
      return (loss(x4, q), [x4, q])
    case "focal":
      let alpha = test.number("other")
      return (
        FocalLoss(gamma: parameter, alpha: alpha < 0 ? nil : alpha, reduction: reduction)(x4, q), [x4, q]
      )
    case "gaussian_nll":
      let variance = probabilities(shape, 3, dtype)
      let loss = GaussianNLLLoss(full: test.flag("full"), eps: test.number("eps"), reduction: reduction)
      return (loss(x, y, variance: variance), [x, y, variance])
    case "poisson_nll":
      let rate = test.flag("flag") ? x : p
      let count = Tensor(y.doubles.map { $0 + 2 }, shape: y.shape, dtype: dtype)
      count.requiresGrad = true
      let loss = PoissonNLLLoss(logInput: test.flag("flag"), full: test.flag("full"), reduction: reduction)
      return (loss(rate, count), [rate, count])
    case "hinge_embedding":
      return (HingeEmbeddingLoss(margin: parameter, reduction: reduction)(x, signs(shape, dtype)), [x])
    case "margin_ranking":
      return (MarginRankingLoss(margin: parameter, reduction: reduction)(x, y, signs(shape, dtype)), [x, y])
    case "soft_margin": return (SoftMarginLoss(reduction: reduction)(x4, signs(shape, dtype)), [x4])
    case "kl_div":
      var kind: KLDivLoss.Reduction = reduction == .none ? .none : reduction == .sum ? .sum : .mean
      if case .text("batchmean") = test.options["reduction"] { kind = .batchMean }
      let target = test.flag("flag") ? y : q
      return (KLDivLoss(reduction: kind, logTarget: test.flag("flag"))(x, target), [x, target])
    default: return nil
    }
  }

  private static func rows(_ test: Case) -> Evaluated? {
    let (shape, dtype, reduction) = (test.shape, test.dtype, test.reduction)
    let (a, b, n) = (tensor(shape, 1, dtype), tensor(shape, 2, dtype), tensor(shape, 3, dtype))
    let (batch, columns) = (Array(shape.dropLast()), shape.last ?? 1)
    let weight = test.flag("weighted") ? weights([columns], dtype) : nil
    let (parameter, swap) = (test.number("parameter"), test.flag("swap"))
    switch test.loss {
    case "multi_margin":
      let loss = MultiMarginLoss(
        p: Int(test.number("p")), margin: parameter, weight: weight, reduction: reduction)
      return (loss(a, classes(batch, columns)), [a])
    case "multi_label_margin":
      let labels = (0..<a.count).map { Int64([3, 0, -1, 1, 2, 0][$0 % columns]) }
      return (MultiLabelMarginLoss(reduction: reduction)(a, Tensor(labels, shape: a.shape)), [a])
    case "multi_label_soft_margin":
      let (x, t) = (tensor(shape, 1, dtype, 4), probabilities(shape, 2, dtype))
      return (MultiLabelSoftMarginLoss(weight: weight, reduction: reduction)(x, t), [x, t])
    case "cosine_embedding":
      return (
        CosineEmbeddingLoss(margin: parameter, reduction: reduction)(a, b, signs(batch, dtype)), [a, b]
      )
    case "triplet_margin":
      let loss = TripletMarginLoss(margin: parameter, p: test.number("p"), swap: swap, reduction: reduction)
      return (loss(a, b, n), [a, b, n])
    case "triplet_margin_with_distance":
      let loss = TripletMarginWithDistanceLoss(
        distance: { ($0 - $1).abs().sum(dim: -1) }, swap: swap, reduction: reduction)
      return (loss(a, b, n), [a, b, n])
    case "dice":
      let (x, t) = (probabilities(shape, 1, dtype), probabilities(shape, 2, dtype))
      return (DiceLoss(reduction: reduction)(x, t), [x, t])
    default: return nil
    }
  }

  private static func overClasses(_ test: Case) -> Evaluated? {
    let (shape, dtype, reduction) = (test.shape, test.dtype, test.reduction)
    let isLinear = test.loss == "linear_cross_entropy"
    let count = isLinear ? 6 : shape.count == 1 ? shape[0] : shape[1]
    let samples = shape.count == 1 ? [] : isLinear ? [shape[0]] : Array(shape[..<1] + shape[2...])
    let weight = test.flag("weighted") ? weights([count], dtype) : nil
    let ignored =
      test.options["ignore_index"] == nil ? (isLinear ? 2 : -100) : Int(test.number("ignore_index"))
    let cross = CrossEntropyLoss(
      weight: weight, ignoreIndex: ignored,
      labelSmoothing: test.options["label_smoothing"] == nil ? 0 : test.number("label_smoothing"),
      reduction: reduction)
    let targets = classes(samples, count)
    switch test.loss {
    case "nll":
      let x = tensor(shape, 1, dtype)
      return (NLLLoss(weight: weight, ignoreIndex: ignored, reduction: reduction)(x, targets), [x])
    case "cross_entropy":
      let x = tensor(shape, 1, dtype, 4)
      return (cross(x, targets), [x])
    case "cross_entropy_probabilities":
      // By the kernel for the logits; the probabilities' gradient has a test of its own.
      let x = tensor(shape, 1, dtype, 4)
      return (cross(x, probabilities(shape, 2, dtype).detached()), [x])
    case "linear_cross_entropy":
      let (x, w, b) = (tensor(shape, 1, dtype), tensor([6, 4], 2, dtype), tensor([6], 3, dtype))
      let bias = test.flag("flag") ? b : nil
      return (linearCrossEntropy(x, w, bias, targets, loss: cross), bias == nil ? [x, w] : [x, w, b])
    default: return nil
    }
  }

  private static func sequences(_ test: Case) throws -> Evaluated {
    try #require(test.loss == "ctc", "no loss \(test.loss)")
    let logits = tensor(test.shape, 1, test.dtype)
    let (steps, samples, zero) = (test.shape[0], test.shape[1], test.flag("flag"))
    let last = zero ? [3, 1, 3, 4, 1, 1, 3, 1] : []
    let loss = CTCLoss(
      blank: Int(test.number("blank")), reduction: test.reduction, zeroInfinity: zero)
    let value = loss(
      logits.logSoftmax(dim: 2), targets: Array([[1, 3, 3], [4], last].prefix(samples)),
      inputLengths: Array([steps, steps - 2, steps].prefix(samples)))
    return (value, [logits])
  }

  @Test(arguments: file.cases.filter { $0.loss != "complex_l1" }) func parity(_ test: Case) throws {
    let (value, inputs) = try Self.evaluate(test)
    let upstream =
      value.shape.rank == 0
      ? Tensor.ones([], dtype: test.dtype)
      : Tensor(exactNumbers(value.count, step: 9).map { $0 + 3 }, shape: value.shape, dtype: test.dtype)
    let tolerance = test.dtype == .float64 ? 1e-12 : Self.float32Budget * float32ULP
    #expect(largestError(value.doubles, test.value.map(\.value)) <= tolerance)
    let slopes = gradients(of: value, at: inputs, upstream: upstream)
    for (slope, expected) in zip(slopes, test.gradients) {
      #expect(largestError(slope.doubles, expected.map(\.value)) <= tolerance)
    }
    guard test.loss != "ctc" else { return }
    let differentiable = gradients(of: value, at: inputs, upstream: upstream, createGraph: true)
    for (slope, expected) in zip(differentiable, test.gradients) {
      #expect(largestError(slope.doubles, expected.map(\.value)) <= tolerance, "in tensor operations")
    }
  }

  @Test(arguments: file.cases.filter { $0.loss == "cross_entropy_probabilities" && $0.dtype == .float64 })
  func gradientsByProbabilities(_ test: Case) throws {
    let (x, q) = (Self.tensor(test.shape, 1, .float64, 4), Self.probabilities(test.shape, 2, .float64))
    let count = test.shape.count == 1 ? test.shape[0] : test.shape[1]
    let loss = CrossEntropyLoss(
      weight: test.flag("weighted") ? Self.weights([count], .float64) : nil,
      labelSmoothing: test.number("label_smoothing"), reduction: test.reduction)
    let value = loss(x, q)
    let upstream =
      value.shape.rank == 0
      ? Tensor.ones([], dtype: .float64)
      : Tensor(exactNumbers(value.count, step: 9).map { $0 + 3 }, shape: value.shape, dtype: .float64)
    for (slope, expected) in zip(gradients(of: value, at: [x, q], upstream: upstream), test.gradients) {
      #expect(largestError(slope.doubles, expected.map(\.value)) <= 1e-12)
    }
  }
}
