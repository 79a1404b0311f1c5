import CDescent
import Testing

/// Eigenvalues of symmetric matrices. Larger ones are tested in Swift.
@Suite struct EigenTests {
  @Test func valuesAndVectors() {
    // The lower triangle is not read.
    let matrix = [2.0, 1, .nan, 2]
    var (values, vectors) = ([0.0, 0], [0.0, 0, 0, 0])
    #expect(dsc_symmetric_eigen(2, matrix, &values, &vectors) == DSC_OK)
    #expect(abs(values[0] - 1) < 1e-15 && abs(values[1] - 3) < 1e-15)
    let half = 0.5.squareRoot()
    #expect(vectors.allSatisfy { abs(abs($0) - half) < 1e-15 })
    #expect(vectors[0] * vectors[1] < 0 && vectors[2] * vectors[3] > 0)
    var alone = [0.0, 0]
    #expect(dsc_symmetric_eigen(2, matrix, &alone, nil) == DSC_OK)
    #expect(abs(alone[0] - 1) < 1e-15 && abs(alone[1] - 3) < 1e-15)
  }

  @Test func oneNumber() {
    var (value, vector) = (0.0, 0.0)
    #expect(dsc_symmetric_eigen(1, [-7], &value, &vector) == DSC_OK && value == -7 && abs(vector) == 1)
  }

  @Test func resultsMayLieWhereTheMatrixDoes() {
    var matrix = [2.0, 1, 1, 2]
    var values = [0.0, 0]
    let status = matrix.withUnsafeMutableBufferPointer {
      dsc_symmetric_eigen(2, $0.baseAddress, &values, $0.baseAddress)
    }
    #expect(status == DSC_OK && abs(values[1] - 3) < 1e-15 && abs(abs(matrix[0]) - 0.5.squareRoot()) < 1e-15)
  }
}
