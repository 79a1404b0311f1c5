extension Quadratic {
  /// Q's eigenvalues and eigenvectors.
  public var spectrum: Spectrum {
    // The matrix was checked when the model was made.
    do { return try Spectrum(of: matrix) } catch { stop(error.message) }
  }

  /// Where the model is least, -Q^-1 b.
  ///
  /// - Throws: `DescentError` where Q is not positive definite, so that there is no such place, or not one.
  public func minimizer() throws(DescentError) -> [Double] {
    let spectrum = spectrum
    guard spectrum.smallest > 0 else {
      throw DescentError(
        .unsolvable,
        "\(description) has no single minimum: its least eigenvalue is \(spectrum.smallest.short), must be above 0"
      )
    }
    // Along each eigenvector for itself.
    var place = [Double](repeating: 0, count: matrix.count)
    for (value, vector) in zip(spectrum.values, spectrum.vectors) {
      let part = zip(vector, linear).reduce(0) { $0 + $1.0 * $1.1 } / value
      for (index, element) in vector.enumerated() { place[index] -= part * element }
    }
    return place
  }

  /// The steps that SGD takes until the distance from the minimum is `factor` of what it was; it starts 1 above the minimum
  /// along every axis. nil: more than `most`.
  ///
  /// - Throws: `DescentError` where there is no single minimum, and for options that are out of range.
  public func steps(by rule: SGD, toFactor factor: Double, most: Int) throws(DescentError) -> Int? {
    let place = try minimizer()
    let start = place.map { $0 + 1 }
    let trace = try Trace(of: self, from: start, steps: most, by: rule)
    return trace.firstStep(within: factor * distance(start, place), of: place)
  }

  /// The model in variables scaled so that Q's diagonal becomes 1: z = diag(Q)^(1/2) x, with
  /// diag(Q)^(-1/2) Q diag(Q)^(-1/2). The cheap part of what dividing by the eigenvalues would do: Zhang, Lipton, Li and
  /// Smola, Dive into Deep Learning, "Adagrad".
  ///
  /// - Throws: `DescentError` for a diagonal that is not positive.
  public func diagonallyPreconditioned() throws(DescentError) -> Quadratic {
    for (index, row) in matrix.enumerated() where !(row[index] > 0) {
      throw DescentError(
        .invalidArgument,
        "diagonal element \(index + 1) is \(row[index].short), must be above 0 to divide by its square root")
    }
    let scales = matrix.indices.map { matrix[$0][$0].squareRoot() }
    let scaled = matrix.indices.map { i in
      matrix.indices.map { i == $0 ? 1 : matrix[i][$0] / (scales[i] * scales[$0]) }
    }
    return try Quadratic(
      matrix: scaled, linear: zip(linear, scales).map { $0 / $1 }, constant: constant)
  }
}
