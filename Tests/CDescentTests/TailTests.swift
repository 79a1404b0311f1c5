import CDescent
import Testing

/// Tails of distributions against mpmath.
@Suite struct TailTests {
  struct Row: Decodable, Sendable {
    var z, t, degrees: Double?
    var tails: Double
  }
  private struct File: Decodable, Sendable { var normal, student: [Row] }
  private static let file = loadFixture("tails.json", as: File.self)

  private func agrees(_ found: Double, _ right: Double) -> Bool { abs(found - right) <= 1e-14 * right }

  @Test func normal() {
    for row in Self.file.normal {
      let (above, below) = (dsc_normal_tails(row.z!), dsc_normal_tails(-row.z!))
      #expect(above == below && agrees(above, row.tails), "\(row.z!): \(above), not \(row.tails)")
    }
  }

  @Test func student() {
    for row in Self.file.student {
      let (above, below) = (dsc_student_tails(row.t!, row.degrees!), dsc_student_tails(-row.t!, row.degrees!))
      #expect(above == below && agrees(above, row.tails), "\(row): \(above)")
    }
  }

  /// With ever more degrees of freedom Student's tails become the normal ones.
  @Test(arguments: [0.1, 1, 5, 20]) func manyDegrees(_ t: Double) {
    let tails = [1e2, 1e5, 1e9, 1e15, 1e20, 1e24, 1e26, .infinity].map { dsc_student_tails(t, $0) }
    #expect(zip(tails, tails.dropFirst()).allSatisfy { $0 >= $1 * (1 - 1e-14) })
    #expect(agrees(tails[5], dsc_normal_tails(t)) && tails[7] == dsc_normal_tails(t))
  }
}
