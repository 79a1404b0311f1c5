import CDescent

// Pooling over the last dimensions, and planes in another size.
extension Tensor {
  /// The largest number of each window of the last one or two dimensions, one for each extent of `kernelSize`, and where it
  /// is in its line or plane: int64. As `torch.nn.functional.max_pool1d` and `max_pool2d`.
  public func maxPooled(
    _ kernelSize: [Int], stride: [Int]? = nil, padding: [Int]? = nil, dilation: [Int]? = nil,
    ceilMode: Bool = false
  ) -> (values: Tensor, indices: Tensor) {
    var options = dsc_max_pool_options()
    options.kernel_size = Self.pair(kernelSize, kernelSize, "kernelSize")
    options.stride = Self.pair(stride ?? kernelSize, kernelSize, "stride")
    options.padding = Self.pair(padding ?? kernelSize.map { _ in 0 }, kernelSize, "padding")
    options.dilation = Self.pair(dilation ?? kernelSize.map { _ in 1 }, kernelSize, "dilation")
    options.ceil_mode = ceilMode
    return Tensor.makePair { dsc_max_pool(handle, kernelSize.count, &options, $0, $1) }
  }

  /// The mean of each window of the last one or two dimensions. As `torch.nn.functional.avg_pool1d` and `avg_pool2d`.
  public func averagePooled(
    _ kernelSize: [Int], stride: [Int]? = nil, padding: [Int]? = nil, ceilMode: Bool = false,
    countIncludePad: Bool = true, divisorOverride: Int? = nil
  ) -> Tensor {
    demand(divisorOverride != 0, "averagePooled: divisorOverride is 0")
    var options = dsc_avg_pool_options()
    options.kernel_size = Self.pair(kernelSize, kernelSize, "kernelSize")
    options.stride = Self.pair(stride ?? kernelSize, kernelSize, "stride")
    options.padding = Self.pair(padding ?? kernelSize.map { _ in 0 }, kernelSize, "padding")
    options.ceil_mode = ceilMode
    options.excludes_padding = !countIncludePad
    options.divisor_override = Int64(divisorOverride ?? 0)
    return Tensor.make { dsc_avg_pool(handle, kernelSize.count, &options, $0) }
  }

  /// The largest numbers of so many windows of the last one or two dimensions, and where they are. As
  /// `torch.nn.functional.adaptive_max_pool1d` and `adaptive_max_pool2d`.
  public func adaptiveMaxPooled(_ sizes: [Int]) -> (values: Tensor, indices: Tensor) {
    demand(sizes.allSatisfy { $0 >= 0 }, "adaptiveMaxPooled: sizes \(sizes), none may be negative")
    return Tensor.makePair { dsc_adaptive_max_pool(handle, sizes.count, sizes, $0, $1) }
  }

  /// The means of so many windows of the last one or two dimensions. As `torch.nn.functional.adaptive_avg_pool1d` and
  /// `adaptive_avg_pool2d`.
  public func adaptiveAveragePooled(_ sizes: [Int]) -> Tensor {
    demand(sizes.allSatisfy { $0 >= 0 }, "adaptiveAveragePooled: sizes \(sizes), none may be negative")
    return Tensor.make { dsc_adaptive_avg_pool(handle, sizes.count, sizes, $0) }
  }

  /// The last one or two dimensions, behind a batch and channels, in other sizes: the nearest numbers, or, linearly, what lies
  /// between them. As `torch.nn.functional.interpolate` with `size`.
  ///
  /// - Parameter alignCorners: whether first and last numbers keep their places, linearly.
  public func interpolated(_ sizes: [Int], linearly: Bool = false, alignCorners: Bool = false) -> Tensor {
    demand(sizes.allSatisfy { $0 >= 0 }, "interpolated: sizes \(sizes), none may be negative")
    var options = dsc_interpolate_options()
    options.mode = linearly ? DSC_INTERPOLATE_LINEAR : DSC_INTERPOLATE_NEAREST
    options.align_corners = alignCorners
    return Tensor.make { dsc_interpolate(handle, sizes.count, sizes, &options, $0) }
  }

  /// Channels as squares of this side: [..., channels r², height, width] to [..., channels, r height, r width]. As
  /// `torch.nn.functional.pixel_shuffle`.
  public func pixelShuffled(_ r: Int) -> Tensor {
    demand(r > 0, "pixelShuffled: the side is \(r), must be at least 1")
    return Tensor.make { dsc_pixel_shuffle(handle, r, $0) }
  }

  /// C's array of two: as many numbers as the kernel has.
  private static func pair(_ numbers: [Int], _ kernel: [Int], _ name: String) -> (Int, Int) {
    demand(
      numbers.count == kernel.count && (1...2).contains(kernel.count) && numbers.allSatisfy { $0 >= 0 },
      "pooling: \(name) is \(numbers), must be one or two numbers, as kernelSize, none negative")
    return (numbers[0], numbers.count > 1 ? numbers[1] : 0)
  }
}
