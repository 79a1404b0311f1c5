/// Parameters that share a rule.
public struct ParameterGroup {
  /// The parameters with their names.
  public var parameters: [(name: String, parameter: Parameter)]
  /// How they are updated.
  public var rule: any OptimizerRule

  /// A group of named parameters, as a module gives them.
  public init(_ parameters: [(name: String, parameter: Parameter)], _ rule: any OptimizerRule) {
    self.parameters = parameters
    self.rule = rule
  }

  /// Parameters grouped by the rules chosen for them; equal rules make one group. The groups are in the order of
  /// their first parameters.
  static func groups(
    _ parameters: [(name: String, parameter: Parameter)], _ choose: (String, Parameter) -> any OptimizerRule
  ) -> [ParameterGroup] {
    parameters.reduce(into: []) { groups, entry in
      let rule = choose(entry.name, entry.parameter)
      if let index = groups.firstIndex(where: { $0.rule.isEqual(to: rule) }) {
        groups[index].parameters.append(entry)
      } else {
        groups.append(ParameterGroup([entry], rule))
      }
    }
  }
}

extension OptimizerRule {
  fileprivate func isEqual(to other: any OptimizerRule) -> Bool {
    let (mine, others) = (self as? Lookahead, other as? Lookahead)
    return ruleName == other.ruleName && options == other.options && mine?.steps == others?.steps
      && mine?.alpha == others?.alpha
  }
}
