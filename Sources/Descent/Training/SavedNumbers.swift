/// The tensors under "trainer." of a file, read with suspicion.
struct SavedNumbers {
  private let tensors: [String: Tensor]

  init(_ tensors: [String: Tensor]) { self.tensors = tensors }

  func has(_ name: String) -> Bool { tensors[name] != nil }

  func require(_ name: String, _ condition: Bool) throws(DescentError) {
    guard condition else {
      let numbers = tensors[name].map { "\($0)" } ?? "missing"
      throw DescentError(.format, "trainer.\(name) is not what a run can have left there: \(numbers)")
    }
  }

  private func tensor(_ name: String, _ dtype: DType, _ count: Int?) throws(DescentError) -> Tensor {
    guard let tensor = tensors[name], tensor.dtype == dtype, count ?? tensor.count == tensor.count else {
      throw DescentError(.format, "trainer.\(name) is missing, or has another type or size")
    }
    return tensor
  }

  func whole(
    _ name: String, count: Int? = nil, in range: ClosedRange<Int64> = .min ... .max
  ) throws(DescentError) -> [Int64] {
    let numbers = try tensor(name, .int64, count).scalars(as: Int64.self)
    try require(name, numbers.allSatisfy(range.contains))
    return numbers
  }

  func real(_ name: String, count: Int) throws(DescentError) -> [Double] {
    try tensor(name, .float64, count).scalars(as: Double.self)
  }

  /// The records of so many epochs, a row each.
  func epochs(_ name: String, count: Int) throws(DescentError) -> [EpochRecord] {
    let columns = 5
    let rows = try real(name, count: count * columns)
    func optional(_ value: Double) -> Double? { value.isNaN ? nil : value }
    var records: [EpochRecord] = []
    for row in 0..<count {
      let at = row * columns
      let accuracy = optional(rows[at + 3])
      try require(
        name,
        rows[at] == Double(row + 1) && rows[at + 1].isFinite && 0...1 ~= accuracy ?? 0 && rows[at + 4] >= 0
          && rows[at + 4].isFinite)
      records.append(
        EpochRecord(
          epoch: row + 1, trainLoss: rows[at + 1], testLoss: optional(rows[at + 2]), testAccuracy: accuracy,
          seconds: rows[at + 4]))
    }
    return records
  }
}
