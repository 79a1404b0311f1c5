/// Least squares: a number for each sample.
public final class LinearRegression: RegressionModel {
  override var family: RegressionResult.Family { .linear }

  /// The means, [samples].
  public func predict(_ inputs: Tensor) -> Tensor { linearPredictor(inputs) }
}

/// Two classes, 0 and 1; targets between them are shares.
public final class LogisticRegression: RegressionModel {
  override var family: RegressionResult.Family { .logistic }

  /// The probabilities of class 1, [samples].
  public func predictProbabilities(_ inputs: Tensor) -> Tensor { linearPredictor(inputs).sigmoid() }

  /// The likelier class, [samples], int64.
  public func predict(_ inputs: Tensor) -> Tensor {
    Tensor(classes: linearPredictor(inputs).doubles.map { $0 > 0 ? 1 : 0 })
  }
}

/// Counts, or other numbers >= 0, whose logarithm's mean is linear.
public final class PoissonRegression: RegressionModel {
  override var family: RegressionResult.Family { .poisson }

  /// The means, [samples].
  public func predict(_ inputs: Tensor) -> Tensor { linearPredictor(inputs).exp() }
}

/// Two classes or more, 0, 1, 2, ...
///
/// The rows of coefficients sum to 0 where nothing tells them apart: all of them without penalties, else the intercepts.
/// `RegressionResult.table(baseline:)` shows them as differences from one class.
public final class SoftmaxRegression: RegressionModel {
  override var family: RegressionResult.Family { .softmax }

  /// The classes' probabilities, [samples, classes].
  public func predictProbabilities(_ inputs: Tensor) -> Tensor { linearPredictor(inputs).softmax() }

  /// The likeliest class, [samples], int64.
  public func predict(_ inputs: Tensor) -> Tensor { linearPredictor(inputs).argmax() }
}
