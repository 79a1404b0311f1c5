import CDescent

/// Averages that a step is to take the weights into, which go `weight` of the way.
struct OfferedAverages {
  let averages: AveragePairing
  let weight: Double
}

extension Optimizer {
  /// Has the next step take the weights into averages in its own pass, which costs less than another pass after it, if
  /// that comes to the same: the averages lie as the parameters do, and no hook may change the weights after the step.
  /// The averages know what was taken. One at a time: who comes first.
  func offer(_ averages: AveragePairing, weight: Double) {
    if offered == nil { offered = OfferedAverages(averages: averages, weight: weight) }
  }

  /// Forgets an offer that no step has met.
  func withdraw(_ averages: AveragePairing) {
    if offered?.averages === averages { offered = nil }
  }

  /// The offer, which is for one step, whatever becomes of it.
  func takeOffer() -> OfferedAverages? {
    guard let offer = offered else { return nil }
    offered = nil
    return offer
  }

  /// The averages, if the step takes the weights in; `detach` comes after it.
  func attach(_ offer: OfferedAverages) -> AveragePairing? {
    guard hooks.after.isEmpty, let place = offer.averages.take(along: flat) else { return nil }
    require(dsc_optimizer_set_average(handle, place, offer.weight))
    return offer.averages
  }

  func detach(_ averages: AveragePairing, failed: Bool) {
    require(dsc_optimizer_set_average(handle, nil, 0))
    if failed { averages.takeNothing() }
  }
}
