import CDescent

/// `softmax(query keyᵀ scale + mask) value`, head by head, as `torch.nn.functional.scaled_dot_product_attention`.
///
/// The weights are made block by block, forward and backward, so that memory does not grow with their number. A query that
/// sees no key gets zeros.
///
/// - Parameters:
///   - query: [..., L, E]
///   - key: [..., S, E]; the dimensions before the last two broadcast.
///   - value: [..., S, Ev]
///   - mask: what broadcasts to [..., L, S]: booleans, true where a key takes part, or numbers to add.
///   - dropout: the share of weights that are set to 0, the others being divided by 1 less it.
///   - isCausal: whether query i sees keys 0 to i only.
///   - scale: nil: 1 / √E.
///   - enableGQA: whether each of key's and value's heads, the third dimension from the end, serves several of query's.
/// - Returns: [..., L, Ev]
public func scaledDotProductAttention(
  _ query: Tensor, _ key: Tensor, _ value: Tensor, mask: Tensor? = nil, dropout: Double = 0,
  isCausal: Bool = false, scale: Double? = nil, enableGQA: Bool = false
) -> Tensor {
  var options = dsc_attention_options(
    is_causal: isCausal, enable_gqa: enableGQA, dropout_p: dropout, scale: scale ?? .nan)
  return Tensor.make {
    dsc_scaled_dot_product_attention(query.handle, key.handle, value.handle, mask?.handle, &options, $0)
  }
}
