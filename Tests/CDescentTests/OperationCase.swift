import CDescent
import Testing

/// A case of `operations.json`.
struct OperationCase: Decodable, Sendable {
  struct Input: Decodable, Sendable {
    var shape: [Int]
    var dtype: String?
    /// Its numbers, or the rule that makes them.
    var values: [FixtureNumber]?
    var step, factor, below: Int?
    var scale, add: Double?
    /// Not of the fixture: see `run`.
    var scaling: Double?
    /// Whether there is no derivative by it; whether it is changed in place.
    var fixed, changes: Bool?
    /// What is repeated to the shape without a copy.
    var base: [Int]?

    func numbers(_ shape: [Int]) -> [Double] {
      let count = shape.reduce(1, *)
      if let values { return values.map(\.value) }
      if let factor, let below { return (0..<count).map { Double((factor * $0 + 1) % below) } }
      return exactNumbers(count, step: step!).map { ($0 * (scale ?? 1) + (add ?? 0)) * (scaling ?? 1) }
    }
  }

  struct Output: Decodable, Sendable {
    var dtype: String?
    var shape: [Int]
    var values: [FixtureNumber]
  }

  struct Options: Decodable, Sendable {
    var scale, offset, low, high, value, correction, momentum, eps: Double?
    var order: String?
    var dimension, start, end, first, last, index, classes, padding, diagonal: Int64?
    var dimensions, amounts: [Int64]?
    var shape: [Int]?
    var step, k: Int?
    var keeps, descending, largest, training, affine, causal, gqa: Bool?
    var states, projects, lengths, reverse, relu: Bool?
    var biases: [Bool]?
    var mode, activation, equation, dtype: String?
    /// Of windows, and of planes in another size: a number for each dimension.
    var kernel, stride, pads, dilation, sizes, extents: [Int]?
    var scales: [Double]?
    var ceil, excludes, linear, align: Bool?
    var divisor: Int64?
    /// Of a convolution: its padding on each side.
    var before, after: [Int]?
    var groups: Int?
    /// Of activations, and of embeddings.
    var alpha, inputScale, beta, threshold, slope, lambd, p: Double?
    var approximate, scaleByFrequency, sparse, includeLastOffset: Bool?
    /// Of a loss, by its table's names.
    var loss: [String: Double]?
  }

  var operation: String
  var options: Options
  var dtype: String
  var inputs: [Input]
  var outputs: [Output]
  /// PyTorch's, by each real input, of outputs times `exactNumbers(step: 9 + output)`.
  var gradients: [[FixtureNumber]]?
  /// What the inputs that are changed in place are then.
  var changed: [[FixtureNumber]]?
  /// Whether only so many of the numbers are here: those at every (count / 7)-th place.
  var large: Bool?
  /// "first" or "second": the derivatives from which on differences do not tell them.
  var rough: String?
  /// Whether rounding is that of the largest number; of gradients only, which are differences of larger ones.
  var scaled, differenced: Bool?

  static let dtypes = [
    "float32": DSC_FLOAT32, "float64": DSC_FLOAT64, "int64": DSC_INT64, "uint8": DSC_UINT8, "bool": DSC_BOOL,
    "float16": DSC_FLOAT16, "bfloat16": DSC_BFLOAT16,
  ]

  func type(_ own: String?) -> dsc_dtype { Self.dtypes[own ?? dtype]! }

  private struct File: Decodable { var cases: [OperationCase] }

  /// By operation.
  static let all = Dictionary(grouping: loadFixture("operations.json", as: File.self).cases, by: \.operation)
  static let names = all.keys.sorted()

  /// What the fixture says about these numbers.
  func sample(_ numbers: [Double]) -> [Double] {
    guard large == true else { return numbers }
    return stride(from: 0, to: numbers.count, by: max(1, numbers.count / 7)).map { numbers[$0] }
  }

  var title: String {
    "\(operation) \(dtype) \(inputs.map(\.shape)) \(options)".replacing(/\w+: nil,? ?/, with: "")
  }

  // MARK: Running

  /// How inputs lie in memory.
  enum Layout: CaseIterable, Sendable { case contiguous, transposed, sliced }

  struct Run {
    /// What gradients go to, and what is computed with.
    var leaves, views, outputs: [TensorHandle]
  }

  /// inexact: with inputs times 1.01, whose sums are rounded. The fixture's own are short, and any order of adding them
  /// gives the same.
  func run(
    _ layout: Layout, context: OpaquePointer? = nil, requiresGrad: Bool = true, inexact: Bool = false
  ) throws -> Run {
    var leaves: [TensorHandle] = []
    var views: [TensorHandle] = []
    for var input in inputs {
      let dtype = type(input.dtype)
      if inexact, input.step != nil, input.fixed != true { input.scaling = 1.01 }
      let isReal = dtype == DSC_FLOAT32 || dtype == DSC_FLOAT64
      let requires = requiresGrad && gradients != nil && isReal && input.fixed != true
      let pair = try input.make(layout, dtype, context, requires)
      leaves.append(pair.leaf)
      views.append(pair.view)
    }
    return Run(leaves: leaves, views: views, outputs: try call(views))
  }

  /// The operation on these tensors.
  func call(_ inputs: [TensorHandle]) throws -> [TensorHandle] {
    let call = try #require(OperationCalls.all[operation], "no call for \(operation)")
    // Some cases look at the first of two results.
    var results = [OpaquePointer?](repeating: nil, count: outputs.count + 1)
    let status = withExtendedLifetime(inputs) {
      results.withUnsafeMutableBufferPointer { call(inputs.map { $0.handle }, options, $0.baseAddress!) }
    }
    try #require(status == DSC_OK, "\(title): \(TensorHandle.lastError)")
    return Array(results.compactMap { $0 }.map(TensorHandle.init(owning:)).prefix(outputs.count))
  }

  func upstream(
    _ output: Int, _ tensor: TensorHandle, context: OpaquePointer? = nil, scaling: Double = 1
  ) -> TensorHandle {
    let numbers = exactNumbers(tensor.count, step: 9 + output).map { $0 * scaling }
    return TensorHandle(numbers, tensor.shape, tensor.dtype, context: context)
  }
}

extension OperationCase.Input {
  /// The numbers as a leaf, and a view of it in the layout. What lies between is NaN.
  func make(
    _ layout: OperationCase.Layout, _ dtype: dsc_dtype, _ context: OpaquePointer?, _ requires: Bool
  ) throws -> (leaf: TensorHandle, view: TensorHandle) {
    func leaf(_ numbers: [Double], _ shape: [Int]) -> TensorHandle {
      TensorHandle(numbers, shape, dtype, context: context, requiresGrad: requires)
    }
    if let base, layout != .contiguous {
      let leaf = leaf(numbers(base), base)
      return (leaf, try .from { dsc_expand(leaf.handle, shape.count, shape, $0) })
    }
    let dense = dense
    guard layout != .contiguous, let last = shape.last else {
      let leaf = leaf(dense, shape)
      return (leaf, leaf)
    }
    if layout == .transposed, shape.count > 1 {
      let rows = shape[shape.count - 2]
      let turned = (0..<dense.count).map { i in
        let (matrix, place) = i.quotientAndRemainder(dividingBy: rows * last)
        return dense[matrix * rows * last + place % rows * last + place / rows]
      }
      let leaf = leaf(turned, shape.dropLast(2) + [last, rows])
      return (leaf, try .from { dsc_transpose(leaf.handle, -1, -2, $0) })
    }
    let filler = dtype == DSC_FLOAT32 || dtype == DSC_FLOAT64 ? Double.nan : 1
    let rows = shape.dropLast().reduce(1, *)
    let spread = (0..<rows * (2 * last + 1)).map { i in
      let (row, place) = i.quotientAndRemainder(dividingBy: 2 * last + 1)
      return place % 2 == 1 ? dense[row * last + place / 2] : filler
    }
    let leaf = leaf(spread, shape.dropLast() + [2 * last + 1])
    return (leaf, try .from { dsc_slice(leaf.handle, -1, 1, Int64.max, 2, $0) })
  }

  /// All numbers, those that are repeated too.
  var dense: [Double] {
    guard let base else { return numbers(shape) }
    let once = numbers(base)
    // Only a first dimension is repeated in the fixture.
    return (0..<shape.reduce(1, *)).map { once[$0 % once.count] }
  }
}
