/// Finds a module's parts and parameters in its properties.
enum MemberSearch {
  static func members(of module: Module) -> [(name: String, member: Module.Member)] {
    var levels: [Mirror] = []
    var mirror: Mirror? = Mirror(reflecting: module)
    // Module's own properties are not parts.
    while let level = mirror, level.subjectType != Module.self {
      levels.insert(level, at: 0)
      mirror = level.superclassMirror
    }
    var found: [(name: String, member: Module.Member)] = []
    for (label, value) in levels.flatMap(\.children) {
      guard let label else { continue }
      let place = "\(type(of: module)).\(label.dropping(lazyPrefix))"
      if label.hasPrefix(lazyPrefix), let unused = value as? any Absence, unused.isMissingPart {
        stop(
          "\(place) is lazy and has not been used yet, so that its parameters cannot be found: use it in init"
        )
      }
      collect(value, property(label.dropping(lazyPrefix)), of: place, into: &found)
    }
    var names = Set<String>()
    for (name, _) in found where !names.insert(name).inserted {
      stop("\(type(of: module)) has two parts or parameters called '\(name)'")
    }
    return found
  }

  /// - Parameters:
  ///   - name: what the value is called in the module.
  ///   - place: the property, for messages.
  private static func collect(
    _ value: Any, _ name: String, of place: String, into found: inout [(name: String, member: Module.Member)]
  ) {
    switch value {
    case let parameter as Parameter: return found.append((name, .parameter(parameter)))
    case let buffer as Buffer: return found.append((name, .buffer(buffer.tensor)))
    case let module as Module: return found.append((name, .module(module)))
    case let map as [String: Any]:
      for (key, value) in map.sorted(by: { $0.key < $1.key }) {
        collect(value, "\(name).\(key)", of: place, into: &found)
      }
      return
    // Long, and only numbers.
    case is [Double], is [Float], is [Int], is [Int32], is [Int64], is [UInt8], is [Bool], is String: return
    default: break
    }
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional, .enum:
      // An enumeration's case is not part of a name: its values are called what the property is.
      for child in mirror.children { collect(child.value, name, of: place, into: &found) }
    case .collection, .tuple, .struct:
      for (index, child) in mirror.children.enumerated() {
        if child.label == "wrappedValue" {  // a property wrapper's, which is called what the property is
          collect(child.value, name.hasPrefix("_") ? String(name.dropFirst()) : name, of: place, into: &found)
          continue
        }
        // A tuple's values are ".0", ".1" where they have no names.
        let label =
          child.label.map { $0.hasPrefix(".") ? String($0.dropFirst()) : property($0) } ?? "\(index)"
        collect(child.value, "\(name).\(label)", of: place, into: &found)
      }
    case .set, .dictionary:
      var hidden: [(name: String, member: Module.Member)] = []
      for child in mirror.children { collect(child.value, name, of: place, into: &hidden) }
      demand(
        hidden.isEmpty,
        """
        \(place) has parts or parameters in a \(type(of: value)), where they have no names: keep them in an array or in \
        a dictionary whose keys are strings
        """)
    default: break  // a class that is no module keeps what it has to itself
    }
  }

  /// A property's name in PyTorch's spelling. One that begins with a capital is taken as it is.
  private static func property(_ label: String) -> String {
    guard label.first?.isUppercase == false else { return label }
    return label.reduce(into: "") { result, character in
      if character.isUppercase { result.append("_") }
      result.append(contentsOf: character.lowercased())
    }
  }
}

/// What Swift puts before the name of a lazy property.
private let lazyPrefix = "$__lazy_storage_$_"

extension String {
  fileprivate func dropping(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}

/// An optional, of which the type can be asked though it is nil.
private protocol Absence {
  var isMissingPart: Bool { get }
}

extension Optional: Absence {
  fileprivate var isMissingPart: Bool {
    if case .some = self { return false }
    return (Wrapped.self is Module.Type || Wrapped.self is Parameter.Type || Wrapped.self is Buffer.Type)
  }
}
