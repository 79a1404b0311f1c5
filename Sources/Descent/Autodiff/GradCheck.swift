/// Compares a function's gradients with central differences, as `torch.autograd.gradcheck`.
///
/// The inputs must be float64, and away from kinks. A function with several numbers as its result is checked
/// through a fixed weighted sum of them.
///
/// - Parameters:
///   - function: from the inputs to a tensor.
///   - inputs: where to check; every element of each is moved by `step` both ways.
///   - tolerance: relative to the larger of 1 and the derivative's size.
/// - Throws: `DescentError` that names the input, the element and both values where they differ.
public func gradcheck(
  _ function: ([Tensor]) -> Tensor, at inputs: [Tensor], step: Double = 1e-6, tolerance: Double = 1e-6
) throws(DescentError) {
  for (index, input) in inputs.enumerated() where input.dtype != .float64 {
    throw DescentError(
      .invalidArgument, "gradcheck: input \(index) is \(input.dtype.rawValue), must be float64")
  }
  let leaves = inputs.map { $0.clone().asLeaf() }
  let value = enableGrad { weightedSum(function(leaves)) }
  let analytic = gradients(of: value, at: leaves)
  for (index, leaf) in leaves.enumerated() {
    let elements = leaf.buffer(Double.self)
    for i in 0..<leaf.count {
      let center = elements[i]
      func valueAt(_ x: Double) -> Double {
        elements[i] = x
        return noGrad { weightedSum(function(leaves)).item() }
      }
      let numeric = (valueAt(center + step) - valueAt(center - step)) / (2 * step)
      elements[i] = center
      let exact = analytic[index].element(i)
      let error = Swift.abs(exact - numeric) / Swift.max(1, Swift.abs(exact))
      if !(error <= tolerance) {
        throw DescentError(
          .mismatch,
          "gradcheck: input \(index), element \(i): gradient \(exact), central difference \(numeric)")
      }
    }
  }
}

/// Compares second derivatives with central differences of the gradient, as `torch.autograd.gradgradcheck`.
///
/// - Throws: as `gradcheck`.
public func gradgradcheck(
  _ function: ([Tensor]) -> Tensor, at inputs: [Tensor], step: Double = 1e-6, tolerance: Double = 1e-5
) throws(DescentError) {
  try gradcheck(
    { leaves in
      let points = leaves.map { $0.requiresGrad ? $0 : $0.asLeaf() }
      return enableGrad {
        let value = weightedSum(function(points))
        let slopes = gradients(of: value, at: points, createGraph: true)
        return slopes.enumerated().map { weightedSum($0.element) * Double($0.offset + 1) }.reduce(
          Tensor(0, dtype: .float64), +)
      }
    }, at: inputs, step: step, tolerance: tolerance)
}

/// A scalar in which every element counts differently, so that errors do not cancel.
private func weightedSum(_ tensor: Tensor) -> Tensor {
  let weights = Tensor(
    (0..<tensor.count).map { 1 + 0.37 * Double($0 % 7) }, shape: tensor.shape, dtype: tensor.dtype)
  return (tensor * weights).sum()
}
