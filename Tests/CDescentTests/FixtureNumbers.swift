import CDescent
import Foundation

/// A file that a script in `Tests/Fixtures` made with PyTorch.
func loadFixture<Contents: Decodable>(_ name: String, as type: Contents.Type = Contents.self) -> Contents {
  let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  let file = tests.appendingPathComponent("Fixtures").appendingPathComponent(name)
  do {
    return try JSONDecoder().decode(type, from: Data(contentsOf: file))
  } catch {
    fatalError("fixture \(name): \(error)")
  }
}

/// A number, or "nan", "inf" and "-inf", which JSON cannot say.
struct FixtureNumber: Decodable, Sendable {
  let value: Double

  init(from decoder: Decoder) throws {
    let container = try decoder.singleValueContainer()
    value = try (try? container.decode(Double.self)) ?? Double(container.decode(String.self)) ?? .nan
  }
}

/// The generators' `exact`: n multiples of 1/512 in [-2, 2), exact in float32.
func exactNumbers(_ n: Int, step: Int) -> [Double] {
  (0..<n).map { Double(($0 * 7919 + step * 104729) % 2003 - 1001) / 512 }
}

/// The largest difference in units in the last place of the expected number, or of `scale` where that is larger:
/// for sums, whose rounding is of what was added up. Infinite where only one is NaN.
func largestULP(_ actual: [Double], _ expected: [Double], _ dtype: dsc_dtype, scale: Double = 0) -> Double {
  guard actual.count == expected.count else { return .infinity }
  return zip(actual, expected).map { a, e in
    if a.isNaN || e.isNaN { return a.isNaN && e.isNaN ? 0 : .infinity }
    if a == e { return 0 }
    let size = max(abs(e), scale)
    let unit = dtype == DSC_FLOAT32 ? Double(Float(size).ulp) : dtype == DSC_FLOAT64 ? size.ulp : 0
    return unit.isFinite ? abs(a - e) / unit : .infinity
  }.max() ?? 0
}

/// 1e-12, what float64 is to agree to, in units in the last place.
let float64Budget = 4096.0
