import Descent
import Foundation
import Testing

/// Shapes, values and the numerics of tensor operations.
@Suite struct TensorTests {
  @Test func broadcasting() {
    let a = Tensor([1, 2, 3, 4, 5, 6], shape: [2, 3], dtype: .float64)
    #expect((a + Tensor([10, 20, 30], dtype: .float64)).doubles == [11, 22, 33, 14, 25, 36])
    #expect((a * Tensor([10, 100], shape: [2, 1], dtype: .float64)).doubles == [10, 20, 30, 400, 500, 600])
    #expect((10 - a).doubles == [9, 8, 7, 6, 5, 4])
    #expect(
      (Tensor([1, 2], shape: [2, 1], dtype: .float64) + Tensor([1, 2], dtype: .float64)).shape == [2, 2])
    #expect((Tensor.zeros([0, 3]) + Tensor.ones([3])).shape == [0, 3])
  }

  @Test func reductions() {
    let a = Tensor((0..<24).map(Double.init), shape: [2, 3, 4], dtype: .float64)
    #expect(a.sum().item() == 276)
    #expect(a.sum(dim: 1).doubles == [12, 15, 18, 21, 48, 51, 54, 57])
    #expect(a.sum(dim: -1).doubles == [6, 22, 38, 54, 70, 86])
    #expect(a.sum(dim: 0, keepingDimension: true).shape == [1, 3, 4])
    #expect(a.mean(dim: 2).doubles == [1.5, 5.5, 9.5, 13.5, 17.5, 21.5])
    #expect(Tensor.zeros([0]).sum().item() == 0 && Tensor.zeros([0]).mean().item().isNaN)
    #expect(Tensor([3, .nan, 5, 1, 7, 7], shape: [2, 3], dtype: .float32).argmax().doubles == [1, 1])
  }

  @Test func largeSumsKeepTheirDigits() {
    let n = 3_000_000
    #expect(abs(Tensor.full([n], 0.1).sum().item() / (Double(Float(0.1)) * Double(n)) - 1) < 1e-7)
  }

  @Test func viewsShareMemory() {
    let a = Tensor.arange(6).reshaped([3, 2])
    let row = a[rows: 1..<2]
    row.fill(9)
    #expect(a.doubles == [0, 1, 9, 9, 4, 5])
    #expect(a.transposed().doubles == [0, 9, 4, 1, 9, 5])
    #expect(a[rows: 3..<3].shape == [0, 2])
  }

  /// e^x within 2 ULP of the system's, over the range and at its ends.
  @Test func exponential() {
    let x = stride(from: -745.0, through: 709.0, by: 0.377).map { $0 }
    for (y, x) in zip(Tensor(x, dtype: .float64).exp().doubles, x) {
      #expect(abs(y - exp(x)) <= 2 * exp(x).ulp + 2 * .leastNonzeroMagnitude, "exp(\(x))")
    }
    let f = stride(from: Float(-103), through: 88.7, by: 0.0773).map { $0 }
    for (y, x) in zip(Tensor(f).exp().scalars(as: Float.self), f) {
      #expect(
        abs(y - Foundation.exp(x)) <= 2 * Foundation.exp(x).ulp + 2 * .leastNonzeroMagnitude, "exp(\(x))")
    }
    for dtype in [DType.float32, .float64] {
      let ends = Tensor([.infinity, -.infinity, .nan, 0, 1e4, -1e4], dtype: dtype).exp().doubles
      #expect(
        ends[0] == .infinity && ends[1] == 0 && ends[2].isNaN && ends[3] == 1 && ends[4] == .infinity
          && ends[5] == 0)
    }
  }

  @Test func notANumberPropagates() {
    let x = Tensor([.nan, -1, 2], dtype: .float32)
    #expect(x.relu().doubles[0].isNaN && x.relu().doubles[1...] == [0, 2])
    #expect(
      Tensor.maximum(x, .zeros([3])).doubles[0].isNaN && Tensor.maximum(.zeros([3]), x).doubles[0].isNaN)
    #expect(x.abs().doubles[0].isNaN)
  }

  @Test func products() {
    for (m, k, n) in [
      (1, 1, 1), (3, 5, 7), (67, 131, 259), (1, 600, 400), (300, 2, 300), (300, 270, 310), (2, 0, 3),
      (0, 2, 3),
    ] {
      let a = Tensor(exactNumbers(m * k, step: 1), shape: [m, k], dtype: .float64)
      let b = Tensor(exactNumbers(k * n, step: 2), shape: [k, n], dtype: .float64)
      var expected = [Double](repeating: 0, count: m * n)
      let (x, y) = (a.doubles, b.doubles)
      for i in 0..<m {
        for j in 0..<k { for l in 0..<n { expected[i * n + l] += x[i * k + j] * y[j * n + l] } }
      }
      // Sums of k products of either sign, up to 4.
      let error = largestULP(a.matmul(b).doubles, expected, .float64, scale: 4 * Double(k))
      #expect(error <= 16, "\(m) x \(k) x \(n)")
    }
  }

  @Test func sizesAreChecked() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 2]).item() }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 2]).reshaped([3]) }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 2])[rows: 1..<3] }
    await #expect(processExitsWith: .failure) { _ = Tensor([1, 2], shape: [3], dtype: .float32) }
    await #expect(processExitsWith: .failure) { _ = Shape([1 << 32, 1 << 32]) }
  }
}
