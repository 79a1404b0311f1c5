import CDescent

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Owns the C engine.
final class OptimizerEngine {
  let handle: OpaquePointer
  private var tensorCount = 0

  init(dtype: DType) throws(DescentError) {
    var handle: OpaquePointer?
    try check(dsc_optimizer_create(dtype.c, 0, nil, nil, &handle))
    self.handle = handle!
  }

  deinit { dsc_optimizer_destroy(handle) }

  /// Adds groups' parameters after those there are. On an error the engine is not to be used any more.
  func add(_ groups: [ParameterGroup]) throws(DescentError) {
    // All at once: each time the state that there is moves to larger buffers.
    let start = tensorCount
    try addTensors(groups.flatMap(\.parameters))
    var next = start
    for group in groups {
      try add(group.rule, Array(next..<next + group.parameters.count))
      next += group.parameters.count
    }
  }

  private func addTensors(_ parameters: [(name: String, parameter: Parameter)]) throws(DescentError) {
    let names = parameters.map { UnsafePointer(strdup($0.name)) }
    defer { for name in names { free(UnsafeMutableRawPointer(mutating: name)) } }
    try check(
      names.withUnsafeBufferPointer {
        dsc_optimizer_add_tensors(
          handle, parameters.count, parameters.map(\.parameter.count), $0.baseAddress)
      })
    for (index, (_, parameter)) in parameters.enumerated() {
      try check(
        parameter.shape.withExtents { rank, extents in
          dsc_optimizer_set_shape(handle, tensorCount + index, rank, extents)
        })
    }
    tensorCount += parameters.count
  }

  private func add(_ rule: any OptimizerRule, _ indices: [Int]) throws(DescentError) {
    var number = 0
    try check(
      withOptions(rule.options) { count, options in
        dsc_optimizer_add_group(
          handle, rule.ruleName, indices.count, indices, count, options, &number)
      })
    if let lookahead = rule as? Lookahead {
      try check(
        dsc_optimizer_set_lookahead(handle, number, Int64(lookahead.steps), lookahead.alpha))
    }
  }
}

/// Options as C wants them, in the order of their names.
func withOptions(
  _ options: [String: Double], _ body: (Int, UnsafePointer<dsc_option>?) -> dsc_status
) -> dsc_status {
  withOptions(options.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, body)
}

/// The same in an order, where a name may stand several times.
func withOptions(
  _ options: [(String, Double)], _ body: (Int, UnsafePointer<dsc_option>?) -> dsc_status
) -> dsc_status {
  let list = options.map { dsc_option(name: UnsafePointer(strdup($0.0)), value: $0.1) }
  defer { for option in list { free(UnsafeMutableRawPointer(mutating: option.name)) } }
  return list.withUnsafeBufferPointer { body($0.count, $0.baseAddress) }
}
