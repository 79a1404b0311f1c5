/// Every operation that the tape records: the table that gradient checks run over.
///
/// An operation that is not listed cannot be recorded; one that is listed and not checked fails the tests.
public enum TapeOperation: String, CaseIterable, Sendable {
  // Elementwise
  case add, subtract, multiply, divide, power, maximum, mask
  case negate, exp, log, sqrt, abs, relu, tanh, sigmoid, logSigmoid, sin, cos, atan
  // Shape
  case sum, expand, reshape, transpose, rows, padRows
  // Products and layers
  case matmul, linear
  // Losses
  case softmax, logSoftmax, crossEntropy, negativeLogLikelihood, linearCrossEntropy
  case meanSquaredError, lossOfElements, lossOfRows, connectionistTemporalClassification
  /// A loss's gradient, where it is to be differentiated in turn.
  case lossSlope
}
