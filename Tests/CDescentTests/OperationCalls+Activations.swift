import CDescent

/// Activations with options, and embeddings.
extension OperationCalls {
  static let activations: [String: Call] = [
    "leaky_relu": { dsc_leaky_relu($0[0], $1.slope!, $2) },
    "prelu": { x, _, result in dsc_prelu(x[0], x[1], result) },
    "elu": { dsc_elu($0[0], $1.alpha!, $1.scale!, $1.inputScale!, $2) },
    "celu": { dsc_celu($0[0], $1.alpha!, $2) },
    "selu": { x, _, result in dsc_selu(x[0], result) },
    "gelu": { dsc_gelu($0[0], $1.approximate!, $2) },
    "silu": { x, _, result in dsc_silu(x[0], result) },
    "mish": { x, _, result in dsc_mish(x[0], result) },
    "softplus": { dsc_softplus($0[0], $1.beta!, $1.threshold!, $2) },
    "softsign": { x, _, result in dsc_softsign(x[0], result) },
    "tanhshrink": { x, _, result in dsc_tanhshrink(x[0], result) },
    "softshrink": { dsc_softshrink($0[0], $1.lambd!, $2) },
    "hardshrink": { dsc_hardshrink($0[0], $1.lambd!, $2) },
    "hardtanh": { dsc_hardtanh($0[0], $1.low!, $1.high!, $2) },
    "hardsigmoid": { x, _, result in dsc_hardsigmoid(x[0], result) },
    "hardswish": { x, _, result in dsc_hardswish(x[0], result) },
    "threshold": { dsc_threshold($0[0], $1.threshold!, $1.value!, $2) },
    "softmin": { dsc_softmin($0[0], $1.dimension!, $2) },
    "glu": { dsc_glu($0[0], $1.dimension!, $2) },
    "dropout": { dsc_dropout($0[0], $1.p!, $2) },
  ]

  private static let modes = ["sum": DSC_BAG_SUM, "mean": DSC_BAG_MEAN, "max": DSC_BAG_MAX]

  static let embeddings: [String: Call] = [
    "embedding": {
      var own = dsc_embedding_options(
        padding: $1.padding ?? Int64(DSC_NO_PADDING), scale_by_frequency: $1.scaleByFrequency ?? false,
        sparse: $1.sparse ?? false)
      return dsc_embedding($0[0], $0[1], &own, $2)
    },
    "embedding_bag": { x, options, result in
      var own = dsc_embedding_bag_options(
        mode: modes[options.mode!]!, padding: options.padding ?? Int64(DSC_NO_PADDING),
        include_last_offset: options.includeLastOffset ?? false,
        scale_by_frequency: options.scaleByFrequency ?? false, sparse: options.sparse ?? false)
      // Offsets are whole, factors are not.
      let offsets = x.dropFirst(2).first { dsc_tensor_dtype($0) == DSC_INT64 } ?? nil
      let factors = x.dropFirst(2).first { dsc_tensor_dtype($0) != DSC_INT64 } ?? nil
      return dsc_embedding_bag(x[0], x[1], offsets, factors, &own, result)
    },
  ]
}
