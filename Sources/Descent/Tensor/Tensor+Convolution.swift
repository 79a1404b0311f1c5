import CDescent

extension Tensor {
  /// The convolution with a weight of one to three dimensions of space, as `torch.nn.functional.conv1d` to `conv3d`:
  ///
  ///     y[n, o, i] = bias[o] + Σ x[n, c, i stride + t dilation - padding] weight[o, c, t]
  ///
  /// - Parameters:
  ///   - weight: [outputs, channels / groups, kernel...]
  ///   - bias: [outputs]
  ///   - padding: zeros on both sides; with `same` the stride must be 1.
  /// - Returns: [batch, outputs, ...]; without a batch where the tensor, [channels, ...], has none.
  public func convolution(
    _ weight: Tensor, bias: Tensor? = nil, stride: Extents = 1, padding: ConvolutionPadding = 0,
    dilation: Extents = 1, groups: Int = 1, activation: Activation = .identity
  ) -> Tensor {
    let rank = weight.shape.rank - 2
    demand((1...3).contains(rank), "convolution: the weight is of shape \(weight.shape)")
    var options = convolutionOptions(rank, stride, dilation, groups)
    switch padding {
    case .by(let extents):
      options.padding = triple(extents.expanded("padding", dimensions: rank).map(Int64.init), 0)
      options.padding_after = options.padding
    case .same:
      for (dimension, kernel) in weight.shape.suffix(rank).enumerated() {
        require(dsc_convolution_pad_same(&options, dimension, kernel))
      }
    }
    return Tensor.make {
      dsc_convolution(handle, weight.handle, bias?.handle, &options, activation.c, $0)
    }
  }

  /// The transpose of such a convolution, as `torch.nn.functional.conv_transpose1d` to `conv_transpose3d`.
  ///
  /// - Parameters:
  ///   - weight: [channels, outputs / groups, kernel...]
  ///   - padding: numbers taken away on both sides.
  ///   - outputPadding: numbers more at the end; below the stride or the dilation.
  public func convolutionTranspose(
    _ weight: Tensor, bias: Tensor? = nil, stride: Extents = 1, padding: Extents = 0,
    outputPadding: Extents = 0, dilation: Extents = 1, groups: Int = 1
  ) -> Tensor {
    let rank = weight.shape.rank - 2
    demand((1...3).contains(rank), "convolutionTranspose: the weight is of shape \(weight.shape)")
    var options = convolutionOptions(rank, stride, dilation, groups)
    options.padding = triple(padding.expanded("padding", dimensions: rank).map(Int64.init), 0)
    for (dimension, more) in outputPadding.expanded("outputPadding", dimensions: rank).enumerated() {
      require(dsc_convolution_pad_output(&options, dimension, Int64(more)))
    }
    return Tensor.make { dsc_convolution_transpose(handle, weight.handle, bias?.handle, &options, $0) }
  }

  /// The gradient of a convolution's weight, from its input, which this is, and from its output's gradient. As
  /// `torch.nn.grad.conv1d_weight` to `conv3d_weight`.
  public func convolutionWeight(
    _ gradient: Tensor, kernelSize: [Int], stride: Extents = 1, padding: Extents = 0, dilation: Extents = 1,
    groups: Int = 1
  ) -> Tensor {
    let rank = kernelSize.count
    demand((1...3).contains(rank), "convolutionWeight: a kernel of \(rank) dimensions")
    var options = convolutionOptions(rank, stride, dilation, groups)
    options.padding = triple(padding.expanded("padding", dimensions: rank).map(Int64.init), 0)
    options.padding_after = options.padding
    demand(kernelSize.allSatisfy { $0 > 0 }, "convolutionWeight: a kernel of \(kernelSize)")
    return Tensor.make { dsc_convolution_weight(handle, gradient.handle, kernelSize, &options, $0) }
  }
}

private func convolutionOptions(
  _ rank: Int, _ stride: Extents, _ dilation: Extents, _ groups: Int
) -> dsc_convolution_options {
  let (strides, dilations) = (
    stride.expanded("stride", dimensions: rank), dilation.expanded("dilation", dimensions: rank)
  )
  demand(
    (strides + dilations + [groups]).allSatisfy { $0 > 0 },
    "a convolution's stride, dilation and groups are above 0")
  var options = dsc_convolution_options()
  options.rank = rank
  options.stride = triple(strides, 1)
  options.dilation = triple(dilations, 1)
  options.groups = groups
  return options
}

/// C's array of three.
private func triple<T>(_ values: [T], _ blank: T) -> (T, T, T) {
  let all = values + Array(repeating: blank, count: 3)
  return (all[0], all[1], all[2])
}
