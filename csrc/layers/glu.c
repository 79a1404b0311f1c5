#include "descent/activations.h"
#include "layers/layer.h"

static const dsc_option_info options[] = {
    {"dim", DSC_OPTION_INTEGER, -1, -DSC_MAX_RANK, DSC_MAX_RANK - 1, false, false,
     "the dimension that is halved; negative ones count from the back", NULL},
};

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    (void)mode;
    return dsc_glu(x, (int64_t)layer->values[0], y);
}

static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    const double dim = layer->values[0] < 0 ? layer->values[0] + (double)*rank : layer->values[0];
    if (dim < 0 || dim >= (double)*rank || shape[(size_t)dim] % 2 != 0)
        return dsc_fail(DSC_ERROR_SIZE,
                        "glu: the input is of shape %s, must have an even extent at dimension %g",
                        dsc_shape_text(*rank, shape).text, layer->values[0]);
    shape[(size_t)dim] /= 2;
    return DSC_OK;
}

const dsc_layer_row dsc_layer_glu = {
    .info = {.name = "glu",
             .title = "GLU",
             .source = "torch.nn.GLU",
             .formula = "the first half times 1 / (1 + e^-x) of the second, along a dimension",
             .shapes = "[..., 2 n, ...], and [..., n, ...]",
             DSC_LAYER_OPTIONS(options)},
    .changeable = 1,
    .forward = forward,
    .shape = shape_of,
};
