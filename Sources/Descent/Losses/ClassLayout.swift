import CDescent

/// Where the classes of a prediction are: [classes], [batch, classes] or [batch, classes, d1, ..., dK].
struct ClassLayout {
  let dimension: Int
  let classCount: Int
  /// The samples' shape: the prediction's without the classes; and with 1 in their place.
  let values: Shape
  let broadcast: Shape
  private let inner: Int
  private let weight: Tensor?

  init(_ name: String, _ prediction: Tensor, _ weight: Tensor?) {
    let shape = prediction.shape
    precondition(shape.rank > 0, "\(name): a scalar")
    dimension = shape.rank == 1 ? 0 : 1
    classCount = shape[dimension]
    broadcast = shape.replacing(dimension, with: 1)
    let dimension = dimension
    values = Shape(shape.enumerated().filter { $0.offset != dimension }.map(\.element))
    inner = shape.dropFirst(dimension + 1).reduce(1, *)
    self.weight = weight
    precondition(
      weight.map { $0.count == shape[dimension] && $0.dtype == prediction.dtype } ?? true,
      "\(name): a prediction of shape \(shape), weight of shape \(weight?.shape ?? [])")
  }

  /// The layout of logits that are not there: [samples, classes].
  init(_ name: String, samples: Int, classes: Int, _ weight: Tensor?, _ dtype: DType) {
    (dimension, classCount, inner) = (1, classes, 1)
    (values, broadcast) = ([samples], [samples, 1])
    self.weight = weight
    precondition(
      weight.map { $0.count == classes && $0.dtype == dtype } ?? true,
      "\(name): \(classes) classes, weight of shape \(weight?.shape ?? [])")
  }

  /// A loss's settings as C wants them; the tensors must outlive its use.
  func classes(
    _ prediction: Tensor?, _ targets: Tensor?, _ ignoreIndex: Int, _ reduction: Reduction
  ) -> dsc_classes {
    var over = dsc_classes()
    if let prediction {
      over.dtype = prediction.dtype.c
      over.input = UnsafeRawPointer(prediction.data)
    }
    (over.samples, over.classes, over.inner) = (values.elementCount, classCount, inner)
    over.targets = targets.map { UnsafePointer($0.data.assumingMemoryBound(to: Int64.self)) }
    over.weight = weight.map { UnsafeRawPointer($0.data) }
    (over.ignore_index, over.reduction) = (Int64(ignoreIndex), reduction.c)
    return over
  }

  /// What a weighted mean divides by, for class targets.
  func divisor(_ targets: Tensor, _ ignoreIndex: Int) -> Double {
    let counted = targets.buffer(Int64.self).lazy.filter { $0 != ignoreIndex }
    guard let weights = weight?.doubles else { return Double(counted.reduce(0) { sum, _ in sum + 1 }) }
    return counted.reduce(0.0) { sum, target in
      sum + (weights.indices.contains(Int(target)) ? weights[Int(target)] : 0)
    }
  }

  /// A distribution times the classes' weights.
  func weighted(_ distribution: Tensor) -> Tensor {
    guard let weight else { return distribution }
    let extents = distribution.shape.indices.map { $0 == dimension ? classCount : 1 }
    return distribution * weight.reshaped(Shape(extents))
  }
}

extension Tensor {
  /// Classes with -1, which is none, in place of one that is ignored.
  func ignoring(_ index: Int) -> Tensor {
    Tensor(scalars(as: Int64.self).map { $0 == index ? -1 : $0 }, shape: shape)
  }
}
