import CDescent

extension Tensor {
  /// Computes the gradient of this tensor with respect to every leaf that requires one, and adds it to the
  /// leaf's `grad`. As `torch.Tensor.backward`; the record stays usable afterwards.
  ///
  /// - Parameters:
  ///   - upstream: what to multiply by; of this tensor's shape. May be left out for a scalar: 1.
  ///   - createGraph: whether the gradients can be differentiated in turn.
  ///   - onGradient: called once with every leaf, when this pass has added the last to its gradient.
  /// - Precondition: the tensor requires gradients.
  public func backward(
    _ upstream: Tensor? = nil, createGraph: Bool = false, onGradient: ((Tensor) -> Void)? = nil
  ) {
    guard createGraph || onGradient != nil else {
      require(dsc_backward(handle, upstream?.handle, nil))
      return
    }
    var body = onGradient ?? { _ in }
    withUnsafeMutablePointer(to: &body) { pointer in
      var options = dsc_backward_options()
      options.create_graph = createGraph
      if onGradient != nil {
        options.user = UnsafeMutableRawPointer(pointer)
        options.on_gradient = { user, leaf in
          user!.assumingMemoryBound(to: ((Tensor) -> Void).self).pointee(Tensor(retaining: leaf!))
          return dsc_status(DSC_OK)
        }
      }
      require(dsc_backward(handle, upstream?.handle, &options))
    }
  }

  /// A reference of its own to a tensor of somebody else's. A handle does not keep the `Tensor` that it was taken from: that
  /// must have a name, so that it lives until this is done.
  convenience init(retaining handle: OpaquePointer) { self.init(owning: dsc_tensor_retain(handle)) }
}

/// The gradients of a tensor with respect to others, as `torch.autograd.grad`: 0 where it does not depend on
/// one. Leaves' `grad` is not touched.
///
/// - Parameters:
///   - tensor: a scalar, or anything with `upstream` of its shape.
///   - inputs: leaves that require gradients, or results on the way.
///   - createGraph: whether the gradients can be differentiated in turn.
public func gradients(
  of tensor: Tensor, at inputs: [Tensor], upstream: Tensor? = nil, createGraph: Bool = false
) -> [Tensor] {
  guard tensor.requiresGrad else { return inputs.map { .zeros($0.shape, dtype: $0.dtype) } }
  var found = [OpaquePointer?](repeating: nil, count: inputs.count)
  withExtendedLifetime(inputs) {
    require(
      dsc_gradients(
        tensor.handle, upstream?.handle, inputs.count, inputs.map { Optional($0.handle) }, createGraph, &found
      ))
  }
  return found.map { Tensor(owning: $0) }
}
