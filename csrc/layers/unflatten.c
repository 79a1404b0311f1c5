/* unflatten, and identity. */
#include "layers/layer.h"

enum { DIM, SIZES, MOST_SIZES = 6 };

static const char *const none[] = {"none"};
#define MORE(index)                                                                                          \
    { "unflattened_size[" #index "]", DSC_OPTION_REST, -2, -2, 0x1p48, false, false, "and the others", none }

static const dsc_option_info options[] = {
    [DIM] = {"dim", DSC_OPTION_INTEGER, NAN, -DSC_MAX_RANK, DSC_MAX_RANK - 1, false, false,
             "the dimension that becomes several", NULL},
    [SIZES] = {"unflattened_size[0]", DSC_OPTION_INTEGER, NAN, -1, 0x1p48, false, false,
               "their extents; -1, once: what is left", NULL},
    MORE(1),
    MORE(2),
    MORE(3),
    MORE(4),
    MORE(5),
};

static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    const dsc_text before = dsc_shape_text(*rank, shape);
    const double place = layer->values[DIM] + (layer->values[DIM] < 0 ? (double)*rank : 0);
    if (place < 0 || place >= (double)*rank)
        return dsc_fail(DSC_ERROR_SIZE, "unflatten: dim is %g, the input is of shape %s", layer->values[DIM],
                        before.text);
    const size_t dim = (size_t)place;
    size_t count = 0, open = SIZE_MAX;
    double known = 1;
    for (; count < MOST_SIZES && layer->values[SIZES + count] >= -1; ++count) {
        const double size = layer->values[SIZES + count];
        if (size < 0 && open != SIZE_MAX)
            return dsc_fail(DSC_ERROR_OPTION, "unflatten: unflattened_size is -1 more than once");
        if (size < 0)
            open = count;
        else
            known *= size;
    }
    if (*rank + count - 1 > DSC_MAX_RANK)
        return dsc_fail(DSC_ERROR_SIZE, "unflatten: shape %s would have %zu dimensions, at most %d",
                        before.text, *rank + count - 1, DSC_MAX_RANK);
    const double extent = (double)shape[dim];
    if (open == SIZE_MAX ? known != extent : known == 0 || fmod(extent, known) != 0)
        return dsc_fail(DSC_ERROR_SIZE, "unflatten: dimension %zu of shape %s does not become %s of %g", dim,
                        before.text, open == SIZE_MAX ? "a shape" : "a multiple", known);
    memmove(shape + dim + count, shape + dim + 1, (*rank - dim - 1) * sizeof *shape);
    for (size_t i = 0; i < count; ++i)
        shape[dim + i] = (size_t)(i == open ? extent / known : layer->values[SIZES + i]);
    *rank += count - 1;
    return DSC_OK;
}

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    (void)mode;
    size_t rank = x->rank, shape[DSC_MAX_RANK];
    double flops;
    memcpy(shape, x->shape, sizeof shape);
    DSC_TRY(shape_of(layer, &rank, shape, &flops));
    return dsc_reshape(x, rank, shape, y);
}

const dsc_layer_row dsc_layer_unflatten = {
    .info = {.name = "unflatten",
             .title = "Unflatten",
             .source = "torch.nn.Unflatten",
             .formula = "x with dimension dim as several",
             .shapes = "[..., d, ...], and [..., d1, ..., dk, ...] with d1 ... dk = d",
             DSC_LAYER_OPTIONS(options)},
    .changeable = UINT32_MAX,
    .forward = forward,
    .shape = shape_of,
};

static dsc_status forward_identity(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x,
                                   dsc_tensor **y) {
    (void)layer;
    (void)mode;
    *y = dsc_tensor_retain(x);
    return DSC_OK;
}

const dsc_layer_row dsc_layer_identity = {
    .info = {.name = "identity",
             .title = "Identity",
             .source = "torch.nn.Identity",
             .formula = "x",
             .shapes = "any, and the same"},
    .forward = forward_identity,
};
