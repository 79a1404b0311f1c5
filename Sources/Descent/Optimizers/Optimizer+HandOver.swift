extension Optimizer {
  /// Puts another rule in the place of all groups', with a state that begins anew: Adam first, then SGD, say. Parameters,
  /// clipping, the guard, frozen parameters and hooks stay.
  ///
  /// - Throws: `DescentError` for options that are unknown, out of range or do not go together, and for `Lookahead`. Nothing
  ///   is changed then.
  public func handOver(to rule: any OptimizerRule) throws(DescentError) {
    guard !(rule is Lookahead) else {
      throw DescentError(.invalidArgument, "a hand-over takes a rule of the table, not Lookahead around one")
    }
    _ = try exchangeEngine(for: rule)
    handedOverRule = rule.ruleName
  }

  /// Does so as a saved state says it was done; what it took the place of, to be taken back.
  func handOver(
    toSaved name: String?, _ state: [String: Tensor]
  ) throws(DescentError) -> ExchangedEngine? {
    guard let name, handedOverRule != name else { return nil }
    let rule = try RuleTable.named(name)
    var options: [String: Double] = [:]
    for option in rule.options {
      guard let tensor = state["group.0.\(option.name)"], tensor.count == 1 else { continue }
      options[option.name] = tensor.item()
    }
    let before = try exchangeEngine(for: NamedRule(name, options))
    handedOverRule = name
    return before
  }
}
