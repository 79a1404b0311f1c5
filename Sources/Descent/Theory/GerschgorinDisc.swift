/// One of the discs that a matrix's eigenvalues lie in: for at least one j, |lambda - M_jj| is at most the sum of the
/// absolute values of row j's other elements. Gerschgorin 1931.
public struct GerschgorinDisc: Sendable, Equatable {
  /// The diagonal element.
  public let center: Double
  /// The others' sum, in absolute value.
  public let radius: Double

  /// Where the disc meets the real line, on which all eigenvalues of a symmetric matrix lie.
  public var range: ClosedRange<Double> { center - radius...center + radius }

  /// The discs of a matrix, row by row.
  ///
  /// - Precondition: the matrix is square.
  public static func discs(of matrix: [[Double]]) -> [GerschgorinDisc] {
    demand(matrix.allSatisfy { $0.count == matrix.count }, "the discs of a matrix that is not square")
    return matrix.enumerated().map { index, row in
      let others = row.enumerated().filter { $0.offset != index }.map { abs($0.element) }
      return GerschgorinDisc(center: row[index], radius: others.reduce(0, +))
    }
  }
}
