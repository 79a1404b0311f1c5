import CDescent

extension Schedule {
  /// One after another: part i + 1 begins at step `milestones[i]`, with steps of its own from 0 on.
  /// `torch.optim.lr_scheduler.SequentialLR`.
  ///
  /// - Parameters:
  ///   - parts: at least one; the last may leave its length out.
  ///   - milestones: one less than parts, not falling; nil: each part begins where the one before ends.
  public static func sequential(_ parts: [Schedule], milestones: [Int]? = nil) -> Schedule {
    demand(
      milestones.map { $0.count == parts.count - 1 } ?? true,
      "\(parts.count) schedules in sequence need \(parts.count - 1) milestones, not \(milestones?.count ?? 0)"
    )
    let steps = milestones?.map(Int64.init)
    return composed(parts) { count, pointers, made in
      if let steps {
        dsc_schedule_sequential(count, pointers, steps, made)
      } else {
        dsc_schedule_sequential(count, pointers, nil, made)
      }
    }
  }

  /// All at once, as `torch.optim.lr_scheduler.ChainedScheduler`: schedules that PyTorch has take turns to change the
  /// value, step by step; the others, and `reduceLROnPlateau`, multiply the result.
  public static func chained(_ parts: [Schedule]) -> Schedule {
    composed(parts) { count, pointers, made in dsc_schedule_chained(count, pointers, made) }
  }

  /// This one, and then another: from a step on, or where this one ends.
  public func then(_ next: Schedule, at milestone: Int? = nil) -> Schedule {
    .sequential([self, next], milestones: milestone.map { [$0] })
  }

  /// Both at once: `chained`.
  public static func * (a: Schedule, b: Schedule) -> Schedule { .chained([a, b]) }

  private static func composed(
    _ parts: [Schedule],
    _ compose: (Int, UnsafePointer<OpaquePointer?>?, UnsafeMutablePointer<OpaquePointer?>) -> dsc_status
  ) -> Schedule {
    var made: OpaquePointer?
    withExtendedLifetime(parts) {
      let pointers = parts.map { Optional($0.pointer) }
      pointers.withUnsafeBufferPointer { require(compose($0.count, $0.baseAddress, &made)) }
    }
    return Schedule(ScheduleHandle(owning: made!))
  }

  /// A row of the table, with arguments that a program wrote.
  static func row(_ name: String, _ options: [(String, Double)] = []) -> Schedule {
    var made: OpaquePointer?
    require(withOptions(options) { count, list in dsc_schedule_create(name, count, list, &made) })
    return Schedule(ScheduleHandle(owning: made!))
  }

  static func list(_ name: String, _ values: [Double]) -> [(String, Double)] { values.map { (name, $0) } }

  /// An option that may be left out.
  static func option(_ name: String, _ value: Int?) -> [(String, Double)] {
    value.map { [(name, Double($0))] } ?? []
  }
}
