/* Layers of one function, without parameters: v are the options' values. */
#include "descent/activations.h"
#include "layers/layer.h"

#define ACTIVATION(row, module, formula_text, call, ...)                                                     \
    static dsc_status forward_##row(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x,       \
                                    dsc_tensor **y) {                                                        \
        const double *v = layer->values;                                                                     \
        (void)v;                                                                                             \
        (void)mode;                                                                                          \
        return call;                                                                                         \
    }                                                                                                        \
    const dsc_layer_row dsc_layer_##row = {.info = {.name = #row,                                            \
                                                    .title = module,                                         \
                                                    .source = "torch.nn." module,                            \
                                                    .formula = formula_text,                                 \
                                                    .shapes = "any, and the same",                           \
                                                    __VA_ARGS__},                                            \
                                           .changeable = UINT32_MAX,                                         \
                                           .forward = forward_##row};

#define NUMBER(name, initial, text)                                                                          \
    { name, DSC_OPTION_REAL, initial, -INFINITY, INFINITY, false, false, text, NULL }
#define OPTIONS(row) static const dsc_option_info row##_options[]

OPTIONS(leaky_relu) = {NUMBER("negative_slope", 1e-2, "the slope where x < 0")};
OPTIONS(rrelu) = {NUMBER("lower", 1.0 / 8, "the least slope that is drawn"),
                  NUMBER("upper", 1.0 / 3, "the largest one")};
OPTIONS(elu) = {NUMBER("alpha", 1, "minus what large negative numbers tend to")};
static const char *const approximations[] = {"none", "tanh"};
OPTIONS(gelu) = {
    {"approximate", DSC_OPTION_CHOICE, 0, 0, 1, false, false, "none: exactly; tanh: nearly", approximations}};
OPTIONS(softplus) = {NUMBER("beta", 1, "how sharply it turns"),
                     NUMBER("threshold", 20, "of beta x, above which it is x")};
OPTIONS(shrink) = {NUMBER("lambd", 0.5, "how far from 0")};
OPTIONS(softshrink) = {
    {"lambd", DSC_OPTION_REAL, 0.5, 0, INFINITY, false, true, "how far from 0", NULL},
};
OPTIONS(hardtanh) = {NUMBER("min_val", -1, "the lower limit"), NUMBER("max_val", 1, "the upper limit")};
OPTIONS(threshold) = {NUMBER("threshold", NAN, "what x must be above"),
                      NUMBER("value", NAN, "what it becomes if it is not")};

ACTIVATION(relu, "ReLU", "max(x, 0)", dsc_relu(x, y), .activation = DSC_ACTIVATION_RELU)
ACTIVATION(leaky_relu, "LeakyReLU", "x where x > 0, else negative_slope x", dsc_leaky_relu(x, v[0], y),
           DSC_LAYER_OPTIONS(leaky_relu_options))
ACTIVATION(rrelu, "RReLU", "x where x > 0, else r x, r being drawn in training",
           dsc_rrelu(x, v[0], v[1], mode->is_training, y), DSC_LAYER_OPTIONS(rrelu_options))
ACTIVATION(relu6, "ReLU6", "min(max(x, 0), 6)", dsc_relu6(x, y))
ACTIVATION(elu, "ELU", "x where x > 0, else alpha (e^x - 1)", dsc_elu(x, v[0], 1, 1, y),
           DSC_LAYER_OPTIONS(elu_options))
ACTIVATION(celu, "CELU", "x where x > 0, else alpha (e^(x / alpha) - 1)", dsc_celu(x, v[0], y),
           DSC_LAYER_OPTIONS(elu_options))
ACTIVATION(selu, "SELU", "1.0507 (x where x > 0, else 1.67326 (e^x - 1))", dsc_selu(x, y))
ACTIVATION(gelu, "GELU", "x P(X <= x), X being normal", dsc_gelu(x, v[0] == 1, y),
           DSC_LAYER_OPTIONS(gelu_options))
ACTIVATION(silu, "SiLU", "x / (1 + e^-x)", dsc_silu(x, y))
ACTIVATION(mish, "Mish", "x tanh(log(1 + e^x))", dsc_mish(x, y))
ACTIVATION(sigmoid, "Sigmoid", "1 / (1 + e^-x)", dsc_sigmoid(x, y), .activation = DSC_ACTIVATION_SIGMOID)
ACTIVATION(log_sigmoid, "LogSigmoid", "-log(1 + e^-x)", dsc_log_sigmoid(x, y))
ACTIVATION(hardsigmoid, "Hardsigmoid", "min(max(x + 3, 0), 6) / 6", dsc_hardsigmoid(x, y))
ACTIVATION(hardswish, "Hardswish", "x min(max(x + 3, 0), 6) / 6", dsc_hardswish(x, y))
ACTIVATION(tanh, "Tanh", "tanh x", dsc_tanh(x, y), .activation = DSC_ACTIVATION_TANH)
ACTIVATION(hardtanh, "Hardtanh", "min(max(x, min_val), max_val)", dsc_hardtanh(x, v[0], v[1], y),
           DSC_LAYER_OPTIONS(hardtanh_options))
ACTIVATION(tanhshrink, "Tanhshrink", "x - tanh x", dsc_tanhshrink(x, y))
ACTIVATION(softplus, "Softplus", "log(1 + e^(beta x)) / beta; x where beta x > threshold",
           dsc_softplus(x, v[0], v[1], y), DSC_LAYER_OPTIONS(softplus_options))
ACTIVATION(softsign, "Softsign", "x / (1 + |x|)", dsc_softsign(x, y))
ACTIVATION(softshrink, "Softshrink", "x nearer to 0 by lambd, at most 0", dsc_softshrink(x, v[0], y),
           DSC_LAYER_OPTIONS(softshrink_options))
ACTIVATION(hardshrink, "Hardshrink", "x where |x| > lambd, else 0", dsc_hardshrink(x, v[0], y),
           DSC_LAYER_OPTIONS(shrink_options))
ACTIVATION(threshold, "Threshold", "x where x > threshold, else value", dsc_threshold(x, v[0], v[1], y),
           DSC_LAYER_OPTIONS(threshold_options))

/* ---- Along a dimension ---- */

OPTIONS(along) = {{"dim", DSC_OPTION_INTEGER, -1, -DSC_MAX_RANK, DSC_MAX_RANK - 1, false, false,
                   "the dimension; negative ones count from the back", NULL}};

ACTIVATION(softmax, "Softmax", "e^x / sum e^x, along a dimension", dsc_softmax(x, (int64_t)v[0], y),
           DSC_LAYER_OPTIONS(along_options))
ACTIVATION(softmin, "Softmin", "softmax of -x", dsc_softmin(x, (int64_t)v[0], y),
           DSC_LAYER_OPTIONS(along_options))
ACTIVATION(log_softmax, "LogSoftmax", "the logarithm of softmax", dsc_log_softmax(x, (int64_t)v[0], y),
           DSC_LAYER_OPTIONS(along_options))
