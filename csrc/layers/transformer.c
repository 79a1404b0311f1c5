/* A transformer's layers: attention, attention to a memory in a decoder's, and two linear layers, each added
 * to what it was given. */
#include "layers/transformer.h"

#include <string.h>

#include "descent/activations.h"
#include "layers/attention.h"
#include "layers/scope.h"

enum {
    D_MODEL,
    NHEAD,
    FEEDFORWARD,
    DROPOUT,
    ACTIVATION,
    EPS,
    BATCH_FIRST,
    NORM_FIRST,
    BIAS,
    IS_CAUSAL,
    MEMORY_IS_CAUSAL
};

static const dsc_option_info encoder_options[] = {DSC_TRANSFORMER_SIZES, DSC_TRANSFORMER_OPTIONS,
                                                  DSC_TRANSFORMER_ENCODER_END};
static const dsc_option_info decoder_options[] = {DSC_TRANSFORMER_SIZES, DSC_TRANSFORMER_OPTIONS,
                                                  DSC_TRANSFORMER_DECODER_END};

/* The parts of either; an encoder's layer has no attention to a memory. */
typedef struct parts {
    const dsc_layer *self_attn, *multihead_attn, *linear1, *linear2, *const *norms;
} parts;

static parts parts_of(const dsc_layer *layer) {
    const dsc_layer *const *p = (const dsc_layer *const *)layer->parts;
    const size_t linear = dsc_attends_memory(layer) ? 2 : 1;
    return (parts){p[0], dsc_attends_memory(layer) ? p[1] : NULL, p[linear], p[linear + 1], p + linear + 2};
}

/* ---- Making ---- */

dsc_status dsc_transformer_add_norm(dsc_layer *layer, const char *name, const dsc_context *context,
                                    dsc_dtype dtype, double width, double eps, double bias,
                                    dsc_random *random) {
    const dsc_option options[] = {{"normalized_shape[0]", width}, {"eps", eps}, {"bias", bias}};
    return dsc_layer_add_part(layer, name, context, dtype, "layer_norm", 3, options, random);
}

static dsc_status add_attention(dsc_layer *layer, const char *name, const dsc_context *context,
                                dsc_dtype dtype, dsc_random *random) {
    const double *v = layer->values;
    const dsc_option options[] = {{"embed_dim", v[D_MODEL]},
                                  {"num_heads", v[NHEAD]},
                                  {"bias", v[BIAS]},
                                  {"batch_first", v[BATCH_FIRST]}};
    return dsc_layer_add_part(layer, name, context, dtype, "multihead_attention",
                              sizeof options / sizeof *options, options, random);
}

static dsc_status add_linear(dsc_layer *layer, const char *name, const dsc_context *context, dsc_dtype dtype,
                             double inputs, double outputs, dsc_random *random) {
    const dsc_option options[] = {
        {"in_features", inputs}, {"out_features", outputs}, {"bias", layer->values[BIAS]}};
    return dsc_layer_add_part(layer, name, context, dtype, "linear", 3, options, random);
}

static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    const double *v = layer->values;
    const bool attends_memory = dsc_attends_memory(layer);
    if (fmod(v[D_MODEL], v[NHEAD]) != 0)
        return dsc_fail(DSC_ERROR_OPTION, "%s: nhead is %g, must divide d_model, %g", layer->row->info.name,
                        v[NHEAD], v[D_MODEL]);
    DSC_TRY(add_attention(layer, "self_attn", context, dtype, random));
    if (attends_memory)
        DSC_TRY(add_attention(layer, "multihead_attn", context, dtype, random));
    DSC_TRY(add_linear(layer, "linear1", context, dtype, v[D_MODEL], v[FEEDFORWARD], random));
    DSC_TRY(add_linear(layer, "linear2", context, dtype, v[FEEDFORWARD], v[D_MODEL], random));
    static const char *const norms[] = {"norm1", "norm2", "norm3"};
    for (size_t i = 0; i < (attends_memory ? 3 : 2); ++i)
        DSC_TRY(
            dsc_transformer_add_norm(layer, norms[i], context, dtype, v[D_MODEL], v[EPS], v[BIAS], random));
    return DSC_OK;
}

/* ---- Forward ---- */

typedef struct transformer {
    const dsc_layer *layer;
    parts parts;
    const dsc_transformer_inputs *in;
    bool is_training;
    double dropout;
    dsc_scope s;
} transformer;

static dsc_tensor *s_norm(transformer *t, size_t index, dsc_tensor *x) {
    dsc_tensor *made = NULL;
    return x == NULL ? NULL
                     : s_call(&t->s, made,
                              dsc_layer_forward(t->parts.norms[index], t->is_training, DSC_ACTIVATION_NONE, x,
                                                &made));
}

static dsc_tensor *s_attend(transformer *t, const dsc_layer *attention, dsc_attention_inputs *inputs) {
    dsc_tensor *made = NULL, *weights = NULL;
    if (t->s.status != DSC_OK)
        return NULL;
    inputs->dropout = t->dropout;
    made = s_call(&t->s, made, dsc_attention_layer_run(attention, inputs, &made, &weights));
    return s_dropout(&t->s, made, t->dropout);
}

static dsc_tensor *s_self_attention(transformer *t, dsc_tensor *x) {
    const dsc_transformer_inputs *in = t->in;
    return s_attend(t, t->parts.self_attn,
                    &(dsc_attention_inputs){.query = x,
                                            .key = x,
                                            .value = x,
                                            .key_padding_mask = in->padding,
                                            .attn_mask = in->mask,
                                            .is_causal = in->is_causal});
}

static dsc_tensor *s_memory_attention(transformer *t, dsc_tensor *x) {
    const dsc_transformer_inputs *in = t->in;
    return s_attend(t, t->parts.multihead_attn,
                    &(dsc_attention_inputs){.query = x,
                                            .key = in->memory,
                                            .value = in->memory,
                                            .key_padding_mask = in->memory_padding,
                                            .attn_mask = in->memory_mask,
                                            .is_causal = in->memory_is_causal});
}

static dsc_tensor *s_feed_forward(transformer *t, dsc_tensor *x) {
    const bool is_gelu = t->layer->values[ACTIVATION] != 0;
    const dsc_activation fused = is_gelu ? DSC_ACTIVATION_NONE : DSC_ACTIVATION_RELU;
    dsc_tensor *inner = NULL, *active = NULL, *made = NULL;
    if (x == NULL)
        return NULL;
    inner = s_call(&t->s, inner, dsc_layer_forward(t->parts.linear1, t->is_training, fused, x, &inner));
    if (is_gelu)
        inner = s_call(&t->s, active, dsc_gelu(inner, false, &active));
    inner = s_dropout(&t->s, inner, t->dropout);
    made = s_call(&t->s, made,
                  dsc_layer_forward(t->parts.linear2, t->is_training, DSC_ACTIVATION_NONE, inner, &made));
    return s_dropout(&t->s, made, t->dropout);
}

/* x and what a block makes of it, normalized before or after. */
static dsc_tensor *s_add_block(transformer *t, dsc_tensor *x, size_t norm,
                               dsc_tensor *(*block)(transformer *, dsc_tensor *)) {
    if (t->layer->values[NORM_FIRST] != 0)
        return s_add(&t->s, x, block(t, s_norm(t, norm, x)));
    return s_norm(t, norm, s_add(&t->s, x, block(t, x)));
}

static dsc_status check(const dsc_layer *layer, size_t rank, const size_t *shape) {
    if ((rank == 2 || rank == 3) && (double)shape[rank - 1] == layer->values[D_MODEL])
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must have 2 or 3 dimensions and end in %g",
                    layer->row->info.name, dsc_shape_text(rank, shape).text, layer->values[D_MODEL]);
}

dsc_status dsc_transformer_layer_run(const dsc_layer *layer, bool is_training,
                                     const dsc_transformer_inputs *in, dsc_tensor **result) {
    DSC_TRY(check(layer, in->x->rank, in->x->shape));
    transformer t = {.layer = layer,
                     .parts = parts_of(layer),
                     .in = in,
                     .is_training = is_training,
                     .dropout = is_training ? in->dropout : 0};
    size_t norm = 0;
    dsc_tensor *x = s_add_block(&t, in->x, norm++, s_self_attention);
    if (dsc_attends_memory(layer))
        x = s_add_block(&t, x, norm++, s_memory_attention);
    x = s_add_block(&t, x, norm, s_feed_forward);
    return dsc_scope_end(&t.s, x, result);
}

dsc_transformer_inputs dsc_transformer_inputs_of(const dsc_layer *layer, dsc_tensor *const *x, size_t dropout,
                                                 size_t is_causal) {
    const double *v = layer->values;
    dsc_transformer_inputs in = {.x = x[0], .is_causal = v[is_causal] != 0, .dropout = v[dropout]};
    if (!dsc_attends_memory(layer)) {
        in.mask = x[1];
        in.padding = x[2];
        return in;
    }
    in.memory = x[1];
    in.mask = x[2];
    in.memory_mask = x[3];
    in.padding = x[4];
    in.memory_padding = x[5];
    in.memory_is_causal = v[is_causal + 1] != 0;
    return in;
}

static dsc_status call(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *const *x,
                       dsc_tensor **y) {
    const dsc_transformer_inputs in = dsc_transformer_inputs_of(layer, x, DROPOUT, IS_CAUSAL);
    return dsc_transformer_layer_run(layer, mode->is_training, &in, y);
}

dsc_status dsc_transformer_layer_flops(const dsc_layer *layer, size_t rank, const size_t *shape,
                                       double *flops) {
    DSC_TRY(check(layer, rank, shape));
    size_t own[3], own_rank = rank;
    memcpy(own, shape, rank * sizeof *own);
    double attention, positions = rank == 3 ? (double)shape[0] * (double)shape[1] : (double)shape[0];
    const dsc_layer *part = layer->parts[0];
    DSC_TRY(part->row->shape(part, &own_rank, own, &attention));
    *flops = (dsc_attends_memory(layer) ? 2 : 1) * attention +
             4 * positions * layer->values[D_MODEL] * layer->values[FEEDFORWARD];
    return DSC_OK;
}

static dsc_status shape(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    return dsc_transformer_layer_flops(layer, *rank, shape, flops);
}

DSC_TRANSFORMER_ROW(transformer_encoder_layer, "TransformerEncoderLayer",
                    "x + self-attention, and that + two linear layers, with norms",
                    "[N, L, E] or [L, N, E]; masks as multihead_attention's; and the input's shape",
                    encoder_options, 1, 3, "src", "src_mask", "src_key_padding_mask");
DSC_TRANSFORMER_ROW(
    transformer_decoder_layer, "TransformerDecoderLayer",
    "x + self-attention, that + attention to memory, and that + two linear layers, with norms",
    "[N, L, E] or [L, N, E], memory of another length; masks as multihead_attention's; and the input's shape",
    decoder_options, 2, 6, DSC_DECODER_INPUTS);
