import CDescent

/// An operation of one's own: computed in any way, with a derivative that `backward()` uses. As
/// `torch.autograd.Function`.
///
///     let y = customOperation("cube", [x], value: noGrad { x * x * x }) { inputs, upstream in
///       [upstream * inputs[0] * inputs[0] * 3]
///     }
///
/// - Parameters:
///   - name: for messages.
///   - inputs: what the value was computed from.
///   - value: the result.
///   - backward: from the inputs and the gradient of the result to those of the inputs; nil for 0. Made of operations on
///     tensors, it can be differentiated again.
/// - Returns: the value, recorded.
public func customOperation(
  _ name: String, _ inputs: [Tensor], value: Tensor,
  backward: @escaping (_ inputs: [Tensor], _ upstream: Tensor) -> [Tensor?]
) -> Tensor {
  let pullback = Pullback(name, backward)
  return withExtendedLifetime(inputs) {
    name.withCString { name in
      var operation = dsc_custom_operation()
      operation.name = name
      operation.user = Unmanaged.passRetained(pullback).toOpaque()
      operation.release = { Unmanaged<Pullback>.fromOpaque($0!).release() }
      operation.backward = { user, count, inputs, upstream, gradients in
        let pullback = Unmanaged<Pullback>.fromOpaque(user!).takeUnretainedValue()
        let found = pullback.body(
          (0..<count).map { Tensor(retaining: inputs![$0]!) }, Tensor(retaining: upstream!))
        demand(
          found.count == count,
          "\(pullback.name): backward gives \(found.count) gradients for \(count) inputs")
        for (index, gradient) in found.enumerated() {
          gradients![index] = gradient.map { dsc_tensor_retain($0.handle) }
        }
        return dsc_status(DSC_OK)
      }
      return Tensor.make {
        dsc_custom(&operation, inputs.count, inputs.map { Optional($0.handle) }, value.handle, $0)
      }
    }
  }
}

private final class Pullback {
  let name: String
  let body: ([Tensor], Tensor) -> [Tensor?]

  init(_ name: String, _ body: @escaping ([Tensor], Tensor) -> [Tensor?]) {
    (self.name, self.body) = (name, body)
  }
}
