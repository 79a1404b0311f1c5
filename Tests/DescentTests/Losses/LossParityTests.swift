import Descent
import Testing

/// Every option of every loss against PyTorch: values and gradients.
@Suite struct LossParityTests {
  struct File: Decodable { let cases: [Case] }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let loss: LossCase
    let shape: [Int]
    let value: [JSONNumber]
    let gradients: [[JSONNumber]]

    enum CodingKeys: CodingKey { case shape, value, gradients }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      loss = try LossCase(from: decoder)
      shape = try container.decode([Int].self, forKey: .shape)
      value = try container.decode([JSONNumber].self, forKey: .value)
      gradients = try container.decode([[JSONNumber]].self, forKey: .gradients)
    }

    var dtype: DType { loss.dtype }
    /// How many values a mean is taken of.
    var values: Int {
      let count = shape.reduce(1, *)
      switch loss.loss {
      case "linear_cross_entropy": return shape[0]
      case "ctc": return shape[1]
      case "nll", "cross_entropy", "cross_entropy_probabilities":
        return count / shape[min(1, shape.count - 1)]
      case "multi_margin", "multi_label_margin", "multi_label_soft_margin", "cosine_embedding",
        "triplet_margin", "triplet_margin_with_distance", "dice":
        return count / shape[shape.count - 1]
      default: return count
      }
    }
    var testDescription: String { "\(loss.testDescription) \(shape)" }
  }

  static let file = Fixtures.load("losses.json", as: File.self)

  // MARK: The generator's inputs

  private static func tensor(_ shape: [Int], _ step: Int, _ dtype: DType, _ scale: Double = 1) -> Tensor {
    let numbers = exactNumbers(shape.reduce(1, *), step: step).map { $0 * scale }
    return Tensor(numbers, shape: Shape(shape), dtype: dtype)
  }

  private static func probabilities(_ shape: [Int], _ step: Int, _ dtype: DType) -> Tensor {
    let numbers = exactNumbers(shape.reduce(1, *), step: step).map { ($0 + 2) / 4 + 1 / 1024 }
    return Tensor(numbers, shape: Shape(shape), dtype: dtype)
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

  /// The tensors that a case is evaluated at, and which of them it has gradients by.
  private static func inputs(_ test: Case) -> (tensors: [String: Tensor], differentiated: [String]) {
    let (shape, dtype, loss) = (test.shape, test.dtype, test.loss)
    let (x, y) = (tensor(shape, 1, dtype), tensor(shape, 2, dtype))
    let (x4, p, q) = (
      tensor(shape, 1, dtype, 4), probabilities(shape, 1, dtype), probabilities(shape, 2, dtype)
    )
    let (rows, columns) = (Array(shape.dropLast()), shape.last ?? 1)
    func weighted(_ tensors: [String: Tensor], _ shape: [Int]) -> [String: Tensor] {
      loss.flag("weighted") ? tensors.merging(["weight": weights(shape, dtype)]) { a, _ in a } : tensors
    }
    switch loss.loss {
    case "bce": return (weighted(["x": p, "y": q], shape), ["x", "y"])
    case "bce_with_logits":
      var tensors = weighted(["x": x4, "y": q], shape)
      if loss.flag("positive") { tensors["positive"] = weights(shape, dtype) }
      return (tensors, ["x", "y"])
    case "focal": return (["x": x4, "y": q], ["x", "y"])
    case "gaussian_nll": return (["x": x, "y": y, "v": probabilities(shape, 3, dtype)], ["x", "y", "v"])
    case "poisson_nll":
      let count = Tensor(y.doubles.map { $0 + 2 }, shape: y.shape, dtype: dtype)
      return (["x": loss.flag("flag") ? x : p, "y": count], ["x", "y"])
    case "hinge_embedding": return (["x": x, "y": signs(shape, dtype)], ["x"])
    case "soft_margin": return (["x": x4, "y": signs(shape, dtype)], ["x"])
    case "margin_ranking": return (["x": x, "z": y, "y": signs(shape, dtype)], ["x", "z"])
    case "kl_div": return (["x": x, "y": loss.flag("flag") ? y : q], ["x", "y"])
    case "multi_margin": return (weighted(["x": x, "targets": classes(rows, columns)], [columns]), ["x"])
    case "multi_label_margin":
      let labels = (0..<x.count).map { Int64([3, 0, -1, 1, 2, 0][$0 % columns]) }
      return (["x": x, "targets": Tensor(labels, shape: x.shape)], ["x"])
    case "multi_label_soft_margin": return (weighted(["x": x4, "y": q], [columns]), ["x", "y"])
    case "cosine_embedding": return (["x": x, "z": y, "y": signs(rows, dtype)], ["x", "z"])
    case "triplet_margin", "triplet_margin_with_distance":
      return (["x": x, "y": y, "z": tensor(shape, 3, dtype)], ["x", "y", "z"])
    case "dice": return (["x": p, "y": q], ["x", "y"])
    case "nll", "cross_entropy", "cross_entropy_probabilities", "linear_cross_entropy":
      return overClasses(test, weighted)
    default: return (["x": x, "y": y], ["x", "y"])
    }
  }

  private static func overClasses(
    _ test: Case, _ weighted: ([String: Tensor], [Int]) -> [String: Tensor]
  ) -> (tensors: [String: Tensor], differentiated: [String]) {
    let (shape, dtype) = (test.shape, test.dtype)
    if test.loss.loss == "linear_cross_entropy" {
      var tensors = [
        "x": tensor(shape, 1, dtype), "linear": tensor([6, 4], 2, dtype), "targets": classes([shape[0]], 6),
      ]
      guard test.loss.flag("flag") else { return (weighted(tensors, [6]), ["x", "linear"]) }
      tensors["bias"] = tensor([6], 3, dtype)
      return (weighted(tensors, [6]), ["x", "linear", "bias"])
    }
    let count = shape.count == 1 ? shape[0] : shape[1]
    let samples = shape.count == 1 ? [] : Array(shape[..<1] + shape[2...])
    let x = tensor(shape, 1, dtype, test.loss.loss == "nll" ? 1 : 4)
    guard test.loss.loss == "cross_entropy_probabilities" else {
      return (weighted(["x": x, "targets": classes(samples, count)], [count]), ["x"])
    }
    return (weighted(["x": x, "q": probabilities(shape, 2, dtype)], [count]), ["x", "q"])
  }

  private static func sequences(_ test: Case) -> (value: Tensor, logits: Tensor) {
    let logits = tensor(test.shape, 1, test.dtype)
    logits.requiresGrad = true
    let (steps, samples, zero) = (test.shape[0], test.shape[1], test.loss.flag("flag"))
    let last = zero ? [3, 1, 3, 4, 1, 1, 3, 1] : []
    let loss = CTCLoss(
      blank: Int(test.loss.number("blank")), reduction: test.loss.reduction, zeroInfinity: zero)
    let value = loss(
      logits.logSoftmax(dim: 2), targets: Array([[1, 3, 3], [4], last].prefix(samples)),
      inputLengths: Array([steps, steps - 2, steps].prefix(samples)))
    return (value, logits)
  }

  static func evaluate(_ test: Case) throws -> (value: Tensor, inputs: [Tensor]) {
    if test.loss.loss == "ctc" {
      let (value, logits) = sequences(test)
      return (value, [logits])
    }
    let (tensors, names) = inputs(test)
    for name in names { tensors[name]?.requiresGrad = true }
    return (try test.loss(tensors), names.compactMap { tensors[$0] })
  }

  @Test(arguments: file.cases.filter { $0.loss.loss != "complex_l1" }) func parity(_ test: Case) throws {
    let (value, inputs) = try Self.evaluate(test)
    let upstream =
      value.shape.rank == 0
      ? Tensor.ones([], dtype: test.dtype)
      : Tensor(exactNumbers(value.count, step: 9).map { $0 + 3 }, shape: value.shape, dtype: test.dtype)
    // Inputs are up to 8, a mean's gradients smaller by the number of values.
    let scale = Differenced(test.loss.loss, size: 8)
    let share = test.loss.reduction == .mean ? 1 / Double(test.values) : 1
    let error = largestULP(value.doubles, test.value.map(\.value), test.dtype, scale: scale.value)
    #expect(error <= test.loss.budget)
    for (slope, expected) in zip(gradients(of: value, at: inputs, upstream: upstream), test.gradients) {
      let error = largestULP(
        slope.doubles, expected.map(\.value), test.dtype, scale: scale.gradients * share)
      #expect(error <= test.loss.budget)
    }
  }
}
