import CDescent
import Testing

/// Networks against PyTorch's Sequential: the same seed gives the same weights, and the same training.
@Suite struct NetworkTests {
  typealias T = TensorHandle

  struct Case: Decodable, Sendable {
    var text, dtype, rule: String
    var seed: UInt64
    var options: [String: Double]
    var shape: [Int]
    var initial, trained: [String: [Double]]
    var losses, evaluated: [Double]
    var type: dsc_dtype { OperationCase.dtypes[dtype]! }
  }
  private struct File: Decodable { var cases: [Case] }
  static let cases = loadFixture("networks.json", as: File.self).cases

  private func train(_ test: Case, _ context: OpaquePointer?) throws -> (TestNetwork, losses: [Double], x: T)
  {
    let network = try TestNetwork(test.text, test.type, seed: test.seed, context: context)
    network.optimize(test.rule, test.options)
    let x = T(exactNumbers(test.shape.reduce(1, *), step: 1), test.shape, test.type, context: context)
    let y = try network(x)
    let targets = T(exactNumbers(y.count, step: 2), y.shape, test.type, context: context)
    // Looking at it in training mode counted a batch: begin again.
    let fresh = try TestNetwork(test.text, test.type, seed: test.seed, context: context)
    fresh.optimize(test.rule, test.options)
    return (fresh, try (0..<3).map { _ in try fresh.step(x, targets) }, x)
  }

  @Test(arguments: cases.indices) func weightsAreThoseOfPyTorch(_ index: Int) throws {
    let test = Self.cases[index]
    let entries = try TestNetwork(test.text, test.type, seed: test.seed).entries
    #expect(Set(entries.map(\.name)) == Set(test.initial.keys))
    for (name, tensor, _) in entries {
      let right = test.initial[name]!
      #expect(
        tensor.numbers == (tensor.dtype == DSC_FLOAT32 ? right.map { Double(Float($0)) } : right), "\(name)")
    }
  }

  @Test(arguments: cases.indices) func trainingIsThatOfPyTorch(_ index: Int) throws {
    let test = Self.cases[index]
    let (network, losses, x) = try train(test, nil)
    func agree(_ found: [Double], _ right: [Double]) -> Bool {
      let size = right.map(abs).max() ?? 0
      let budget = (test.type == DSC_FLOAT32 ? 1e-6 : 1e-12) * max(size, 1e-3)
      return found.count == right.count && zip(found, right).allSatisfy { abs($0 - $1) <= budget }
    }
    #expect(agree(losses, test.losses), "\(losses), not \(test.losses)")
    for (name, tensor, _) in network.entries {
      #expect(
        agree(tensor.numbers, test.trained[name]!), "\(name): \(tensor.numbers), not \(test.trained[name]!)")
    }
    dsc_network_set_training(network.handle, false)
    #expect(!dsc_network_is_training(network.handle))
    let before = network.state
    let y = try network(x)
    #expect(agree(y.numbers, test.evaluated), "\(y.numbers), not \(test.evaluated)")
    #expect(network.state == before)
  }

  @Test(arguments: cases.indices) func threadsAgree(_ index: Int) throws {
    let results = try ([1, 2, 4] as [Int32]).map { threads in
      let context = TestContext(threads: threads)
      let (network, losses, _) = try train(Self.cases[index], context.handle)
      return (network.state, losses)
    }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  /// Layers so wide that they are cut into tiles.
  @Test func threadsAgreeOnWideLayers() throws {
    let states = try ([1, 2, 4] as [Int32]).map { threads in
      let context = TestContext(threads: threads)
      let network = try TestNetwork(
        "linear(300, 400) relu batch_norm1d(400) linear(400, 70)", context: context.handle)
      network.optimize("adam", ["lr": 0.001])
      let x = T(exactNumbers(130 * 300, step: 1), [130, 300], DSC_FLOAT32, context: context.handle)
      let targets = T(exactNumbers(130 * 70, step: 2), [130, 70], DSC_FLOAT32, context: context.handle)
      for _ in 0..<3 { _ = try network.step(x, targets) }
      return network.state
    }
    #expect(states[0] == states[1] && states[0] == states[2])
  }

  // MARK: What it is made of

  @Test func layersAndEntries() throws {
    let network = try TestNetwork("flatten linear(12, 7) relu batch_norm1d(7) linear(7, 3, bias=false)")
    #expect(
      network.entries.map(\.name) == [
        "1.weight", "1.bias", "3.weight", "3.bias", "3.running_mean", "3.running_var",
        "3.num_batches_tracked",
        "4.weight",
      ])
    #expect(network.entries.map(\.isParameter) == [true, true, true, true, false, false, false, true])
    #expect(dsc_network_layer_count(network.handle) == 5)
    var layers: [dsc_network_layer] = []
    for index in 0..<5 {
      var layer = dsc_network_layer()
      #expect(dsc_network_layer_at(network.handle, index, 3, [9, 3, 4], &layer) == DSC_OK, "\(T.lastError)")
      layers.append(layer)
    }
    #expect(
      layers.map { String(cString: $0.info.pointee.name) } == [
        "flatten", "linear", "relu", "batch_norm1d", "linear",
      ])
    #expect(layers.map { $0.parameters } == [0, 91, 0, 14, 21])
    #expect(layers.map { [$0.shape.0, $0.shape.1] } == [[9, 12], [9, 7], [9, 7], [9, 7], [9, 3]])
    #expect(layers[4].flops == Double(2 * 9 * 7 * 3))
    var layer = dsc_network_layer()
    #expect(dsc_network_layer_at(network.handle, 5, 3, [9, 3, 4], &layer) == DSC_ERROR_ARGUMENT)
    #expect(dsc_network_layer_at(network.handle, 4, 2, [9, 11], &layer) == DSC_ERROR_SIZE)
    var entry = dsc_network_entry()
    #expect(dsc_network_entry_at(network.handle, 8, &entry) == DSC_ERROR_ARGUMENT)
    // Every layer of the table has what documentation needs.
    for index in 0..<dsc_layer_count() {
      let info = dsc_layer_at(index)!.pointee
      for text in [info.name, info.title, info.source, info.formula, info.shapes] {
        #expect(text.map { String(cString: $0).isEmpty } == false)
      }
      #expect(dsc_layer_find(info.name) == dsc_layer_at(index))
    }
    #expect(dsc_layer_at(dsc_layer_count()) == nil && dsc_layer_find("linearly") == nil)
  }

  static let refusals: [(text: String, says: String)] = [
    ("linear(3)", "out_features"), ("linear", "in_features"), ("linear(3,4", ""), ("linear(3,4,5,6)", ""),
    ("relu(1)", ""),
    ("linearly(3, 4)", "unknown layer 'linearly'"), ("linear(a=3)", "a"), ("linear(0,4)", "in_features"),
    ("linear(3,4) ,", ""),
    ("linear(2.5, 4)", "in_features"), ("linear(-1, 4)", "in_features"), ("linear(nan, 4)", ""),
    ("linear(3, 4, bias=2)", "bias"),
    ("linear(3, in_features=3)", ""), ("linear(3 4)", ""), ("(3)", ""), ("linear(3,4))", ""),
    ("linear(,)", ""), ("linear(3,,4)", ""),
    ("linear(1e30, 1e30)", ""), ("batch_norm1d", "num_features"), ("batch_norm1d(3, momentum=2)", "momentum"),
    ("batch_norm1d(3, eps=-1)", "eps"), ("relu linear(3, 4) nothing", "unknown layer 'nothing'"),
    ("linear(3, 4, bias=)", ""),
    ("linear(3, 4, =1)", ""), ("linear(3, 4) ; relu", ""), ("relu\u{0301}", ""), ("%s%n", ""),
  ]

  @Test(arguments: refusals.indices) func textsThatAreNoNetworks(_ index: Int) throws {
    let (text, says) = Self.refusals[index]
    let network = try TestNetwork("linear(2, 2)")
    var random = dsc_random()
    dsc_random_seed(&random, 0)
    #expect(dsc_network_parse(network.handle, text, &random) < 0, "\(text)")
    #expect(!T.lastError.isEmpty && (says.isEmpty || T.lastError.contains(says)), "\(text): \(T.lastError)")
    // All or none.
    #expect(dsc_network_layer_count(network.handle) == 1 && network.entries.count == 2)
  }

  @Test func misuseIsRefused() throws {
    var network: OpaquePointer?
    #expect(dsc_network_create(nil, DSC_INT64, &network) == DSC_ERROR_ARGUMENT && network == nil)
    #expect(dsc_network_create(nil, DSC_FLOAT32, nil) == DSC_ERROR_ARGUMENT)
    let test = try TestNetwork("linear(2, 3)")
    var random = dsc_random()
    dsc_random_seed(&random, 0)
    #expect(
      dsc_network_parse(test.handle, "linear(3, 3)", nil) == DSC_ERROR_ARGUMENT
        && T.lastError.contains("random"))
    #expect(dsc_network_add(test.handle, "a.b", "relu", 0, nil, nil) == DSC_ERROR_ARGUMENT)
    #expect(dsc_network_add(test.handle, "", "relu", 0, nil, nil) == DSC_ERROR_ARGUMENT)
    #expect(
      dsc_network_add(test.handle, "0", "relu", 0, nil, nil) == DSC_ERROR_ARGUMENT
        && T.lastError.contains("'0'"))
    #expect(dsc_network_add(test.handle, "last", "relu", 0, nil, nil) == DSC_OK)
    var made: OpaquePointer?
    #expect(dsc_network_forward(test.handle, nil, &made) == DSC_ERROR_ARGUMENT)
    let wide = T([1, 2, 3], [1, 3], DSC_FLOAT32)
    #expect(dsc_network_forward(test.handle, wide.handle, &made) == DSC_ERROR_SIZE && made == nil)
    let double = T([1, 2], [1, 2])
    #expect(dsc_network_forward(test.handle, double.handle, &made) == DSC_ERROR_DTYPE && made == nil)
    var optimizer: OpaquePointer?
    #expect(
      dsc_network_optimizer(test.handle, "sgdm", 0, nil, &optimizer) == DSC_ERROR_OPTION && optimizer == nil)
    test.optimize("sgd", ["lr": 0.1])
    #expect(dsc_network_step(test.handle, test.optimizer, nil) == DSC_ERROR_ARGUMENT, "no gradients")
    #expect(dsc_network_add(test.handle, nil, "relu", 0, nil, nil) == DSC_ERROR_ARGUMENT)
    // One sample has no variance.
    let norm = try TestNetwork("batch_norm1d(2)")
    let single = T([1, 2], [1, 2], DSC_FLOAT32)
    #expect(dsc_network_forward(norm.handle, single.handle, &made) < 0 && made == nil)
    dsc_network_set_training(norm.handle, false)
    #expect(try norm(single).shape == [1, 2])
  }

  /// While nothing changes it, any number of threads may ask a network.
  @Test func manyThreadsMayEvaluate() throws {
    let network = try TestNetwork("flatten linear(60, 40) relu batch_norm1d(40) linear(40, 10) tanh")
    dsc_network_set_training(network.handle, false)
    let inputs = (0..<4).map { T(exactNumbers(20 * 60, step: $0), [20, 60], DSC_FLOAT32) }
    let expected = try inputs.map { try network($0).bytes }
    let agree = OtherThread.runAll(4) { thread in
      dsc_set_recording(thread % 2 == 0)
      return (0..<50).allSatisfy { turn in
        let index = (thread + turn) % 4
        return (try? network(inputs[index]).bytes) == expected[index]
      }
    }
    #expect(agree)
  }
}
