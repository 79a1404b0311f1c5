/// Parameters side by side in one buffer, their gradients in a second of the same layout.
final class FlatParameters {
  let parameters: [Parameter]
  let values: Storage
  let gradients: Storage
  let dtype: DType
  /// The parameters again, for loops that are run at every step: without reference counting.
  let list: UnsafeMutableBufferPointer<Unmanaged<Parameter>>
  /// A flag for each: whether it has a gradient.
  let hasGradient: UnsafeMutablePointer<UInt8>

  /// Moves the parameters into fresh buffers, unless they stand in such already.
  init(_ parameters: [Parameter]) throws(DescentError) {
    self.parameters = parameters
    dtype = parameters.first?.dtype ?? .float32
    list = .allocate(capacity: parameters.count)
    _ = list.initialize(from: parameters.map(Unmanaged.passUnretained))
    hasGradient = .allocate(capacity: max(parameters.count, 1))
    var total = 0
    for parameter in parameters {
      guard parameter.dtype == dtype else {
        throw DescentError(
          .invalidArgument,
          "an optimizer's parameters must be of one type; there are \(dtype.rawValue) and \(parameter.dtype.rawValue)"
        )
      }
      total += parameter.count
    }
    if let existing = Self.common(parameters) {
      (values, gradients) = existing
      return
    }
    values = Storage(bytes: total * dtype.size)
    gradients = Storage(bytes: total * dtype.size)
    var offset = 0
    for parameter in parameters {
      parameter.move(to: values, gradients: gradients, offset: offset)
      offset += parameter.count
    }
  }

  deinit {
    list.deallocate()
    hasGradient.deallocate()
  }

  /// Sets the flags; true if every parameter has a dense gradient.
  @inline(__always)
  func noteGradients() -> Bool {
    var isComplete = true
    for index in list.indices {
      let has = list[index]._withUnsafeGuaranteedRef { $0.hasGradient }
      hasGradient[index] = has ? 1 : 0
      isComplete = isComplete && has
    }
    return isComplete
  }

  /// The size of either buffer's part that the parameters fill.
  var byteCount: Int { parameters.reduce(0) { $0 + $1.count } * dtype.size }

  /// Sets all parameters.
  func copyValues(from other: Storage) {
    values.pointer.copyMemory(from: other.pointer, byteCount: byteCount)
    values.version &+= 1
  }

  /// The buffers that hold exactly these parameters in this order, if there are any.
  private static func common(_ parameters: [Parameter]) -> (Storage, Storage)? {
    guard let first = parameters.first, let gradients = first.gradientView?.storage else { return nil }
    var offset = 0
    for parameter in parameters {
      guard
        parameter.storage === first.storage, parameter.offset == offset,
        let view = parameter.gradientView, view.storage === gradients, view.offset == offset
      else { return nil }
      offset += parameter.count
    }
    return (first.storage, gradients)
  }
}
