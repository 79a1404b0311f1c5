import CDescent

/// Pooling, planes in another size, and normalization within samples.
extension OperationCalls {
  /// C's arrays of two numbers.
  private static func pair(_ numbers: [Int]?) -> (Int, Int) {
    let numbers = numbers ?? []
    return (numbers.first ?? 0, numbers.count > 1 ? numbers[1] : 0)
  }

  private static func averages(_ o: OperationCase.Options) -> dsc_avg_pool_options {
    dsc_avg_pool_options(
      kernel_size: pair(o.kernel), stride: pair(o.stride), padding: pair(o.pads), ceil_mode: o.ceil!,
      excludes_padding: o.excludes!, divisor_override: o.divisor!)
  }

  private static func interpolation(_ o: OperationCase.Options) -> dsc_interpolate_options {
    dsc_interpolate_options(
      mode: o.linear! ? DSC_INTERPOLATE_LINEAR : DSC_INTERPOLATE_NEAREST, align_corners: o.align!,
      scales: (o.scales![0], o.scales!.count > 1 ? o.scales![1] : 0))
  }

  static let pooling: [String: Call] = [
    "max_pool": {
      var own = dsc_max_pool_options(
        kernel_size: pair($1.kernel), stride: pair($1.stride), padding: pair($1.pads),
        dilation: pair($1.dilation), ceil_mode: $1.ceil!)
      return dsc_max_pool($0[0], $1.kernel!.count, &own, $2, $2 + 1)
    },
    "adaptive_max_pool": { dsc_adaptive_max_pool($0[0], $1.sizes!.count, $1.sizes!, $2, $2 + 1) },
    "avg_pool": {
      var own = averages($1)
      return dsc_avg_pool($0[0], $1.kernel!.count, &own, $2)
    },
    "avg_pool_transposed": {
      var own = averages($1)
      return dsc_avg_pool_transposed($0[0], $1.kernel!.count, $1.extents!, &own, $2)
    },
    "adaptive_avg_pool": { dsc_adaptive_avg_pool($0[0], $1.sizes!.count, $1.sizes!, $2) },
    "adaptive_avg_pool_transposed": {
      dsc_adaptive_avg_pool_transposed($0[0], $1.extents!.count, $1.extents!, $2)
    },
    "interpolate": {
      var own = interpolation($1)
      return dsc_interpolate($0[0], $1.sizes!.count, $1.sizes!, &own, $2)
    },
    "interpolate_transposed": {
      var own = interpolation($1)
      return dsc_interpolate_transposed($0[0], $1.extents!.count, $1.extents!, &own, $2)
    },
    "pixel_shuffle": { dsc_pixel_shuffle($0[0], $1.k!, $2) },
  ]

  static let sampleNorms: [String: Call] = [
    "layer_norm": { x, options, result in
      let parameters = options.affine! ? Array(x[1...2]) : [nil, nil]
      return dsc_layer_norm(
        x[0], options.shape!.count, options.shape!, parameters[0], parameters[1], options.eps!, result)
    },
    "rms_norm": { x, options, result in
      dsc_rms_norm(
        x[0], options.shape!.count, options.shape!, options.affine! ? x[1] : nil, options.eps ?? .nan, result)
    },
    "group_norm": { x, options, result in
      let parameters = options.affine! ? Array(x[1...2]) : [nil, nil]
      return dsc_group_norm(x[0], options.k!, parameters[0], parameters[1], options.eps!, result)
    },
  ]
}
