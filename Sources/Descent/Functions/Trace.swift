/// The way that an optimizer takes over a function, point by point: Dive into Deep Learning's `train_2d`.
///
///     let trace = try Trace(
///       of: Formula("0.1 x1^2 + 2 x2^2"), from: [-5, -2], steps: 20,
///       by: SGD(learningRate: 0.6, momentum: 0.5))
///     trace.points[1]     // -4.4, 2.8
///
/// Computed in float64.
public struct Trace: Sendable {
  /// The start, and the point after each step; of `ScheduleFreeSGD` and `ScheduleFreeAdamW` their averages. All finite.
  public private(set) var points: [[Double]]
  /// The function's value at each of them, without noise. All finite.
  public private(set) var values: [Double]
  /// The learning rate that each step was made with; NaN for rules without one.
  public private(set) var learningRates: [Double] = []
  /// The step after which the point or its value was not finite, counted from 1; nil: all steps were made.
  public private(set) var divergedAt: Int?

  /// Makes the steps.
  ///
  /// - Parameters:
  ///   - objective: the function.
  ///   - start: where to begin.
  ///   - steps: how many; fewer are made where one leads beyond all numbers.
  ///   - rule: how each is made.
  ///   - schedule: what the learning rate follows, step by step; lengths that it leaves open are those of all steps. One
  ///     that waits for a metric is given the values. nil: it stays.
  ///   - noise: what gradients have added, as `NoisyGradient`'s; 0: nothing.
  ///   - generator: what noise is drawn from.
  /// - Throws: `DescentError` for options that are out of range, for a rule that vectors are not for, for a start at which
  ///   the function is not finite, and for a function that does not depend on its variables.
  public init(
    of objective: any Objective, from start: [Double], steps: Int, by rule: any OptimizerRule,
    schedule: Schedule? = nil, noise: Double = 0, generator: Generator = .default
  ) throws(DescentError) {
    demand(steps >= 0, "a trace of \(steps) steps")
    (points, values) = ([start], [objective.value(at: start)])
    guard values[0].isFinite else {
      let place = start.map(\.short).joined(separator: ", ")
      throw DescentError(.nonFinite, "\(objective) is \(values[0]) at the start, (\(place))")
    }
    let x = Parameter(Tensor(start, dtype: .float64))
    let optimizer = try Optimizer([x], rule)
    let slope: any Objective =
      noise == 0 ? objective : NoisyGradient(of: objective, deviation: noise, generator: generator)
    let hasRate = RuleTable.rule(rule.ruleName)?.options.contains { $0.name == "lr" } ?? false
    let scheduler = try Self.scheduler(optimizer, schedule, steps)
    for step in 0..<steps where divergedAt == nil {
      learningRates.append(hasRate ? try optimizer.option("lr") : .nan)
      let moved = try Self.takeStep(optimizer, x, slope)
      let point = optimizer.withEvaluationWeights { x.doubles }
      let value = objective.value(at: point)
      if moved, value.isFinite, point.allSatisfy({ $0.isFinite }) {
        points.append(point)
        values.append(value)
        // Some schedules end with the last step.
        if step + 1 < steps { try scheduler?.advance(value) }
      } else {
        divergedAt = step + 1
      }
    }
  }

  private static func scheduler(
    _ optimizer: Optimizer, _ schedule: Schedule?, _ steps: Int
  ) throws(DescentError) -> Scheduler? {
    guard let schedule else { return nil }
    return try Scheduler(optimizer, schedule.isComplete ? schedule : schedule.over(steps: steps))
  }

  /// False where the rule refuses numbers that are not finite.
  private static func takeStep(
    _ optimizer: Optimizer, _ x: Parameter, _ objective: any Objective
  ) throws(DescentError) -> Bool {
    do throws(DescentError) {
      try optimizer.step { () throws(DescentError) in
        optimizer.zeroGrad()
        let value = objective(x)
        guard value.requiresGrad else {
          throw DescentError(.invalidArgument, "\(objective) has no derivative by its variables")
        }
        value.backward()
        return value
      }
      return true
    } catch  where error.code == .nonFinite {
      return false
    }
  }

  /// The index of the lowest point, the first of equals.
  public var lowest: Int { values.firstIndex(of: values.min()!)! }
}

extension Scheduler {
  fileprivate func advance(_ value: Double) throws(DescentError) {
    if needsMetric { try take(metric: value) }
    try step()
  }
}
