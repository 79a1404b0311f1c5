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

  init(_ arguments: LossArguments, _ weight: Tensor?) {
    let shape = arguments.prediction.shape
    dimension = shape.rank == 1 ? 0 : 1
    classCount = shape[dimension]
    broadcast = shape.replacing(dimension, with: 1)
    values = shape.removing(dimension)
    inner = shape.dropFirst(dimension + 1).reduce(1, *)
    self.weight = weight
    arguments.classWeights("weight", weight, classCount)
  }

  /// The layout of logits that are not there: [samples, classes].
  init(_ arguments: LossArguments, samples: Int, classes: Int, _ weight: Tensor?) {
    (dimension, classCount, inner) = (1, classes, 1)
    (values, broadcast) = ([samples], [samples, 1])
    self.weight = weight
    arguments.classWeights("loss.weight", weight, classes)
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
    (over.ignores, over.ignore_index, over.reduction) = (true, Int64(ignoreIndex), reduction.c)
    return over
  }

  /// What a weighted mean over class targets multiplies by. 0 where none counts: nothing depends on the inputs then. NaN
  /// where those that do weigh nothing.
  func scale(_ targets: Tensor, _ ignoreIndex: Int) -> Double {
    let counted = targets.buffer(Int64.self).filter { $0 != ignoreIndex }
    if counted.isEmpty { return 0 }
    guard let weights = weight?.doubles else { return 1 / Double(counted.count) }
    let sum = counted.reduce(0.0) { $0 + weights[Int($1)] }
    return sum == 0 ? .nan : 1 / sum
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
