import ArgumentParser
import Descent

/// `descent layers`
struct LayersCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers",
    abstract: "Lists the layers that a model's text may have, or shows one with its options.")

  @Argument(help: "The layer to show.")
  var name: String?
  @Flag(help: "Print the documentation page about all of them.")
  var markdown = false

  func run() throws {
    if let name, markdown {
      throw DescentError(.invalidArgument, "--markdown is about all layers; leave out '\(name)', or it")
    }
    if markdown {
      try print(LayersPage.text, terminator: "")
    } else if let row = LayerTable.parametrizations.first(where: { $0.name == name }) {
      try print(TableText.page(row, facts: [("formula", row.formula), ("source", row.source)]))
    } else if let name {
      let layer = try LayerTable.named(name)
      try print(TableText.page(layer, facts: LayersPage.facts(layer)))
    } else {
      try print(
        "\(TableText.list(LayerTable.layers, \.formula))\n\nOptions, shapes and formula: descent layers NAME")
    }
  }
}
