extension Module: CustomStringConvertible {
  /// The module with its parts, a line each, as PyTorch prints it.
  public var description: String { description(in: []) }

  private func description(in outer: [Module]) -> String {
    let path = outer + [self]
    let parts = members.compactMap { name, member -> String? in
      guard case .module(let module) = member, !path.contains(where: { $0 === module }) else { return nil }
      let lines = module.description(in: path).split(separator: "\n", omittingEmptySubsequences: false)
      return "  (\(name)): " + lines.joined(separator: "\n  ")
    }
    return parts.isEmpty
      ? "\(type(of: self))(\(summaryOfOptions))"
      : "\(type(of: self))(\n" + parts.joined(separator: "\n") + "\n)"
  }

  /// What an input of a shape becomes on its way through the module, and how many parameters each part has.
  ///
  /// The model runs once, in evaluation mode, on zeros. One thread at a time: the mode, and who looks, are written to the
  /// parts, so that no other thread may call the module meanwhile.
  ///
  /// - Parameter inputShape: with the batch: [1, 784].
  public func summary(_ inputShape: Shape, dtype: DType = .float32) -> ModelSummary {
    let names = Dictionary(
      namedModules.map { (ObjectIdentifier($0.module), $0.name) }, uniquingKeysWith: { first, _ in first })
    let wasTraining = modules.filter(\.isTraining)
    eval()
    defer { for module in wasTraining { module.resumeTraining() } }
    var rows: [ModelSummary.Row] = []
    _ = observed(by: { module, output in
      let own = module.members.reduce(0) { count, member in
        if case .parameter(let parameter) = member.member { count + parameter.count } else { count }
      }
      rows.append(
        ModelSummary.Row(
          name: names[ObjectIdentifier(module)] ?? "", kind: "\(type(of: module))", outputShape: output.shape,
          parameterCount: own))
    }) { noGrad { self(.zeros(inputShape, dtype: dtype)) } }
    return ModelSummary(
      rows: rows, parameterCount: parameterCount,
      trainableCount: parameters.reduce(0) { $0 + ($1.requiresGrad ? $1.count : 0) })
  }
}

/// A model's parts in the order in which they finish, as `Module.summary(_:)` finds them.
public struct ModelSummary: Sendable, CustomStringConvertible {
  /// A part.
  public struct Row: Sendable {
    /// Its full name; empty for the model itself.
    public let name: String
    /// Its type.
    public let kind: String
    /// What its output is shaped as.
    public let outputShape: Shape
    /// The elements of its own parameters, without those of its parts.
    public let parameterCount: Int
  }

  /// A row for each call of a part.
  public let rows: [Row]
  /// The elements of all parameters; one used twice counts once.
  public let parameterCount: Int
  /// Those that require gradients.
  public let trainableCount: Int

  /// A table, with the totals below.
  public var description: String {
    let cells =
      [["part", "type", "output", "parameters"]]
      + rows.map {
        [$0.name.isEmpty ? "(model)" : $0.name, $0.kind, "\($0.outputShape)", "\($0.parameterCount)"]
      }
    let widths = (0..<4).map { column in cells.map { $0[column].count }.max() ?? 0 }
    let lines = cells.map { row in
      (0..<4).map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 3 ? space + row[column] : row[column] + space
      }.joined(separator: "  ")
    }
    return lines.joined(separator: "\n") + "\n\(parameterCount) parameters, \(trainableCount) to train"
  }
}
