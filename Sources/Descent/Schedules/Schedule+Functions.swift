import CDescent

extension Schedule {
  /// base f(t): `LambdaLR`. The closure may be called by any thread, for any steps in any order.
  public static func lambda(_ function: @escaping @Sendable (Int) -> Double) -> Schedule {
    row("lambda", [], function)
  }

  /// base f(1) f(2) ... f(t): `MultiplicativeLR`. The value at a step asks for all steps before it once.
  public static func multiplicative(_ function: @escaping @Sendable (Int) -> Double) -> Schedule {
    row("multiplicative", [], function)
  }

  static func row(
    _ name: String, _ options: [(String, Double)], _ function: @escaping @Sendable (Int) -> Double
  ) -> Schedule {
    let closure = Unmanaged.passRetained(ScheduleClosure(function))
    let inC = dsc_schedule_function(
      call: { user, step in
        Unmanaged<ScheduleClosure>.fromOpaque(user!).takeUnretainedValue().function(Int(step))
      },
      user: closure.toOpaque(),
      destroy: { user in Unmanaged<ScheduleClosure>.fromOpaque(user!).release() })
    var made: OpaquePointer?
    require(withOptions(options) { count, list in dsc_schedule_create_with(name, count, list, inC, &made) })
    return Schedule(ScheduleHandle(owning: made!))
  }
}

/// A closure on its way through C.
private final class ScheduleClosure: Sendable {
  let function: @Sendable (Int) -> Double

  init(_ function: @escaping @Sendable (Int) -> Double) { self.function = function }
}
