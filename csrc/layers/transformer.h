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
} dsc_transformer_inputs;

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
#define DSC_TRANSFORMER_OPTIONS                                                                                \
    {"dim_feedforward",                                                                                        \
     DSC_OPTION_INTEGER,                                                                                       \
     2048,                                                                                                     \
     1,                                                                                                        \
     0x1p48,                                                                                                   \
     false,                                                                                                    \
     false,                                                                                                    \
     "numbers between the two linear layers",                                                                  \
     NULL},                                                                                                    \
        {"dropout",                                                                                            \
         DSC_OPTION_REAL,                                                                                      \
         0.1,                                                                                                  \
         0,                                                                                                    \
         1,                                                                                                    \
         false,                                                                                                \
         false,                                                                                                \
         "the share that falls away in training, of weights, between the linear layers, and of what is "       \
         "added",                                                                                              \
         NULL},                                                                                                \
        {"activation",                                                                                         \
         DSC_OPTION_CHOICE,                                                                                    \
         0,                                                                                                    \
         0,                                                                                                    \
         1,                                                                                                    \
         false,                                                                                                \
         false,                                                                                                \
         "between the linear layers",                                                                          \
         (const char *const[]){"relu", "gelu"}},                                                               \
        {"layer_norm_eps", DSC_OPTION_REAL, 1e-5, 0, INFINITY, false, true, "added to variances", NULL},       \
        {"batch_first", DSC_OPTION_FLAG, 0, 0, 1, false, false, "whether inputs are [N, L, E], not [L, N, E]", \
         NULL},                                                                                                \
        {"norm_first",                                                                                         \
         DSC_OPTION_FLAG,                                                                                      \
         0,                                                                                                    \
         0,                                                                                                    \
         1,                                                                                                    \
         false,                                                                                                \
         false,                                                                                                \
         "whether inputs are normalized before attention and linear layers, not sums after them",              \
         NULL},                                                                                                \
    {                                                                                                          \
        "bias", DSC_OPTION_FLAG, 1, 0, 1, false, false, "whether linear layers and norms have biases", NULL    \
    }
#define DSC_TRANSFORMER_CAUSAL(name)                                                                         \
    { name, DSC_OPTION_FLAG, 0, 0, 1, false, false, "whether a query sees no key after its own place", NULL }

#endif
