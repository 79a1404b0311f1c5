/* Multi-head attention, for the layers that are made of it. */
#ifndef DSC_LAYERS_ATTENTION_H
#define DSC_LAYERS_ATTENTION_H

#include "layers/layer.h"

/* The row's options. */
enum {
    DSC_MHA_EMBED_DIM,
    DSC_MHA_NUM_HEADS,
    DSC_MHA_DROPOUT,
    DSC_MHA_BIAS,
    DSC_MHA_ADD_BIAS_KV,
    DSC_MHA_ADD_ZERO_ATTN,
    DSC_MHA_KDIM,
    DSC_MHA_VDIM,
    DSC_MHA_BATCH_FIRST,
    DSC_MHA_AVERAGE,
    DSC_MHA_IS_CAUSAL
};

/* Names of the inputs in messages are multihead_attention's. */
typedef struct dsc_attention_inputs {
    dsc_tensor *query, *key, *value;
    dsc_tensor *key_padding_mask, *attn_mask; /* NULL: none; booleans are true where a key is left out */
    bool is_causal, needs_weights, averages_weights;
    double dropout; /* of weights */
} dsc_attention_inputs;

/* layer: of the row multihead_attention. weights: written where they are needed. */
dsc_status dsc_attention_layer_run(const dsc_layer *layer, const dsc_attention_inputs *inputs,
                                   dsc_tensor **output, dsc_tensor **weights);

/* What masks leave for scores [N, heads, L, keys]: NULL, booleans that are true where a key takes part, or
 * numbers to add. `more`: keys behind the masks', which always take part. */
typedef struct dsc_attention_extents {
    size_t batch, heads, queries, keys, more;
    bool is_batched;
} dsc_attention_extents;
dsc_status dsc_attention_merge_masks(const dsc_attention_inputs *inputs, const dsc_attention_extents *extents,
                                     dsc_tensor **merged);

/* The parameters; an absent one has none. */
typedef struct dsc_attention_weights {
    dsc_tensor *in_proj, *q, *k, *v, *in_bias, *bias_k, *bias_v, *out, *out_bias;
} dsc_attention_weights;
dsc_attention_weights dsc_attention_weights_of(const dsc_layer *layer);
/* Whether keys and values are as wide as queries, and have one matrix with them. */
bool dsc_attention_has_one_width(const dsc_layer *layer);
/* option: DSC_MHA_KDIM or DSC_MHA_VDIM. */
size_t dsc_attention_width_of(const dsc_layer *layer, int option);
dsc_status dsc_attention_make_weights(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype,
                                      dsc_random *random);

#endif
