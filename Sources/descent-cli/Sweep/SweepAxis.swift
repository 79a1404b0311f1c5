import Descent
import Foundation

/// What `--over` names: an option of `descent train` with the values that it is to have, or several that change together.
struct SweepAxis {
  /// The options, without the hyphens before them.
  let names: [String]
  /// A part for each option; an empty one leaves the option out.
  let values: [[String]]

  /// "lr", "lr/momentum"
  var name: String { names.joined(separator: "/") }

  /// Reads `lr=0.1,0.01`, `"model=linear;mlp:8,8"`, `lr/momentum=0.02/0.5,0.01/0.9`.
  init(_ text: String) throws(DescentError) {
    func refuse(_ what: String) -> DescentError {
      DescentError(.invalidArgument, "--over \(text.shellQuoted): \(what)")
    }
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw refuse("must be an option of descent train and its values, as lr=0.1,0.01")
    }
    names = parts[0].split(separator: "/", omittingEmptySubsequences: false).map { Self.option(String($0)) }
    if let own = names.first(where: Self.refused.contains) {
      throw refuse("--\(own) belongs to the sweep, and is the same for all of its runs")
    }
    var values: [[String]] = []
    for value in Self.split(parts[1], parts[1].contains(";") ? ";" : ",") {
      let shares = names.count == 1 ? [value] : Self.split(value, "/")
      guard shares.count == names.count else {
        throw refuse(
          "'\(value)' has \(shares.count) part\(shares.count == 1 ? "" : "s") for \(names.count) options")
      }
      guard names.count > 1 || !value.isEmpty else { throw refuse("one of the values is empty") }
      guard !values.contains(shares) else { throw refuse("'\(value)' is there twice") }
      values.append(shares)
    }
    self.values = values
  }

  /// What is the sweep's own, or no part of a run.
  private static let refused = [
    "over", "repeat", "jobs", "by", "at", "lines", "out", "resume", "overwrite", "log", "quiet", "threads",
    "help",
    "version",
  ]

  /// A key of a configuration file means the option that changes it.
  private static func option(_ name: String) -> String {
    var name = name.replacing("_", with: "-")
    while name.hasPrefix("-") { name.removeFirst() }
    for prefix in ["optimizer.options.", "optimizer."] where name.hasPrefix(prefix) {
      name.removeFirst(prefix.count)
      return name == "name" ? "optimizer" : name
    }
    return name == "metrics" ? "metric" : name
  }

  /// The pieces between separators that are in no parentheses.
  private static func split(_ text: String, _ separator: Character) -> [String] {
    var (pieces, depth) = ([""], 0)
    for character in text {
      depth += character == "(" ? 1 : character == ")" ? -1 : 0
      if character == separator && depth <= 0 {
        pieces.append("")
      } else {
        pieces[pieces.count - 1].append(character)
      }
    }
    if separator == ";" && pieces.last == "" { pieces.removeLast() }
    return pieces.map { $0.trimmingCharacters(in: .whitespaces) }
  }

  // MARK: Values

  /// A value as it was given.
  func text(_ index: Int) -> String { values[index].joined(separator: "/") }

  /// The options that a value sets, and to what.
  func settings(_ index: Int) -> [SweepSetting] {
    zip(names, values[index]).map { SweepSetting(name: $0, value: $1) }
  }
}

/// An option of a run, as the sweep sets it.
struct SweepSetting: Equatable {
  let name: String
  /// Empty where the option is left out.
  let value: String

  /// "lr=0.1"
  var text: String { "\(name)=\(value)" }

  /// For `descent train`.
  ///
  /// - Parameter help: its help, which says what is a flag with a negative.
  func arguments(_ help: String) -> [String] {
    if value.isEmpty { return [] }
    guard help.contains("--no-\(name)"), let isOn = Bool(value) else { return ["--\(name)=\(value)"] }
    return [isOn ? "--\(name)" : "--no-\(name)"]
  }
}
