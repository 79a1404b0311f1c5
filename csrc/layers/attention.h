/* Multi-head attention, for the layers that are made of it. */
#ifndef DSC_LAYERS_ATTENTION_H
#define DSC_LAYERS_ATTENTION_H

#include "layers/layer.h"

/* Names of the inputs in messages are multihead_attention's. */
typedef struct dsc_attention_inputs {
    dsc_tensor *query, *key, *value;
    dsc_tensor *key_padding_mask, *attn_mask; /* NULL: none; booleans are true where a key is left out */
    bool is_causal, needs_weights, averages_weights;
} dsc_attention_inputs;

/* layer: of the row multihead_attention. weights: written where they are needed. */
dsc_status dsc_attention_layer_run(const dsc_layer *layer, bool is_training,
                                   const dsc_attention_inputs *inputs, dsc_tensor **output,
                                   dsc_tensor **weights);

/* What masks leave for scores [N, heads, L, keys]: NULL, booleans that are true where a key takes part, or
 * numbers to add. `more`: keys behind the masks', which always take part. */
typedef struct dsc_attention_extents {
    size_t batch, heads, queries, keys, more;
    bool is_batched;
} dsc_attention_extents;
dsc_status dsc_attention_merge_masks(const dsc_attention_inputs *inputs, const dsc_attention_extents *extents,
                                     dsc_tensor **merged);

#endif
