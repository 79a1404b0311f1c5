import CDescent
import Testing

/// First and second derivatives of every operation against differences, in every layout of its inputs.
@Suite struct GradcheckTests {
  /// What the callback needs: it must stay until the check returns.
  private final class Request {
    let test: OperationCase
    let layout: OperationCase.Layout
    let output: Int
    var failure: (any Error)?

    init(_ test: OperationCase, _ layout: OperationCase.Layout, _ output: Int) {
      (self.test, self.layout, self.output) = (test, layout, output)
    }

    /// Leaves of all inputs; fixed ones are not moved.
    lazy var leaves = test.inputs.map { input in
      TensorHandle(
        input.numbers(input.base ?? input.shape), input.base ?? input.shape, test.type(input.dtype))
    }
    var moved: [Int] { test.inputs.indices.filter { test.inputs[$0].fixed != true } }

    func run(_ given: [OpaquePointer?]) throws -> TensorHandle {
      var inputs: [OpaquePointer?] = leaves.map { $0.handle }
      for (index, input) in zip(moved, given) { inputs[index] = input }
      let views = try zip(test.inputs, inputs).map { try Self.arrange($0, $1!, layout) }
      return try test.call(views)[output]
    }

    /// A contiguous tensor's numbers in another layout, by operations: differences go through them.
    static func arrange(
      _ input: OperationCase.Input, _ x: OpaquePointer, _ layout: OperationCase.Layout
    ) throws -> TensorHandle {
      let shape = input.shape
      if input.base != nil { return try .from { dsc_expand(x, shape.count, shape, $0) } }
      let isReal = dsc_tensor_dtype(x) == DSC_FLOAT64
      guard layout != .contiguous, isReal, let last = shape.last else {
        return TensorHandle(owning: dsc_tensor_retain(x))
      }
      if layout == .transposed, shape.count > 1 {
        let turned = try TensorHandle.from { dsc_transpose(x, -1, -2, $0) }
        let dense = try TensorHandle.from { dsc_clone(turned.handle, $0) }
        return try .from { dsc_transpose(dense.handle, -1, -2, $0) }
      }
      let wide = shape.dropLast() + [2 * last + 1]
      let spread = try TensorHandle.from { dsc_slice_into_zeros(x, wide.count, Array(wide), -1, 1, 2, $0) }
      return try .from { dsc_slice(spread.handle, -1, 1, Int64.max, 2, $0) }
    }
  }

  @Test(arguments: OperationCase.names) func derivatives(_ name: String) throws {
    let smooth = OperationCase.all[name]!.filter {
      $0.gradients != nil && $0.dtype == "float64" && $0.large != true && $0.rough != "first"
    }
    for test in smooth {
      for (output, right) in test.outputs.enumerated() where test.type(right.dtype) == DSC_FLOAT64 {
        for layout in OperationCase.Layout.allCases {
          for second in test.rough == "second" ? [false] : [false, true] {
            try check(Request(test, layout, output), second)
          }
        }
      }
    }
  }

  private func check(_ request: Request, _ second: Bool) throws {
    let leaves = request.moved.map { request.leaves[$0] }
    var options = dsc_gradcheck_options(step: 0, tolerance: 0, second: second)
    let function: dsc_function = { user, count, inputs, result in
      let request = Unmanaged<Request>.fromOpaque(user!).takeUnretainedValue()
      do {
        result!.pointee = try request.run(Array(UnsafeBufferPointer(start: inputs, count: count))).retained()
        return dsc_status(DSC_OK)
      } catch {
        request.failure = error
        return dsc_status(DSC_ERROR_ARGUMENT)
      }
    }
    let status = withExtendedLifetime((request, leaves)) {
      dsc_gradcheck(
        function, Unmanaged.passUnretained(request).toOpaque(), leaves.count, leaves.map { $0.handle },
        &options)
    }
    if let failure = request.failure { throw failure }
    let title = "\(request.layout) \(request.test.title), \(second ? "second" : "first")"
    #expect(status == DSC_OK, "\(title): \(TensorHandle.lastError)")
  }
}
