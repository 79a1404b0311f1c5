import CDescent
import Testing

/// Leaves that change places, whatever memory they stand in.
@Suite struct SwapTests {
  typealias T = TensorHandle

  enum Kind: CaseIterable {
    /// Its numbers stand beside the handle, come from the cache, or are another tensor's.
    case small, large, view
  }

  private func make(_ kind: Kind, _ value: Double) -> OpaquePointer {
    var (tensor, view): (OpaquePointer?, OpaquePointer?)
    #expect(dsc_tensor_full(nil, DSC_FLOAT32, 1, [kind == .large ? 5000 : 3], value, &tensor) == DSC_OK)
    guard kind == .view else { return tensor! }
    #expect(dsc_tensor_detach(tensor, &view) == DSC_OK)
    dsc_tensor_release(tensor)
    return view!
  }

  private func first(_ tensor: OpaquePointer) -> Float {
    dsc_tensor_data(tensor).load(as: Float.self)
  }

  @Test(arguments: Kind.allCases, Kind.allCases) func ofAnyKind(_ one: Kind, _ other: Kind) {
    for back in [false, true] {
      for releasesFirst in [false, true] {
        let (a, b) = (make(one, 1), make(other, 2))
        let shapes = (dsc_tensor_count(a), dsc_tensor_count(b))
        #expect(dsc_tensor_swap(a, b) == DSC_OK)
        #expect(first(a) == 2 && first(b) == 1)
        #expect(dsc_tensor_count(a) == shapes.1 && dsc_tensor_count(b) == shapes.0)
        if back { #expect(dsc_tensor_swap(a, b) == DSC_OK) }
        dsc_tensor_release(releasesFirst ? a : b)
        // What was released is used again by others.
        let others = (0..<8).map { make($0 % 2 == 0 ? .small : .large, 7) }
        #expect(first(releasesFirst ? b : a) == (releasesFirst == back ? 2 : 1))
        for tensor in others { dsc_tensor_release(tensor) }
        dsc_tensor_release(releasesFirst ? b : a)
      }
    }
  }

  /// What was recorded with a tensor that has become another one is refused before anything is written.
  @Test func recordedBefore() {
    let (a, b) = (make(.small, 1), make(.large, 2))
    #expect(
      dsc_tensor_set_requires_grad(a, true) == DSC_OK && dsc_tensor_set_requires_grad(b, true) == DSC_OK)
    var (sum, result): (OpaquePointer?, OpaquePointer?)
    #expect(dsc_affine(a, 1, 1, &result) == DSC_OK && dsc_sum(result, 0, nil, false, &sum) == DSC_OK)
    #expect(dsc_tensor_swap(a, b) == DSC_OK)
    #expect(dsc_backward(sum, nil, nil) == DSC_ERROR_ARGUMENT && !dsc_tensor_has_grad(a))
    #expect(T.lastError.contains("swapped"))
    // Swapped back, it is still another's graph; a new one goes through.
    #expect(dsc_tensor_swap(a, b) == DSC_OK && dsc_backward(sum, nil, nil) == DSC_ERROR_ARGUMENT)
    for tensor in [sum!, result!] { dsc_tensor_release(tensor) }
    #expect(dsc_sum(a, 0, nil, false, &sum) == DSC_OK && dsc_backward(sum, nil, nil) == DSC_OK)
    for tensor in [sum!, a, b] { dsc_tensor_release(tensor) }
  }

  /// A kernel that writes a bias's gradient where it is to be does not find a smaller one there.
  @Test(arguments: [DSC_FLOAT32, DSC_FLOAT64]) func recordedByAKernel(_ other: dsc_dtype) throws {
    let x = T([1, 2, 3], [1, 3], DSC_FLOAT64)
    let weight = T([Double](repeating: 1, count: 3 * 300), [300, 3], DSC_FLOAT64, requiresGrad: true)
    let bias = T([Double](repeating: 0, count: 300), [300], DSC_FLOAT64, requiresGrad: true)
    let small = T([1], [1], other, requiresGrad: true)
    let y = try T.from { dsc_linear(x.handle, weight.handle, bias.handle, DSC_ACTIVATION_NONE, $0) }
    let sum = try TapeTests.sum(y)
    #expect(dsc_tensor_swap(bias.handle, small.handle) == DSC_OK)
    #expect(sum.backward() == DSC_ERROR_ARGUMENT && T.lastError.contains("swapped"), "\(T.lastError)")
    #expect(weight.grad == nil && bias.grad == nil)
  }

  /// A leaf's gradient is the leaf's as long as it is its gradient.
  @Test func gradients() throws {
    let leaf = T([1, 2], [2], requiresGrad: true)
    #expect(try TapeTests.sum(leaf).backward() == DSC_OK)
    let (gradient, other) = (try #require(leaf.grad), T([5], [1]))
    #expect(dsc_tensor_swap(gradient.handle, other.handle) == DSC_ERROR_ARGUMENT)
    #expect(dsc_tensor_swap(other.handle, gradient.handle) == DSC_ERROR_ARGUMENT)
    var parameters: OpaquePointer?
    #expect(dsc_parameters_create(nil, 1, [gradient.handle], &parameters) == DSC_ERROR_ARGUMENT)
    #expect(parameters == nil && T.lastError.contains("gradient"))
    #expect(dsc_tensor_set_grad(leaf.handle, nil) == DSC_OK)
    #expect(dsc_tensor_swap(gradient.handle, other.handle) == DSC_OK && other.numbers == [1, 1])
  }

  /// Parameters do not step while one of their leaves is another tensor.
  @Test func parameters() throws {
    let (leaf, other) = (T([1, 2], [2], requiresGrad: true), T([3, 4], [2], requiresGrad: true))
    let parameters = try ParametersTests.Parameters([leaf])
    let optimizer = try ParametersTests.Optimizer("sgd", [2], lr: 1)
    #expect(dsc_tensor_swap(leaf.handle, other.handle) == DSC_OK)
    #expect(try TapeTests.sum(leaf).backward() == DSC_OK)
    #expect(parameters.step(optimizer) == DSC_ERROR_ARGUMENT && T.lastError.contains("swap"))
    #expect(dsc_tensor_swap(leaf.handle, other.handle) == DSC_OK)
    #expect(try TapeTests.sum(leaf).backward() == DSC_OK && parameters.step(optimizer) == DSC_OK)
    #expect(leaf.numbers == [0, 1] && other.numbers == [3, 4])
  }
}
