/* Layers of one function, without parameters. */
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
                                                    .shapes = "any, and the same"},                          \
                                           .forward = forward_##row,                                         \
                                           __VA_ARGS__};

ACTIVATION(relu, dsc_relu, "relu", "ReLU", "max(x, 0)", .activation = DSC_ACTIVATION_RELU)
ACTIVATION(sigmoid, dsc_sigmoid, "sigmoid", "Sigmoid", "1 / (1 + e^-x)")
ACTIVATION(log_sigmoid, dsc_log_sigmoid, "log_sigmoid", "LogSigmoid", "-log(1 + e^-x)")
ACTIVATION(tanh, dsc_tanh, "tanh", "Tanh", "tanh x")
ACTIVATION(softplus, dsc_softplus, "softplus", "Softplus", "log(1 + e^x)")
