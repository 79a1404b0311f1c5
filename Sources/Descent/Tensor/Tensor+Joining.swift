import CDescent

extension Tensor {
  /// Tensors one after the other along a dimension; of one type, and one shape but for that dimension. As `torch.cat`.
  public static func cat(_ tensors: [Tensor], dim: Int = 0) -> Tensor {
    joined(tensors) { dsc_cat($0, $1, Int64(dim), $2) }
  }

  /// Tensors of one shape along a new dimension. As `torch.stack`.
  public static func stack(_ tensors: [Tensor], dim: Int = 0) -> Tensor {
    joined(tensors) { dsc_stack($0, $1, Int64(dim), $2) }
  }

  private static func joined(
    _ tensors: [Tensor],
    _ body: (Int, UnsafePointer<OpaquePointer?>, UnsafeMutablePointer<OpaquePointer?>) -> dsc_status
  ) -> Tensor {
    withExtendedLifetime(tensors) {
      let handles = tensors.map { Optional($0.handle) }
      return make { result in body(handles.count, handles, result) }
    }
  }

  /// Views of stretches of these lengths, one after the other along a dimension. As `torch.split`.
  ///
  /// - Precondition: the lengths add up to the extent.
  public func split(_ sizes: [Int], dim: Int = 0) -> [Tensor] {
    demand(sizes.allSatisfy { $0 >= 0 }, "split: sizes \(sizes), none may be negative")
    var parts = [OpaquePointer?](repeating: nil, count: sizes.count)
    require(dsc_split(handle, sizes.count, sizes, Int64(dim), &parts))
    return parts.map { Tensor(owning: $0) }
  }

  /// What stands around a tensor that is padded.
  public enum Padding: Sendable {
    /// A number.
    case constant(Double)
    /// What is there, mirrored at the outermost number.
    case reflect
    /// The outermost number.
    case replicate
    /// What is there, from the other end on.
    case circular
  }

  /// With more on either side: an amount before and one after for each of the last dimensions, beginning with the last.
  /// Negative amounts take away. As `torch.nn.functional.pad`.
  public func padded(_ amounts: [Int], _ padding: Padding = .constant(0)) -> Tensor {
    demand(amounts.count % 2 == 0, "padded: \(amounts.count) amounts, must be two for each dimension")
    let (mode, value): (dsc_padding, Double) =
      switch padding {
      case .constant(let value): (DSC_PAD_CONSTANT, value)
      case .reflect: (DSC_PAD_REFLECT, 0)
      case .replicate: (DSC_PAD_REPLICATE, 0)
      case .circular: (DSC_PAD_CIRCULAR, 0)
      }
    return Tensor.make { dsc_pad(handle, amounts.count / 2, amounts.map(Int64.init), mode, value, $0) }
  }

  /// The whole repeated so many times along each of the last dimensions. As `torch.tile`.
  public func tiled(_ times: [Int]) -> Tensor {
    demand(times.allSatisfy { $0 >= 0 }, "tiled: \(times), none may be negative")
    return Tensor.make { dsc_tile(handle, times.count, times, $0) }
  }
}

// Products.
extension Tensor {
  /// The product of vectors, matrices, or batches of matrices, whose dimensions before the last two broadcast. As
  /// `torch.matmul`.
  public func matmul(_ other: Tensor) -> Tensor { Tensor.make { dsc_matmul(handle, other.handle, $0) } }

  /// The sum of products that an equation names: `Tensor.einsum("bij,bjk->bik", a, b)`. One or two operands. As
  /// `torch.einsum`.
  public static func einsum(_ equation: String, _ a: Tensor, _ b: Tensor? = nil) -> Tensor {
    make { dsc_einsum(equation, a.handle, b?.handle, $0) }
  }
}
