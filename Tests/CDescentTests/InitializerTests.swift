import CDescent
import Testing

/// Initial numbers against `torch.nn.init`, and how much is drawn for them.
@Suite struct InitializerTests {
  typealias T = TensorHandle

  struct Case: Decodable, Sendable {
    var name: String
    var numbers: [Double]
    var shape: [Int]
    var dtype: String
    var values: [FixtureNumber]
    /// A float64 drawn next.
    var next: Double
  }
  private struct File: Decodable { var cases: [Case] }
  static let cases = Dictionary(
    grouping: loadFixture("initializers.json", as: File.self).cases, by: \.name)

  private static func run(_ name: String, _ n: [Double], _ t: OpaquePointer, _ r: inout dsc_random)
    -> dsc_status?
  {
    switch name {
    case "uniform": dsc_initialize_uniform(t, &r, n[0], n[1])
    case "normal": dsc_initialize_normal(t, &r, n[0], n[1])
    case "trunc_normal": dsc_initialize_trunc_normal(t, &r, n[0], n[1], n[2], n[3])
    case "xavier_uniform": dsc_initialize_xavier_uniform(t, &r, n[0])
    case "xavier_normal": dsc_initialize_xavier_normal(t, &r, n[0])
    case "kaiming_uniform":
      dsc_initialize_kaiming_uniform(
        t, &r, n[0], dsc_fan(rawValue: UInt32(n[1])), dsc_nonlinearity(rawValue: UInt32(n[2])))
    case "kaiming_normal":
      dsc_initialize_kaiming_normal(
        t, &r, n[0], dsc_fan(rawValue: UInt32(n[1])), dsc_nonlinearity(rawValue: UInt32(n[2])))
    case "orthogonal": dsc_initialize_orthogonal(t, &r, n[0])
    case "sparse": dsc_initialize_sparse(t, &r, n[0], n[1])
    case "eye": dsc_initialize_eye(t)
    case "dirac": dsc_initialize_dirac(t, Int(n[0]))
    default: nil
    }
  }

  @Test(arguments: cases.keys.sorted()) func numbers(_ name: String) throws {
    for test in Self.cases[name]! {
      let title = "\(name) \(test.numbers) \(test.shape) \(test.dtype)"
      let dtype = OperationCase.dtypes[test.dtype]!
      let tensor = T([Double](repeating: 9, count: test.shape.reduce(1, *)), test.shape, dtype)
      var random = dsc_random()
      dsc_random_seed(&random, 5)
      #expect(
        (Self.run(name, test.numbers, tensor.handle, &random) ?? dsc_status(DSC_ERROR_ARGUMENT)) == DSC_OK,
        "\(title): \(T.lastError)")
      let all = tensor.numbers
      let shown = all.count <= 64 ? all : Array(all.prefix(32) + all.suffix(32))
      let right = test.values.map(\.value)
      let isNormal = name.contains("normal") || name == "sparse"
      if name == "orthogonal" {
        #expect(largestULP(shown, right, dtype, scale: 1) <= 64, "\(title)")
      } else if isNormal {
        // Logarithms and cosines differ by some units.
        #expect(largestULP(shown, right, dtype, scale: right.map(abs).max()!) <= 8, "\(title)")
      } else {
        #expect(
          shown == (dtype == DSC_FLOAT32 ? right.map { Double(Float($0)) } : right), "\(title)")
      }
      var next = 0.0
      #expect(
        dsc_random_uniform(&random, DSC_FLOAT64, 1, 0, 1, &next) == DSC_OK && next == test.next, "\(title)")
    }
  }

  /// What lies in another order gets the same numbers.
  @Test func stridesDoNotMatter() throws {
    let (plain, turned) = (
      T([Double](repeating: 0, count: 12), [3, 4]), T([Double](repeating: 0, count: 12), [4, 3])
    )
    let view = try T.from { dsc_transpose(turned.handle, 0, 1, $0) }
    for t in [plain, view] {
      var random = dsc_random()
      dsc_random_seed(&random, 1)
      #expect(dsc_initialize_orthogonal(t.handle, &random, 1) == DSC_OK)
    }
    #expect(plain.numbers == view.numbers)
  }
}
