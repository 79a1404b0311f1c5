/* A layer of a transformer's encoder or decoder, for the stacks that are made of it. */
#ifndef DSC_LAYERS_TRANSFORMER_H
#define DSC_LAYERS_TRANSFORMER_H

#include "layers/layer.h"

/* Masks as multihead_attention's. memory: of the encoder's output, to a decoder's layer. */
typedef struct dsc_transformer_inputs {
    dsc_tensor *x, *memory;
    dsc_tensor *mask, *memory_mask;
    dsc_tensor *padding, *memory_padding;
    bool is_causal, memory_is_causal;
    double dropout; /* in training */
} dsc_transformer_inputs;

/* Whether a row of either kind has a memory. */
static inline bool dsc_attends_memory(const dsc_layer *layer) {
    return layer->row->info.required_count == 2;
}

/* What a layer or a stack is called with. dropout, is_causal: which of its options those are. */
dsc_transformer_inputs dsc_transformer_inputs_of(const dsc_layer *layer, dsc_tensor *const *x, size_t dropout,
                                                 size_t is_causal);
/* layer: of the row transformer_encoder_layer or transformer_decoder_layer. */
dsc_status dsc_transformer_layer_run(const dsc_layer *layer, bool is_training,
                                     const dsc_transformer_inputs *inputs, dsc_tensor **result);
/* The products' flops of such a layer; memory is taken to be as long as x. */
dsc_status dsc_transformer_layer_flops(const dsc_layer *layer, size_t rank, const size_t *shape,
                                       double *flops);

/* A layer norm over the last dimension as a part. */
dsc_status dsc_transformer_add_norm(dsc_layer *layer, const char *name, const dsc_context *context,
                                    dsc_dtype dtype, double width, double eps, double bias,
                                    dsc_random *random);

/* What layers and stacks have in common. */
#define DSC_TRANSFORMER_SIZES                                                                                \
    DSC_OPTION_SIZE("d_model", "numbers of an input and an output"),                                         \
        DSC_OPTION_SIZE("nhead", "heads of attention")
#define DSC_TRANSFORMER_OPTIONS                                                                              \
    DSC_OPTION_WHOLE("dim_feedforward", 2048, 1, "numbers between the two linear layers"),                   \
        DSC_OPTION_SHARE("dropout", 0.1,                                                                     \
                         "the share that falls away in training, of weights, between the linear layers, "    \
                         "and of what is added"),                                                            \
        {"activation",                                                                                       \
         DSC_OPTION_CHOICE,                                                                                  \
         0,                                                                                                  \
         0,                                                                                                  \
         1,                                                                                                  \
         false,                                                                                              \
         false,                                                                                              \
         "between the linear layers",                                                                        \
         (const char *const[]){"relu", "gelu"}},                                                             \
        DSC_OPTION_EPS("layer_norm_eps", 1e-5, "added to variances"), DSC_OPTION_BATCH_FIRST,                \
        DSC_OPTION_FLAG_AT(                                                                                  \
            "norm_first", 0,                                                                                 \
            "whether inputs are normalized before attention and linear layers, not sums after them"),        \
        DSC_OPTION_FLAG_AT("bias", 1, "whether linear layers and norms have biases")
#define DSC_TRANSFORMER_ENCODER_END DSC_OPTION_CAUSAL("is_causal")
#define DSC_TRANSFORMER_DECODER_END DSC_OPTION_CAUSAL("tgt_is_causal"), DSC_OPTION_CAUSAL("memory_is_causal")

#define DSC_DECODER_INPUTS                                                                                   \
    "tgt", "memory", "tgt_mask", "memory_mask", "tgt_key_padding_mask", "memory_key_padding_mask"
/* A row of either file, which has `make`, `call` and `shape` for all of its rows. */
#define DSC_TRANSFORMER_ROW(row, module, formula_text, shapes_text, table, required, count, ...)             \
    const dsc_layer_row dsc_layer_##row = {                                                                  \
        .info = {.name = #row,                                                                               \
                 .title = module,                                                                            \
                 .source = "torch.nn." module,                                                               \
                 .formula = formula_text,                                                                    \
                 .shapes = shapes_text,                                                                      \
                 .inputs = {__VA_ARGS__},                                                                    \
                 .outputs = {"output"},                                                                      \
                 .input_count = count,                                                                       \
                 .required_count = required,                                                                 \
                 .output_count = 1,                                                                          \
                 .infers_input = true,                                                                       \
                 .input_dimension = -1,                                                                      \
                 DSC_LAYER_OPTIONS(table)},                                                                  \
        .changeable = 1u << DROPOUT | 1u << IS_CAUSAL | (required == 2 ? 1u << MEMORY_IS_CAUSAL : 0),        \
        .make = make,                                                                                        \
        .call = call,                                                                                        \
        .shape = shape,                                                                                      \
    }

#endif
