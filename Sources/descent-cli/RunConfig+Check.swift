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
      let must = isOfTable ? "be in (0, 1): a table has no test part" : "be in [0, 1)"
      throw refuse("validation", validation.short, must)
    }
    if let ema, !(ema > 0 && ema < 1) { throw refuse("ema", ema.short, "be in [0, 1)") }
    guard emaEvery >= 1 else { throw refuse("ema-every", "\(emaEvery)", "be at least 1") }
    guard ema != nil || emaEvery == 1 else {
      throw DescentError(.invalidArgument, "--ema-every needs --ema")
    }
    guard saveEvery > 0, saveEvery.isFinite else { throw refuse("save-every", saveEvery.short, "be above 0") }
    for name in metrics ?? [] { _ = try MetricName.metric(name) }
    if let metrics, Set(metrics).count != metrics.count {
      throw DescentError(.invalidArgument, "--metric names one twice: \(metrics.joined(separator: ","))")
    }
    if let loss { _ = try Self.loss(loss) }
    if let classes, classes.count < 2 {
      throw DescentError(.invalidArgument, "classes are \(classes), must be two or more")
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
    if !isOfTable {
      _ = try standardDataset
      let columns = [("target", target != nil), ("features", features != nil), ("drop-missing", dropMissing)]
      if let (name, _) = columns.first(where: \.1) {
        throw DescentError(
          .invalidArgument, "--\(name) is for tables, \(dataset) has images: their classes are the targets")
      }
    }
    _ = try ModelSpec(model)
    _ = try Optimizer([], NamedRule(optimizer.name, optimizer.options))
  }
}
