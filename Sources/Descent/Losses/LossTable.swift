import CDescent

/// The losses there are, as the C core's table has them: for documentation, command lines and tests.
public enum LossTable {
  /// A loss and its options. Called with tensors it is the loss itself.
  public struct Row: TableRow {
    /// What the loss is called: "huber".
    public let name: String
    /// A line that says what it is.
    public let title: String
    /// Where its numbers come from: a PyTorch page or a paper.
    public let source: String
    /// What it computes, in one line.
    public let formula: String
    /// Its options, in the order of the reference.
    public let options: [Option]
    /// The names of the tensors it takes, in their order.
    public let inputs: [String]
    /// How many of them must be given; those behind may be left out.
    public let requiredInputs: Int

    /// The loss of these tensors: nil for one that is left out.
    ///
    /// - Parameters:
    ///   - inputs: as `inputs` names them.
    ///   - options: values by the table's names; the others have their defaults.
    /// - Throws: `DescentError` for unknown options, values outside their ranges, and tensors that do not fit.
    public func callAsFunction(
      _ inputs: [Tensor?], options: [String: Double] = [:]
    ) throws(DescentError) -> Tensor {
      var result: OpaquePointer?
      let status = withExtendedLifetime(inputs) {
        withOptions(options) { count, options in
          dsc_loss_run(name, count, options, inputs.count, inputs.map { $0?.handle }, &result)
        }
      }
      try check(status)
      return Tensor(owning: result.unsafelyUnwrapped)
    }
  }

  /// An option of a loss.
  public typealias Option = TableOption

  /// All losses.
  public static let losses: [Row] = (0..<dsc_loss_count()).map { index in
    let info = dsc_loss_at(index)!.pointee
    return Row(
      name: String(cString: info.name), title: String(cString: info.title),
      source: String(cString: info.source), formula: String(cString: info.formula),
      options: TableOption.list(info.options, info.option_count), inputs: strings(info.inputs),
      requiredInputs: info.required_count)
  }

  /// The loss of a name; nil if there is none.
  public static func loss(_ name: String) -> Row? { losses.row(name) }

  /// The loss of a name.
  ///
  /// - Throws: `DescentError` with all names for an unknown one.
  public static func named(_ name: String) throws(DescentError) -> Row {
    try losses.named(name, of: "loss")
  }

  /// Stops the program where a value is outside an option's range.
  static func demand(_ loss: String, _ name: String, _ value: Double) {
    let info = dsc_loss_find(loss)!.pointee
    let option = UnsafeBufferPointer(start: info.options, count: info.option_count)
      .first { String(cString: $0.name) == name }!
    let isAbove = option.minimum_open ? value > option.minimum : value >= option.minimum
    let isBelow = option.maximum_open ? value < option.maximum : value <= option.maximum
    Descent.demand(
      isAbove && isBelow, "\(loss)_loss: \(name) is \(value), must be in \(Option(option).range)")
  }
}
