#include "layers/initialize.h"
#include "layers/layer.h"

enum { INPUTS, OUTPUTS, BIAS };

static const dsc_option_info options[] = {
    [INPUTS] = DSC_OPTION_SIZE("in_features", "numbers of an input"),
    [OUTPUTS] = DSC_OPTION_SIZE("out_features", "numbers of an output"),
    [BIAS] = DSC_OPTION_BIAS,
};

/* The weights are PyTorch's kaiming_uniform_ with a = sqrt(5). */
static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    const double inputs = layer->values[INPUTS];
    const size_t shape[] = {(size_t)layer->values[OUTPUTS], (size_t)inputs};
    DSC_TRY(dsc_layer_add_uniform(layer, "weight", context, dtype, random, 2, shape,
                                  dsc_kaiming_bound(sqrt(5), inputs)));
    if (layer->values[BIAS] == 0)
        return DSC_OK;
    return dsc_layer_add_uniform(layer, "bias", context, dtype, random, 1, shape, 1 / sqrt(inputs));
}

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    dsc_tensor *bias = layer->count > 1 ? layer->tensors[1].tensor : NULL;
    return dsc_linear(x, layer->tensors[0].tensor, bias, mode->activation, y);
}

static dsc_status shape(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    if (*rank == 0 || (double)shape[*rank - 1] != layer->values[INPUTS])
        return dsc_fail(DSC_ERROR_SIZE, "linear: the input is of shape %s, must end in %g",
                        dsc_shape_text(*rank, shape).text, layer->values[INPUTS]);
    shape[*rank - 1] = (size_t)layer->values[OUTPUTS];
    *flops = 2 * layer->values[INPUTS];
    for (size_t d = 0; d < *rank; ++d)
        *flops *= (double)shape[d];
    return DSC_OK;
}

const dsc_layer_row dsc_layer_linear = {
    .info = {.name = "linear",
             .title = "Linear",
             .source = "torch.nn.Linear",
             .formula = "x w^T + b",
             .shapes = "[..., in_features], and [..., out_features]",
             .infers_input = true,
             .input_dimension = -1,
             .fuses_activation = true,
             DSC_LAYER_OPTIONS(options)},
    .make = make,
    .forward = forward,
    .shape = shape,
};
