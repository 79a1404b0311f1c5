import Descent
import DescentCharts

/// A sweep's curves as small multiples: one option's values are the lines of a picture, those of the others have a picture
/// each.
struct SweepPictures {
  private let results: SweepResults
  /// The axis that lines are for; nil: every combination has its picture.
  private let lines: Int?

  /// - Parameter name: the option whose values are lines, "none" for none; nil: the last one that has not too many.
  /// - Throws: `DescentError` where it is none of the sweep's, or has more values than can be told apart.
  init(_ results: SweepResults, lines name: String?) throws(DescentError) {
    self.results = results
    lines = try Self.axis(name, results.plan.axes)
  }

  /// The axis that a name means: refused before the first run begins.
  static func axis(_ name: String?, _ axes: [SweepAxis]) throws(DescentError) -> Int? {
    let most = LineChartGrid.mostSeries
    guard let name else { return axes.lastIndex { $0.values.count <= most } }
    guard name != "none" else { return nil }
    guard let index = axes.firstIndex(where: { $0.name == name || $0.names.contains(name) }) else {
      throw .unknown("option in --lines", name, among: axes.map(\.name) + ["none"])
    }
    guard axes[index].values.count <= most else {
      throw DescentError(
        .invalidArgument,
        "--lines \(name) has \(axes[index].values.count) values, of which \(most) can be told apart")
    }
    return index
  }

  /// Draws `loss` and the column that the runs are compared by, against epochs and seconds, into a folder, as PNG and SVG.
  func write(to folder: String) {
    draw(loss, "\(folder)/loss")
    let column = results.measure.column
    guard column != "seconds" else { return }
    draw(measured(column), "\(folder)/\(column)")
    draw(timed(column), "\(folder)/\(column)-seconds")
  }

  private func draw(_ grid: LineChartGrid, _ path: String) {
    do {
      try grid.write(.png, to: "\(path).png")
      try grid.write(.svg, to: "\(path).svg")
    } catch {
      warn("no \(path).png and \(path).svg: \(error)")
    }
  }

  // MARK: Curves

  /// The loss of the training, smoothed, against the samples; by epochs where some run is too short for a curve.
  private var loss: LineChartGrid {
    let isShort = results.results.contains { $0.outcome == .finished && $0.history.curve.count < 10 }
    let what = isShort ? "Training loss, mean of an epoch" : "Training loss, smoothed"
    return grid("\(what)\n\(setting)", "# of samples", "Loss") { history in
      isShort
        ? history.epochs.map { (Double($0.samples), $0.trainLoss) }
        : history.smoothedCurve().map { (Double($0.samples), $0.loss) }
    }
  }

  private func measured(_ column: String) -> LineChartGrid {
    grid("\(title(column)) after each epoch\n\(setting)", "Epoch", text(column)) { history in
      history.epochs.compactMap { record in record[column].map { (Double(record.epoch), $0) } }
    }
  }

  /// Against what the training took until then.
  private func timed(_ column: String) -> LineChartGrid {
    var chart = grid(
      "\(title(column)) against the training's time\n\(setting)", "Seconds", text(column)
    ) { history in
      var seconds = 0.0
      return history.epochs.compactMap { record in
        seconds += record.seconds
        return record[column].map { (seconds, $0) }
      }
    }
    chart.isXLogarithmic = true
    return chart
  }

  private func text(_ column: String) -> String { column.replacing("_", with: " ") }
  private func title(_ column: String) -> String {
    text(column).prefix(1).uppercased() + text(column).dropFirst()
  }

  /// What all runs have in common.
  private var setting: String {
    guard let config = results.plan.runs.first?.config else { return "" }
    let names = results.plan.axes.flatMap(\.names)
    let parts = [
      ("dataset", config.datasetTitle), ("model", config.model), ("optimizer", config.optimizer.name),
      ("batch-size", "batch \(config.batchSize)"),
    ]
    let repeats = results.rows.first?.results.count ?? 1
    return (parts.filter { !names.contains($0.0) }.map(\.1) + (repeats > 1 ? ["\(repeats) seeds"] : []))
      .joined(
        separator: ", ")
  }

  // MARK: The grid

  private func grid(
    _ title: String, _ xLabel: String, _ yLabel: String, _ points: (History) -> [(x: Double, y: Double)]
  ) -> LineChartGrid {
    let axes = results.plan.axes
    let others = axes.indices.filter { $0 != lines }
    let combinations = results.plan.combinations
    var panels: [LineChartGrid.Panel] = []
    var places: [[Int]: Int] = [:]
    for result in results.results {
      let combination = combinations[result.run.combination]
      let place = others.map { combination[$0] }
      if places[place] == nil {
        places[place] = panels.count
        let title = zip(others, place).map { "\(axes[$0].name)=\(axes[$0].text($1))" }
        panels.append(.init(title: title.joined(separator: ", "), curves: []))
      }
      let panel = places[place]!
      let series = lines.map { combination[$0] } ?? 0
      panels[panel].curves.append(
        .init(series: series, points: points(result.history), isShownWhole: result.outcome != .diverged))
      if result.outcome == .diverged {
        let name = lines.map { "\(axes[$0].name)=\(axes[$0].text(series)) " } ?? ""
        let note = name + "diverged"
        if !panels[panel].notes.contains(note) { panels[panel].notes.append(note) }
      }
    }
    let series = lines.map { axis in
      axes[axis].values.indices.map { "\(axes[axis].name)=\(axes[axis].text($0))" }
    }
    // With two options or more, the last one's values stand side by side.
    let columns = others.count > 1 ? axes[others.last!].values.count : nil
    return LineChartGrid(
      title: title, xLabel: xLabel, yLabel: yLabel, series: series ?? [], columns: columns, panels: panels)
  }
}
