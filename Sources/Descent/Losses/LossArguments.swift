/// What a loss or a layer asks of its tensors. Each stops the program with a sentence that names the argument, what it is,
/// and what it must be.
struct LossArguments {
  // Neither a `String` nor a counted reference: counting would be half of what a check costs. The caller has the tensor.
  let loss: StaticString
  /// What the others are measured by, and its name.
  unowned(unsafe) let prediction: Tensor
  let name: StaticString

  @inline(__always)
  init(_ loss: StaticString, _ prediction: Tensor, name: StaticString = "prediction") {
    (self.loss, self.prediction, self.name) = (loss, prediction, name)
    demand(
      prediction.dtype.isFloatingPoint,
      "\(loss): \(name) is of type \(prediction.dtype.rawValue), must be float32 or float64")
  }

  @inline(never)
  private func refusal(_ argument: StaticString, _ tensor: Tensor, _ wanted: String) -> String {
    "\(loss): \(argument) is \(tensor.dtype.rawValue) of shape \(tensor.shape), must be \(wanted); "
      + "\(name) is \(prediction.dtype.rawValue) of shape \(prediction.shape)"
  }

  private var type: String { prediction.dtype.rawValue }

  /// The prediction's type, and its shape or another.
  @inline(__always)
  func alike(_ argument: StaticString, _ tensor: Tensor, shape: Shape? = nil) {
    let shape = shape ?? prediction.shape
    demand(
      tensor.dtype == prediction.dtype && tensor.shape == shape,
      refusal(argument, tensor, "\(type) of shape \(shape)"))
  }

  /// A weight for each element: repeated to the prediction's shape.
  func elementWeights(_ argument: StaticString, _ tensor: Tensor?) -> Tensor? {
    guard let tensor else { return nil }
    demand(
      tensor.dtype == prediction.dtype && tensor.shape.isBroadcastable(to: prediction.shape),
      refusal(argument, tensor, "\(type) of a shape that broadcasts to \(prediction.shape)"))
    notDifferentiated(argument, tensor)
    return tensor.detached().expanded(to: prediction.shape)
  }

  /// A weight for each class.
  func classWeights(_ argument: StaticString, _ tensor: Tensor?, _ classes: Int) {
    guard let tensor else { return }
    alike(argument, tensor, shape: [classes])
  }

  /// Classes, of this shape.
  func classes(_ argument: StaticString, _ tensor: Tensor, shape: Shape) {
    demand(
      tensor.dtype == .int64 && tensor.shape == shape, refusal(argument, tensor, "int64 of shape \(shape)"))
  }

  /// A class for each sample, the prediction's classes being its second dimension, or its only one.
  func oneClassEach(_ argument: StaticString, _ tensor: Tensor) {
    let rank = prediction.shape.rank
    demand(rank > 0, "\(loss): \(name) is a scalar, must have a dimension of classes")
    if rank == 1 && tensor.count == 1 && tensor.dtype == .int64 { return }
    classes(argument, tensor, shape: rank == 1 ? [] : prediction.shape.removing(1))
  }

  /// What PyTorch has no gradient by either, and refuses.
  func notDifferentiated(_ argument: StaticString, _ tensor: Tensor?) {
    demand(
      tensor.map { !Tensor.records($0) } ?? true,
      "\(loss): there is no gradient by \(argument); pass \(argument).detached()")
  }
}

extension Shape {
  /// The shape without one of its dimensions.
  func removing(_ dimension: Int) -> Shape {
    Shape(enumerated().filter { $0.offset != dimension }.map(\.element))
  }

  /// Whether a tensor of this shape can be repeated to that one.
  func isBroadcastable(to target: Shape) -> Bool {
    rank <= target.rank && zip(reversed(), target.reversed()).allSatisfy { $0 == $1 || $0 == 1 }
  }
}
