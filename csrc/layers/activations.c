/* Layers of one function, without parameters. Softmax has a dimension. */
#include "layers/layer.h"

#define ACTIVATION(row, function, text, module, formula_text, ...)                                           \
    static dsc_status forward_##row(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x,       \
                                    dsc_tensor **y) {                                                        \
        (void)layer;                                                                                         \
        (void)mode;                                                                                          \
        return function(x, y);                                                                               \
    }                                                                                                        \
    const dsc_layer_row dsc_layer_##row = {.info = {.name = text,                                            \
                                                    .title = module,                                         \
                                                    .source = "torch.nn." module,                            \
                                                    .formula = formula_text,                                 \
                                                    .shapes = "any, and the same",                           \
                                                    __VA_ARGS__},                                            \
                                           .forward = forward_##row};

ACTIVATION(relu, dsc_relu, "relu", "ReLU", "max(x, 0)", .activation = DSC_ACTIVATION_RELU)
ACTIVATION(sigmoid, dsc_sigmoid, "sigmoid", "Sigmoid", "1 / (1 + e^-x)")
ACTIVATION(log_sigmoid, dsc_log_sigmoid, "log_sigmoid", "LogSigmoid", "-log(1 + e^-x)")
ACTIVATION(tanh, dsc_tanh, "tanh", "Tanh", "tanh x")
ACTIVATION(softplus, dsc_softplus, "softplus", "Softplus", "log(1 + e^x)")

static const dsc_option_info along[] = {
    {"dim", DSC_OPTION_INTEGER, -1, -DSC_MAX_RANK, DSC_MAX_RANK - 1, false, false,
     "the dimension; negative ones count from the back", NULL},
};

#define SOFTMAX(row, function, text, module, formula_text)                                                   \
    static dsc_status forward_##row(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x,       \
                                    dsc_tensor **y) {                                                        \
        (void)mode;                                                                                          \
        return function(x, (int64_t)layer->values[0], y);                                                    \
    }                                                                                                        \
    const dsc_layer_row dsc_layer_##row = {.info = {.name = text,                                            \
                                                    .title = module,                                         \
                                                    .source = "torch.nn." module,                            \
                                                    .formula = formula_text,                                 \
                                                    .shapes = "any, and the same",                           \
                                                    DSC_LAYER_OPTIONS(along)},                               \
                                           .forward = forward_##row};

SOFTMAX(softmax, dsc_softmax, "softmax", "Softmax", "e^x / sum e^x, along a dimension")
SOFTMAX(log_softmax, dsc_log_softmax, "log_softmax", "LogSoftmax", "the logarithm of softmax")
