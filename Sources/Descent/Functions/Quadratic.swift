/// A quadratic model: x^T Q x / 2 + b^T x + c.
///
///     try Quadratic(eigenvalues: [0.2, 4])                  // 0.1 x1^2 + 2 x2^2
///     try Quadratic(eigenvalues: [0.2, 4], rotation: 45)    // the same, turned
///     try Quadratic(matrix: [[2, 1], [1, 3]], linear: [1, 0])
public struct Quadratic: BatchedObjective {
  /// Q, row by row: symmetric.
  public let matrix: [[Double]]
  /// b
  public let linear: [Double]
  /// c
  public let constant: Double
  /// What it is called.
  public let description: String

  /// The model of a symmetric matrix.
  ///
  /// - Parameter linear: b; nil: 0.
  /// - Throws: `DescentError` for a matrix that is not square, symmetric and finite, and for b of another length.
  public init(
    matrix: [[Double]], linear: [Double]? = nil, constant: Double = 0
  ) throws(DescentError) {
    let rows = matrix.map { "(\($0.map(\.short).joined(separator: ", ")))" }.joined(separator: ", ")
    try self.init(matrix, linear, constant, "quadratic of the matrix (\(rows))")
  }

  /// The model whose matrix has these eigenvalues, along the axes.
  ///
  /// - Parameter rotation: by how many degrees the first two axes are turned, the first towards the second.
  /// - Throws: `DescentError` for eigenvalues or an angle that are not finite, and for an angle without two axes.
  public init(eigenvalues: [Double], rotation: Double = 0) throws(DescentError) {
    guard rotation.isFinite, rotation == 0 || eigenvalues.count >= 2 else {
      throw DescentError(
        .invalidArgument, "\(eigenvalues.count) axes cannot be turned by \(rotation.short) degrees")
    }
    let list = eigenvalues.map(\.short).joined(separator: ", ")
    let turned = rotation == 0 ? "" : ", turned by \(rotation.short) degrees"
    try self.init(
      Self.matrix(eigenvalues, rotation), nil, 0, "quadratic with eigenvalues \(list)\(turned)")
  }

  private init(
    _ matrix: [[Double]], _ linear: [Double]?, _ constant: Double, _ description: String
  ) throws(DescentError) {
    let linear = linear ?? Array(repeating: 0, count: matrix.count)
    let isSquare = !matrix.isEmpty && matrix.allSatisfy { $0.count == matrix.count }
    guard isSquare, linear.count == matrix.count else {
      throw DescentError(
        .invalidArgument,
        "a quadratic's matrix of \(matrix.count) rows of \(matrix.map { "\($0.count)" }.joined(separator: ", ")) numbers, with \(linear.count) linear ones; it must be square, with a linear number for each row"
      )
    }
    guard (matrix.joined() + linear + [constant]).allSatisfy({ $0.isFinite }) else {
      throw DescentError(.invalidArgument, "\(description): its numbers must be finite")
    }
    for i in matrix.indices {
      for j in 0..<i where matrix[i][j] != matrix[j][i] {
        throw DescentError(
          .invalidArgument,
          "a quadratic's matrix must be symmetric; element (\(j + 1), \(i + 1)) is \(matrix[j][i].short), element (\(i + 1), \(j + 1)) is \(matrix[i][j].short)"
        )
      }
    }
    (self.matrix, self.linear, self.constant, self.description) = (matrix, linear, constant, description)
  }

  /// R diag(eigenvalues) R^T; exactly the diagonal where nothing is turned.
  private static func matrix(_ eigenvalues: [Double], _ degrees: Double) -> [[Double]] {
    let n = eigenvalues.count
    var matrix = (0..<n).map { i in (0..<n).map { i == $0 ? eigenvalues[i] : 0 } }
    guard degrees != 0 else { return matrix }
    let angle = Tensor(degrees, dtype: .float64) * (Double.pi / 180)
    let (cosine, sine) = (angle.cos(), angle.sin())
    let turn = Tensor.stack([cosine, -sine, sine, cosine]).reshaped([2, 2])
    let scales = Tensor(Array(eigenvalues[..<2]), shape: [1, 2], dtype: .float64)
    let block = (turn * scales).matmul(turn.transposed()).doubles
    matrix[0].replaceSubrange(0..<2, with: block[0..<2])
    // The other off-diagonal element once more: rounding might tell them apart.
    matrix[1].replaceSubrange(0..<2, with: [block[1], block[3]])
    return matrix
  }

  /// The values at points, with the variables along the last dimension: of x [..., n] a result [...].
  public func callAsFunction(_ x: Tensor) -> Tensor {
    let q = Tensor(matrix.flatMap { $0 }, shape: [matrix.count, matrix.count], dtype: x.dtype)
    let half: Tensor = x.matmul(q) / 2 + Tensor(linear, dtype: x.dtype)
    return (half * x).sum(dims: [-1]) + constant
  }
}
