import Descent
import Testing

/// Parts of data sets: PyTorch's random_split, scikit-learn's folds, and what they refuse.
@Suite struct SplitTests {
  struct File: Decodable {
    let splits: [Split]
    let counts: [Split]
    let labels: [Int]
    let folds: [Folds]
  }

  struct Split: Decodable, Sendable {
    let n: Int
    let seed: UInt64
    let fractions: [Double]?
    let counts: [Int]?
    let parts: [[Int]]
  }

  struct Folds: Decodable, Sendable {
    let folds: Int
    let stratified: Bool
    let parts: [[Int]]
  }

  static let file = Fixtures.load("samplers.json", as: File.self)

  private static func data(_ n: Int) -> TensorDataset {
    TensorDataset(inputs: .arange(n), targets: Tensor(classes: (0..<n).map { $0 * 7 % 4 }))
  }

  @Test(arguments: file.splits + file.counts) func randomSplit(_ test: Split) throws {
    let (data, generator) = (Self.data(test.n), Generator(seed: test.seed))
    let parts =
      try test.fractions.map { try data.split($0, generator: generator) }
      ?? data.split(counts: test.counts ?? [], generator: generator)
    #expect(parts.map(\.indices) == test.parts)
    for part in parts where part.count > 0 {
      let all = try part.batch(Array(0..<part.count)[...])
      #expect(all.inputs.doubles == part.indices.map(Double.init))
    }
  }

  @Test(arguments: [0.0, 0.1, 0.29, 0.7, 0.8, 0.999, 1.0]) func twoParts(_ fraction: Double) throws {
    for n in [0, 1, 7, 10, 100, 1000] {
      let (first, second) = try Self.data(n).split(fraction, generator: Generator(seed: 1))
      #expect((first.indices + second.indices).sorted() == Array(0..<n))
      #expect(abs(Double(first.count) - fraction * Double(n)) < 1)
    }
  }

  /// Sizes as without classes, and of each class its share.
  @Test(arguments: [[0.8, 0.2], [0.5, 0.3, 0.2], [1.0 / 3, 1.0 / 3, 1.0 / 3]])
  func stratified(_ fractions: [Double]) throws {
    let n = 203
    let data = Self.data(n)
    let classes = (0..<n).map { $0 < 20 ? 0 : $0 < 80 ? 1 : 2 }
    let parts = try data.split(fractions, stratifiedBy: classes, generator: Generator(seed: 3))
    let plain = try data.split(fractions, generator: Generator(seed: 3))
    #expect(parts.map(\.count) == plain.map(\.count))
    #expect(parts.flatMap(\.indices).sorted() == Array(0..<n))
    #expect(parts.allSatisfy { $0.indices != $0.indices.sorted() })
    for (label, size) in [(0, 20), (1, 60), (2, 123)] {
      for (part, fraction) in zip(parts, fractions) {
        let found = part.indices.filter { classes[$0] == label }.count
        #expect(abs(Double(found) - fraction * Double(size)) < 2)
      }
    }
  }

  @Test(arguments: file.folds) func scikitFolds(_ test: Folds) throws {
    let data = Self.data(32)
    let folds = try data.folds(test.folds, stratifiedBy: test.stratified ? Self.file.labels : nil)
    #expect(folds.map(\.validation.indices) == test.parts)
    #expect(
      folds.allSatisfy { ($0.training.indices + $0.validation.indices).sorted() == Array(0..<32) })
  }

  @Test(arguments: [false, true]) func shuffledFolds(_ isStratified: Bool) throws {
    let labels = isStratified ? Self.file.labels : nil
    let plain = try Self.data(32).folds(4, stratifiedBy: labels)
    let folds = try Self.data(32).folds(
      4, shuffle: true, stratifiedBy: labels, generator: Generator(seed: 2))
    let again = try Self.data(32).folds(
      4, shuffle: true, stratifiedBy: labels, generator: Generator(seed: 2))
    #expect(folds.map(\.validation.indices) == again.map(\.validation.indices))
    #expect(folds.map(\.validation.indices) != plain.map(\.validation.indices))
    #expect(folds.flatMap(\.validation.indices).sorted() == Array(0..<32))
    #expect(folds.map(\.validation.count) == plain.map(\.validation.count))
    guard let labels else { return }
    func classes(_ folds: [Fold<TensorDataset>]) -> [[Int]] {
      folds.map { $0.validation.indices.map { labels[$0] }.sorted() }
    }
    #expect(classes(folds) == classes(plain))
  }

  @Test func targetClasses() throws {
    #expect(try Self.data(600).targetClasses() == (0..<600).map { $0 * 7 % 4 })
    let glyphs = Glyphs.images(count: 30, seed: 1)
    #expect(try glyphs.targetClasses() == glyphs.labels.map(Int.init))
    #expect(try glyphs.subset([3, 1]).targetClasses() == [3, 1].map { Int(glyphs.labels[$0]) })
    let numbers = TensorDataset(inputs: .arange(3), targets: .arange(3))
    let error = try #require(throws: DescentError.self) { try numbers.targetClasses() }
    #expect(error.message.contains("float32 of shape [3] for 3 samples"))
  }

  @Test func subsetsOfSubsets() throws {
    let (first, _) = try Self.data(20).split(0.5, generator: Generator(seed: 1))
    let inner = try first.subset([9, 0, 0])
    #expect(
      try inner.batch([0, 1, 2]).inputs.doubles
        == [first.indices[9], first.indices[0], first.indices[0]].map(Double.init))
  }

  @Test func refused() throws {
    let data = Self.data(10)
    func refused(_ mention: String, _ body: () throws -> Void) throws {
      let error = try #require(throws: DescentError.self) { try body() }
      #expect(error.message.contains(mention), "\(error.message)")
    }
    try refused("share 1 of a split is -0.1") { _ = try data.split([1.1 - 0.1, -0.1]) }
    try refused("share 0 of a split is nan") { _ = try data.split([.nan]) }
    try refused("sum to 0.9") { _ = try data.split([0.5, 0.4]) }
    try refused("must sum to 1") { _ = try data.split([]) }
    try refused("is 1.5") { _ = try data.split(1.5) }
    try refused("sum to 9, there are 10") { _ = try data.split(counts: [4, 5]) }
    try refused("size 1 of a split is -1") { _ = try data.split(counts: [11, -1]) }
    try refused("size 1 of a split is \(Int.max)") { _ = try data.split(counts: [.max, .max]) }
    try refused("there are 9 classes for 10") {
      _ = try data.split([0.5, 0.5], stratifiedBy: Array(repeating: 0, count: 9))
    }
    try refused("class 1 has a single sample") {
      _ = try data.split([0.5, 0.5], stratifiedBy: Array(repeating: 0, count: 9) + [1])
    }
    for count in [-1, 0, 1, 11] {
      try refused("the number of folds is \(count), must be 2...10") { _ = try data.folds(count) }
    }
    try refused("at most 2 samples of one class") {
      _ = try data.folds(3, stratifiedBy: (0..<10).map { $0 / 2 })
    }
    try refused("sample 10 at place 1") { _ = try data.subset([0, 10]) }
    try refused("sample -1 at place 0") { _ = try data.subset([-1]) }
  }
}
