import CDescent
import Testing

/// Where buffers lie changes how fast a step is, never what it gives.
@Suite struct AlignmentTests {
  private static let rules = (0..<dsc_rule_count()).map { dsc_rule_at($0).pointee }
    .filter { $0.kind == DSC_RULE_ELEMENTWISE }.map { String(cString: $0.name) }
  private static let count = 5003

  /// Parameters and gradients that begin so many bytes past a cache line.
  private final class Buffers {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 2 * (4 * count + 64), alignment: 64)
    let parameters: UnsafeMutablePointer<Float>
    let gradients: UnsafeMutablePointer<Float>

    init(parameters offset: Int, gradients gradientOffset: Int) {
      parameters = (memory + offset).assumingMemoryBound(to: Float.self)
      gradients = (memory + 4 * count + 64 + gradientOffset).assumingMemoryBound(to: Float.self)
      for i in 0..<count { parameters[i] = Float(i % 101) / 64 - 1 }
    }

    deinit { memory.deallocate() }

    func step(_ engine: OpaquePointer?, _ number: Int) {
      for i in 0..<count { gradients[i] = Float((i * 7 + number * 13) % 23) / 32 - 0.25 }
      var step = dsc_step()
      (step.parameters, step.gradients) = (
        UnsafeMutableRawPointer(parameters), UnsafeMutableRawPointer(gradients)
      )
      #expect(dsc_optimizer_step(nil, engine, &step, nil) == DSC_OK)
    }

    var bits: [UInt32] { (0..<count).map { parameters[$0].bitPattern } }
  }

  private func engine(_ rule: String) -> OpaquePointer? {
    var engine: OpaquePointer?
    #expect(dsc_optimizer_create(DSC_FLOAT32, 2, [3, Self.count - 3], nil, &engine) == DSC_OK)
    #expect(dsc_optimizer_add_group(engine, rule, 2, nil, 0, nil, nil) == DSC_OK)
    return engine
  }

  @Test(arguments: rules) func addressesDoNotMatter(_ rule: String) {
    let results = [(0, 0), (4, 12), (16, 16), (60, 0), (32, 44)].map { offset, gradientOffset in
      let engine = engine(rule)
      defer { dsc_optimizer_destroy(engine) }
      let buffers = Buffers(parameters: offset, gradients: gradientOffset)
      for number in 1...3 { buffers.step(engine, number) }
      return buffers.bits
    }
    #expect(Set(results).count == 1)
  }

  /// State that was brought in before the first step moves to where the parameters ask for it.
  @Test(arguments: rules) func stateMovesAlong(_ rule: String) {
    let (first, second) = (engine(rule), engine(rule))
    defer {
      dsc_optimizer_destroy(first)
      dsc_optimizer_destroy(second)
    }
    let (here, there) = (Buffers(parameters: 0, gradients: 0), Buffers(parameters: 20, gradients: 8))
    here.step(first, 1)
    for i in 0..<Self.count { there.parameters[i] = here.parameters[i] }
    var values = [Float](repeating: 0, count: Self.count)
    for tensor in 0..<2 {
      for slot in 0..<dsc_optimizer_slot_count(first, tensor) {
        #expect(dsc_optimizer_export_slot(first, tensor, slot, &values) == DSC_OK)
        #expect(dsc_optimizer_import_slot(second, tensor, slot, values) == DSC_OK)
      }
      var scalars = [Double](repeating: 0, count: dsc_optimizer_scalar_count(first, tensor))
      if !scalars.isEmpty {
        #expect(dsc_optimizer_get_scalars(first, tensor, &scalars) == DSC_OK)
        #expect(dsc_optimizer_set_scalars(second, tensor, scalars) == DSC_OK)
      }
      #expect(dsc_optimizer_set_step(second, tensor, 1) == DSC_OK)
    }
    for number in 2...3 {
      here.step(first, number)
      there.step(second, number)
    }
    #expect(here.bits == there.bits)
  }
}
