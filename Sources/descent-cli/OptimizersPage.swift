import Descent

/// The documentation page about optimizers, made of the rule table: `Documentation/Optimizers.md`.
enum OptimizersPage {
  static var text: String {
    let overview = RuleTable.rules.map { rule in
      "| [`\(rule.name)`](#\(rule.name)) | \(rule.title) | \(rule.stateSize.map { "\(4 * $0)" } ?? "see there") |"
    }
    return """
      # Optimizers

      This page is made from the rule table by `make documentation`. Names and defaults are PyTorch's where PyTorch has
      the rule; pairs are split, as `beta1` and `beta2`. On the command line: `--weight-decay 0.1`. In Swift and C the
      same options have typed faces (`Adam(weightDecay: 0.1)`) and names (`{"weight_decay", 0.1}`).

      State is given in bytes for each float32 parameter, with the default options; float64 takes twice as much.

      | Rule | What it is | State |
      | --- | --- | --- |
      \(overview.joined(separator: "\n"))

      Lookahead goes around any of them but `lbfgs` (4 bytes more), SAM around any optimizer.


      """ + RuleTable.rules.map(section).joined(separator: "\n")
  }

  private static func section(_ rule: RuleTable.Rule) -> String {
    return """
      ## \(rule.name)

      \(rule.title). Source: \(rule.source).

          \(rule.formula.split(separator: "; ").joined(separator: "\n    "))

      Takes \(takes(rule)). State: \(state(rule)).

      \(TableText.markdown(rule.options))
      """
  }

  static func takes(_ rule: RuleTable.Rule) -> String {
    switch rule.kind {
    case .elementwise: "parameters of any shape, element by element"
    case .tensor: "parameters of any shape, each as a whole"
    case .matrix: "matrices only; `descent train` gives the others to adamw"
    case .closure: "a closure: it evaluates the loss several times a step"
    }
  }

  static func state(_ rule: RuleTable.Rule) -> String {
    let scalars = rule.scalars.isEmpty ? "" : "; for each parameter: \(rule.scalars.joined(separator: ", "))"
    let size = rule.stateSize.map { "\(4 * $0) bytes a float32 parameter" }
    let slots = rule.slots.isEmpty ? nil : rule.stateSummary
    return [slots, size].compactMap { $0 }.joined(separator: ", ") + scalars
  }
}
