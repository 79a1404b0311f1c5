import Descent

/// Images with a class each, in two parts.
struct ImageData: RunData {
  let training: ImageDataset
  let test: ImageDataset

  var inputShape: Shape { [1, test.height, test.width] }
  var inputText: (unit: String, whole: String) {
    ("pixels", "the images are of \(test.height) x \(test.width)")
  }
  var targets: RunTargets { .classes(test.classNames) }
  var trainingCount: Int { training.count }
  var summary: String {
    "\(training.count) images of \(training.height) x \(training.width), \(training.classes) classes"
  }

  /// Other images will do: a run goes on with them in a new epoch.
  func note(in config: inout RunConfig) {}

  func model(_ network: Module) -> Module { network }

  func fit(_ model: Module, _ config: RunConfig) throws(DescentError) {}

  func loaders(
    _ config: RunConfig, _ model: Module
  ) throws(DescentError) -> (training: any BatchSource, validation: any BatchSource) {
    guard let share = config.validation else {
      return (try trainingLoader(training, config), try testLoader(config, model))
    }
    let parts = try split(training, share, config, stratifiedBy: training.targetClasses())
    return (
      try trainingLoader(parts.training, config), try DataLoader(parts.held, batchSize: Self.measuringBatch)
    )
  }

  func testLoader(_ config: RunConfig, _ model: Module) throws(DescentError) -> any BatchSource {
    try DataLoader(test, batchSize: Self.measuringBatch)
  }

  func predictions(
    _ config: RunConfig, _ model: Module, first: Int?
  ) throws(DescentError) -> [[String]] {
    var rows = [["image", "class", "name"] + (0..<test.classes).map { "p\($0)" }]
    try Self.inBatches(min(first ?? test.count, test.count)) { range throws(DescentError) in
      let outputs = noGrad { model(test.batch(Array(range)[...]).inputs) }
      for (image, (place, shares)) in zip(range, outputs.classPredictions) {
        rows.append(["\(image)", "\(place)", test.classNames[place]] + shares.map { "\($0)" })
      }
    }
    return rows
  }
}

extension Tensor {
  /// For each row of outputs the class that it is largest for, and every class's probability.
  var classPredictions: [(place: Int, shares: ArraySlice<Float>)] {
    let probabilities = noGrad { softmax() }
    let (values, width) = (probabilities.scalars(as: Float.self), shape[1])
    return probabilities.argmax().scalars(as: Int64.self).enumerated().map { row, place in
      (Int(place), values[row * width..<(row + 1) * width])
    }
  }
}
