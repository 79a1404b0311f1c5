import CDescent
import Testing

/// Random masks: how much falls away, what they depend on, and that derivatives have the same ones.
@Suite struct DropoutTests {
  typealias T = TensorHandle
  typealias Call = @Sendable (OpaquePointer?, Double, UnsafeMutablePointer<OpaquePointer?>?) -> dsc_status

  static let calls: [String: Call] = [
    "dropout": dsc_dropout, "feature_dropout": dsc_feature_dropout, "alpha_dropout": dsc_alpha_dropout,
    "feature_alpha_dropout": dsc_feature_alpha_dropout,
    "rrelu": { dsc_rrelu($0, 0.125, 0.125 + $1, true, $2) },
  ]

  private static func run(
    _ name: String, _ p: Double, _ shape: [Int], threads: Int32 = 2,
    stream: dsc_stream = dsc_stream(seed: 7, calls: 3),
    negative: Bool = false
  ) throws -> (y: [Double], slopes: [Double], calls: UInt64, bytes: [UInt8]) {
    let context = TestContext(threads: threads)
    #expect(dsc_context_set_stream(context.handle, stream) == DSC_OK)
    var x: OpaquePointer?
    #expect(
      dsc_tensor_full(context.handle, DSC_FLOAT32, shape.count, shape, negative ? -1 : 1, &x) == DSC_OK)
    let leaf = T(owning: x!)
    #expect(dsc_tensor_set_requires_grad(leaf.handle, true) == DSC_OK)
    let y = try T.from { calls[name]!(leaf.handle, p, $0) }
    let ones = T([Double](repeating: 1, count: leaf.count), shape, DSC_FLOAT32)
    #expect(y.backward(ones) == DSC_OK, "\(T.lastError)")
    var after = dsc_stream()
    #expect(dsc_context_stream(context.handle, &after) == DSC_OK)
    let slopes = try #require(leaf.grad)
    return (y.numbers, slopes.numbers, after.calls, y.bytes + slopes.bytes)
  }

  @Test(arguments: [0.1, 0.5, 0.9]) func shares(_ p: Double) throws {
    let (y, slopes, calls, _) = try Self.run("dropout", p, [300, 400])
    let kept = y.filter { $0 != 0 }
    let deviation = (p * (1 - p) / Double(y.count)).squareRoot()
    #expect(abs(Double(kept.count) / Double(y.count) - (1 - p)) < 5 * deviation)
    #expect(Set(kept) == [Double(Float(1 / (1 - p)))] && slopes == y && calls == 4)
  }

  @Test(arguments: calls.keys.sorted()) func threads(_ name: String) throws {
    let all = try [1, 2, 4].map { try Self.run(name, 0.3, [13, 7, 401], threads: $0, negative: true).bytes }
    #expect(all[0] == all[1] && all[0] == all[2])
    let other = try Self.run(name, 0.3, [13, 7, 401], stream: dsc_stream(seed: 7, calls: 4), negative: true)
    let another = try Self.run(
      name, 0.3, [13, 7, 401], stream: dsc_stream(seed: 8, calls: 3), negative: true)
    #expect(all[0] != other.bytes && all[0] != another.bytes && other.bytes != another.bytes)
  }

  @Test func wholeChannels() throws {
    let (y, _, _, _) = try Self.run("feature_dropout", 0.5, [8, 16, 5])
    let channels = stride(from: 0, to: y.count, by: 5).map { Set(y[$0..<$0 + 5]) }
    #expect(channels.allSatisfy { $0 == [0] || $0 == [2] } && Set(channels).count == 2)
  }

  /// Numbers of mean 0 and variance 1 keep both: (1 - p) kept + p dropped, of x = 1 and -1.
  @Test func alphaKeepsMeanAndVariance() throws {
    let up = try Self.run("alpha_dropout", 0.25, [200, 300])
    let down = try Self.run("alpha_dropout", 0.25, [200, 300], negative: true)
    let all = up.y + down.y
    let mean = all.reduce(0, +) / Double(all.count)
    let variance = all.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(all.count)
    #expect(abs(mean) < 0.02 && abs(variance - 1) < 0.02, "\(mean), \(variance)")
    #expect(Set(up.y).count == 2 && Set(up.slopes).count == 2 && up.slopes.min() == 0)
  }

  @Test func ends() throws {
    let none = try Self.run("dropout", 0, [3, 4])
    #expect(none.y.allSatisfy { $0 == 1 } && none.calls == 3)
    let all = try Self.run("dropout", 1, [3, 4])
    #expect(all.y.allSatisfy { $0 == 0 } && all.slopes.allSatisfy { $0 == 0 })
  }

  @Test func slopesAreDrawnBetweenTheEnds() throws {
    let (y, slopes, _, _) = try Self.run("rrelu", 0.5, [100, 100], negative: true)
    #expect(slopes.allSatisfy { 0.125 <= $0 && $0 <= 0.625 } && y == slopes.map { -$0 })
    #expect(abs(slopes.reduce(0, +) / 1e4 - 0.375) < 0.01 && Set(slopes).count > 9000)
    let above = try Self.run("rrelu", 0.5, [10])
    #expect(above.y.allSatisfy { $0 == 1 })
  }
}
