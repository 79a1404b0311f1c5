import CDescent

/// The operations that can be recorded, as the C core's table has them: for documentation and tests.
public enum OperationTable {
  /// An operation.
  public struct Row: Sendable {
    /// What it is called: "log_softmax".
    public let name: String
    /// What it computes, in a line.
    public let computes: String
    /// Whether gradients flow through it.
    public let isDifferentiable: Bool
  }

  /// All operations.
  public static let operations: [Row] = (0..<dsc_operation_count()).map { index in
    var row = dsc_operation_row()
    require(dsc_operation_describe(index, &row))
    return Row(
      name: String(cString: row.name), computes: String(cString: row.computes),
      isDifferentiable: row.is_differentiable)
  }
}
