/// How a saved state differs from what it is loaded into.
public struct StateDifferences: Sendable, CustomStringConvertible {
  /// What the state lacks.
  public internal(set) var missing: [String] = []
  /// What it has that nothing here asks for.
  public internal(set) var unexpected: [String] = []
  /// What has another shape or type, with both.
  public internal(set) var mismatched: [String] = []

  private var mismatchedNames = Set<String>()

  /// None.
  init() {}

  /// Those of a state from the tensors that are wanted.
  init(of state: [String: Tensor], from wanted: [(name: String, tensor: Tensor)]) {
    for (name, tensor) in wanted {
      guard let other = state[name] else {
        missing.append(name)
        continue
      }
      _ = compare(name, other, tensor.shape, tensor.dtype)
    }
    let known = Set(wanted.map(\.name))
    unexpected = state.keys.filter { !known.contains($0) }.sorted()
  }

  /// Whether a tensor that is there has the shape and type that are wanted.
  func fits(_ name: String) -> Bool { !mismatchedNames.contains(name) }

  /// Whether there are none.
  public var isEmpty: Bool { missing.isEmpty && unexpected.isEmpty && mismatched.isEmpty }

  /// A line for each kind.
  public var description: String {
    let kinds = [("missing", missing), ("unexpected", unexpected), ("mismatched", mismatched)]
    return kinds.filter { !$0.1.isEmpty }
      .map { "\($0.0): \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
  }

  /// Throws if there are differences.
  func check(_ what: String) throws(DescentError) {
    guard isEmpty else { throw DescentError(.mismatch, "\(what): \(self)") }
  }

  /// Throws if a state has not what a model's has.
  static func check(_ state: [String: Tensor], fits model: Module, _ what: String) throws(DescentError) {
    try StateDifferences(of: state, from: model.stateToSave.map { (name: $0.key, tensor: $0.value) })
      .check("\(what) not fit the model")
  }

  /// Notes a tensor that is not of this shape and type.
  mutating func compare(_ name: String, _ tensor: Tensor, _ shape: Shape, _ dtype: DType) -> Bool {
    guard tensor.shape != shape || tensor.dtype != dtype else { return true }
    mismatchedNames.insert(name)
    mismatched.append("\(name) is \(tensor.dtype.rawValue) \(tensor.shape), not \(dtype.rawValue) \(shape)")
    return false
  }
}
