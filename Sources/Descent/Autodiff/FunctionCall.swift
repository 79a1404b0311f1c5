import CDescent

/// A Swift function of tensors on its way through C, for as long as the call that takes it.
func withFunction<Result>(
  _ function: ([Tensor]) -> Tensor, _ body: (dsc_function, UnsafeMutableRawPointer) -> Result
) -> Result {
  withoutActuallyEscaping(function) { function in
    var function = function
    return withUnsafeMutablePointer(to: &function) { pointer in
      body(
        { user, count, inputs, result in
          let function = user!.assumingMemoryBound(to: (([Tensor]) -> Tensor).self).pointee
          let value = function((0..<count).map { Tensor(retaining: inputs![$0]!) })
          result!.pointee = dsc_tensor_retain(value.handle)
          return dsc_status(DSC_OK)
        }, UnsafeMutableRawPointer(pointer))
    }
  }
}
