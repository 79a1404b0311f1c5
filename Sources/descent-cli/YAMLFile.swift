import Descent
import Foundation
import Yams

/// YAML files, as what JSON could say.
enum YAMLFile {
  /// The mapping that a file is.
  ///
  /// - Throws: `DescentError` with the path, and the line of what is no YAML.
  static func object(_ path: String) throws(DescentError) -> [String: Any] {
    let text = try InputFile.text(path)
    let value: Any?
    do {
      value = try Yams.load(yaml: text)
    } catch {
      let sentence = "\(error)".split(separator: "\n").joined(separator: " ")
      throw DescentError(.format, "\(path) is no YAML: \(sentence)")
    }
    guard let value else { return [:] }
    guard let object = try json(value, path) as? [String: Any] else {
      throw DescentError(.format, "\(path) is no mapping of keys to values, as \"epochs: 10\"")
    }
    return object
  }

  /// YAML has more than JSON: keys that are no text, dates, infinity. Those are refused.
  private static func json(_ value: Any, _ path: String) throws(DescentError) -> Any {
    switch value {
    case let mapping as [AnyHashable: Any]:
      var object: [String: Any] = [:]
      for (key, value) in mapping {
        guard let name = key.base as? String else {
          throw DescentError(.format, "\(path): the key '\(key.base)' is no text")
        }
        object[name] = try json(value, path)
      }
      return object
    case let list as [Any]:
      var array: [Any] = []
      for value in list { array.append(try json(value, path)) }
      return array
    case let number as Double:
      guard number.isFinite else { throw DescentError(.format, "\(path): \(number) is no number to go by") }
      return number
    case is String, is Bool, is Int, is UInt, is Int64, is UInt64, is NSNull: return value
    default: throw DescentError(.format, "\(path): '\(value)' is no number, text, list or mapping")
    }
  }
}
