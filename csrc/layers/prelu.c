#include "descent/activations.h"
#include "layers/layer.h"

enum { COUNT, INIT };

static const dsc_option_info options[] = {
    [COUNT] = DSC_OPTION_WHOLE("num_parameters", 1, 1, "slopes: one, or as many as channels"),
    [INIT] = {"init", DSC_OPTION_REAL, 0.25, -INFINITY, INFINITY, true, true, "what they begin with", NULL},
};

static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    (void)random;
    const size_t count = (size_t)layer->values[COUNT];
    return dsc_layer_add_full(layer, "weight", true, context, dtype, 1, &count, layer->values[INIT]);
}

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    (void)mode;
    return dsc_prelu(x, layer->tensors[0].tensor, y);
}

static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    const double count = layer->values[COUNT];
    if (count == 1 || (*rank > 1 && (double)shape[1] == count))
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "prelu: the input is of shape %s, must be [N, %g, ...]",
                    dsc_shape_text(*rank, shape).text, count);
}

const dsc_layer_row dsc_layer_prelu = {
    .info = {.name = "prelu",
             .title = "PReLU",
             .source = "torch.nn.PReLU",
             .formula = "x where x > 0, else weight x",
             .shapes = "any; with several slopes [N, num_parameters, ...]; and the same",
             DSC_LAYER_OPTIONS(options)},
    .make = make,
    .forward = forward,
    .shape = shape_of,
};
