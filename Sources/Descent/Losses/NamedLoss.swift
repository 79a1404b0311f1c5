/// A loss by its name in the table, for programs that read it from somewhere.
public struct NamedLoss: Loss {
  /// The loss's row in the table.
  public let row: LossTable.Row
  /// The values by the table's option names; the others have their defaults.
  public let options: [String: Double]

  /// The loss of a row with these options; unknown ones are refused when it is used.
  public init(_ row: LossTable.Row, _ options: [String: Double] = [:]) {
    (self.row, self.options) = (row, options)
  }

  /// The loss of a prediction. Stops the program if that is not what this loss takes.
  public func callAsFunction(_ prediction: Tensor, _ targets: Tensor) -> Tensor {
    do throws(DescentError) {
      return try row([prediction, targets], options: options)
    } catch {
      stop(error.message)
    }
  }
}

/// Losses by name, for command lines: those of a prediction and a target for each sample, and what their targets are.
public enum LossName {
  /// The losses of classes: of a number for each class, and the class.
  public static let ofClasses = ["cross_entropy", "multi_margin"]
  /// The losses of numbers: of a prediction and a target of one shape.
  public static let ofNumbers = ["mse", "l1", "smooth_l1", "huber", "log_cosh", "quantile"]

  /// The loss of a name, with options by the table's names.
  ///
  /// - Throws: `DescentError` with the names there are; for unknown options, values out of range, and reductions: a loss that
  ///   is minimized is a batch's mean.
  public static func loss(
    _ name: String, _ options: [String: Double] = [:]
  ) throws(DescentError) -> NamedLoss {
    let known = ofClasses + ofNumbers
    guard known.contains(name), let row = LossTable.loss(name) else {
      throw .unknown("loss", name, among: known)
    }
    guard options["reduction"] == nil else {
      throw DescentError(.invalidArgument, "\(name): its reduction is the mean of a batch, and no option")
    }
    // The table's own refusal, of a sample that fits.
    let isOfClasses = ofClasses.contains(name)
    let targets = isOfClasses ? Tensor([Int64(0)]) : Tensor.zeros([1, 1])
    _ = try row([.zeros([1, isOfClasses ? 2 : 1]), targets], options: options)
    return NamedLoss(row, options)
  }
}
