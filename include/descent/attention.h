/* Attention: what queries find in keys, of values. */
#ifndef DESCENT_ATTENTION_H
#define DESCENT_ATTENTION_H

#include <math.h>

#include "tensor.h"

DSC_BEGIN_API

/* softmax(query key^T scale + mask) value, head by head.
 *
 *     query [..., L, E], key [..., S, E], value [..., S, Ev]; the result [..., L, Ev]
 *
 * The dimensions before the last two broadcast. attn_mask: NULL, or something that broadcasts to [..., L, S]:
 * booleans, true where a key takes part, or numbers of query's type that are added and may require gradients.
 * A query without any key, all of whose scores are -infinity, gets zeros and gives gradients of 0, as in
 * PyTorch; so does everything where S is 0.
 *
 * The weights are made block by block, forward and backward: beyond inputs and results there is memory for
 * two numbers a query, and for the gradient of a real mask if that is wanted. float32 and float64; float32's
 * sums of exponentials are added up in double after some hundred. Where query's numbers of a head do not
 * stand together, as after a permutation of [N, L, heads, E], nor do the result's.
 *
 * Refused besides: a dropout that is not in [0, 1], scale NaN with E = 0, head counts that do not divide.
 *
 * Sources: torch.nn.functional.scaled_dot_product_attention; Vaswani et al. 2017, arXiv:1706.03762;
 * Milakov and Gimelshein 2018, arXiv:1805.02867; Dao et al. 2022, arXiv:2205.14135. */
typedef struct dsc_attention_options {
    bool is_causal;   /* query i sees keys 0 to i only; besides what the mask says */
    bool enable_gqa;  /* each of key's and value's heads, dimension -3, serves several of query's */
    double dropout_p; /* the share of weights that are set to 0, the others being divided by 1 - p; drawn as
                         context.h says */
    double scale;     /* NaN: 1 / sqrt(E) */
} dsc_attention_options;
#define DSC_ATTENTION_OPTIONS                                                                                \
    { .is_causal = false, .enable_gqa = false, .dropout_p = 0, .scale = (double)NAN }
/* options NULL: those. */
dsc_status dsc_scaled_dot_product_attention(dsc_tensor *query, dsc_tensor *key, dsc_tensor *value,
                                            dsc_tensor *attn_mask, const dsc_attention_options *options,
                                            dsc_tensor **result);

DSC_END_API
#endif
