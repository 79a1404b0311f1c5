import CDescent

/// The layers there are, as the C core's table has them: for documentation, command lines and tests.
public enum LayerTable {
  /// A layer and its options.
  public struct Row: TableRow {
    /// What the layer is called in a network's text: "conv2d".
    public let name: String
    /// PyTorch's class, and the face's: "Conv2d".
    public let title: String
    /// The PyTorch page whose numbers, initialization and state names it has.
    public let source: String
    /// What it computes, in one line.
    public let formula: String
    /// Its options, in PyTorch's order.
    public let options: [TableOption]
    /// The shapes of its input and its output.
    public let shapes: String
    /// The names of its inputs, where it has several; those from `requiredInputs` on may be left out.
    public let inputs: [String]
    /// How many of them must be given.
    public let requiredInputs: Int
    /// The names of its outputs, likewise.
    public let outputs: [String]
    /// Whether a text may leave the first option out: it is the input's extent.
    public let infersInput: Bool
  }

  /// All layers.
  public static let layers: [Row] = (0..<dsc_layer_count()).map { index in
    let info = dsc_layer_at(index)!.pointee
    return Row(
      name: String(cString: info.name), title: String(cString: info.title),
      source: String(cString: info.source), formula: String(cString: info.formula),
      options: TableOption.list(info.options, info.option_count), shapes: String(cString: info.shapes),
      inputs: strings(info.inputs), requiredInputs: info.required_count, outputs: strings(info.outputs),
      infersInput: info.infers_input)
  }

  /// The layer of a name, whose capitals and underscores do not matter; nil if there is none.
  public static func layer(_ name: String) -> Row? {
    dsc_layer_find(name).flatMap { layers.row(String(cString: $0.pointee.name)) }
  }

  /// The layer of a name.
  ///
  /// - Throws: `DescentError` with all names for an unknown one.
  public static func named(_ name: String) throws(DescentError) -> Row {
    if let row = layer(name) { return row }
    return try layers.named(name, of: "layer")
  }

  /// A way to compute a layer's parameter from others: `Layer.weightNorm`, `Layer.spectralNorm`.
  public struct Parametrization: TableRow {
    /// What it is called in a network's text: "weight_norm".
    public let name: String
    /// What it is.
    public let title: String
    /// The PyTorch page whose numbers and state names it has.
    public let source: String
    /// What the parameter is computed as.
    public let formula: String
    /// Its options, in PyTorch's order.
    public let options: [TableOption]
  }

  /// All ways to compute parameters.
  public static let parametrizations: [Parametrization] = (0..<dsc_parametrization_count()).map { index in
    let info = dsc_parametrization_at(index)!.pointee
    return Parametrization(
      name: String(cString: info.name), title: String(cString: info.title),
      source: String(cString: info.source), formula: String(cString: info.formula),
      options: TableOption.list(info.options, info.option_count))
  }
}
