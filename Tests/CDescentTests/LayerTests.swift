import CDescent
import Testing

/// Every layer of the table with its options against PyTorch: initial numbers, outputs, gradients, buffers, evaluation.
@Suite struct LayerTests {
  typealias T = TensorHandle

  /// Whose numbers are drawn in forward: they have tests of their own.
  static let random: Set = [
    "dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout", "rrelu",
  ]

  @Test func everyRowHasCases() {
    for index in 0..<dsc_layer_count() {
      let name = String(cString: dsc_layer_at(index)!.pointee.name)
      let types = Set(LayerCase.all[name, default: []].map(\.dtype))
      #expect(Self.random.contains(name) || types == ["float32", "float64"], "layers.py lacks \(name)")
    }
  }

  /// The same seed draws what PyTorch draws, in its order.
  @Test(arguments: LayerCase.names) func initialNumbers(_ name: String) throws {
    for test in LayerCase.all[name]! {
      let tensors = try TestLayer(test).tensors
      #expect(Set(tensors.map(\.name)) == Set(test.initial.keys), "\(test.title)")
      for (name, tensor, _) in tensors {
        let numbers = tensor.numbers
        let shown = numbers.count <= 64 ? numbers : Array(numbers.prefix(32) + numbers.suffix(32))
        let right = test.initial[name, default: []].map(\.value)
        // Normal numbers are made of logarithms and cosines: random.h. Norms, and the power method's vectors, are sums.
        let isNormal = test.layer.hasPrefix("embedding"), isSum = name.contains("parametrizations.")
        let scale = isSum ? right.map(abs).max() ?? 0 : 0
        #expect(
          isNormal || isSum
            ? largestULP(shown, right, tensor.dtype, scale: scale) <= (isSum ? Self.vectorBudget : 4)
            : shown == (tensor.dtype == DSC_FLOAT32 ? right.map { Double(Float($0)) } : right),
          "\(test.title): \(name)")
      }
    }
  }

  /// Units in the last place that float32 may differ by.
  static let valueBudget = 16.0
  static let gradientBudget = 32.0
  /// After 15 iterations.
  static let vectorBudget = 64.0

  private func check(_ found: T, _ right: [FixtureNumber], _ scaled: Bool, _ budget: Double, _ title: String)
  {
    let values = right.map(\.value)
    let scale = scaled ? values.filter(\.isFinite).map(abs).max() ?? 0 : 0
    let error = largestULP(LayerCase.sample(found.numbers), values, found.dtype, scale: scale)
    #expect(error <= (found.dtype == DSC_FLOAT64 ? float64Budget : budget), "\(title): \(error) ULP")
  }

  private func check(_ test: LayerCase, _ outputs: [T], _ right: [OperationCase.Output], _ title: String) {
    #expect(outputs.count == right.count, "\(title)")
    for (found, right) in zip(outputs, right) {
      #expect(found.dtype == test.type(right.dtype) && found.shape == right.shape, "\(title): \(found.shape)")
      check(found, right.values, test.scaled == true, Self.valueBudget, title)
    }
  }

  @Test(arguments: LayerCase.names) func numbers(_ name: String) throws {
    for test in LayerCase.all[name]! {
      for layout in OperationCase.Layout.allCases {
        let title = "\(layout) \(test.title)"
        let layer = try TestLayer(test)
        layer.setParameters()
        let inputs = try test.make(layout)
        let outputs = try layer(inputs.map { $0?.view }, outputs: test.outputs.count, isTraining: true)
        check(test, outputs, test.outputs, title)
        for (k, tensor) in outputs.enumerated() where tensor.requiresGrad {
          let upstream = T(exactNumbers(tensor.count, step: 9 + k), tensor.shape, tensor.dtype)
          #expect(tensor.backward(upstream) == DSC_OK, "\(title): \(T.lastError)")
        }
        if layout == .contiguous { checkLeaves(test, inputs.compactMap { $0?.leaf }, title) }
        for (name, tensor, isParameter) in layer.tensors {
          if isParameter, let right = test.parameters?[name] {
            checkGradient(tensor, right, "\(title): \(name)")
          } else if let right = test.buffers?[name] {
            check(tensor, right, true, Self.valueBudget, "\(title): \(name)")
          }
        }
        guard let evaluation = test.evaluated else { continue }
        let evaluated = if case .outputs(let own) = evaluation { own } else { test.outputs }
        let again = try test.make(layout, requiresGrad: false)
        check(
          test, try layer(again.map { $0?.view }, outputs: evaluated.count, isTraining: false), evaluated,
          "in evaluation, \(title)")
      }
    }
  }

  private func checkLeaves(_ test: LayerCase, _ leaves: [T], _ title: String) {
    for (leaf, right) in zip(leaves.filter(\.requiresGrad), test.gradients ?? []) {
      checkGradient(leaf, right, title)
    }
  }

  private func checkGradient(_ leaf: T, _ right: [FixtureNumber], _ title: String) {
    let found = leaf.grad ?? T([Double](repeating: 0, count: leaf.count), leaf.shape, leaf.dtype)
    check(found, right, true, Self.gradientBudget, title)
  }

  /// Results, gradients and buffers have the same bits for any number of threads.
  @Test(arguments: LayerCase.names) func threads(_ name: String) throws {
    for test in LayerCase.all[name]! {
      var all: [[[UInt8]]] = []
      for count in [1, 2, 4] as [Int32] {
        let context = TestContext(threads: count)
        let layer = try TestLayer(test, context: context.handle)
        let inputs = try test.make(.contiguous, context: context.handle)
        let outputs = try layer(inputs.map { $0?.view }, outputs: test.outputs.count, isTraining: true)
        for (k, tensor) in outputs.enumerated() where tensor.requiresGrad {
          let upstream = T(
            exactNumbers(tensor.count, step: 9 + k), tensor.shape, tensor.dtype, context: context.handle)
          #expect(tensor.backward(upstream) == DSC_OK, "\(test.title): \(T.lastError)")
        }
        let leaves = inputs.compactMap { $0?.leaf.grad } + layer.tensors.compactMap { $0.tensor.grad }
        all.append((outputs + leaves + layer.tensors.map(\.tensor)).map(\.bytes))
      }
      #expect(all[0] == all[1] && all[0] == all[2], "\(test.title)")
    }
  }

  // MARK: Differences

  private final class Request {
    let layer: TestLayer
    let inputs: [T?]
    let moved: [Int]
    let output: Int
    let count: Int
    /// The power method would move what is differenced.
    let isTraining: Bool

    init(_ test: LayerCase, _ output: Int) throws {
      layer = try TestLayer(test)
      layer.setParameters()
      let made = try test.make(.contiguous, requiresGrad: false).map { $0?.leaf }
      inputs = made
      moved = made.indices.filter { made[$0]?.isReal == true && test.inputs[$0]?.fixed != true }
      (self.output, count, isTraining) = (output, test.outputs.count, test.parametrized == nil)
    }

    func run(_ given: [OpaquePointer?]) throws -> T {
      var all = inputs
      for (index, input) in zip(moved, given) { all[index] = T(owning: dsc_tensor_retain(input)) }
      return try layer(all, outputs: count, isTraining: isTraining)[output]
    }
  }

  /// First and second derivatives by the inputs, through all the operations that the layer is made of.
  @Test(arguments: LayerCase.names) func derivatives(_ name: String) throws {
    for test in LayerCase.all[name]!
    where test.dtype == "float64" && test.gradients != nil && test.rough != "first" {
      for (output, right) in test.outputs.enumerated() where test.type(right.dtype) == DSC_FLOAT64 {
        let request = try Request(test, output)
        let points = request.moved.map { request.inputs[$0]! }
        if points.isEmpty || test.gradients!.isEmpty { continue }
        for second in test.rough == "second" ? [false] : [false, true] {
          var options = dsc_gradcheck_options(step: 0, tolerance: 0, second: second)
          let status = withExtendedLifetime((request, points)) {
            dsc_gradcheck(
              { user, count, inputs, result in
                let request = Unmanaged<Request>.fromOpaque(user!).takeUnretainedValue()
                guard let made = try? request.run((0..<count).map { inputs![$0] }) else {
                  return dsc_status(DSC_ERROR_ARGUMENT)
                }
                result!.pointee = made.retained()
                return dsc_status(DSC_OK)
              }, Unmanaged.passUnretained(request).toOpaque(), points.count, points.map { $0.handle },
              &options)
          }
          #expect(status == DSC_OK, "\(second ? "second" : "first"), \(test.title): \(T.lastError)")
        }
      }
    }
  }
}
