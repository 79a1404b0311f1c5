/// Metrics by name, for command lines.
public enum MetricName {
  /// The metrics of classes that have a name of one word; "top5" and its like are there besides.
  public static let ofClasses = ["accuracy", "precision", "recall", "f1", "auc", "perplexity"]
  /// The metrics of numbers.
  public static let ofNumbers = ["mae", "mse", "rmse", "r2"]

  /// The metric of a name.
  ///
  /// - Parameter known: the names that fit the targets.
  /// - Throws: `DescentError` with the names there are.
  public static func metric(
    _ name: String, among known: [String] = ofClasses + ofNumbers
  ) throws(DescentError) -> any Metric {
    if name.hasPrefix("top"), known.contains("accuracy"), let k = Int(name.dropFirst(3)), k >= 1 {
      return TopKAccuracy(k: k)
    }
    switch known.contains(name) ? name : "" {
    case "accuracy": return Accuracy()
    case "precision": return ClassScore(.precision)
    case "recall": return ClassScore(.recall)
    case "f1": return ClassScore(.f1)
    case "auc": return AreaUnderCurve()
    case "perplexity": return Perplexity()
    case "mae": return MeanAbsoluteError()
    case "mse": return MeanSquaredError()
    case "rmse": return RootMeanSquaredError()
    case "r2": return RSquared()
    default:
      let topK = known.contains("accuracy") ? ", and top5 or any other number" : ""
      throw .unknown("metric", name, among: known, described: known.joined(separator: ", ") + topK)
    }
  }
}
