/// What to call around steps.
struct StepHooks {
  struct Hook {
    let id: Int
    let run: (Optimizer) throws(DescentError) -> Void
  }

  var before: [Hook] = []
  var after: [Hook] = []
  private var count = 0

  var isEmpty: Bool { before.isEmpty && after.isEmpty }

  mutating func nextID() -> Int {
    count += 1
    return count
  }
}

/// When a hook is called.
public enum StepMoment: Sendable {
  /// Before anything is looked at: gradients may be changed.
  case beforeStep
  /// After everything is done: `lastReport` says what, also that the guard skipped the step. Not called for steps
  /// that throw.
  case afterStep
}

/// Names a hook, to remove it.
public struct StepHookID: Sendable {
  let id: Int
}

extension Optimizer {
  /// Calls `run` at every step, after the hooks added before; an error from it ends the step. As PyTorch's
  /// `register_step_pre_hook` and `register_step_post_hook`.
  @discardableResult
  public func addHook(
    _ moment: StepMoment, _ run: @escaping (Optimizer) throws(DescentError) -> Void
  ) -> StepHookID {
    let hook = StepHooks.Hook(id: hooks.nextID(), run: run)
    switch moment {
    case .beforeStep: hooks.before.append(hook)
    case .afterStep: hooks.after.append(hook)
    }
    return StepHookID(id: hook.id)
  }

  /// Calls it no more.
  public func removeHook(_ hook: StepHookID) {
    hooks.before.removeAll { $0.id == hook.id }
    hooks.after.removeAll { $0.id == hook.id }
  }
}
