import Descent

/// The documentation page about layers, made of their table: `Documentation/Layers.md`.
enum LayersPage {
  static var text: String {
    let overview = LayerTable.layers.map { "| [`\($0.name)`](#\($0.name)) | \($0.title) | \($0.formula) |" }
    return """
      # Layers

      This page is made from the table of layers by `make documentation`. Options, defaults, initial numbers and the names
      of parameters are PyTorch's. In a model's text a layer is its name with options in brackets, in this order or by
      name; an option with a number for each dimension takes one for all, or a list:

          conv2d(1, 6, kernel_size=(3, 5), padding=(1, 2)) relu flatten linear(4704, 10)

      Where the shape of the input is known, as in `descent train --model "..."`, the first option of layers that are
      marked so may be left out: `conv2d(6, 5) relu flatten linear(10)`. In Swift each layer has a typed face with the name
      of PyTorch's class.

      | Layer | Class | What it computes |
      | --- | --- | --- |
      \(overview.joined(separator: "\n"))


      """
        + (LayerTable.layers.map(section) + [computed] + LayerTable.parametrizations.map(section))
        .joined(separator: "\n")
  }

  private static func section(_ layer: LayerTable.Row) -> String {
    """
    ## \(layer.name)

    \(layer.title). \(facts(layer).dropFirst().map { "\($0.name.prefix(1).uppercased())\($0.name.dropFirst()): \($0.text)." }.joined(separator: " "))

        \(layer.formula.split(separator: "; ").joined(separator: "\n    "))

    \(TableText.markdown(layer.options))
    """
  }

  private static let computed = """
    ## Parameters that are computed

    A parameter may be computed from others at each forward. In a text the layer stands in brackets, followed by the
    parameter's name, if it is not `weight`, and options: `weight_norm(conv2d(1, 6, 5)) relu`,
    `spectral_norm(linear(4, 8), n_power_iterations=2)`. In Swift: `Conv2d(1, 6, kernelSize: 5).weightNorm()`,
    `.spectralNorm()`. What it is computed from has PyTorch's names, as `parametrizations.weight.original0`.

    """

  private static func section(_ row: LayerTable.Parametrization) -> String {
    """
    ## \(row.name)

    \(row.title). Source: \(row.source).

        \(row.formula.split(separator: "; ").joined(separator: "\n    "))

    \(TableText.markdown(row.options))
    """
  }

  static func facts(_ layer: LayerTable.Row) -> [(name: String, text: String)] {
    var facts = [("formula", layer.formula), ("source", layer.source), ("shapes", layer.shapes)]
    if !layer.inputs.isEmpty {
      let optional = layer.inputs.dropFirst(layer.requiredInputs)
      facts.append(
        (
          "inputs",
          (layer.inputs.prefix(layer.requiredInputs) + optional.map { "\($0) (may be missing)" })
            .joined(separator: ", ")
        ))
      facts.append(("outputs", layer.outputs.joined(separator: ", ")))
    }
    if layer.infersInput { facts.append(("input", "\(layer.options[0].name) may be left out")) }
    return facts
  }
}
