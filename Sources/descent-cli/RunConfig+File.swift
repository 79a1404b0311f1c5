import Descent
import Foundation

/// A configuration as a file: JSON in a run's folder, YAML (which JSON is a part of) where a person writes it.
extension RunConfig {
  static let file = "config.json"

  /// Reads a folder's; where there is none, that of its state.
  static func read(_ folder: String) throws(DescentError) -> RunConfig {
    try RunFolder.finishSave(folder)
    let path = "\(folder)/\(file)"
    guard access(path, F_OK) == 0 || errno != ENOENT else {
      if RunFolder.holdsState(folder), let text = try Checkpoint.text(file, in: folder) {
        return try parse(json: Data(text.utf8), "\(folder)/\(Checkpoint.stateFile): the configuration")
      }
      throw DescentError(.file, "\(folder) holds no run: there is no \(path)")
    }
    return try parse(json: try InputFile.read(path), path)
  }

  private static func parse(json data: Data, _ path: String) throws(DescentError) -> RunConfig {
    // The decoder does not tell text that is no JSON from a number that fits no type, and quotes all of it.
    guard let object = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed) else {
      throw DescentError(.format, "\(path) is damaged: it is no JSON")
    }
    try checkKeys(object, path)
    do {
      return try JSONDecoder().decode(RunConfig.self, from: data)
    } catch {
      throw DescentError(.format, "\(path) is damaged: \(sentence(error))")
    }
  }

  /// Takes over what a YAML file says; what it leaves out stays.
  ///
  /// - Throws: `DescentError` with the path and what is wrong: unknown keys with the nearest known one.
  mutating func merge(yaml path: String) throws(DescentError) {
    let given = try YAMLFile.object(path)
    try Self.checkKeys(given, path)
    do {
      let own = try JSONSerialization.jsonObject(with: JSONEncoder().encode(self)) as? [String: Any] ?? [:]
      let merged = own.merging(given) { $1 }
      self = try JSONDecoder().decode(RunConfig.self, from: JSONSerialization.data(withJSONObject: merged))
    } catch {
      throw DescentError(.format, "\(path): \(Self.sentence(error))")
    }
  }

  private static func checkKeys(_ object: Any, _ path: String) throws(DescentError) {
    guard let fields = object as? [String: Any] else { return }
    func check(_ fields: [String: Any], _ known: [String], _ place: String) throws(DescentError) {
      for key in fields.keys.sorted() where !known.contains(key) {
        let hint = Nearest.name(to: key, among: known).map { "did you mean '\($0)'? There" } ?? "there"
        throw DescentError(
          .format, "\(path): unknown key '\(place)\(key)'; \(hint) are \(known.joined(separator: ", "))")
      }
    }
    try check(fields, CodingKeys.allCases.map(\.stringValue).sorted(), "")
    if let optimizer = fields[CodingKeys.optimizer.stringValue] as? [String: Any] {
      try check(optimizer, ["name", "options"], "optimizer.")
    }
  }

  /// What is wrong with a JSON file, in words for whoever has to mend it.
  private static func sentence(_ error: any Error) -> String {
    func name(_ path: [any CodingKey]) -> String { "'\(path.map(\.stringValue).joined(separator: "."))'" }
    return switch error {
    case DecodingError.keyNotFound(let key, let context): "\(name(context.codingPath + [key])) is missing"
    case DecodingError.typeMismatch(_, let context) where context.codingPath.isEmpty: "it is no JSON object"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      "\(name(context.codingPath)) is of the wrong type"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      "\(name(context.codingPath)) has a value that it cannot have"
    case DecodingError.dataCorrupted(let context):
      "one of its numbers does not fit: \(context.debugDescription)"
    default: "\(error)"
    }
  }

  /// The file's text.
  func text() throws(DescentError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      throw DescentError(.invalidArgument, "the options cannot be written as JSON: is one of them infinite?")
    }
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
