#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Tensor: CustomStringConvertible {
  /// The numbers in brackets, a row a line, then the type where it is not float32, and whether gradients are wanted: as
  /// PyTorch prints it. Of many numbers the first and last of each dimension.
  public var description: String {
    let edge = count > 1000 ? 3 : Int.max
    let numbers = detached().corners(edge)
    var cells = NumberFormat(numbers).cells[...]
    let body = Self.brackets(shape, edge, depth: 0, &cells)
    let type = dtype == .float32 ? "" : ", \(dtype.rawValue)"
    let empty = count == 0 && rank != 1 ? ", shape: \(shape)" : ""
    return "Tensor(\(body)\(empty)\(type)\(requiresGrad ? ", requiresGrad: true" : ""))"
  }

  /// What `description` shows of it: `edge` slices at both ends of each dimension.
  private func corners(_ edge: Int) -> Tensor {
    (0..<rank).reduce(self) { part, dim in
      let extent = shape[dim]
      guard extent > 2 * Swift.min(edge, extent) else { return part }
      let ends = Array(0..<edge) + Array(extent - edge..<extent)
      return part.selected(dim: dim, Tensor(classes: ends))
    }
  }

  private static func brackets(
    _ extents: some Collection<Int>, _ edge: Int, depth: Int, _ cells: inout ArraySlice<String>
  ) -> String {
    guard let extent = extents.first else { return cells.popFirst() ?? "" }
    let isCut = extent > 2 * Swift.min(edge, extent)
    let inner = extents.dropFirst()
    var parts = (0..<(isCut ? 2 * edge : extent)).map { _ in brackets(inner, edge, depth: depth + 1, &cells) }
    if isCut { parts.insert("...", at: edge) }
    // Below the bracket that they are in.
    let indent = String(repeating: " ", count: "Tensor([".count + depth)
    let separator =
      inner.isEmpty ? ", " : "," + String(repeating: "\n", count: inner.count) + indent
    return "[" + parts.joined(separator: separator) + "]"
  }
}

/// Numbers in one width, with four digits after the point at most, or all in scientific notation.
private struct NumberFormat {
  let cells: [String]

  init(_ tensor: Tensor) {
    let texts: [String]
    if tensor.dtype == .bool {
      texts = tensor.scalars(as: Bool.self).map(String.init)
    } else if !tensor.dtype.isFloatingPoint {
      texts = tensor.to(.int64).scalars(as: Int64.self).map(String.init)
    } else {
      let numbers = tensor.doubles
      let sizes = numbers.filter { $0.isFinite && $0 != 0 }.map { abs($0) }
      let (least, most) = (sizes.min() ?? 1, sizes.max() ?? 1)
      let isWhole = sizes.allSatisfy { $0 == $0.rounded() }
      let isScientific = most >= 1e8 || most / least > 1000 && !isWhole || least < 1e-4
      texts = numbers.map { number in
        if !number.isFinite { return number.isNaN ? "nan" : number < 0 ? "-inf" : "inf" }
        if isScientific { return Self.formatted("%.4e", number) }
        return isWhole ? Self.formatted("%.0f.", number) : Self.formatted("%.4f", number)
      }
    }
    let width = texts.map(\.count).max() ?? 0
    cells = texts.map { String(repeating: " ", count: width - $0.count) + $0 }
  }

  private static func formatted(_ format: String, _ number: Double) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      _ = withVaList([number]) { vsnprintf(buffer.baseAddress, buffer.count, format, $0) }
      return String(cString: buffer.baseAddress!)
    }
  }
}
