import Descent
import Testing

/// Losses by name: those of the faces, and what is refused.
@Suite struct LossNameTests {
  @Test func everyName() throws {
    let (x, y) = (Tensor([0.5, -2, 3], shape: [3, 1]), Tensor([1, 0.25, -1], shape: [3, 1]))
    let numbers: [String: any Loss] = [
      "mse": MSELoss(), "l1": L1Loss(), "smooth_l1": SmoothL1Loss(), "huber": HuberLoss(),
      "log_cosh": LogCoshLoss(), "quantile": QuantileLoss(),
    ]
    #expect(Set(numbers.keys) == Set(LossName.ofNumbers))
    for (name, face) in numbers { #expect(try LossName.loss(name)(x, y).item() == face(x, y).item()) }
    let (scores, classes) = (Tensor([1, 2, 0.5, -1], shape: [2, 2]), Tensor(classes: [1, 1]))
    let rows: [String: any Loss] = ["cross_entropy": CrossEntropyLoss(), "multi_margin": MultiMarginLoss()]
    #expect(Set(rows.keys) == Set(LossName.ofClasses))
    for (name, face) in rows {
      #expect(try LossName.loss(name)(scores, classes).item() == face(scores, classes).item())
    }
    #expect(try LossName.loss("huber", ["delta": 0.5])(x, y).item() == HuberLoss(delta: 0.5)(x, y).item())
  }

  @Test func whatIsRefused() {
    func message(_ name: String, _ options: [String: Double] = [:]) -> String {
      do {
        _ = try LossName.loss(name, options)
        return ""
      } catch {
        return error.message
      }
    }
    #expect(message("mes").contains("unknown loss 'mes'; did you mean 'mse'?"))
    // In the table, but not of a prediction and a target alone.
    #expect(message("gaussian_nll").contains("unknown loss"))
    #expect(message("huber", ["delta": -1]).contains("delta is -1"))
    #expect(message("huber", ["gamma": 1]).contains("gamma"))
    #expect(message("mse", ["reduction": 2]).contains("no option"))
  }
}
