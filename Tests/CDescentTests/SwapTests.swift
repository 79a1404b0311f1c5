import CDescent
import Testing

/// Leaves that change places, whatever memory they stand in.
@Suite struct SwapTests {
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

  /// A gradient of the old shape is not put into the new one.
  @Test func recordedBefore() {
    let (a, b) = (make(.small, 1), make(.large, 2))
    #expect(
      dsc_tensor_set_requires_grad(a, true) == DSC_OK && dsc_tensor_set_requires_grad(b, true) == DSC_OK)
    var (sum, result): (OpaquePointer?, OpaquePointer?)
    #expect(dsc_affine(a, 1, 1, &result) == DSC_OK && dsc_sum(result, 0, nil, false, &sum) == DSC_OK)
    #expect(dsc_tensor_swap(a, b) == DSC_OK)
    #expect(dsc_backward(sum, nil, nil) < 0 && !dsc_tensor_has_grad(a))
    for tensor in [sum!, result!, a, b] { dsc_tensor_release(tensor) }
  }
}
