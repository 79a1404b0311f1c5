/// A closure that sees a module's calls, until it is removed: `Module.addForwardHook`.
public final class ForwardHook {
  let body: (Module, Tensor, Tensor) -> Tensor?
  private weak var module: Module?

  fileprivate init(_ module: Module, _ body: @escaping (Module, Tensor, Tensor) -> Tensor?) {
    (self.module, self.body) = (module, body)
  }

  /// Has the module forget the closure; nothing where that is done.
  public func remove() { module?.hooks.removeAll { $0 === self } }
}

extension Module {
  /// Has a closure see every call of the module, as `torch.nn.Module.register_forward_hook`.
  ///
  ///     let hook = model.layers[2].addForwardHook { _, _, output in output.clamped(-5, 5) }
  ///     defer { hook.remove() }
  ///
  /// It is given the module, its input and its output, or the first of several inputs and outputs, and may return another
  /// output to go on with. Hooks are called in the order in which they were added, each with what the one before has left.
  /// A module's own `callAsFunction` of several inputs has none; the parts that it calls have theirs. Of a `FrozenModel` they
  /// are called by all threads that predict.
  ///
  /// - Returns: what removes it.
  @discardableResult
  public final func addForwardHook(
    _ body: @escaping (_ module: Module, _ input: Tensor, _ output: Tensor) -> Tensor?
  ) -> ForwardHook {
    let hook = ForwardHook(self, body)
    hooks.append(hook)
    return hook
  }
}
