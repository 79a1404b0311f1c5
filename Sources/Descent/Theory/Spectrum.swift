import CDescent

/// The eigenvalues and eigenvectors of a symmetric matrix.
public struct Spectrum: Sendable {
  /// The eigenvalues, rising.
  public let values: [Double]
  /// The eigenvectors in the same order, each of length 1.
  public let vectors: [[Double]]

  /// The spectrum of a matrix, by LAPACK's dsyevr.
  ///
  /// - Throws: `DescentError` for a matrix that is not square, symmetric and finite.
  public init(of matrix: [[Double]]) throws(DescentError) {
    try Self.checkSymmetric(matrix, "the matrix")
    let n = matrix.count
    var (values, vectors) = ([Double](repeating: 0, count: n), [Double](repeating: 0, count: n * n))
    try check(dsc_symmetric_eigen(n, matrix.flatMap { $0 }, &values, &vectors))
    self.values = values
    self.vectors = (0..<n).map { Array(vectors[$0 * n..<($0 + 1) * n]) }
  }

  /// The least eigenvalue.
  public var smallest: Double { values[0] }
  /// The largest one.
  public var largest: Double { values[values.count - 1] }

  /// The condition number of minimizing x^T Q x / 2, largest / smallest; infinite where Q is not positive definite, so that
  /// there is not one minimum.
  public var condition: Double { smallest > 0 ? largest / smallest : .infinity }

  /// Throws for a matrix that is not square, symmetric and finite.
  static func checkSymmetric(_ matrix: [[Double]], _ name: String) throws(DescentError) {
    guard !matrix.isEmpty, matrix.allSatisfy({ $0.count == matrix.count }) else {
      let counts = matrix.map { "\($0.count)" }.joined(separator: ", ")
      throw DescentError(
        .invalidArgument, "\(name) must be square; it has \(matrix.count) rows of \(counts) numbers")
    }
    guard matrix.joined().allSatisfy({ $0.isFinite }) else {
      throw DescentError(.invalidArgument, "\(name)'s elements must be finite")
    }
    for i in matrix.indices {
      for j in 0..<i where matrix[i][j] != matrix[j][i] {
        throw DescentError(
          .invalidArgument,
          "\(name) must be symmetric; element (\(j + 1), \(i + 1)) is \(matrix[j][i].short), element (\(i + 1), \(j + 1)) is \(matrix[i][j].short)"
        )
      }
    }
  }
}
