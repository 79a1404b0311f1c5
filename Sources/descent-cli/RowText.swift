import Descent
import Foundation

/// A row of one of the library's tables as text: "sgd", "huber(delta=0.5)".
enum RowText {
  /// The name before the brackets.
  static func name(_ text: String) -> String {
    String(text.prefix { $0 != "(" }).trimmingCharacters(in: .whitespaces)
  }

  /// The options in the brackets, by the table's names.
  ///
  /// - Throws: `DescentError` for options that the row does not have, and for values that are none.
  static func options(_ text: String, of row: some TableRow) throws(DescentError) -> [String: Double] {
    let list = text.drop { $0 != "(" }
    guard !list.isEmpty else { return [:] }
    guard list.last == ")" else { throw DescentError(.invalidArgument, "'\(text)' has no ')' at its end") }
    var values: [String: Double] = [:]
    for part in list.dropFirst().dropLast().split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
      guard let option = row.options.first(where: { $0.name == pair.first ?? "" }) else {
        throw .unknown("option of \(row.name)", pair.first ?? "", among: row.options.map(\.name))
      }
      guard values[option.name] == nil else {
        throw DescentError(.invalidArgument, "'\(text)' has \(option.name) twice")
      }
      let value = pair.count == 2 ? pair[1] : option.kind == .flag ? "true" : nil
      values[option.name] = try RuleArguments.value(option, value, name: "\(row.name)'s \(option.name)")
    }
    return values
  }
}
