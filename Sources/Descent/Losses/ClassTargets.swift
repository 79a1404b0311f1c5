/// Stops with both shapes unless there is one class for each sample.
func requireOneClassEach(_ name: String, _ prediction: Tensor, _ targets: Tensor) {
  let rank = prediction.shape.rank
  let expected =
    rank < 2
    ? Shape() : Shape(prediction.shape.enumerated().filter { $0.offset != 1 }.map(\.element))
  precondition(
    rank > 0 && prediction.dtype.isFloatingPoint && targets.dtype == .int64
      && (targets.shape == expected || rank == 1 && targets.count == 1),
    "\(name): a prediction of shape \(prediction.shape), \(targets.dtype.rawValue) targets of shape \(targets.shape)"
  )
}

extension Tensor {
  /// Ones at these classes, zeros elsewhere, along the classes of another tensor: [N, C, d1, ...] for [N, d1, ...], or
  /// the last dimension's where `along` says so. Classes outside have no one.
  func oneHot(like input: Tensor, along dim: Int = -1) -> Tensor {
    let d = input.shape.dimension(dim)
    let (classes, inner) = (input.shape[d], input.shape.dropFirst(d + 1).reduce(1, *))
    var ones = [Double](repeating: 0, count: input.count)
    for (i, target) in scalars(as: Int64.self).enumerated() where target >= 0 && target < classes {
      ones[(i / inner * classes + Int(target)) * inner + i % inner] = 1
    }
    return Tensor(ones, shape: input.shape, dtype: input.dtype)
  }
}
