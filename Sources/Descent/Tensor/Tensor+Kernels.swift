import CDescent

// Calls of the elementwise kernels, without recording.
extension Tensor {
  static func binary(_ operation: dsc_binary, _ a: Tensor, _ b: Tensor, _ name: TapeOperation) -> Tensor {
    demand(
      a.dtype == b.dtype, "\(name.rawValue): a \(a.dtype.rawValue) and a \(b.dtype.rawValue) tensor")
    let shape = Shape.broadcast(a.shape, b.shape, name.rawValue)
    let out = Tensor(uninitialized: shape, dtype: a.dtype)
    var x = a.operand(broadcastTo: shape)
    var y = b.operand(broadcastTo: shape)
    require(
      shape.withExtents { rank, extents in
        dsc_binary_run(nil, a.dtype.c, operation, rank, extents, &x, &y, out.data)
      })
    return out
  }

  static func unary(_ operation: dsc_unary, _ x: Tensor) -> Tensor {
    let out = Tensor(uninitialized: x.shape, dtype: x.dtype)
    require(dsc_unary_run(nil, x.dtype.c, operation, x.count, x.data, out.data))
    return out
  }

  /// How a kernel walks this tensor, repeated to a shape.
  func operand(broadcastTo target: Shape) -> dsc_operand {
    var operand = dsc_operand()
    operand.data = UnsafeRawPointer(data)
    if target == shape {
      operand.setStrides(contiguous: shape)
    } else {
      operand.setStrides(shape.strides(broadcastTo: target))
    }
    return operand
  }
}

extension dsc_operand {
  mutating func setStrides(_ values: [Int]) {
    withUnsafeMutableBytes(of: &strides) { bytes in
      for (d, value) in values.enumerated() { bytes.storeBytes(of: value, toByteOffset: d * 8, as: Int.self) }
    }
  }

  mutating func setStrides(contiguous shape: Shape) {
    withUnsafeMutableBytes(of: &strides) { bytes in
      var step = 1
      for d in (0..<shape.rank).reversed() {
        bytes.storeBytes(of: step, toByteOffset: d * 8, as: Int.self)
        step *= shape[d]
      }
    }
  }
}

extension Shape {
  /// Calls `body` with the rank and the extents as C wants them.
  func withExtents<Result>(
    _ body: (Int, UnsafePointer<Int>) -> Result
  ) -> Result {
    withUnsafeTemporaryAllocation(of: Int.self, capacity: Self.maximumRank) { extents in
      for d in 0..<rank { extents[d] = self[d] }
      return body(rank, UnsafePointer(extents.baseAddress!))
    }
  }
}
