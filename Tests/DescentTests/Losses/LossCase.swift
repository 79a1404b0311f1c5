import Descent
import Testing

/// A loss with its options, as the scripts in `Tests/Fixtures` name them.
struct LossCase: Decodable, Sendable, CustomTestStringConvertible {
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

  let loss: String
  let dtype: DType
  let options: [String: Option]

  func number(_ name: String, else standard: Double = .nan) -> Double {
    switch options[name] {
    case .number(let value): value
    case .text(let text): Double(text) ?? .nan
    case nil: standard
    }
  }
  func flag(_ name: String) -> Bool { number(name) == 1 }
  var reduction: Reduction {
    guard case .text(let name) = options["reduction"] else { return .mean }
    return Reduction(rawValue: name) ?? .mean
  }
  var testDescription: String { "\(loss) \(dtype) \(options.sorted { $0.key < $1.key })" }

  /// What the test may be off by, in units in the last place of the number itself.
  var budget: Double { dtype == .float64 ? float64Budget : 16 }

  /// The loss of these tensors.
  func callAsFunction(_ t: [String: Tensor]) throws -> Tensor {
    if let value = try elements(t) ?? rows(t) { return value }
    let cross = CrossEntropyLoss(
      weight: t["weight"], ignoreIndex: ignoreIndex, labelSmoothing: number("label_smoothing", else: 0),
      reduction: reduction)
    let x = try #require(t["x"])
    let targets = try #require(t["q"] ?? t["targets"], "no loss \(loss)")
    switch loss {
    case "nll":
      return NLLLoss(weight: t["weight"], ignoreIndex: ignoreIndex, reduction: reduction)(x, targets)
    case "linear_cross_entropy":
      return linearCrossEntropy(x, try #require(t["linear"]), t["bias"], targets, loss: cross)
    default: return cross(x, targets)
    }
  }

  private var ignoreIndex: Int { Int(number("ignore_index", else: -100)) }

  private func elements(_ t: [String: Tensor]) throws -> Tensor? {
    let parameter = number("parameter", else: 1)
    let x = try #require(t["x"])
    guard let y = t["y"] else { return nil }
    switch loss {
    case "mse": return MSELoss(reduction: reduction)(x, y)
    case "l1": return L1Loss(reduction: reduction)(x, y)
    case "smooth_l1": return SmoothL1Loss(beta: parameter, reduction: reduction)(x, y)
    case "huber": return HuberLoss(delta: parameter, reduction: reduction)(x, y)
    case "log_cosh": return LogCoshLoss(reduction: reduction)(x, y)
    case "quantile": return QuantileLoss(quantile: parameter, reduction: reduction)(x, y)
    case "bce": return BCELoss(weight: t["weight"], reduction: reduction)(x, y)
    case "bce_with_logits":
      return BCEWithLogitsLoss(weight: t["weight"], positiveWeight: t["positive"], reduction: reduction)(x, y)
    case "focal":
      let alpha = number("other")
      return FocalLoss(gamma: parameter, alpha: alpha < 0 ? nil : alpha, reduction: reduction)(x, y)
    case "gaussian_nll":
      let loss = GaussianNLLLoss(full: flag("full"), eps: number("eps"), reduction: reduction)
      return loss(x, y, variance: try #require(t["v"]))
    case "poisson_nll":
      let eps = number("eps", else: 1e-8)
      return PoissonNLLLoss(logInput: flag("flag"), full: flag("full"), eps: eps, reduction: reduction)(x, y)
    case "kl_div":
      var kind: KLDivLoss.Reduction = reduction == .none ? .none : reduction == .sum ? .sum : .mean
      if case .text("batchmean") = options["reduction"] { kind = .batchMean }
      return KLDivLoss(reduction: kind, logTarget: flag("flag"))(x, y)
    case "hinge_embedding": return HingeEmbeddingLoss(margin: parameter, reduction: reduction)(x, y)
    case "soft_margin": return SoftMarginLoss(reduction: reduction)(x, y)
    case "margin_ranking":
      return MarginRankingLoss(margin: parameter, reduction: reduction)(x, try #require(t["z"]), y)
    default: return nil
    }
  }

  private func rows(_ t: [String: Tensor]) throws -> Tensor? {
    let (margin, swap) = (number("parameter", else: 1), flag("swap"))
    let x = try #require(t["x"])
    switch loss {
    case "multi_margin":
      let loss = MultiMarginLoss(
        p: Int(number("p")), margin: margin, weight: t["weight"], reduction: reduction)
      return loss(x, try #require(t["targets"]))
    case "multi_label_margin":
      return MultiLabelMarginLoss(reduction: reduction)(x, try #require(t["targets"]))
    case "multi_label_soft_margin":
      return MultiLabelSoftMarginLoss(weight: t["weight"], reduction: reduction)(x, try #require(t["y"]))
    case "cosine_embedding":
      let loss = CosineEmbeddingLoss(margin: margin, reduction: reduction)
      return loss(x, try #require(t["z"]), try #require(t["y"]))
    case "triplet_margin":
      let loss = TripletMarginLoss(
        margin: margin, p: number("p"), eps: number("eps", else: 1e-6), swap: swap, reduction: reduction)
      return loss(x, try #require(t["y"]), try #require(t["z"]))
    case "triplet_margin_with_distance":
      let loss = TripletMarginWithDistanceLoss(
        distance: { ($0 - $1).abs().sum(dim: -1) }, swap: swap, reduction: reduction)
      return loss(x, try #require(t["y"]), try #require(t["z"]))
    case "dice": return DiceLoss(smooth: margin, reduction: reduction)(x, try #require(t["y"]))
    default: return nil
    }
  }
}

/// How large the numbers are that a reference is a difference of, and so what its own rounding is relative to; 0 where it
/// is none.
struct Differenced {
  var value = 0.0
  var gradients = 0.0
  var second = 0.0

  /// - Parameter size: what the inputs are up to.
  init(_ loss: String, size: Double) {
    switch loss {
    // (1 - y) x - log s(x); s(x) - y; s (1 - s)
    case "bce_with_logits", "multi_label_soft_margin": (value, gradients, second) = (size, 1, 1)
    // In the gradient by targets: log(1 - x) - log x
    case "bce": gradients = 1
    // Its reference has 1 - p, squared or so, and many terms of either sign in the derivatives
    case "focal": (value, gradients, second) = (1, size, size)
    // log v + d² / v; 1 / v - (d / v)²
    case "gaussian_nll": (value, gradients) = (size, size)
    // e^x - y x, or x - y log x; e^x - y; 1 / y - 1 / (2 y²)
    case "poisson_nll": (value, gradients, second) = (size, size, size)
    // y log y - y x; log y + 1 - x
    case "kl_div": (value, gradients) = (size, size)
    // 1 - cos; x / |x| - cos y; these over the length, which is 1e-6 at least
    case "cosine_embedding": (value, gradients, second) = (1, 1, 1e6)
    // The two distances, their slopes, and what these change by: some / eps, for 1e-6
    case "triplet_margin", "triplet_margin_with_distance": (value, gradients, second) = (size, 1, 1e7)
    // 1 less the coefficient; the coefficient less 2 y
    case "dice": (value, gradients, second) = (1, 1, 1)
    // The log-sum-exp less a logit; p - q; p (1 - p)
    case "cross_entropy", "cross_entropy_probabilities": (value, gradients, second) = (size, 1, 1)
    case "linear_cross_entropy": (value, gradients, second) = (size, size, size * size)
    // Log probabilities of either sign, averaged
    case "nll": value = size
    // e^lp less the share of the alignments
    case "ctc": gradients = 1
    default: break
    }
  }
}
