import CDescent
import Descent
import Testing

/// Every schedule of the C core's table has a face, whose defaults are the table's.
@Suite struct ScheduleTableTests {
  /// A face with as few arguments as it takes, and the text that it should be.
  static func face(_ name: String) -> (face: Schedule, text: String)? {
    switch name {
    case "lambda": return (.lambda { _ in 1 }, "lambda(?)")
    case "multiplicative": return (.multiplicative { _ in 1 }, "multiplicative(?)")
    case "step": return (.step(stepSize: 3), "step(3)")
    case "multi_step": return (.multiStep(milestones: [3, 8]), "multi_step((3, 8))")
    case "constant": return (.constant(), "constant")
    case "linear": return (.linear(), "linear")
    case "exponential": return (.exponential(gamma: 0.9), "exponential(0.9)")
    case "polynomial": return (.polynomial(), "polynomial")
    case "cosine_annealing": return (.cosineAnnealing(), "cosine_annealing")
    case "cosine_annealing_warm_restarts":
      return (.cosineAnnealingWarmRestarts(firstSteps: 4), "cosine_annealing_warm_restarts(4)")
    case "cyclic": return (.cyclic(baseLR: 0.1, maxLR: 1), "cyclic(0.1, 1)")
    case "one_cycle": return (.oneCycle(maxLR: 1), "one_cycle(1)")
    case "reduce_lr_on_plateau": return (.reduceLROnPlateau(), "reduce_lr_on_plateau")
    case "sequential":
      return (.sequential([.warmup(steps: 3), .squareRoot()]), "warmup(3) square_root")
    case "chained": return (.chained([.warmup(steps: 3), .squareRoot()]), "warmup(3) * square_root")
    case "piecewise_constant":
      return (
        .piecewiseConstant(boundaries: [3, 5.5], factors: [1, 0.5, 0]),
        "piecewise_constant((3, 5.5), (1, 0.5, 0))"
      )
    case "exponential_decay": return (.exponentialDecay(lambda: 0.1), "exponential_decay(0.1)")
    case "polynomial_decay": return (.polynomialDecay(), "polynomial_decay")
    case "inverse_time": return (.inverseTime(), "inverse_time")
    case "known_horizon": return (.knownHorizon(distance: 2, gradientBound: 5), "known_horizon(2, 5)")
    case "square_root": return (.squareRoot(), "square_root")
    case "factor": return (.factor(), "factor")
    case "cosine": return (.cosine(), "cosine")
    case "warmup": return (.warmup(steps: 4), "warmup(4)")
    case "warmup_stable_decay": return (.warmupStableDecay(decay: 4), "warmup_stable_decay(decay=4)")
    case "inverse_square_root": return (.inverseSquareRoot(), "inverse_square_root")
    case "linear_to_zero": return (.linearToZero(), "linear_to_zero")
    default: return nil
    }
  }

  @Test func facesHaveTheTablesDefaults() throws {
    for row in ScheduleTable.schedules {
      let (face, text) = try #require(Self.face(row.name), "\(row.name) has no face")
      if row.kind == .function {
        #expect(face.description == text && face.hasFunction)
      } else {
        #expect(try face == Schedule(text), "\(face) is not \(text)")
      }
    }
  }

  /// Every argument reaches its option.
  @Test func facesHaveEveryOption() throws {
    let faces: [Schedule] = [
      .step(stepSize: 3, gamma: 0.5), .multiStep(milestones: [3], gamma: 0.5),
      .constant(factor: 0.5, totalIters: 7), .linear(startFactor: 0.5, endFactor: 0.25, totalIters: 7),
      .exponential(gamma: 0.5), .polynomial(totalIters: 7, power: 2),
      .cosineAnnealing(steps: 7, minimum: 0.5),
      .cosineAnnealingWarmRestarts(firstSteps: 7, factor: 2, minimum: 0.5),
      .cyclic(
        baseLR: 0.1, maxLR: 1, stepSizeUp: 5, stepSizeDown: 6, mode: .expRange, gamma: 0.5,
        scaleMode: .iterations, cycleMomentum: false, baseMomentum: 0.1, maxMomentum: 0.2),
      .oneCycle(
        maxLR: 1, steps: 40, pctStart: 0.5, annealStrategy: .linear, cycleMomentum: false, baseMomentum: 0.1,
        maxMomentum: 0.2, divFactor: 3, finalDivFactor: 4, threePhase: true),
      .reduceLROnPlateau(
        mode: .max, factor: 0.5, patience: 3, threshold: 0.1, thresholdMode: .abs, cooldown: 2, minLR: 0.01,
        eps: 0.1),
      .piecewiseConstant(boundaries: [3], factors: [1, 2]), .exponentialDecay(lambda: 2),
      .polynomialDecay(alpha: 1, beta: 2), .knownHorizon(distance: 1, gradientBound: 2, steps: 3),
      .factor(0.5, stopFactorLR: 0.1), .cosine(steps: 9, minimum: 0.5, warmup: 2, warmupStart: 0.25),
      .warmup(steps: 3, start: 0.5),
      .warmupStableDecay(steps: 9, warmup: 2, decay: 3, minimum: 0.5, shape: .sqrt),
      .inverseSquareRoot(warmup: 3, timescale: 4), .linearToZero(steps: 9, warmup: 2),
    ]
    // PyTorch's epochs and steps_per_epoch are total_steps.
    let given = ["epochs", "steps_per_epoch"]
    for face in faces {
      let name = face.description.prefix { $0 != "(" }
      let row = try ScheduleTable.named(String(name))
      for option in row.lists + row.options where !given.contains(option.name) {
        #expect(face.description.contains("\(option.name)="), "\(face) lacks \(option.name)")
      }
      #expect(try Schedule(face.description) == face)
    }
    #expect(Set(faces.map { String($0.description.prefix { $0 != "(" }) }).count == faces.count)
  }

  @Test func namesAreFound() throws {
    #expect(ScheduleTable.schedule("StepLR")?.name == "step")
    #expect(ScheduleTable.schedule("ReduceLROnPlateau")?.name == "reduce_lr_on_plateau")
    #expect(ScheduleTable.schedule("LR") == nil)
    let error = #expect(throws: DescentError.self) { try ScheduleTable.named("cosin") }
    #expect(error?.message.contains("did you mean 'cosine'") == true)
  }
}
