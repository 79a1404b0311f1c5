import CDescent
import Testing

/// Recording and backward passes: what is kept, what is refused, what is handed back.
@Suite struct TapeTests {
  typealias T = TensorHandle

  static func multiply(_ a: T, _ b: T) throws -> T { try .from { dsc_multiply(a.handle, b.handle, $0) } }
  static func add(_ a: T, _ b: T) throws -> T { try .from { dsc_add(a.handle, b.handle, $0) } }
  static func exp(_ a: T) throws -> T { try .from { dsc_exp(a.handle, $0) } }
  static func sum(_ a: T) throws -> T { try .from { dsc_sum(a.handle, 0, nil, false, $0) } }

  // MARK: What changed since

  /// An operation that needs its input, or its result, finds it changed.
  @Test func tensorsChangedInPlaceAreRefused() throws {
    let x = T([1, 2, 3], [3], requiresGrad: true)
    let factor = T([4, 5, 6], [3])
    let product = try Self.multiply(x, factor)
    #expect(dsc_tensor_fill(factor.handle, 0) == DSC_OK)
    #expect(product.backward(T([1, 1, 1], [3])) == DSC_ERROR_ARGUMENT)
    #expect(T.lastError.contains("multiply") && T.lastError.contains("changed"), "\(T.lastError)")
    #expect(x.grad == nil)

    let y = try Self.exp(x)
    let version = dsc_tensor_version(y.handle)
    #expect(dsc_tensor_fill(y.handle, 0) == DSC_OK)
    #expect(dsc_tensor_version(y.handle) > version)
    #expect(
      y.backward(T([1, 1, 1], [3])) == DSC_ERROR_ARGUMENT && T.lastError.contains("exp"), "\(T.lastError)")

    // Through a view, and through the bytes; asking for gradients is refused too.
    for change in [
      { (t: T) in
        let view = try T.from { dsc_select(t.handle, 0, 1, $0) }
        #expect(dsc_tensor_fill(view.handle, 9) == DSC_OK)
      }, { (t: T) in _ = dsc_tensor_mutable_data(t.handle) },
      { (t: T) in
        let one = T(1)
        #expect(dsc_tensor_assign(t.handle, one.handle) == DSC_OK)
      },
    ] {
      let z = try Self.exp(x)
      try change(z)
      var found: OpaquePointer?
      let at: [OpaquePointer?] = [x.handle]
      let upstream = T([1, 1, 1], [3])
      #expect(dsc_gradients(z.handle, upstream.handle, 1, at, false, &found) == DSC_ERROR_ARGUMENT)
      #expect(found == nil)
    }
    // What needs neither is not disturbed.
    let shifted = try Self.add(x, factor)
    #expect(dsc_tensor_fill(factor.handle, 1) == DSC_OK)
    #expect(dsc_tensor_fill(shifted.handle, 1) == DSC_OK)
    #expect(shifted.backward(T([1, 2, 3], [3])) == DSC_OK)
    #expect(x.grad?.numbers == [1, 2, 3])
  }

  /// A leaf keeps the loss's own gradient: the next pass, whatever became of that, gives the same numbers.
  @Test(arguments: [false, true]) func aLossGivesItsGradientAway(_ probabilities: Bool) throws {
    let logits = T([1, -2, 0.5, 3, 0, 1], [2, 3], requiresGrad: true)
    let targets =
      probabilities ? T([0.2, 0.3, 0.5, 1, 0, 0], [2, 3], requiresGrad: true) : T([2, 0], [2], DSC_INT64)
    let weight = T([1, 2, 3], [3])
    var options = dsc_cross_entropy_options(
      weight: weight.handle, ignore_index: -100, label_smoothing: 0.1, reduction: DSC_REDUCTION_MEAN)
    let loss = try T.from { dsc_cross_entropy_loss(logits.handle, targets.handle, &options, $0) }
    #expect(loss.backward() == DSC_OK)
    let first = try #require(logits.grad)
    let (numbers, ofTargets) = (first.numbers, targets.grad?.numbers)
    #expect((ofTargets != nil) == probabilities)
    // Added to where it is.
    #expect(loss.backward() == DSC_OK && logits.grad?.numbers == numbers.map { 2 * $0 })
    #expect(targets.grad?.numbers == ofTargets?.map { 2 * $0 })
    // Handed to a caller, then spoilt.
    #expect(try loss.gradients([logits])[0].numbers == numbers)
    #expect(dsc_tensor_fill(first.handle, 7) == DSC_OK)
    for leaf in [logits, targets] { #expect(dsc_tensor_set_grad(leaf.handle, nil) == DSC_OK) }
    // With a weight that is to be differentiated by then, which the loss was not recorded for.
    #expect(dsc_tensor_set_requires_grad(weight.handle, true) == DSC_OK)
    #expect(loss.backward() == DSC_OK && logits.grad?.numbers == numbers)
    #expect(targets.grad?.numbers == ofTargets && weight.grad == nil)
    // The logits are needed for it now.
    #expect(dsc_tensor_fill(logits.handle, 1) == DSC_OK)
    #expect(loss.backward() == DSC_ERROR_ARGUMENT && T.lastError.contains("changed"))
  }

  // MARK: Where gradients go

  @Test func aLeafThatComesTwiceGetsBothGradients() throws {
    let x = T([1, 2, 3], [3], requiresGrad: true)
    #expect(try Self.add(x, x).backward(T([1, 10, 100], [3])) == DSC_OK)
    #expect(x.grad?.numbers == [2, 20, 200])
    let product = try Self.sum(Self.multiply(x, x))
    #expect(product.backward() == DSC_OK && product.backward() == DSC_OK)
    #expect(x.grad?.numbers == [6, 28, 212])
    #expect(dsc_tensor_set_grad(x.handle, nil) == DSC_OK)
    #expect(x.grad == nil)
    // A diamond: both ways come together in one tensor.
    let y = try Self.exp(x)
    let z = try Self.sum(Self.multiply(y, Self.add(y, x)))
    #expect(z.backward() == DSC_OK)
    let e = [1.0, 2, 3].map { try! Self.exp(T($0)).item }
    let expected = zip([1.0, 2, 3], e).map { x, e in 2 * e * e + x * e + e }
    #expect(largestULP(x.grad!.numbers, expected, DSC_FLOAT64) <= 4)
    // By one tensor, asked for twice, and by one on the way.
    let found = try z.gradients([x, x, y])
    #expect(found[0].numbers == found[1].numbers && largestULP(found[0].numbers, expected, DSC_FLOAT64) <= 4)
    #expect(largestULP(found[2].numbers, zip([1.0, 2, 3], e).map { 2 * $1 + $0 }, DSC_FLOAT64) <= 4)
    // A leaf that nothing depends on.
    let other = T([5, 6], [2], requiresGrad: true)
    #expect(try z.gradients([other])[0].numbers == [0, 0])
  }

  /// A leaf's own gradient grows; all else that a pass took or handed out stays as it is. Short tensors keep their
  /// numbers in another place than long ones.
  @Test(arguments: [3, 300]) func gradientsHandedBackAreNotWrittenAgain(_ count: Int) throws {
    let x = T((1...count).map { Double($0) / 300 }, [count], requiresGrad: true)
    let ones = [Double](repeating: 1, count: count)
    let upstream = T(ones, [count])
    for body in [
      { try Self.add(x, x) }, { try Self.exp(x) }, { try T.from { dsc_clone(x.handle, $0) } },
      { try T.from { dsc_reshape(x.handle, 1, [count], $0) } },
      { try T.from { dsc_flip(x.handle, 1, [0], $0) } },
    ] {
      #expect(dsc_tensor_set_grad(x.handle, nil) == DSC_OK)
      let y = try body()
      #expect(y.backward(upstream) == DSC_OK)
      let first = x.grad!
      let kept = first.numbers
      // Its own upstream: read as it was, then added to.
      let copy = T(kept, [count])
      let expected = try zip(kept, y.gradients([x], upstream: copy)[0].numbers).map(+)
      #expect(y.backward(first) == DSC_OK)
      #expect(first.numbers == expected && upstream.numbers == ones)
      let handed = try y.gradients([x], upstream: upstream)[0]
      #expect(handed.numbers == kept)
      #expect(y.backward(handed) == DSC_OK && y.backward(upstream) == DSC_OK)
      #expect(handed.numbers == kept && upstream.numbers == ones)
    }
    // A first gradient that is the caller's own tensor does not become the leaf's.
    #expect(dsc_tensor_set_grad(x.handle, nil) == DSC_OK)
    let y = try T.from { dsc_reshape(x.handle, 1, [count], $0) }
    for _ in 0..<2 { #expect(y.backward(upstream) == DSC_OK) }
    #expect(upstream.numbers == ones && x.grad?.numbers == ones.map { 2 * $0 })
    // Nor does what a derivative of the derivative may be asked of.
    #expect(dsc_tensor_set_grad(x.handle, nil) == DSC_OK)
    #expect(y.backward(upstream, createGraph: true) == DSC_OK)
    #expect(dsc_tensor_fill(upstream.handle, 5) == DSC_OK)
    #expect(x.grad?.numbers == ones)
    // A leaf's gradient goes through both operands: to the leaf itself, which changes it, and on.
    let factor = T(ones.map { $0 + 2 }, [count])
    let sum = try Self.add(x, Self.multiply(x, factor))
    for _ in 0..<2 {
      let own = T(ones, [count])
      #expect(dsc_tensor_set_grad(x.handle, own.handle) == DSC_OK)
      #expect(sum.backward(x.grad!) == DSC_OK && x.grad?.numbers == ones.map { 5 * $0 })
    }
  }

  /// Slices of a leaf, and of a result that has another reader: each adds to its part of one gradient.
  @Test(arguments: [false, true], [DSC_FLOAT32, DSC_FLOAT64])
  func slicesShareAGradient(_ ofAResult: Bool, _ dtype: dsc_dtype) throws {
    let shape = [4, 50, 300]  // more than one thread takes at once
    let count = shape.reduce(1, *)
    let leaf = T((0..<count).map { Double($0 % 7) }, shape, dtype, requiresGrad: true)
    let whole = T((0..<count).map { Double($0 % 5) }, shape, dtype)
    let x = ofAResult ? try Self.add(leaf, leaf) : leaf
    var expected = whole.numbers
    var total = try Self.sum(Self.multiply(x, whole))
    let slices: [(d: Int, from: Int, to: Int, step: Int)] = [
      (0, 0, 2, 1), (0, 1, 4, 2), (1, 2, 50, 1), (1, 2, 2, 1), (2, 0, 100, 1), (2, 50, 300, 1),
      (2, 1, 300, 3),
    ]
    for (number, s) in slices.enumerated() {
      let part = try T.from {
        dsc_slice(x.handle, Int64(s.d), Int64(s.from), Int64(s.to), s.step, $0)
      }
      let weights = T((0..<part.count).map { Double(($0 + number) % 3) }, part.shape, dtype)
      total = try Self.add(total, Self.sum(Self.multiply(part, weights)))
      var numbers = weights.numbers.makeIterator()
      for i in 0..<count {
        let at = s.d == 0 ? i / 15_000 : s.d == 1 ? i / 300 % 50 : i % 300
        if at >= s.from && at < s.to && (at - s.from) % s.step == 0 { expected[i] += numbers.next()! }
      }
    }
    expected = expected.map { ofAResult ? 2 * $0 : $0 }
    for pass in 1...2 {
      #expect(total.backward() == DSC_OK, "\(T.lastError)")
      #expect(leaf.grad?.numbers == expected.map { Double(pass) * $0 })
    }
    #expect(try total.gradients([leaf])[0].numbers == expected)
    #expect(try total.gradients([leaf], createGraph: true)[0].numbers == expected)
  }

  /// A loss of a leaf hands its gradient over as it was saved: which has to stay as it is, for the next pass.
  @Test func whatIsSavedDoesNotBecomeALeafsGradient() throws {
    let x = T([1, 2, 3], [3], requiresGrad: true)
    let zeros = T([0, 0, 0], [3])
    let loss = try T.from { dsc_mse_loss(x.handle, zeros.handle, DSC_REDUCTION_SUM, $0) }
    for pass in 1...4 {
      #expect(loss.backward() == DSC_OK, "\(T.lastError)")
      #expect(x.grad?.numbers == [2, 4, 6].map { $0 * Double(pass) })
    }
  }

  /// A gradient that goes to a leaf and on to a result: what the leaf gets later must not change the result's.
  @Test func leavesDoNotAddToWhatOthersRead() throws {
    let x = T([1, 2, 3], [3], requiresGrad: true)
    let factor = T([1, 1, 1], [3])
    for bodies in [[Self.add], [Self.add, Self.add], [{ try Self.add($1, $0) }]] {
      #expect(dsc_tensor_set_grad(x.handle, nil) == DSC_OK)
      let square = try Self.multiply(x, x)
      let sum = try bodies.reduce(square) { try $1(x, $0) }
      let total = try Self.sum(Self.multiply(sum, factor))
      for pass in 1...2 {
        #expect(total.backward() == DSC_OK)
        let slope = [2.0, 4, 6].map { Double(pass) * (Double(bodies.count) + $0) }
        #expect(x.grad?.numbers == slope)
      }
    }
  }

  /// A graph that one thread begins and another ends: what comes later is pulled back first there too.
  @Test func graphsGoOnInAnotherThread() throws {
    let x = T([1, 2, 3], [3], requiresGrad: true)
    var y = try Self.multiply(x, x)
    for _ in 0..<20 { y = try Self.add(y, x) }
    let begun = y
    #expect(
      OtherThread.run {
        // y at two depths, in a thread that has recorded nothing yet.
        guard let z = try? Self.multiply(begun, begun), let sum = try? Self.sum(Self.add(z, begun)) else {
          return false
        }
        return sum.backward() == DSC_OK
      })
    let expected = [1.0, 2, 3].map { (x: Double) -> Double in
      let y = x * x + 20 * x
      return (2 * y + 1) * (2 * x + 20)
    }
    #expect(x.grad?.numbers == expected)
  }

  @Test func callersSeeEachLeafOnceWhenItIsFinal() throws {
    let a = T([1, 2], [2], requiresGrad: true)
    let b = T([3, 4], [2], requiresGrad: true)
    let unused = T([3, 4], [2], requiresGrad: true)
    final class Seen { var leaves: [(OpaquePointer?, [Double])] = [] }
    let seen = Seen()
    // a comes three times, at both ends.
    let result = try Self.sum(Self.multiply(Self.add(Self.multiply(a, a), b), a))
    var options = dsc_backward_options()
    options.user = Unmanaged.passUnretained(seen).toOpaque()
    options.on_gradient = { user, leaf in
      let gradient = T(owning: dsc_tensor_grad(leaf))
      Unmanaged<Seen>.fromOpaque(user!).takeUnretainedValue().leaves.append((leaf, gradient.numbers))
      return dsc_status(DSC_OK)
    }
    withExtendedLifetime(seen) { #expect(dsc_backward(result.handle, nil, &options) == DSC_OK) }
    #expect(seen.leaves.count == 2 && unused.grad == nil)
    for (leaf, numbers) in seen.leaves {
      #expect(numbers == (leaf == a.handle ? a : b).grad?.numbers)
    }
    #expect(Set(seen.leaves.map { $0.0 }) == [a.handle, b.handle])
    // A failure ends the pass.
    options.on_gradient = { _, _ in dsc_status(DSC_ERROR_MISMATCH) }
    #expect(dsc_backward(result.handle, nil, &options) == DSC_ERROR_MISMATCH)
  }

  // MARK: Refusals

  @Test func passesThatCannotBeMadeAreRefused() throws {
    let x = T([1, 2], [2], requiresGrad: true)
    let y = try Self.exp(x)
    #expect(y.backward() == DSC_ERROR_SIZE && T.lastError.contains("upstream"))
    #expect(y.backward(T([1], [1])) == DSC_ERROR_SIZE)
    #expect(y.backward(T([1, 1], [2], DSC_FLOAT32)) < 0)
    #expect(T([1, 2], [2]).backward() == DSC_ERROR_ARGUMENT)
    #expect(dsc_backward(nil, nil, nil) == DSC_ERROR_ARGUMENT)
    let detached = try T.from { dsc_tensor_detach(y.handle, $0) }
    #expect(!detached.requiresGrad && dsc_tensor_is_leaf(detached.handle) && !dsc_tensor_is_leaf(y.handle))
    #expect(dsc_tensor_set_requires_grad(y.handle, true) != DSC_OK || !dsc_tensor_is_leaf(y.handle))
    let whole = T([1], [1], DSC_INT64)
    #expect(dsc_tensor_set_requires_grad(whole.handle, true) == DSC_ERROR_DTYPE)
    var found: OpaquePointer?
    let at: [OpaquePointer?] = [detached.handle]
    #expect(dsc_gradients(y.handle, nil, 1, at, false, &found) == DSC_ERROR_ARGUMENT && found == nil)
    #expect(dsc_tensor_set_grad(x.handle, T([1], [1]).handle) == DSC_ERROR_SIZE)
    #expect(x.grad == nil)
  }

  // MARK: Recording

  @Test func recordingIsOffForOneThreadOnly() throws {
    let x = T([1, 2], [2], requiresGrad: true)
    #expect(dsc_set_recording(false))
    defer { dsc_set_recording(true) }
    #expect(!dsc_is_recording())
    #expect(try !Self.exp(x).requiresGrad)
    let records = OtherThread.run { dsc_is_recording() && (try? Self.exp(x).requiresGrad) == true }
    #expect(records)
    #expect(!dsc_set_recording(true) && dsc_is_recording())
    #expect(try Self.exp(x).requiresGrad)
  }

  @Test func anomaliesNameTheOperation() throws {
    let x = T([0, 4], [2], requiresGrad: true)
    #expect(!dsc_set_anomaly_detection(true))
    defer { dsc_set_anomaly_detection(false) }
    var made: OpaquePointer?
    #expect(dsc_log(x.handle, &made) == DSC_ERROR_NON_FINITE && made == nil)
    #expect(T.lastError.contains("log"), "\(T.lastError)")
    // The value is finite, its derivative is not.
    let root = try T.from { dsc_sqrt(x.handle, $0) }
    let sum = try Self.sum(Self.exp(root))
    #expect(sum.backward() == DSC_ERROR_NON_FINITE && T.lastError.contains("sqrt"), "\(T.lastError)")
    #expect(dsc_set_anomaly_detection(false))
    #expect(sum.backward() == DSC_OK && x.grad?.numbers.first == .infinity)
  }

  // MARK: Memory

  /// Neither a pass nor an end of a long chain recurses: threads' stacks are small.
  @Test func longChainsNeedNoStack() throws {
    let x = T([1, 2], [2], requiresGrad: true)
    let one = T([1, 1], [2])
    let fine = OtherThread.run(stack: 128 << 10) { [upstream = T([1, 1], [2])] in
      var y: OpaquePointer? = dsc_tensor_retain(x.handle)
      for _ in 0..<200_000 {
        var next: OpaquePointer?
        guard dsc_add(y, one.handle, &next) == DSC_OK else { return false }
        dsc_tensor_release(y)
        y = next
      }
      let passed = dsc_backward(y, upstream.handle, nil) == DSC_OK
      dsc_tensor_release(y)
      return passed
    }
    #expect(fine && x.grad?.numbers == [1, 1])
  }

  @Test func aStepGivesAllMemoryBack() throws {
    let context = TestContext(threads: 2)
    func number(_ shape: [Int], _ step: Int, _ requires: Bool = false) -> T {
      T(
        exactNumbers(shape.reduce(1, *), step: step), shape, DSC_FLOAT32, context: context.handle,
        requiresGrad: requires)
    }
    let weight = number([300, 200], 1, true)
    let bias = number([300], 2, true)
    let x = number([64, 200], 3)
    let targets = number([64, 300], 4)
    let before = context.memory.in_use
    var idle: [Int] = []
    for step in 0..<6 {
      do {
        let y = try T.from { dsc_linear(x.handle, weight.handle, bias.handle, DSC_ACTIVATION_RELU, $0) }
        let loss = try T.from { dsc_mse_loss(y.handle, targets.handle, DSC_REDUCTION_MEAN, $0) }
        #expect(context.memory.in_use > before)
        #expect(loss.backward(createGraph: step == 5) == DSC_OK)
      }
      #expect(
        dsc_tensor_set_grad(weight.handle, nil) == DSC_OK && dsc_tensor_set_grad(bias.handle, nil) == DSC_OK)
      #expect(context.memory.in_use == before)
      idle.append(context.memory.idle)
    }
    // The second step finds all it needs.
    #expect(idle[1...4].allSatisfy { $0 == idle[1] }, "\(idle)")
    #expect(dsc_context_set_memory_limit(context.handle, 1 << 12) == DSC_OK && context.memory.idle <= 1 << 12)
    #expect(dsc_context_trim(context.handle) == DSC_OK && context.memory.idle == 0)
    #expect(context.memory.most_in_use > before)
  }
}
