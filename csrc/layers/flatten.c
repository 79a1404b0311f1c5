#include "layers/layer.h"

enum { START, END };

static const dsc_option_info options[] = {
    [START] = {"start_dim", DSC_OPTION_INTEGER, 1, -DSC_MAX_RANK, DSC_MAX_RANK - 1, false, false,
               "the first dimension that becomes one", NULL},
    [END] = {"end_dim", DSC_OPTION_INTEGER, -1, -DSC_MAX_RANK, DSC_MAX_RANK - 1, false, false, "the last one",
             NULL},
};

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    (void)mode;
    return dsc_flatten(x, (int64_t)layer->values[START], (int64_t)layer->values[END], y);
}

static dsc_status shape(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    if (*rank == 0) {
        *rank = 1;
        shape[0] = 1;
    }
    double whole = (double)*rank;
    double from = layer->values[START] < 0 ? layer->values[START] + whole : layer->values[START];
    double to = layer->values[END] < 0 ? layer->values[END] + whole : layer->values[END];
    if (from < 0 || to < from || to >= whole)
        return dsc_fail(DSC_ERROR_SIZE, "flatten: dimensions %g to %g of shape %s", layer->values[START],
                        layer->values[END], dsc_shape_text(*rank, shape).text);
    size_t first = (size_t)from, last = (size_t)to;
    for (size_t d = first + 1; d <= last; ++d)
        shape[first] *= shape[d];
    for (size_t d = last + 1; d < *rank; ++d)
        shape[d - (last - first)] = shape[d];
    *rank -= last - first;
    return DSC_OK;
}

const dsc_layer_row dsc_layer_flatten = {
    .info = {.name = "flatten",
             .title = "Flatten",
             .source = "torch.nn.Flatten",
             .formula = "x with dimensions start_dim to end_dim as one",
             .shapes = "[N, d1, ..., dk], and [N, d1 ... dk]",
             DSC_LAYER_OPTIONS(options)},
    .forward = forward,
    .shape = shape,
};
