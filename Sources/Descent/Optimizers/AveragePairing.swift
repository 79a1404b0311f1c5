import CDescent

/// The tensors of an average, each with that of the model that it is of: looked up once, because finding a module's
/// parts takes far longer than averaging them.
final class AveragePairing {
  private typealias Pair = (average: Tensor, current: Tensor)

  private weak var model: Module?
  private var averaged: [Pair]
  private var copied: [Pair] = []

  /// The tensors of two modules of one architecture.
  init(_ average: Module, _ model: Module, averagesBuffers: Bool) {
    self.model = model
    let own = Dictionary(uniqueKeysWithValues: average.namedParameters.map { ($0.name, $0.parameter) })
    averaged = model.namedParameters.compactMap { name, current in own[name].map { ($0, current) } }
    Self.gather(averaged.map(\.average))
    let buffers = Dictionary(uniqueKeysWithValues: average.namedBuffers.map { ($0.name, $0.buffer) })
    for (name, current) in model.namedBuffers {
      guard let buffer = buffers[name] else { continue }
      if averagesBuffers && buffer.dtype.isFloatingPoint {
        averaged.append((buffer, current))
      } else {
        copied.append((buffer, current))
      }
    }
  }

  /// Whether this is about the model, and the model as it was.
  func isStill(of model: Module) -> Bool {
    model === self.model && averaged.allSatisfy { $0.average.dtype == $0.current.dtype }
  }

  /// Goes the share `weight` of the way to the model: in one call what lies side by side in both.
  func average(_ weight: Double) {
    var index = 0
    while index < averaged.count {
      let (average, current) = averaged[index]
      var count = 0
      while index < averaged.count, averaged[index].average.dtype == average.dtype,
        averaged[index].average.data == average.data + count * average.dtype.size,
        averaged[index].current.data == current.data + count * average.dtype.size
      {
        count += averaged[index].average.count
        averaged[index].average.storage.version &+= 1
        index += 1
      }
      require(dsc_average_update(nil, average.dtype.c, count, weight, current.data, average.data))
    }
    for (buffer, current) in copied { buffer.copy(from: current) }
  }

  /// Moves tensors side by side, as an optimizer does with the model's parameters, unless they are.
  private static func gather(_ tensors: [Tensor]) {
    guard let first = tensors.first, tensors.allSatisfy({ $0.dtype == first.dtype }) else { return }
    let size = first.dtype.size
    let places = tensors.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    if zip(tensors, places).allSatisfy({ $0.data == first.data + $1 * size }) { return }
    let values = Storage(bytes: places[tensors.count] * size)
    for (tensor, place) in zip(tensors, places) {
      (values.pointer + place * size).copyMemory(from: tensor.data, byteCount: tensor.count * size)
      tensor.move(to: values, offset: place)
    }
  }
}
