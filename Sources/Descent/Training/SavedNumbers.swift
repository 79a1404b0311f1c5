/// Tensors of a file, without what their names begin with, read with suspicion.
struct SavedNumbers {
  private let tensors: [String: Tensor]
  private let prefix: String

  init(_ tensors: [String: Tensor], prefix: String = "") { (self.tensors, self.prefix) = (tensors, prefix) }

  func has(_ name: String) -> Bool { tensors[name] != nil }

  func require(_ name: String, _ condition: Bool) throws(DescentError) {
    guard condition else {
      let numbers = tensors[name].map { "\($0)" } ?? "missing"
      throw DescentError(.format, "\(prefix)\(name) is not what a run can have left there: \(numbers)")
    }
  }

  private func tensor(_ name: String, _ dtype: DType, _ count: Int?) throws(DescentError) -> Tensor {
    guard let tensor = tensors[name], tensor.dtype == dtype, count ?? tensor.count == tensor.count else {
      throw DescentError(.format, "\(prefix)\(name) is missing, or has another type or size")
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

  func real(_ name: String, count: Int? = nil) throws(DescentError) -> [Double] {
    try tensor(name, .float64, count).scalars(as: Double.self)
  }

  /// The state of a generator.
  func generator(_ name: String) throws(DescentError) -> [UInt8] {
    let state = try whole(name, in: 0...255).map { UInt8($0) }
    try require(name, Generator.isState(state))
    return state
  }

  /// As large as a Double still counts by ones.
  static let most: Int64 = 1 << 53
}

extension History {
  /// The records as rows: the epoch, the samples until its end, its seconds, the rate, both losses, and both parts' metrics; nil where there is none.
  private func row(_ record: EpochRecord) -> [Double?] {
    [
      Double(record.epoch), Double(record.samples), record.seconds, record.learningRate, record.trainLoss,
      record.validationLoss,
    ] + metricNames.map { record.trainMetrics[$0] } + metricNames.map { record.validationMetrics[$0] }
  }

  /// The rows, and which of their numbers there are: these may be NaN.
  var rows: (values: Tensor, present: Tensor) {
    let (rows, shape) = (epochs.flatMap(row), Shape([epochs.count, 6 + 2 * metricNames.count]))
    return (
      Tensor(rows.map { $0 ?? 0 }, shape: shape), Tensor(rows.map { Int64($0 == nil ? 0 : 1) }, shape: shape)
    )
  }

  /// Takes the records of so many epochs from such rows.
  mutating func read(_ saved: SavedNumbers, _ name: String, count: Int) throws(DescentError) {
    let columns = 6 + 2 * metricNames.count
    let rows = try saved.real(name, count: count * columns)
    let present = try saved.whole("\(name).present", count: count * columns, in: 0...1)
    for index in 0..<count {
      let row = Array(rows[index * columns..<(index + 1) * columns])
      func optional(_ column: Int) -> Double? { present[index * columns + column] == 1 ? row[column] : nil }
      try saved.require(name, row[0] == Double(index + 1) && row[2] >= 0 && row[2].isFinite)
      try saved.require(
        name, 0...Double(SavedNumbers.most) ~= row[1] && row[1] == row[1].rounded() && !row[4].isInfinite)
      func metrics(_ first: Int) -> [String: Double] {
        let values = metricNames.enumerated().compactMap { place, name in
          optional(first + place).map { (name, $0) }
        }
        return Dictionary(values) { $1 }
      }
      epochs.append(
        EpochRecord(
          epoch: index + 1, samples: Int(row[1]), trainLoss: row[4], trainMetrics: metrics(6),
          validationLoss: optional(5), validationMetrics: metrics(6 + metricNames.count),
          learningRate: row[3], seconds: row[2]))
    }
  }
}
