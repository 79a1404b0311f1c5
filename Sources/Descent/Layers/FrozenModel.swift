/// A model that does not change any more, to be evaluated by any number of threads at once: `model.frozen()`.
///
/// Sendable, as nothing writes to it: the module is in evaluation mode, its parameters require no gradients, and no
/// recording is done. What the program must not do is change the module in another way while threads predict: its parameters,
/// its layers' options, or who looks at it, as `summary` and `outputs(of:for:)` do.
public struct FrozenModel: @unchecked Sendable {
  private let module: Module

  fileprivate init(_ module: Module) { self.module = module }

  /// The output for an input.
  ///
  /// - Throws: `DescentError` of code `mismatch` for inputs of shapes or types that the model's layers and operations do not
  ///   take. What a module's own code demands, as a position within a shape, still stops the program.
  public func predict(_ x: Tensor) throws(DescentError) -> Tensor {
    try predict { (module: Module) in module(x) }
  }

  /// What a model of several inputs or outputs gives, which is called in the closure, by its class:
  ///
  ///     let words = try frozen.predict { (model: Translator) in model(source, target) }
  ///
  /// The closure may run in several threads at once, as a model's own code may: it calls the model, and changes nothing of it.
  ///
  /// - Throws: as for one input.
  /// - Precondition: the model is of the class.
  public func predict<Model: Module, Result>(
    _ body: (Model) -> Result
  ) throws(DescentError) -> Result {
    guard let model = module as? Model else {
      stop("the frozen model is a \(type(of: module)), not a \(Model.self)")
    }
    return try Refusals.thrown { noGrad { body(model) } }
  }
}

extension Module {
  /// The model for serving: it is put in evaluation mode, and its parameters require no gradients any more. It shares them
  /// with the module, which must not be trained from then on: an optimizer for it is refused.
  public func frozen() -> FrozenModel {
    eval()
    for parameter in parameters { parameter.requiresGrad = false }
    _ = modules.map(\.members)  // found now, not by several threads at once
    return FrozenModel(self)
  }
}
