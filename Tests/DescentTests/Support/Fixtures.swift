import Descent
import Foundation

/// The files that the scripts in `Tests/Fixtures` made with PyTorch.
enum Fixtures {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Fixtures")

  /// Where a file is.
  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  static func load<Contents: Decodable>(_ name: String, as type: Contents.Type = Contents.self) -> Contents {
    do {
      return try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent(name)))
    } catch {
      fatalError("fixture \(name): \(error)")
    }
  }
}

/// The generator's `exact`: n multiples of 1/512 in [-2, 2), exact in float32.
func exactNumbers(_ n: Int, step: Int = 0, offset: Int = 0) -> [Double] {
  (0..<n).map { Double(($0 * 7919 + step * 104729 + offset * 31337) % 2003 - 1001) / 512 }
}

/// The largest difference in units in the last place of the expected number itself; infinite where only one is NaN.
///
/// - Parameter scale: for references that are differences of numbers of this size, whose own rounding is of its units: these
///   count where they are larger. The test says what is differenced.
func largestULP(_ actual: [Double], _ expected: [Double], _ dtype: DType, scale: Double = 0) -> Double {
  guard actual.count == expected.count else { return .infinity }
  return zip(actual, expected).map { a, e in
    if a.isNaN || e.isNaN { return a.isNaN && e.isNaN ? 0 : .infinity }
    if a == e { return 0 }
    let size = max(abs(e), scale)
    let unit = dtype == .float32 ? Double(Float(size).ulp) : size.ulp
    return unit.isFinite ? abs(a - e) / unit : .infinity
  }.max() ?? 0
}

/// 1e-12, what float64 is to agree to, in units in the last place.
let float64Budget = 4096.0

/// A folder for one test, removed afterwards.
@discardableResult
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("descent-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// A number, or "nan", "inf" and "-inf", which JSON cannot say.
struct JSONNumber: Decodable, Sendable {
  let value: Double

  init(from decoder: Decoder) throws {
    let container = try decoder.singleValueContainer()
    value = try (try? container.decode(Double.self)) ?? Double(container.decode(String.self)) ?? .nan
  }
}
