import CDescent

/// The tensors of an average, each with that of the model that it is of: looked up once, because finding a module's
/// parts takes far longer than averaging them.
final class AveragePairing {
  private typealias Pair = (average: Tensor, current: Tensor)

  private weak var model: Module?
  private var averaged: [Pair]
  private var copied: [Pair] = []

  /// The tensors of two modules of one architecture.
  convenience init(_ average: Module, _ model: Module, averagesBuffers: Bool) {
    let all =
      average.namedParameters.map { ($0.name, $0.parameter as Tensor) }
      + average.namedBuffers.map { ($0.name, $0.buffer) }
    self.init(Dictionary(all) { first, _ in first }, model, averagesBuffers: averagesBuffers)
  }

  /// Tensors by name, with those of a model.
  init(_ averages: [String: Tensor], _ model: Module, averagesBuffers: Bool) {
    self.model = model
    averaged = model.namedParameters.compactMap { name, current in averages[name].map { ($0, current) } }
    Self.gather(averaged.map(\.average))
    for (name, current) in model.namedBuffers {
      guard let buffer = averages[name] else { continue }
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
      let (target, source, size) = (average.mutableData, current.data, average.dtype.size)
      var count = 0
      while index < averaged.count, averaged[index].average.dtype == average.dtype,
        averaged[index].average.data == UnsafeRawPointer(target) + count * size,
        averaged[index].current.data == source + count * size
      {
        count += averaged[index].average.count
        _ = averaged[index].average.mutableData  // counts as a change
        index += 1
      }
      require(dsc_average_update(nil, average.dtype.c, count, weight, source, target))
    }
    for (buffer, current) in copied { buffer.copy(from: current) }
  }

  /// Moves tensors side by side, as an optimizer does with the model's parameters, unless they are, or are an
  /// optimizer's themselves.
  private static func gather(_ tensors: [Tensor]) {
    var gathered: OpaquePointer?
    let handles = tensors.map { Optional($0.handle) }
    guard dsc_parameters_create(nil, handles.count, handles, &gathered) == DSC_OK else { return }
    dsc_parameters_destroy(gathered)
  }
}
