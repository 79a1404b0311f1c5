import CDescent

/// The tensors of an average, each with that of the model that it is of: looked up once, because finding a module's
/// parts takes far longer than averaging them.
final class AveragePairing {
  private typealias Pair = (average: Tensor, current: Tensor)

  private weak var model: Module?
  private var averaged: [Pair]
  private var copied: [Pair] = []
  /// Those that a step has taken the weights into: the pass after it leaves them out.
  private var taken = 0..<0

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
    // In the order in which the weights lie: so do their averages, whatever groups an optimizer has.
    let pairs: [Pair] = model.namedParameters.compactMap { name, current in
      averages[name].map { ($0, current) }
    }
    averaged = pairs.sorted { ($0.current.data, $0.current.count) < ($1.current.data, $1.current.count) }
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

  /// Where a step may take the weights in itself: the averages of an optimizer's parameters, if they lie as these do.
  /// `average` is then for the rest.
  func take(along flat: FlatParameters) -> UnsafeMutableRawPointer? {
    let total = flat.count
    guard total > 0, let start = flat.parameters.first?.data,
      let first = averaged.firstIndex(where: { $0.current.data == start })
    else { return nil }
    let place = averaged[first].average.mutableData
    var (index, count) = (first, 0)
    while count < total {
      guard index < averaged.count else { return nil }
      let (average, current) = averaged[index]
      let offset = count * current.dtype.size
      guard average.dtype == current.dtype, current.data == start + offset,
        UnsafeRawPointer(average.mutableData) == UnsafeRawPointer(place) + offset  // counts as a change
      else { return nil }
      (index, count) = (index + 1, count + current.count)
    }
    guard count == total else { return nil }
    taken = first..<index
    return place
  }

  /// Whether a step has taken weights in, and the rest is not averaged yet.
  var isTaken: Bool { !taken.isEmpty }

  /// The step came to nothing.
  func takeNothing() { taken = 0..<0 }

  /// Goes the share `weight` of the way to the model: in one call what lies side by side in both. What a step has taken
  /// in is left out.
  func average(_ weight: Double) {
    defer { takeNothing() }
    var index = 0
    while index < averaged.count {
      guard !taken.contains(index) else {
        index = taken.upperBound
        continue
      }
      let (average, current) = averaged[index]
      let (target, source, size) = (average.mutableData, current.data, average.dtype.size)
      var count = 0
      while index < averaged.count, !taken.contains(index), averaged[index].average.dtype == average.dtype,
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
