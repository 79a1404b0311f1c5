import CDescent

/// Multiplies gradients by min(1, maxNorm / (norm + 1e-6)), where the norm is that of all of them together: as
/// `torch.nn.utils.clip_grad_norm_`, for loops of one's own. An optimizer does it in its own pass: `setClipping`.
///
/// - Parameters:
///   - tensors: leaves; those without a gradient are passed by.
///   - maxNorm: at least 0.
///   - normType: p of (Σ |g|^p)^(1/p), above 0; infinity: the largest.
/// - Returns: the norm before.
@discardableResult
public func clipGradNorm(_ tensors: [Tensor], maxNorm: Double, normType: Double = 2) -> Double {
  var norm = 0.0
  withExtendedLifetime(tensors) {
    require(dsc_clip_grad_norm(tensors.count, tensors.map { $0.handle }, maxNorm, normType, &norm))
  }
  return norm
}

/// Moves gradients' elements into [-limit, limit], as `torch.nn.utils.clip_grad_value_`.
public func clipGradValue(_ tensors: [Tensor], limit: Double) {
  withExtendedLifetime(tensors) {
    require(dsc_clip_grad_value(tensors.count, tensors.map { $0.handle }, limit))
  }
}
