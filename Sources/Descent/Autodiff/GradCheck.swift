import CDescent

/// Compares a function's gradients with central differences, as `torch.autograd.gradcheck`.
///
/// The inputs must be float64, and away from kinks; others are held fixed. A function with several numbers as its result
/// is checked through a fixed weighted sum of them.
///
/// - Parameters:
///   - function: from the inputs to a tensor.
///   - inputs: where to check; every element of each is moved by `step` both ways.
///   - tolerance: relative to the larger of 1 and the derivative's size.
/// - Throws: `DescentError` that names the input, the element and both values where they differ.
public func gradcheck(
  _ function: ([Tensor]) -> Tensor, at inputs: [Tensor], step: Double = 1e-6, tolerance: Double = 1e-6
) throws(DescentError) {
  try gradcheck(function, inputs, dsc_gradcheck_options(step: step, tolerance: tolerance, second: false))
}

/// Compares second derivatives with central differences of the gradient, as `torch.autograd.gradgradcheck`.
///
/// - Throws: as `gradcheck`.
public func gradgradcheck(
  _ function: ([Tensor]) -> Tensor, at inputs: [Tensor], step: Double = 1e-6, tolerance: Double = 1e-5
) throws(DescentError) {
  try gradcheck(function, inputs, dsc_gradcheck_options(step: step, tolerance: tolerance, second: true))
}

private func gradcheck(
  _ function: ([Tensor]) -> Tensor, _ inputs: [Tensor], _ options: dsc_gradcheck_options
) throws(DescentError) {
  var options = options
  let status = withExtendedLifetime(inputs) {
    withFunction(function) { call, user in
      dsc_gradcheck(call, user, inputs.count, inputs.map { Optional($0.handle) }, &options)
    }
  }
  try check(status)
}
