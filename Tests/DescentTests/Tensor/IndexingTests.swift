import Descent
import Testing

/// Views by position, joining, and what tensors look like.
@Suite struct IndexingTests {
  private let x = Tensor((0..<24).map(Float.init), shape: [2, 3, 4])

  @Test func positionsAndRanges() {
    #expect(x[1, 2, 3].item() == 23 && x[-1, -1, -1].item() == 23)
    #expect(x[0].shape == [3, 4] && x[0, 1].doubles == [4, 5, 6, 7])
    #expect(x[.all, 1..<3].shape == [2, 2, 4] && x[1..., ...1, 2].doubles == [14, 18])
    #expect(x[.all, .all, .stride(by: 2)].doubles == stride(from: 0.0, to: 24, by: 2).map { $0 })
    #expect(x[0, 0, .stride(from: -3, to: -1, by: 1)].doubles == [1, 2])
    #expect(x[.new, 0, .new].shape == [1, 1, 3, 4] && x[0, 0, 0, .new].shape == [1])
    #expect(x[2..<2].shape == [0, 3, 4])
  }

  @Test func viewsShareMemoryAndGradients() throws {
    let x = Tensor((0..<6).map(Double.init), shape: [2, 3], dtype: .float64)
    x[.all, 1].fill(9)
    #expect(x.doubles == [0, 9, 2, 3, 9, 5])
    x.requiresGrad = true
    // d/dx of sum x x[0, 0]: the sum, at x[0, 0], more than x[0, 0] everywhere.
    (x * x[0, 0]).sum().backward()
    #expect(try #require(x.grad).doubles == [28, 0, 0, 0, 0, 0])
    x.grad = nil
    x.transposed()[1].sum().backward()
    #expect(try #require(x.grad).doubles == [0, 1, 0, 0, 1, 0])
  }

  @Test func outsideStops() async {
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3])[2] }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3])[0, 0, 0] }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3])[0, 2..<4] }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3])[.all, .stride(by: 0)] }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3])[5...] }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3])[..<(-1)] }
    await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3])[.all, .all, .all] }
    await #expect(processExitsWith: .failure) {
      _ = Tensor(classes: [1]).filled(where: Tensor([true]), with: 0.5)
    }
    await #expect(processExitsWith: .failure) {
      Tensor.zeros([2, 3]).transposed().withUnsafeMutableBytes { _ in }
    }
  }

  @Test func joining() {
    let (a, b) = (Tensor([[1, 2]]), Tensor([[3, 4], [5, 6]]))
    #expect(Tensor.cat([a, b]).doubles == [1, 2, 3, 4, 5, 6])
    #expect(Tensor.stack([a, a], dim: 1).shape == [1, 2, 2])
    #expect(Tensor.cat([a, b]).split([1, 2]).map(\.shape) == [[1, 2], [2, 2]])
    #expect(b.tiled([2]).doubles == [3, 4, 3, 4, 5, 6, 5, 6])
    #expect(a.padded([1, 0], .constant(7)).doubles == [7, 1, 2])
  }

  @Test func conditions() {
    let x = Tensor([-1, 0, 2, .nan], dtype: .float32)
    #expect((x .> 0).scalars(as: Bool.self) == [false, false, true, false])
    #expect((x .!= x).doubles == [0, 0, 0, 1] && x.isNaN.any() && !x.isFinite.all())
    #expect(Tensor.where(x .>= 0, x, -x).doubles[..<3] == [1, 0, 2])
    #expect(((x .> -2) .& .!(x .== 0)).doubles == [1, 0, 1, 0] && (x .< 0).sum().item() == 1)
    #expect(Tensor(classes: [1, 2]).dtype == .int64 && (Tensor(classes: [1, 2]) .== 2).doubles == [0, 1])
  }

  /// A number is a number, whatever the tensor's type.
  @Test func whatNumbersWholeTypesAreComparedWith() {
    #expect((Tensor(classes: [0, 1]) .< 0.5).doubles == [1, 0])
    #expect((Tensor([0, 200]).to(.uint8) .> -1).doubles == [1, 1])
    #expect((Tensor([true, false]) .== 2).doubles == [0, 0])
  }

  @Test func extremes() {
    let x = Tensor([[3, 1, 2], [0, 5, 4]])
    #expect(x.max().item() == 5 && x.min().item() == 0)
    #expect(x.max(dim: 0).values.doubles == [3, 5, 4] && x.max(dim: 0).indices.doubles == [0, 1, 1])
    #expect(x.argmax(dim: 0).doubles == [0, 1, 1] && x.argmin().doubles == [1, 0])
    #expect(x.sorted(descending: true).values.doubles == [3, 2, 1, 5, 4, 0])
    #expect(x.topK(2, largest: false).indices.doubles == [1, 2, 0, 2])
    #expect(Tensor(classes: [2, 0]).oneHot().doubles == [0, 0, 1, 1, 0, 0])
  }

  /// Numbers as they are written are float32; arrays have their own type.
  @Test func literals() {
    #expect(Tensor([1, 2, 3]).dtype == .float32 && Tensor([1, 2.5]).dtype == .float32)
    #expect(
      Tensor([[1, 2], [3, 4], [5, 6]]).shape == [3, 2]
        && Tensor([1, 2, 3, 4], shape: [2, 2]).shape == [2, 2])
    #expect(Tensor([1, 2], dtype: .float64).dtype == .float64)
    let numbers = [1.0, 2]
    #expect(Tensor(numbers).dtype == .float64 && Tensor([Float(1)]).dtype == .float32)
    #expect(Tensor([Int64(1), 2]).dtype == .int64 && Tensor([true, false]).dtype == .bool)
    #expect(Tensor(2).shape == [] && Tensor([[1], [2]], dtype: .int64).doubles == [1, 2])
  }

  @Test(arguments: DType.allCases) func types(_ dtype: DType) throws {
    let x = Tensor([0, 1, 1, 0]).to(dtype)
    #expect(x.dtype == dtype && x.doubles == [0, 1, 1, 0] && x.clone().to(.float32).doubles == x.doubles)
    #expect(
      x.reshaped([2, 2]).transposed().doubles == [0, 1, 1, 0] && dtype.size * 4 == x.withUnsafeBytes(\.count))
  }

  @Test func conversionsCarryGradients() throws {
    let x = Tensor([1, 2])
    x.requiresGrad = true
    (x.to(.float64) * Tensor([3, 4], dtype: .float64)).sum().backward()
    let gradient = try #require(x.grad)
    #expect(gradient.doubles == [3, 4] && gradient.dtype == .float32)
  }

  @Test func descriptions() {
    #expect(Tensor([1, 2, 3]).description == "Tensor([1., 2., 3.])")
    #expect(Tensor(0.5).description == "Tensor(0.5000)")
    #expect(
      Tensor([[1, 2.5], [-10, 4]], dtype: .float64).description == """
        Tensor([[  1.0000,   2.5000],
                [-10.0000,   4.0000]], float64)
        """)
    #expect(Tensor([true, false]).description == "Tensor([ true, false], bool)")
    #expect(Tensor.zeros([0, 3]).description == "Tensor([], shape: [0, 3])")
    #expect(Tensor([1e-9, 1]).description == "Tensor([1.0000e-09, 1.0000e+00])")
    #expect(Tensor([.nan, .infinity, 1], dtype: .float32).description == "Tensor([nan, inf,  1.])")
    let large = Tensor.arange(2000).description
    #expect(large == "Tensor([   0.,    1.,    2., ..., 1997., 1998., 1999.])")
    let leaf = Parameter([1])
    #expect(leaf.description == "Tensor([1.], requiresGrad: true)")
    #expect(Tensor.zeros([40, 50]).description.split(separator: "\n").count == 7)
  }
}
