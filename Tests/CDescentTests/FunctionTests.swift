import CDescent
import Testing

/// Derivatives of functions: higher orders, and operations of the caller's.
@Suite struct FunctionTests {
  typealias T = TensorHandle

  /// sum of x^3 y, by a point's first and second half: the third derivatives are known.
  private static let cubic: dsc_function = { _, _, inputs, result in
    FunctionTests.giving(result) {
      let x = T(owning: dsc_tensor_retain(inputs![0]))
      let square = try TapeTests.multiply(x, x)
      return try TapeTests.sum(TapeTests.multiply(square, x))
    }
  }

  static func giving(_ result: UnsafeMutablePointer<OpaquePointer?>?, _ body: () throws -> T) -> dsc_status {
    guard let made = try? body() else { return dsc_status(DSC_ERROR_ARGUMENT) }
    result!.pointee = made.retained()
    return dsc_status(DSC_OK)
  }

  @Test func gradientsCanBeDifferentiatedAgain() throws {
    let x = T([2, 3], [2], requiresGrad: true)
    let y = try TapeTests.sum(TapeTests.multiply(TapeTests.multiply(x, x), x))
    let first = try y.gradients([x], createGraph: true)[0]
    #expect(first.numbers == [12, 27] && first.requiresGrad)
    let second = try TapeTests.sum(first).gradients([x], createGraph: true)[0]
    #expect(second.numbers == [12, 18])
    let third = try TapeTests.sum(second).gradients([x], createGraph: true)[0]
    #expect(third.numbers == [6, 6])
    #expect(try TapeTests.sum(third).gradients([x])[0].numbers == [0, 0])
    #expect(try !y.gradients([x])[0].requiresGrad)
    // At the leaf likewise.
    #expect(y.backward(createGraph: true) == DSC_OK)
    let grad = try #require(x.grad)
    #expect(grad.requiresGrad && grad.numbers == [12, 27])
    #expect(try TapeTests.sum(grad).gradients([x])[0].numbers == [12, 18])
    #expect(dsc_tensor_set_grad(x.handle, nil) == DSC_OK)  // ends the circle
  }

  @Test func hessiansAndJacobians() throws {
    let point = T([1, 2, 3], [3])
    let v = T([1, 10, 100], [3])
    let hessian = try T.from { dsc_hessian(Self.cubic, nil, point.handle, $0) }
    #expect(hessian.shape == [3, 3] && hessian.numbers == [6, 0, 0, 0, 12, 0, 0, 0, 18])
    var (value, product): (OpaquePointer?, OpaquePointer?)
    #expect(dsc_hessian_vector_product(Self.cubic, nil, point.handle, v.handle, &value, &product) == DSC_OK)
    #expect(T(owning: value!).item == 36 && T(owning: product!).numbers == [6, 120, 1800])
    #expect(dsc_hessian_vector_product(Self.cubic, nil, point.handle, v.handle, nil, &product) == DSC_OK)
    #expect(T(owning: product!).numbers == [6, 120, 1800])
    // [2, 2] from three numbers: the products of neighbours and squares.
    let function: dsc_function = { _, _, inputs, result in
      FunctionTests.giving(result) {
        let x = T(owning: dsc_tensor_retain(inputs![0]))
        let column = try T.from { dsc_slice(x.handle, 0, 0, 2, 1, $0) }
        let next = try T.from { dsc_slice(x.handle, 0, 1, 3, 1, $0) }
        let parts = try [TapeTests.multiply(column, next), TapeTests.multiply(column, column)]
        return try withExtendedLifetime(parts) { try T.from { dsc_stack(2, parts.map { $0.handle }, 0, $0) } }
      }
    }
    let jacobian = try T.from { dsc_jacobian(function, nil, point.handle, $0) }
    #expect(jacobian.shape == [4, 3] && jacobian.numbers == [2, 1, 0, 0, 3, 2, 2, 0, 0, 0, 4, 0])
    // The point itself is left alone.
    #expect(!point.requiresGrad && point.grad == nil && point.numbers == [1, 2, 3])
    // Refused: not a scalar, a v of another shape, failing functions.
    var made: OpaquePointer?
    #expect(dsc_hessian(function, nil, point.handle, &made) == DSC_ERROR_SIZE && made == nil)
    let short = T([1], [1])
    #expect(
      dsc_hessian_vector_product(Self.cubic, nil, point.handle, short.handle, nil, &made) == DSC_ERROR_SIZE)
    let failing: dsc_function = { _, _, _, _ in dsc_status(DSC_ERROR_MISMATCH) }
    #expect(dsc_jacobian(failing, nil, point.handle, &made) == DSC_ERROR_MISMATCH && made == nil)
    let silent: dsc_function = { _, _, _, _ in dsc_status(DSC_OK) }
    #expect(dsc_jacobian(silent, nil, point.handle, &made) < 0 && made == nil)
    #expect(dsc_hessian(nil, nil, point.handle, &made) == DSC_ERROR_ARGUMENT)
  }

  /// A check that cannot fail is none.
  @Test func gradcheckFindsWrongDerivatives() {
    let wrong: dsc_function = { _, _, inputs, result in
      FunctionTests.giving(result) {
        try FunctionTests.custom(
          [T(owning: dsc_tensor_retain(inputs![0]))], T(owning: dsc_tensor_retain(inputs![0])), "wrong"
        ) { _, count, _, up, out in
          dsc_affine(up, 1.001, 0, out)
        }
      }
    }
    let x = T([1, 2], [2])
    let at: [OpaquePointer?] = [x.handle]
    #expect(dsc_gradcheck(wrong, nil, 1, at, nil) == DSC_ERROR_MISMATCH)
    #expect(T.lastError.contains("input 0, element 0"), "\(T.lastError)")
    var options = dsc_gradcheck_options(step: 1e-4, tolerance: 1e-2, second: false)
    #expect(dsc_gradcheck(wrong, nil, 1, at, &options) == DSC_OK, "\(T.lastError)")
    #expect(dsc_gradcheck(Self.cubic, nil, 1, at, nil) == DSC_OK)
    #expect(x.numbers == [1, 2])
  }

  // MARK: Operations of the caller's

  typealias Backward =
    @convention(c) (
      UnsafeMutableRawPointer?, Int, UnsafePointer<OpaquePointer?>?, OpaquePointer?,
      UnsafeMutablePointer<OpaquePointer?>?
    ) -> dsc_status

  static func custom(
    _ inputs: [T], _ value: T, _ name: String, user: UnsafeMutableRawPointer? = nil,
    _ backward: @escaping Backward
  ) throws -> T {
    try withExtendedLifetime((inputs, value)) {
      try name.withCString { name in
        var operation = dsc_custom_operation()
        operation.name = name
        operation.backward = backward
        operation.user = user
        operation.release = { user in user?.assumingMemoryBound(to: Int.self).pointee += 1 }
        return try T.from { dsc_custom(&operation, inputs.count, inputs.map { $0.handle }, value.handle, $0) }
      }
    }
  }

  @Test func customOperations() throws {
    let x = T([1, 2], [2], requiresGrad: true)
    let other = T([5, 6], [2], requiresGrad: true)
    let released = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    released.initialize(to: 0)
    defer { released.deallocate() }
    do {
      // x^2, made anyhow; nothing for the second input.
      let y = try Self.custom([x, other], T([1, 4], [2]), "my square", user: released) {
        _, count, inputs, upstream, out in
        guard count == 2 else { return dsc_status(DSC_ERROR_ARGUMENT) }
        return FunctionTests.giving(out) {
          let x = T(owning: dsc_tensor_retain(inputs![0]))
          return try TapeTests.multiply(TapeTests.add(x, x), T(owning: dsc_tensor_retain(upstream)))
        }
      }
      #expect(y.requiresGrad && y.numbers == [1, 4])
      #expect(y.backward(T([1, 10], [2])) == DSC_OK, "\(T.lastError)")
      #expect(x.grad?.numbers == [2, 40] && (other.grad?.numbers ?? [0, 0]) == [0, 0])
      // Made of operations: differentiated again.
      let first = try TapeTests.sum(y).gradients([x], createGraph: true)[0]
      #expect(try TapeTests.sum(first).gradients([x])[0].numbers == [2, 2])
      #expect(released.pointee == 0)
    }
    #expect(released.pointee == 1)
    // Nothing to record: released at once.
    let plain = try Self.custom([T([1], [1])], T([1], [1]), "plain", user: released) { _, _, _, _, _ in
      dsc_status(DSC_OK)
    }
    #expect(!plain.requiresGrad && released.pointee == 2)
  }

  @Test func customOperationsThatFail() throws {
    let x = T([1, 2], [2], requiresGrad: true)
    let ones = T([1, 1], [2])
    let failing = try Self.custom([x], ones, "failing one") { _, _, _, _, _ in dsc_status(DSC_ERROR_MEMORY) }
    #expect(
      failing.backward(ones) == DSC_ERROR_MEMORY && T.lastError.contains("failing one"), "\(T.lastError)")
    let wide = try Self.custom([x], ones, "too wide") { _, _, _, _, out in
      FunctionTests.giving(out) { T([1, 2, 3], [3]) }
    }
    #expect(wide.backward(ones) == DSC_ERROR_SIZE && T.lastError.contains("too wide"), "\(T.lastError)")
    let narrow = try Self.custom([x], ones, "narrow") { _, _, _, _, out in
      FunctionTests.giving(out) { T([1, 2], [2], DSC_FLOAT32) }
    }
    #expect(narrow.backward(ones) < 0 && T.lastError.contains("float32"), "\(T.lastError)")
    #expect(x.grad == nil)
    var operation = dsc_custom_operation()
    var made: OpaquePointer?
    let at: [OpaquePointer?] = [x.handle]
    #expect(dsc_custom(&operation, 1, at, ones.handle, &made) == DSC_ERROR_ARGUMENT && made == nil)
    #expect(dsc_custom(nil, 1, at, ones.handle, &made) == DSC_ERROR_ARGUMENT)
  }
}
