import CDescent
import Foundation
import Testing

/// A reference to a tensor of the C engine, released with it.
///
/// Swift may release an object after its last use, which may be reading `handle`: methods keep it, and tests that pass
/// `handle` themselves hold the object in a constant.
final class TensorHandle: @unchecked Sendable {
  let handle: OpaquePointer

  /// Takes over a reference.
  init(owning handle: OpaquePointer) { self.handle = handle }

  /// A copy of these numbers, contiguous, converted to the type.
  init(
    _ values: [Double], _ shape: [Int], _ dtype: dsc_dtype = DSC_FLOAT64, context: OpaquePointer? = nil,
    requiresGrad: Bool = false
  ) {
    precondition(values.count == shape.reduce(1, *))
    // Through float64, which holds every number here: the engine rounds as PyTorch does.
    var wide: OpaquePointer?
    var made: OpaquePointer?
    if dtype == DSC_INT64 {
      let whole = values.map { Int64($0) }
      #expect(dsc_tensor_copy_in(context, dtype, shape.count, shape, whole, &made) == DSC_OK)
    } else {
      #expect(dsc_tensor_copy_in(context, DSC_FLOAT64, shape.count, shape, values, &wide) == DSC_OK)
      #expect(dsc_to(wide, dtype, &made) == DSC_OK)
      dsc_tensor_release(wide)
    }
    handle = made!
    if requiresGrad { #expect(dsc_tensor_set_requires_grad(handle, true) == DSC_OK) }
  }

  convenience init(_ value: Double, requiresGrad: Bool = false) {
    self.init([value], [], requiresGrad: requiresGrad)
  }

  deinit { dsc_tensor_release(handle) }

  /// What a call gives, which must succeed.
  static func from(
    _ body: (UnsafeMutablePointer<OpaquePointer?>) -> dsc_status,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> TensorHandle {
    var result: OpaquePointer?
    let status = body(&result)
    try #require(status == DSC_OK, "\(status): \(lastError)", sourceLocation: sourceLocation)
    return TensorHandle(owning: try #require(result, sourceLocation: sourceLocation))
  }

  /// A new reference, for C to keep.
  func retained() -> OpaquePointer { withExtendedLifetime(self) { dsc_tensor_retain(handle) } }

  static var lastError: String { String(cString: dsc_last_error()) }

  var dtype: dsc_dtype { withExtendedLifetime(self) { dsc_tensor_dtype(handle) } }
  var count: Int { withExtendedLifetime(self) { dsc_tensor_count(handle) } }
  var shape: [Int] {
    withExtendedLifetime(self) {
      Array(UnsafeBufferPointer(start: dsc_tensor_shape(handle), count: dsc_tensor_rank(handle)))
    }
  }
  var requiresGrad: Bool { withExtendedLifetime(self) { dsc_tensor_requires_grad(handle) } }
  var isReal: Bool { dtype == DSC_FLOAT32 || dtype == DSC_FLOAT64 }

  /// All elements in order, as they are.
  var bytes: [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count * dsc_dtype_size(dtype))
    #expect(withExtendedLifetime(self) { dsc_tensor_copy_out(handle, &bytes) } == DSC_OK)
    return bytes
  }

  /// The same as numbers.
  var numbers: [Double] {
    switch dtype {
    case DSC_FLOAT64: read(Double.self).map { $0 }
    case DSC_FLOAT32: read(Float.self).map(Double.init)
    case DSC_INT64: read(Int64.self).map(Double.init)
    case DSC_FLOAT16, DSC_BFLOAT16: (try? Self.from { dsc_to(handle, DSC_FLOAT64, $0) })?.numbers ?? []
    default: read(UInt8.self).map(Double.init)
    }
  }

  private func read<Element>(_ type: Element.Type) -> [Element] {
    bytes.withUnsafeBytes { Array($0.bindMemory(to: type)) }
  }

  /// The only number.
  var item: Double {
    var value = Double.nan
    #expect(withExtendedLifetime(self) { dsc_tensor_item(handle, &value) } == DSC_OK, "\(Self.lastError)")
    return value
  }

  /// What backward passes left here.
  var grad: TensorHandle? {
    withExtendedLifetime(self) { dsc_tensor_grad(handle).map(TensorHandle.init(owning:)) }
  }

  func backward(_ upstream: TensorHandle? = nil, createGraph: Bool = false) -> dsc_status {
    var options = dsc_backward_options()
    options.create_graph = createGraph
    return withExtendedLifetime((self, upstream)) { dsc_backward(handle, upstream?.handle, &options) }
  }

  /// The derivatives of sum(self * upstream).
  func gradients(_ at: [TensorHandle], upstream: TensorHandle? = nil, createGraph: Bool = false) throws
    -> [TensorHandle]
  {
    var found = [OpaquePointer?](repeating: nil, count: at.count)
    let status = withExtendedLifetime((self, at, upstream)) {
      dsc_gradients(handle, upstream?.handle, at.count, at.map { $0.handle }, createGraph, &found)
    }
    try #require(status == DSC_OK, "\(Self.lastError)")
    return found.map { TensorHandle(owning: $0!) }
  }
}

/// A context of so many threads.
final class TestContext: @unchecked Sendable {
  let handle: OpaquePointer

  init(threads: Int32) {
    var made: OpaquePointer?
    #expect(dsc_context_create(threads, &made) == DSC_OK)
    handle = made!
  }

  deinit { dsc_context_destroy(handle) }

  var memory: dsc_memory {
    var state = dsc_memory()
    #expect(dsc_context_memory(handle, &state) == DSC_OK)
    return state
  }
}
