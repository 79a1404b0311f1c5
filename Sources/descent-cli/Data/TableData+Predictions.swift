import Descent

extension TableData {
  /// The table's own columns, and beside them the prediction, in the target's own units; of classes its name, and the
  /// probability of each.
  func predictions(
    _ config: RunConfig, _ model: Module, first: Int?
  ) throws(DescentError) -> [[String]] {
    let places = try tested(config).indices.sorted().prefix(first ?? .max)
    var rows = [table.names]
    rows[0] += predictionNames
    try Self.inBatches(places.count) { range throws(DescentError) in
      let part = Array(places[range])
      let values = predictions(model, samples.batch(part[...]))
      for (place, (value, cells)) in zip(part, values) {
        guard value.isFinite else {
          throw DescentError(
            .nonFinite,
            "\(table.source), line \(table.lines[place]): the prediction is \(value.shown): its inputs, or the model's weights, are beyond what float32 holds"
          )
        }
        rows.append(table.rows[place] + cells)
      }
    }
    return rows
  }

  /// Names that no column has.
  private var predictionNames: [String] {
    var names = ["prediction"]
    if case .classes(let classes) = targets { names += classes.map { "p(\($0))" } }
    return names.map { name in
      var name = name
      while table.names.contains(name) { name += "_" }
      return name
    }
  }

  /// Cells, and a number that is not finite where they have none that are.
  private func predictions(_ model: Module, _ batch: Batch) -> [(value: Double, cells: [String])] {
    let scalers = scalers(model)
    let outputs = noGrad { scalers(scalers.inputs.transform(batch.inputs).to(.float32)) }
    switch targets {
    case .numbers:
      let values = scalers.targets?.inverseTransform(outputs.to(.float64)) ?? outputs
      return values.doubles.map { ($0, ["\($0)"]) }
    case .classes(let names):
      return outputs.classPredictions.map { place, shares in
        (Double(shares[shares.startIndex]), [names[place]] + shares.map { "\($0)" })
      }
    }
  }
}
