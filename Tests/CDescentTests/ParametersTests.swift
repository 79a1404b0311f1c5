import CDescent
import Testing

/// Leaves in an optimizer's buffers: where they lie, whose they are, what a step does with them.
@Suite struct ParametersTests {
  typealias T = TensorHandle

  /// The object, destroyed with it.
  final class Parameters {
    private(set) var handle: OpaquePointer

    init(_ leaves: [T], context: OpaquePointer? = nil) throws {
      var made: OpaquePointer?
      let status = withExtendedLifetime(leaves) {
        dsc_parameters_create(context, leaves.count, leaves.map { $0.handle }, &made)
      }
      try #require(status == DSC_OK, "\(T.lastError)")
      handle = made!
    }

    deinit { dsc_parameters_destroy(handle) }

    func add(_ leaves: [T]) -> dsc_status {
      withExtendedLifetime((self, leaves)) {
        dsc_parameters_add(handle, leaves.count, leaves.map { $0.handle })
      }
    }

    func step(
      _ optimizer: Optimizer, rows: [UnsafePointer<dsc_row_gradient>?]? = nil,
      report: UnsafeMutablePointer<dsc_step_report>? = nil
    ) -> dsc_status {
      withExtendedLifetime((self, optimizer)) { dsc_parameters_step(handle, optimizer.handle, rows, report) }
    }

    func zeroGrad() { withExtendedLifetime(self) { dsc_parameters_zero_grad(handle) } }

    func prepare(_ step: inout dsc_step) -> dsc_status {
      withExtendedLifetime(self) { dsc_parameters_prepare(handle, &step) }
    }

    func noteChange() { withExtendedLifetime(self) { dsc_parameters_note_change(handle) } }
  }

  final class Optimizer {
    let handle: OpaquePointer

    init(_ rule: String, _ lengths: [Int], _ dtype: dsc_dtype = DSC_FLOAT64, lr: Double) throws {
      var made: OpaquePointer?
      try #require(dsc_optimizer_create(dtype, lengths.count, lengths, nil, &made) == DSC_OK)
      handle = made!
      try add(rule, 0..<lengths.count, lr: lr)
    }

    deinit { dsc_optimizer_destroy(handle) }

    /// One more tensor, of one number.
    func grow() -> dsc_status {
      withExtendedLifetime(self) { dsc_optimizer_add_tensors(handle, 1, [1], nil) }
    }

    func add(_ rule: String, _ tensors: Range<Int>, lr: Double) throws {
      let status = "lr".withCString { name in
        var option = dsc_option(name: name, value: lr)
        return withExtendedLifetime(self) {
          dsc_optimizer_add_group(handle, rule, tensors.count, Array(tensors), 1, &option, nil)
        }
      }
      try #require(status == DSC_OK, "\(T.lastError)")
    }
  }

  static func leaf(_ values: [Double], _ dtype: dsc_dtype = DSC_FLOAT64) -> T {
    T(values, [values.count], dtype, requiresGrad: true)
  }

  /// The sum of its squares: the gradient is twice the leaf.
  static func squares(_ x: T) throws -> T {
    let product = try T.from { dsc_multiply(x.handle, x.handle, $0) }
    return try .from { dsc_sum(product.handle, 0, nil, false, $0) }
  }

  static func data(_ x: T) -> UnsafeRawPointer { withExtendedLifetime(x) { dsc_tensor_data(x.handle)! } }
  static func version(_ x: T) -> UInt64 { withExtendedLifetime(x) { dsc_tensor_version(x.handle) } }
  static func hasGrad(_ x: T) -> Bool { withExtendedLifetime(x) { dsc_tensor_has_grad(x.handle) } }

  // MARK: Where they lie

  @Test func leavesAndGradientsStandSideBySide() throws {
    let (a, b, empty) = (Self.leaf([1, 2, 3]), Self.leaf([10, 11]), Self.leaf([]))
    let view = try T.from { dsc_tensor_detach(a.handle, $0) }
    #expect(try Self.squares(a).backward() == DSC_OK)
    let parameters = try Parameters([a, empty, b])
    #expect(Self.data(b) == Self.data(a) + 24)
    #expect(a.numbers == [1, 2, 3] && b.numbers == [10, 11])
    // A gradient moves with its leaf, and the next goes right to its place.
    #expect(Self.hasGrad(a) && !Self.hasGrad(b))
    #expect(a.grad?.numbers == [2, 4, 6] && b.grad == nil)
    #expect(try Self.squares(b).backward() == DSC_OK)
    let gradients = (a.grad!, b.grad!)
    #expect(Self.data(gradients.1) == Self.data(gradients.0) + 24 && gradients.1.numbers == [20, 22])
    // What was a view keeps the old memory.
    #expect(dsc_tensor_fill(a.handle, 7) == DSC_OK)
    #expect(view.numbers == [1, 2, 3])
    withExtendedLifetime(parameters) {}
  }

  @Test func leavesOfAnyStridesMove() throws {
    let x = T([1, 2, 3, 4, 5, 6], [2, 3])
    let turned = try T.from { dsc_permute(x.handle, 2, [1, 0], $0) }
    #expect(dsc_tensor_set_requires_grad(turned.handle, true) == DSC_OK)
    let parameters = try Parameters([turned])
    #expect(turned.shape == [3, 2] && turned.numbers == [1, 4, 2, 5, 3, 6])
    #expect(dsc_tensor_is_contiguous(turned.handle) && x.numbers == [1, 2, 3, 4, 5, 6])
    withExtendedLifetime(parameters) {}
  }

  /// The next optimizer's parameters do not move; others, or another order, do.
  @Test func whatLiesInOrderStays() throws {
    let (a, b, c) = (Self.leaf([1, 2, 3]), Self.leaf([10, 11]), Self.leaf([20]))
    var parameters: Parameters? = try Parameters([a, b])
    let place = Self.data(a)
    #expect(try Self.squares(b).backward() == DSC_OK)
    let version = Self.version(a)
    parameters = nil
    // The memory outlives what moved them there.
    #expect(Self.data(a) == place && a.numbers == [1, 2, 3] && b.grad?.numbers == [20, 22])
    parameters = try Parameters([a, b])
    #expect(Self.data(a) == place && Self.data(b) == place + 24)
    #expect(Self.version(a) == version && b.grad?.numbers == [20, 22])
    parameters = nil
    parameters = try Parameters([b, a])
    #expect(Self.data(a) == Self.data(b) + 16)
    #expect(a.numbers == [1, 2, 3] && b.numbers == [10, 11] && b.grad?.numbers == [20, 22])
    #expect(parameters!.add([c]) == DSC_OK)
    #expect(Self.data(a) == Self.data(b) + 16 && Self.data(c) == Self.data(a) + 24)
    #expect(c.numbers == [20] && b.grad?.numbers == [20, 22])
    parameters = nil
    parameters = try Parameters([c])
    #expect(c.numbers == [20])
  }

  /// Buffers of a context that is no more are no place to stay.
  @Test func leavesMoveToTheContext() throws {
    let a = Self.leaf([1, 2, 3])
    do {
      let context = TestContext(threads: 2)
      let parameters = try Parameters([a], context: context.handle)
      #expect(dsc_tensor_context(a.handle) == context.handle)
      withExtendedLifetime((context, parameters)) {}
    }
    let parameters = try Parameters([a])
    #expect(dsc_tensor_context(a.handle) == nil && a.numbers == [1, 2, 3])
    withExtendedLifetime(parameters) {}
  }

  // MARK: Whose they are

  @Test func aLeafBelongsToOne() throws {
    let (a, b, c) = (Self.leaf([1]), Self.leaf([2]), Self.leaf([3]))
    let first = try Parameters([a, b])
    var made: OpaquePointer?
    for (leaves, says) in [([c, b], "leaf 1 belongs to other"), ([c, c], "leaf 1 is one of")] {
      let status = withExtendedLifetime(leaves) {
        dsc_parameters_create(nil, 2, leaves.map { $0.handle }, &made)
      }
      #expect(status == DSC_ERROR_ARGUMENT && made == nil && T.lastError.contains(says), "\(T.lastError)")
    }
    #expect(first.add([c, a]) == DSC_ERROR_ARGUMENT && T.lastError.contains("leaf 1 is one of"))
    #expect(first.add([c, Self.leaf([1], DSC_FLOAT32)]) == DSC_ERROR_DTYPE)
    #expect(first.add([try Self.squares(c)]) == DSC_ERROR_ARGUMENT && T.lastError.contains("result of sum"))
    // What was refused left c free.
    let second = try Parameters([c])
    #expect(first.add([c]) == DSC_ERROR_ARGUMENT)
    withExtendedLifetime(second) {}
  }

  @Test func networksHoldTheirs() throws {
    let network = try TestNetwork("linear(2, 3)")
    let entries = network.entries
    do { _ = try Parameters(entries.map(\.tensor)) }
    network.optimize("sgd", ["lr": 0.1])
    var made: OpaquePointer?
    let weight: OpaquePointer? = entries[0].tensor.handle
    #expect(dsc_parameters_create(nil, 1, [weight], &made) == DSC_ERROR_ARGUMENT && made == nil)
    withExtendedLifetime(entries) {}
  }

  // MARK: Steps

  @Test func stepsKeepGradientsAndCountOneChange() throws {
    let (a, b) = (Self.leaf([1, 2]), Self.leaf([3]))
    let before = try Self.squares(b)
    let parameters = try Parameters([a, b])
    // Nothing has changed by the move.
    #expect(before.backward() == DSC_OK)
    let optimizer = try Optimizer("sgd", [2, 1], lr: 0.25)
    let recorded = try Self.squares(b)
    let version = Self.version(a)
    var report = dsc_step_report()
    #expect(parameters.step(optimizer, report: &report) == DSC_OK, "\(T.lastError)")
    #expect(a.numbers == [1, 2] && b.numbers == [1.5] && report.updated == 1)
    #expect(Self.version(a) == version + 1 && Self.version(b) == version + 1)
    #expect(recorded.backward() == DSC_ERROR_ARGUMENT && T.lastError.contains("changed"))
    #expect(Self.hasGrad(b))
    #expect(parameters.step(optimizer) == DSC_OK && b.numbers == [0])
    parameters.zeroGrad()
    #expect(!Self.hasGrad(a) && !Self.hasGrad(b))
    #expect(parameters.step(optimizer) == DSC_ERROR_ARGUMENT)
    #expect(T.lastError.contains("none of the 2 parameters has a gradient"), "\(T.lastError)")
    #expect(Self.version(a) == version + 2)
    // All of them.
    for x in [a, b] { #expect(try Self.squares(x).backward() == DSC_OK) }
    #expect(parameters.step(optimizer, report: &report) == DSC_OK && report.updated == 3)
    #expect(a.numbers == [0.5, 1])
  }

  /// The numbers of an optimizer over buffers of the caller's.
  @Test(arguments: ["sgd", "adam", "nadam"]) func stepsAreTheEngines(_ rule: String) throws {
    let leaves = [Self.leaf(exactNumbers(5, step: 1)), Self.leaf(exactNumbers(3, step: 2))]
    var values = leaves.flatMap(\.numbers)
    let parameters = try Parameters(leaves)
    let made = try Optimizer(rule, [5, 3], lr: 0.1)
    let same = try Optimizer(rule, [5, 3], lr: 0.1)
    for _ in 0..<3 {
      var gradients = values.map { 2 * $0 }
      for x in leaves { #expect(try Self.squares(x).backward() == DSC_OK) }
      #expect(parameters.step(made) == DSC_OK, "\(T.lastError)")
      parameters.zeroGrad()
      values.withUnsafeMutableBytes { values in
        gradients.withUnsafeMutableBytes { gradients in
          var step = dsc_step()
          step.parameters = values.baseAddress
          step.gradients = gradients.baseAddress
          #expect(withExtendedLifetime(same) { dsc_optimizer_step(nil, same.handle, &step, nil) } == DSC_OK)
        }
      }
    }
    #expect(leaves.flatMap(\.numbers) == values)
  }

  @Test func rowGradientsGoBeforeTheLeafs() throws {
    let (a, b) = (Self.leaf([1, 2]), Self.leaf([4, 4]))
    let parameters = try Parameters([a, b])
    let optimizer = try Optimizer("sgd", [2, 2], lr: 0.5)
    #expect(try Self.squares(b).backward() == DSC_OK)
    var report = dsc_step_report()
    let (rows, values): ([Int64], [Double]) = ([1], [2])
    let status = rows.withUnsafeBufferPointer { rows in
      values.withUnsafeBufferPointer { values in
        var gradient = dsc_row_gradient(count: 1, rows: rows.baseAddress, values: values.baseAddress)
        return withUnsafePointer(to: &gradient) { gradient in
          parameters.step(optimizer, rows: [nil, gradient], report: &report)
        }
      }
    }
    #expect(status == DSC_OK && report.updated == 1, "\(T.lastError)")
    #expect(a.numbers == [1, 2] && b.numbers == [4, 3])
  }

  @Test func optimizersOfOtherLengthsAreRefused() throws {
    let (a, b) = (Self.leaf([1, 2]), Self.leaf([3]))
    let parameters = try Parameters([a, b])
    for x in [a, b] { #expect(try Self.squares(x).backward() == DSC_OK) }
    for lengths in [[3], [1, 2], [2, 1, 0]] {
      let other = try Optimizer("sgd", lengths, lr: 1)
      #expect(parameters.step(other) == DSC_ERROR_ARGUMENT && T.lastError.contains("another"))
    }
    #expect(parameters.step(try Optimizer("sgd", [2, 1], DSC_FLOAT32, lr: 1)) == DSC_ERROR_ARGUMENT)
    #expect(a.numbers == [1, 2] && b.numbers == [3])
    // Either may be made longer: then they do not fit until the other is.
    let optimizer = try Optimizer("sgd", [2, 1], lr: 0.5)
    #expect(parameters.step(optimizer) == DSC_OK && a.numbers == [0, 0])
    #expect(parameters.add([Self.leaf([5])]) == DSC_OK)
    #expect(parameters.step(optimizer) == DSC_ERROR_ARGUMENT)
    #expect(optimizer.grow() == DSC_OK)
    try optimizer.add("adam", 2..<3, lr: 0.5)
    #expect(parameters.step(optimizer) == DSC_OK)
    #expect(optimizer.grow() == DSC_OK)
    #expect(parameters.step(optimizer) == DSC_ERROR_ARGUMENT)
  }

  /// What other calls of an optimizer are given.
  @Test func preparedStepsSayWhatIsThere() throws {
    let (a, b) = (Self.leaf([1, 2]), Self.leaf([3]))
    let parameters = try Parameters([a, b])
    #expect(try Self.squares(b).backward() == DSC_OK)
    var step = dsc_step()
    step.zero_gradients = true
    #expect(parameters.prepare(&step) == DSC_OK)
    #expect(UnsafeRawPointer(step.parameters) == Self.data(a))
    #expect(step.zero_gradients && step.row_gradients == nil)
    #expect(UnsafeRawPointer(step.gradients + 16) == Self.data(b.grad!))
    let flags = step.has_gradient!
    #expect([flags[0], flags[1]] == [0, 1])
    #expect(try Self.squares(a).backward() == DSC_OK)
    #expect(parameters.prepare(&step) == DSC_OK)
    #expect(step.has_gradient == flags && [flags[0], flags[1]] == [1, 1])
    let recorded = try Self.squares(a)
    step.parameters.assumingMemoryBound(to: Double.self)[0] = 8
    parameters.noteChange()
    #expect(a.numbers == [8, 2] && recorded.backward() == DSC_ERROR_ARGUMENT)
  }

  @Test func withoutLeavesNothingIsToBeDone() throws {
    let parameters = try Parameters([])
    let optimizer = try Optimizer("sgd", [], lr: 1)
    #expect(parameters.step(optimizer) == DSC_OK)
    let a = Self.leaf([1], DSC_FLOAT32)
    #expect(parameters.add([a]) == DSC_OK && a.numbers == [1])
    #expect(dsc_tensor_dtype(a.handle) == DSC_FLOAT32)
  }
}
