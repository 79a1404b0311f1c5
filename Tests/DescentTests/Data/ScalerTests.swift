import Descent
import Testing

/// Scalers beside scikit-learn's, in models and their files.
@Suite struct ScalerTests {
  struct File: Decodable {
    let rows: [Double]
    let later: [Double]
    let standard: Case
    let centered: Case
    let extent: Case
    let wide: Case
    let clipped: Case
  }

  struct Case: Decodable {
    let statistics: [String: [Double]]
    let transformed: [Double]
    let back: [Double]
    let updated: [String: [Double]]
  }

  static let file = Fixtures.load("samplers.json", as: File.self)
  private static var rows: Tensor { Tensor(file.rows, shape: [12, 5], dtype: .float64) }
  private static var later: Tensor { Tensor(file.later, shape: [4, 5], dtype: .float64) }

  /// scikit-learn's names.
  private static func statistics(_ scaler: Scaler) -> [String: Tensor] {
    switch scaler {
    case let scaler as StandardScaler:
      ["mean_": scaler.mean, "var_": scaler.variance, "scale_": scaler.scale]
    case let scaler as MinMaxScaler:
      [
        "data_min_": scaler.least, "data_max_": scaler.largest, "scale_": scaler.scale,
        "min_": scaler.offset,
      ]
    default: [:]
    }
  }

  /// A column's variance is a difference of numbers 1e12 times as large, so that its digits are fewer.
  private static func agree(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-12) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(abs($1), 1e-300) }
  }

  private static func check(_ scaler: Scaler, _ test: Case) throws {
    let own = statistics(scaler)
    for (name, numbers) in test.statistics {
      #expect(agree(try #require(own[name]).doubles, numbers, 1e-9), "\(name)")
    }
    #expect(agree(scaler.transform(later).doubles, test.transformed, 1e-9))
    #expect(agree(scaler.inverseTransform(later).doubles, test.back, 1e-9))
    #expect(scaler.sampleCount == 12)
    try scaler.update(later)
    for (name, numbers) in test.updated {
      #expect(agree(try #require(own[name]).doubles, numbers, 1e-9), "\(name)")
    }
    #expect(scaler.sampleCount == 16)
  }

  @Test func besideScikitLearn() throws {
    try Self.check(StandardScaler(fitting: Self.rows), Self.file.standard)
    try Self.check(StandardScaler(fitting: Self.rows, scales: false), Self.file.centered)
    try Self.check(MinMaxScaler(fitting: Self.rows), Self.file.extent)
    try Self.check(MinMaxScaler(fitting: Self.rows, range: -2...3), Self.file.wide)
    try Self.check(MinMaxScaler(fitting: Self.rows, clips: true), Self.file.clipped)
  }

  /// A data set is read in batches of any size, and gives what all rows together give.
  @Test(arguments: [1, 5, 12, 100]) func inBatches(_ batchSize: Int) throws {
    let data = TensorDataset(inputs: Self.rows, targets: Tensor(exactNumbers(12), dtype: .float64))
    let whole = try StandardScaler(fitting: Self.rows)
    let scaler = try StandardScaler(fitting: data, batchSize: batchSize)
    #expect(Self.agree(scaler.mean.doubles, whole.mean.doubles))
    // Column 2 varies by 1e-12 of its mean, whose rounding counts wherever batches meet.
    for (column, (own, expected)) in zip(scaler.scale.doubles, whole.scale.doubles).enumerated() {
      #expect(abs(own - expected) <= (column == 2 ? 1e-3 : 1e-12) * expected)
    }
    let targets = try MinMaxScaler(fitting: data, of: \.targets, batchSize: batchSize)
    #expect(targets.sampleShape == [] && targets.transform(data.targets).doubles.max() == 1)
  }

  @Test func typesAndShapes() throws {
    let scaler = try StandardScaler(fitting: Self.rows.to(.float32))
    #expect(scaler.transform(Self.rows.to(.float32)).dtype == .float32)
    #expect(scaler.transform(Self.rows).dtype == .float64)
    let images = try MinMaxScaler(fitting: Tensor(exactNumbers(24), shape: [2, 3, 4], dtype: .float64))
    #expect(images.sampleShape == [3, 4] && images.transform(.zeros([5, 3, 4])).shape == [5, 3, 4])
    #expect(StandardScaler(5).transform(Self.rows).doubles == Self.rows.doubles)
    let x = Tensor.ones([2, 5])
    x.requiresGrad = true
    scaler.transform(x).sum().backward()
    #expect(try #require(x.grad).shape == [2, 5])
  }

  // MARK: In a model

  private static func makeModel(_ inputs: Scaler, _ targets: Scaler) -> Sequential {
    Sequential([inputs, Linear(5, 1, dtype: .float64, generator: Generator(seed: 1)), targets.inverse])
  }

  @Test func savedWithTheModel() throws {
    let targets = Tensor(exactNumbers(12, step: 3), shape: [12, 1], dtype: .float64)
    let model = Self.makeModel(
      try StandardScaler(fitting: Self.rows), try MinMaxScaler(fitting: targets))
    #expect(
      model.stateDict.keys.sorted() == [
        "0.mean", "0.samples", "0.scale", "0.variance", "1.bias", "1.weight", "2.scaler.largest",
        "2.scaler.least", "2.scaler.offset", "2.scaler.samples", "2.scaler.scale",
      ])
    #expect(model.parameters.count == 2)
    let other = Self.makeModel(StandardScaler(5), try MinMaxScaler(1))
    #expect(other(Self.later).doubles != model(Self.later).doubles)
    try withTemporaryFolder { folder in
      let path = "\(folder)/model.safetensors"
      try SafeTensors.write(model.stateDict, to: path)
      try other.load(SafeTensors.read(path).tensors)
    }
    #expect(other(Self.later).doubles == model(Self.later).doubles)
    #expect(try model.frozen().predict(Self.later).doubles == other(Self.later).doubles)
    #expect(throws: DescentError.self) { try model.frozen().predict(.ones([4, 1], dtype: .float64)) }
  }

  @Test func refused() throws {
    func refused(_ mention: String, _ body: () throws -> Void) throws {
      let error = try #require(throws: DescentError.self) { try body() }
      #expect(error.message.contains(mention), "\(error.message)")
    }
    try refused("no samples to fit") { try StandardScaler(5).fit(.zeros([0, 5])) }
    try refused("shape [5] is fitted to a tensor of shape [2, 4]") {
      try StandardScaler(5).fit(.zeros([2, 4]))
    }
    try refused("shape [5] is fitted to a tensor of shape [5]") { try StandardScaler(5).fit(.zeros([5])) }
    let bad = Tensor([1, 2, 3, .nan], shape: [2, 2], dtype: .float64)
    try refused("row 1, column 1 is not finite") { try StandardScaler(2).fit(bad) }
    try refused("row 1, column 1 is not finite") { try MinMaxScaler(2).fit(bad) }
    try refused("1 ... 1") { _ = try MinMaxScaler(2, range: 1...1) }
    try refused("inf") { _ = try MinMaxScaler(2, range: 0...(.infinity)) }
    let empty = TensorDataset(inputs: .zeros([0, 2]), targets: .zeros([0]))
    try refused("no samples to fit") { _ = try StandardScaler(fitting: empty) }
    // What was fitted before stays.
    let scaler = try StandardScaler(fitting: Self.rows)
    let before = scaler.mean.doubles
    try refused("not finite") { try scaler.fit(Self.rows / 0) }
    #expect(scaler.mean.doubles == before && scaler.sampleCount == 12)
  }
}
