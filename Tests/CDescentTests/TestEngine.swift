import CDescent
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An optimizer of the C core over float64 tensors, with the parameters it steps.
final class TestEngine {
  let handle: OpaquePointer
  let shapes: [[Int]]
  var values: [Double]
  private(set) var report = dsc_step_report()

  /// An engine over tensors of these shapes, filled with numbers that tests can tell apart.
  init(_ shapes: [[Int]]) {
    var handle: OpaquePointer?
    let lengths = shapes.map { $0.reduce(1, *) }
    #expect(dsc_optimizer_create(DSC_FLOAT64, lengths.count, lengths, nil, &handle) == DSC_OK)
    self.handle = handle!
    self.shapes = shapes
    values = TestEngine.numbers(lengths.reduce(0, +), seed: 1)
    for (index, shape) in shapes.enumerated() {
      #expect(dsc_optimizer_set_shape(handle, index, shape.count, shape) == DSC_OK)
    }
  }

  convenience init(_ shapes: [[Int]], _ rule: String, _ options: [String: Double] = [:]) {
    self.init(shapes)
    #expect(group(rule, options) == DSC_OK, "\(TestEngine.lastError)")
  }

  deinit { dsc_optimizer_destroy(handle) }

  /// n numbers in [-2, 2), none of them 0.
  static func numbers(_ n: Int, seed: Int) -> [Double] {
    (0..<n).map { Double(($0 * 7919 + seed * 104729) % 2003 - 1001) / 512 + 1e-3 }
  }

  static var lastError: String { String(cString: dsc_last_error()) }

  func group(_ rule: String, _ options: [String: Double] = [:], _ tensors: [Int]? = nil) -> dsc_status {
    let indices = tensors ?? Array(shapes.indices)
    return withOptionList(options) {
      dsc_optimizer_add_group(handle, rule, indices.count, indices, $0.count, $0.baseAddress, nil)
    }
  }

  func set(_ options: [String: Double]) -> dsc_status {
    withOptionList(options) { dsc_optimizer_set_options(handle, 0, $0.count, $0.baseAddress) }
  }

  func clip(_ norm: Double, _ type: Double = 2, refuse: Bool = false) {
    let clipping = dsc_clipping(
      max_norm: norm, norm_type: type, per_tensor: false, error_if_nonfinite: refuse)
    #expect(dsc_optimizer_set_clip_norm(handle, clipping) == DSC_OK)
  }

  /// What a call is to work on; gradients nil: NULL.
  private func withStep(_ gradients: [Double]?, _ body: (inout dsc_step) -> dsc_status) -> dsc_status {
    var copy = gradients ?? []
    return values.withUnsafeMutableBytes { values in
      copy.withUnsafeMutableBytes { copy in
        var step = dsc_step()
        step.parameters = values.baseAddress
        step.gradients = gradients == nil ? nil : copy.baseAddress
        return body(&step)
      }
    }
  }

  /// A step; a tensor without flag has no gradient.
  func step(_ gradients: [Double]?, has flags: [UInt8]? = nil) -> dsc_status {
    withStep(gradients) { step in
      guard let flags else { return dsc_optimizer_step(nil, handle, &step, &report) }
      return flags.withUnsafeBufferPointer {
        step.has_gradient = $0.baseAddress
        return dsc_optimizer_step(nil, handle, &step, &report)
      }
    }
  }

  /// A step in which a tensor has gradients of some rows only.
  func step(_ gradients: [Double]?, rows: [Int64], of tensor: Int, _ rowGradients: [Double]) -> dsc_status {
    rows.withUnsafeBufferPointer { rows in
      rowGradients.withUnsafeBytes { rowGradients in
        var gradient = dsc_row_gradient(
          count: rows.count, rows: rows.baseAddress, values: rowGradients.baseAddress)
        return withUnsafePointer(to: &gradient) { gradient in
          let pointers = shapes.indices.map { $0 == tensor ? gradient : nil }
          return withStep(gradients) { step in
            pointers.withUnsafeBufferPointer {
              step.row_gradients = $0.baseAddress
              return dsc_optimizer_step(nil, handle, &step, &report)
            }
          }
        }
      }
    }
  }

  /// A step of L-BFGS over half the sum of the parameters' squares.
  func minimize() -> dsc_status {
    let count = values.count
    return withStep(Array(repeating: 0, count: count)) { step in
      typealias Memory = UnsafeMutableRawPointer
      typealias Buffers = (count: Int, parameters: Memory, gradients: Memory)
      var buffers: Buffers = (count, step.parameters, step.gradients)
      return dsc_optimizer_minimize(
        nil, handle, &step,
        { user, value in
          let buffers = user!.assumingMemoryBound(to: Buffers.self).pointee
          let parameters = buffers.parameters.assumingMemoryBound(to: Double.self)
          let gradients = buffers.gradients.assumingMemoryBound(to: Double.self)
          value!.pointee = 0
          for i in 0..<buffers.count {
            gradients[i] = parameters[i]
            value!.pointee += parameters[i] * parameters[i] / 2
          }
          return dsc_status(DSC_OK)
        }, &buffers, nil, &report)
    }
  }

  /// The first half of SAM's step.
  func perturb(_ gradients: [Double], rho: Double) -> dsc_status {
    var saved = values
    return withStep(gradients) { dsc_optimizer_perturb(nil, handle, &$0, rho, false, &saved) }
  }

  func statistics(_ group: Int = 0) -> dsc_group_statistics {
    var found = dsc_group_statistics()
    #expect(dsc_optimizer_get_statistics(handle, group, &found) == DSC_OK)
    return found
  }

  // MARK: State

  struct Slot: Equatable {
    var elements: [Double]
    /// A flag a row: whether it holds state.
    var begun: [UInt8]
  }

  func info(_ tensor: Int, _ slot: Int) -> dsc_slot_info {
    var info = dsc_slot_info()
    #expect(dsc_optimizer_get_slot(handle, tensor, slot, &info) == DSC_OK)
    return info
  }

  /// A tensor's slots; nil where one is not filled.
  func slots(_ tensor: Int) -> [Slot?] {
    (0..<dsc_optimizer_slot_count(handle, tensor)).map { slot in
      guard info(tensor, slot).filled else { return nil }
      var found = Slot(
        elements: Array(repeating: 0, count: shapes[tensor].reduce(1, *)),
        begun: Array(repeating: 9, count: shapes[tensor][0]))
      #expect(dsc_optimizer_export_slot(handle, tensor, slot, &found.elements) == DSC_OK)
      #expect(dsc_optimizer_export_rows(handle, tensor, slot, &found.begun) == DSC_OK)
      return found
    }
  }

  var steps: [Int64] {
    get {
      shapes.indices.map { index in
        var step: Int64 = -1
        #expect(dsc_optimizer_get_step(handle, index, &step) == DSC_OK)
        return step
      }
    }
    set { for (index, step) in newValue.enumerated() { dsc_optimizer_set_step(handle, index, step) } }
  }

  /// A tensor's scalars; nil before its first step.
  func scalars(_ tensor: Int) -> [Double]? {
    var values = [Double](repeating: 0, count: DSC_MAX_SCALARS)
    return dsc_optimizer_get_scalars(handle, tensor, &values) == DSC_OK ? values : nil
  }

  /// Takes parameters, step counts and state over from an engine with the same groups.
  func load(_ other: TestEngine) {
    dsc_optimizer_reset(handle)
    values = other.values
    steps = other.steps
    for tensor in shapes.indices {
      if let scalars = other.scalars(tensor) {
        #expect(dsc_optimizer_set_scalars(handle, tensor, scalars) == DSC_OK)
      }
      for (slot, found) in other.slots(tensor).enumerated() {
        guard let found else { continue }
        #expect(dsc_optimizer_import_slot(handle, tensor, slot, found.elements) == DSC_OK)
        #expect(dsc_optimizer_import_rows(handle, tensor, slot, found.begun) == DSC_OK)
      }
    }
  }
}
