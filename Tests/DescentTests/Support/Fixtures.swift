import Descent
import Foundation

/// The files that the scripts in `Tests/Fixtures` made with PyTorch.
enum Fixtures {
  static func load<Contents: Decodable>(_ name: String, as type: Contents.Type = Contents.self) -> Contents {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Fixtures")
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

/// The largest difference relative to the larger of 1 and the expected number's size; infinite where only one is NaN.
func largestError(_ actual: [Double], _ expected: [Double]) -> Double {
  guard actual.count == expected.count else { return .infinity }
  return zip(actual, expected).map { a, e in
    if a.isNaN || e.isNaN { return a.isNaN && e.isNaN ? 0 : .infinity }
    return a == e ? 0 : abs(a - e) / max(1, abs(e))
  }.max() ?? 0
}

/// One unit in the last place of a float32 near 1.
let float32ULP = 0x1p-23

/// A folder for one test, removed afterwards.
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
