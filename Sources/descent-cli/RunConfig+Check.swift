import Descent

extension RunConfig {
  /// Refuses what can be refused without reading data.
  func check() throws(DescentError) {
    func refuse(_ option: String, _ value: String, _ must: String) -> DescentError {
      DescentError(.invalidArgument, "--\(option) is \(value), must \(must)")
    }
    guard epochs >= 0 else { throw refuse("epochs", "\(epochs)", "not be negative") }
    guard batchSize >= 1 else { throw refuse("batch-size", "\(batchSize)", "be at least 1") }
    guard accumulate >= 1 else { throw refuse("accumulate", "\(accumulate)", "be at least 1") }
    if let earlyStop, earlyStop < 1 { throw refuse("early-stop", "\(earlyStop)", "not be negative") }
    if let validation, !(validation > 0 && validation < 1) {
      throw refuse("validation", validation.short, "be in [0, 1)")
    }
    if let ema, !(ema > 0 && ema < 1) { throw refuse("ema", ema.short, "be in [0, 1)") }
    guard saveEvery > 0, saveEvery.isFinite else { throw refuse("save-every", saveEvery.short, "be above 0") }
    for name in metrics { _ = try MetricName.metric(name, among: MetricName.ofClasses) }
    guard Set(metrics).count == metrics.count else {
      throw DescentError(.invalidArgument, "--metric names one twice: \(metrics.joined(separator: ","))")
    }
    if let schedule { _ = try Schedule(schedule) }
    let needsClosure = try RuleTable.named(optimizer.name).needsClosure
    for (name, limit) in [("clip-norm", clipNorm), ("clip-value", clipValue)] {
      guard let limit else { continue }
      guard limit > 0 else { throw refuse(name, limit.short, "be above 0") }
      guard !needsClosure else {
        throw DescentError(
          .invalidArgument, "\(optimizer.name) takes no clipped gradients: leave out --\(name)")
      }
    }
    guard !needsClosure || accumulate == 1 else {
      throw DescentError(
        .invalidArgument, "\(optimizer.name) steps on every batch: leave out --accumulate")
    }
    _ = try standardDataset
    _ = try ModelSpec(model)
    _ = try Optimizer([], NamedRule(optimizer.name, optimizer.options))
  }
}
