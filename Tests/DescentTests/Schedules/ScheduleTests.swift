import Descent
import Foundation
import Testing

/// Schedules as Swift sees them. Their numbers are compared with PyTorch's in CDescentTests.
@Suite struct ScheduleTests {
  @Test func textAndCoding() throws {
    let schedule = try Schedule("warmup(500) cosine(min=1e-5)", steps: 10_000)
    #expect(schedule.description == "warmup(steps=500) cosine(steps=9500, min=1e-05)")
    #expect(try schedule == Schedule.warmup(steps: 500).then(.cosine(minimum: 1e-5)).over(steps: 10_000))
    let data = try JSONEncoder().encode([schedule])
    #expect(try JSONDecoder().decode([Schedule].self, from: data) == [schedule])
    #expect(throws: EncodingError.self) { try JSONEncoder().encode([Schedule.lambda { _ in 1 }]) }
    #expect(throws: (any Error).self) {
      try JSONDecoder().decode([Schedule].self, from: Data("[\"cosin\"]".utf8))
    }
  }

  @Test func errorsSayWhatWasMeant() throws {
    func message(_ text: String, steps: Int? = nil) -> String {
      (#expect(throws: DescentError.self) { try Schedule(text, steps: steps) })?.message ?? ""
    }
    #expect(message("warmup(5) cosin(min=0)").contains("did you mean 'cosine'"))
    #expect(message("warmup(5) cosine(mni=0)").contains("no option 'mni'; it has steps, min"))
    #expect(message("exponential(0.9) step(3)").contains("exponential(gamma=0.9) @ 100"))
    #expect(message("warmup(5) cosine", steps: 3).contains("-2 steps left"))
    #expect(message("step(3)", steps: 0).contains("0 steps"))
    #expect(throws: DescentError.self) { try Schedule.cosine().value(at: 0) }
    #expect(throws: DescentError.self) { try Schedule.squareRoot().value(at: -1) }
    #expect(throws: DescentError.self) { try Schedule.squareRoot().values(count: -1) }
  }

  @Test func lengths() throws {
    #expect(Schedule.warmup(steps: 5).length == 5 && Schedule.squareRoot().length == nil)
    #expect(!Schedule.cosine().isComplete && Schedule.cosine().length == nil)
    #expect(try Schedule.warmup(steps: 5).then(.cosine()).over(steps: 30).length == 30)
    #expect(try Schedule.squareRoot().values(count: 0).isEmpty)
  }

  /// The lecture's LambdaLR: 100 times 0.65^t.
  @Test func lectureLambda() throws {
    let right = [
      100.0, 65.0, 42.25, 27.4625, 17.850625, 11.60290625, 7.5418890625, 4.902227890625, 3.18644812890625,
      2.0711912837890625,
    ]
    let values = try Schedule.lambda { pow(0.65, Double($0)) }.values(base: 100, count: 10)
    for (value, right) in zip(values, right) { #expect(abs(value - right) <= 1e-12 * right) }
  }

  /// The last reference to a schedule lets its closure go.
  @Test func closuresAreReleased() throws {
    final class Witness: Sendable {}
    weak var witness: Witness?
    do {
      let captured = Witness()
      witness = captured
      let schedule = Schedule.warmup(steps: 3).then(
        .lambda { step in
          withExtendedLifetime(captured) { Double(step) }
        })
      #expect(try schedule.value(at: 5) == 2 && witness != nil)
    }
    #expect(witness == nil)
  }

  @Test func momentum() throws {
    let schedule = Schedule.cyclic(baseLR: 0.1, maxLR: 1, stepSizeUp: 4)
    #expect(schedule.cyclesMomentum && !Schedule.squareRoot().cyclesMomentum)
    #expect(try schedule.momentum(at: 0) == 0.9 && abs(schedule.momentum(at: 4) - 0.8) < 1e-15)
    // Before and after a part that has it, momentum stays.
    let sequence = Schedule.warmup(steps: 4).then(schedule).then(.squareRoot(), at: 9)
    #expect(try sequence.momentum(at: 2) == 0.9)
    #expect(try sequence.momentum(at: 20) == schedule.momentum(at: 4))
    #expect(throws: DescentError.self) { try Schedule.squareRoot().momentum(at: 0) }
  }
}
