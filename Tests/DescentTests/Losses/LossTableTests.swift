import Descent
import Foundation
import Testing

/// The table of losses: that each has a Swift face with the table's defaults, and stands in the documentation.
@Suite struct LossTableTests {
  /// A loss of this library, and tensors at which each of its options counts.
  struct Face {
    let loss: ([Tensor]) -> Tensor
    let inputs: [Tensor]

    init(_ loss: any Loss, _ inputs: Tensor...) { (self.loss, self.inputs) = ({ loss($0) }, inputs) }

    init(_ inputs: Tensor..., loss: @escaping ([Tensor]) -> Tensor) {
      (self.loss, self.inputs) = (loss, inputs)
    }
  }

  static var faces: [String: Face] { elements.merging(rows) { a, _ in a }.merging(classes) { a, _ in a } }

  private static func pairs(_ numbers: [Double]) -> Tensor { Tensor(numbers, shape: [2, 3]) }
  private static var x: Tensor { pairs([0.25, -1.5, 3, 0.5, 2, -0.75]) }
  private static var y: Tensor { pairs([1, 0.5, -1, 0.25, 2.5, 0]) }
  private static var p: Tensor { pairs([0.1, 0.9, 0.5, 0.3, 0.6, 0.75]) }
  private static var q: Tensor { pairs([0.2, 0.7, 0.4, 0.9, 0.5, 0.1]) }
  private static var signs: Tensor { pairs([1, -1, 1, -1, 1, -1]) }

  private static var elements: [String: Face] {
    [
      "mse": Face(MSELoss(), x, y), "l1": Face(L1Loss(), x, y), "smooth_l1": Face(SmoothL1Loss(), x, y),
      "huber": Face(HuberLoss(), x, y), "log_cosh": Face(LogCoshLoss(), x, y),
      "quantile": Face(QuantileLoss(), x, y), "bce": Face(BCELoss(), p, q),
      "bce_with_logits": Face(BCEWithLogitsLoss(), x, q), "focal": Face(FocalLoss(), x, q),
      // One variance is below eps.
      "gaussian_nll": Face(GaussianNLLLoss(), x, y, pairs([0.5, 1e-7, 1, 2, 0.25, 4])),
      "poisson_nll": Face(PoissonNLLLoss(), p, pairs([2, 0, 3, 1, 5, 4])), "kl_div": Face(KLDivLoss(), x, q),
      "hinge_embedding": Face(HingeEmbeddingLoss(), x, signs),
      "soft_margin": Face(SoftMarginLoss(), x, signs),
      "margin_ranking": Face(MarginRankingLoss(), x, y, signs),
    ]
  }

  private static var rows: [String: Face] {
    [
      "multi_margin": Face(MultiMarginLoss(), x, Tensor(classes: [1, 2])),
      "multilabel_margin": Face(
        MultiLabelMarginLoss(), x, Tensor([Int64(2), 0, -1, 0, -1, 0], shape: [2, 3])),
      "multilabel_soft_margin": Face(MultiLabelSoftMarginLoss(), x, q),
      // The second pair, which is to be unlike, is alike.
      "cosine_embedding": Face(CosineEmbeddingLoss(), x, y, Tensor([1, -1], dtype: .float64)),
      // The negative is nearer to the positive than to the anchor.
      "triplet_margin": Face(TripletMarginLoss(), x, y, pairs([0.5, 0.5, 0.5, 0.5, 1, 0.5])),
      "dice": Face(DiceLoss(), p, q),
    ]
  }

  private static var classes: [String: Face] {
    let logits = Tensor(exactNumbers(9), shape: [3, 3], dtype: .float64)
    // One is ignored by default.
    let targets = Tensor(classes: [2, -100, 0])
    let linear = Tensor(exactNumbers(12, step: 1), shape: [4, 3], dtype: .float64)
    // The second sample's targets need three steps.
    let steps = Tensor(exactNumbers(12), shape: [2, 2, 3], dtype: .float64).logSoftmax().detached()
    let sequences = Tensor([Int64(1), 2, 1, 1], shape: [2, 2])
    return [
      "cross_entropy": Face(CrossEntropyLoss(), logits, targets), "nll": Face(NLLLoss(), logits, targets),
      "linear_cross_entropy": Face(logits, linear, targets) { linearCrossEntropy($0[0], $0[1], nil, $0[2]) },
      "ctc": Face(CTCLoss(), steps, sequences),
    ]
  }

  /// The loss and its gradient by the first input, bit for bit.
  private func numbers(_ inputs: [Tensor], _ loss: ([Tensor]) throws -> Tensor) rethrows -> [UInt64] {
    inputs[0].requiresGrad = true
    let value = try loss(inputs)
    let upstream = Tensor.ones(value.shape, dtype: value.dtype)
    let slope = gradients(of: value, at: [inputs[0]], upstream: upstream)[0]
    return (value.doubles + slope.doubles).map(\.bitPattern)
  }

  /// Values that an option may have besides its default.
  private func others(_ option: LossTable.Option) -> [Double] {
    switch option.kind {
    case .real: [option.initial == 0 ? 0.25 : option.initial / 2]
    case .flag: [1 - option.initial]
    case .integer: [option.initial + 1]
    case .choice: option.choices.indices.map(Double.init).filter { $0 != option.initial }
    }
  }

  @Test func everyLossHasItsFace() {
    #expect(Self.faces.keys.sorted() == LossTable.losses.map(\.name).sorted())
  }

  @Test(arguments: LossTable.losses.map(\.name)) func facesHaveTheTablesDefaults(_ name: String) throws {
    let (loss, face) = (try LossTable.named(name), try #require(Self.faces[name]))
    let expected = numbers(face.inputs) { face.loss($0) }
    #expect(try numbers(face.inputs) { try loss($0) } == expected)
    // That says something about an option if another value of it gives other numbers, or is refused.
    // Poisson's eps counts without log_input only.
    for option in loss.options where (name, option.name) != ("poisson_nll", "eps") {
      for value in others(option) {
        let changed = try? numbers(face.inputs) { try loss($0, options: [option.name: value]) }
        #expect(changed != expected, "\(option.name) \(option.text(value))")
      }
    }
  }

  @Test func everyLossIsDocumented() throws {
    let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
        "Documentation/Losses.md")
    let text = try String(contentsOf: page, encoding: .utf8)
    let missing = LossTable.losses.map(\.name).filter { !text.contains("`\($0)` |") }
    #expect(missing == [])
  }

  @Test func wrongCallsAreRefused() throws {
    let loss = try LossTable.named("huber")
    #expect(throws: DescentError.self) { try LossTable.named("hubber") }
    #expect(throws: DescentError.self) { try loss([Self.x, Self.y], options: ["beta": 1]) }
    #expect(throws: DescentError.self) { try loss([Self.x, Self.y], options: ["delta": 0]) }
    #expect(throws: DescentError.self) { try loss([Self.x]) }
    #expect(throws: DescentError.self) { try loss([Self.x, nil]) }
    #expect(throws: DescentError.self) { try loss([Self.x, Tensor.ones([2, 3])]) }
    // A bias may be left out before the weight.
    let classes = try #require(Self.faces["linear_cross_entropy"]).inputs
    let weight = Tensor([1, 2, 3, 4], dtype: .float64)
    let weighted = linearCrossEntropy(
      classes[0], classes[1], nil, classes[2], loss: CrossEntropyLoss(weight: weight))
    let named = try LossTable.named("linear_cross_entropy")(classes + [nil, weight])
    #expect(named.item() == weighted.item())
  }
}
