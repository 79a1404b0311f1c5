/* Stacks of a transformer's layers, all of which begin with the same numbers, as PyTorch's copies do. */
#include <stdio.h>

#include "layers/transformer.h"

enum {
    D_MODEL,
    NHEAD,
    NUM_LAYERS,
    FEEDFORWARD,
    DROPOUT,
    ACTIVATION,
    EPS,
    BATCH_FIRST,
    NORM_FIRST,
    BIAS,
    NORM,
    IS_CAUSAL,
    MEMORY_IS_CAUSAL
};

#define STACK_OPTIONS                                                                                        \
    DSC_TRANSFORMER_SIZES, {"num_layers", DSC_OPTION_INTEGER,                                                \
                            NAN,          1,                                                                 \
                            0x1p16,       false,                                                             \
                            false,        "layers, one after the other",                                     \
                            NULL},                                                                           \
        DSC_TRANSFORMER_OPTIONS, DSC_OPTION_FLAG_AT("norm", 0, "whether the last output is normalized")

static const dsc_option_info encoder_options[] = {STACK_OPTIONS, DSC_TRANSFORMER_ENCODER_END};
static const dsc_option_info decoder_options[] = {STACK_OPTIONS, DSC_TRANSFORMER_DECODER_END};

/* The stack's options but its own, for a layer; how many. */
static size_t options_of_layers(const dsc_layer *stack, dsc_option *options) {
    size_t count = 0;
    for (size_t i = D_MODEL; i <= BIAS; ++i)
        if (i != NUM_LAYERS)
            options[count++] = (dsc_option){stack->row->info.options[i].name, stack->values[i]};
    return count;
}

static dsc_status make(dsc_layer *stack, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    const double *v = stack->values;
    const char *row = dsc_attends_memory(stack) ? "transformer_decoder_layer" : "transformer_encoder_layer";
    dsc_option options[DSC_MAX_OPTIONS];
    const size_t count = options_of_layers(stack, options);
    const dsc_random before = *random;
    for (size_t i = 0; i < (size_t)v[NUM_LAYERS]; ++i) {
        char name[32];
        snprintf(name, sizeof name, "layers.%zu", i);
        *random = before; /* every layer draws the first one's numbers */
        DSC_TRY(dsc_layer_add_part(stack, name, context, dtype, row, count, options, random));
    }
    if (v[NORM] == 0)
        return DSC_OK;
    return dsc_transformer_add_norm(stack, "norm", context, dtype, v[D_MODEL], v[EPS], v[BIAS], random);
}

/* One after the other: an output is released when the next has been computed, as they may be many. */
static dsc_status run(const dsc_layer *stack, bool is_training, dsc_transformer_inputs *in, dsc_tensor **y) {
    dsc_tensor *now = dsc_tensor_retain(in->x), *next = NULL;
    dsc_status status = DSC_OK;
    const size_t layers = (size_t)stack->values[NUM_LAYERS];
    for (size_t i = 0; status == DSC_OK && i < layers; ++i) {
        in->x = now;
        status = dsc_transformer_layer_run(stack->parts[i], is_training, in, &next);
        dsc_tensor_release(now);
        now = status == DSC_OK ? next : NULL;
    }
    if (status == DSC_OK && stack->values[NORM] != 0) {
        status = dsc_layer_forward(stack->parts[layers], is_training, DSC_ACTIVATION_NONE, now, &next);
        dsc_tensor_release(now);
        now = next;
    }
    if (status == DSC_OK)
        *y = now;
    return status;
}

static dsc_status call(const dsc_layer *stack, const dsc_layer_mode *mode, dsc_tensor *const *x,
                       dsc_tensor **y) {
    dsc_transformer_inputs in = dsc_transformer_inputs_of(stack, x, DROPOUT, IS_CAUSAL);
    return run(stack, mode->is_training, &in, y);
}

static dsc_status shape(const dsc_layer *stack, size_t *rank, size_t *shape, double *flops) {
    DSC_TRY(dsc_transformer_layer_flops(stack->parts[0], *rank, shape, flops));
    *flops *= stack->values[NUM_LAYERS];
    return DSC_OK;
}

DSC_TRANSFORMER_ROW(transformer_encoder, "TransformerEncoder", "transformer_encoder_layer, num_layers times",
                    "as transformer_encoder_layer", encoder_options, 1, 3, "src", "mask",
                    "src_key_padding_mask");
DSC_TRANSFORMER_ROW(transformer_decoder, "TransformerDecoder", "transformer_decoder_layer, num_layers times",
                    "as transformer_decoder_layer", decoder_options, 2, 6, DSC_DECODER_INPUTS);
