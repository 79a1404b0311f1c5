/* Normalization within samples: layer_norm, rms_norm and group_norm. */
#include "layers/norm.h"

/* ---- Over the last dimensions ---- */

enum { SHAPE, MOST_EXTENTS = 3, EPS = MOST_EXTENTS, AFFINE, BIAS };

static const char *const none[] = {"none"};
#define EXTENT(index, kind, initial, minimum, names)                                                         \
    {                                                                                                        \
        "normalized_shape[" #index "]", kind, initial, minimum, 0x1p48, false, false,                        \
            "extents of the last dimensions, one to three of them", names                                    \
    }
#define SHAPES                                                                                               \
    EXTENT(0, DSC_OPTION_INTEGER, NAN, 1, NULL), EXTENT(1, DSC_OPTION_REST, 0, 0, none),                     \
        EXTENT(2, DSC_OPTION_REST, 0, 0, none)
#define AFFINE_OPTION(text) DSC_OPTION_FLAG_AT("elementwise_affine", 1, text)

static const dsc_option_info layer_options[] = {
    SHAPES,
    DSC_OPTION_EPS("eps", 1e-5, "added to the variance"),
    AFFINE_OPTION("whether there are a weight and a bias"),
    DSC_OPTION_FLAG_AT("bias", 1, "whether there is a bias, beside a weight"),
};
static const dsc_option_info rms_options[] = {
    SHAPES,
    {"eps", DSC_OPTION_REAL, -1, -1, INFINITY, false, true,
     "added to the mean of squares; -1: the type's epsilon", none},
    AFFINE_OPTION("whether there is a weight"),
};

static size_t extents_of(const dsc_layer *layer, size_t *extents) {
    size_t count = 0;
    while (count < MOST_EXTENTS && layer->values[SHAPE + count] > 0) {
        extents[count] = (size_t)layer->values[SHAPE + count];
        ++count;
    }
    return count;
}

static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    (void)random;
    size_t extents[MOST_EXTENTS];
    const size_t count = extents_of(layer, extents);
    const bool is_rms = layer->row->info.option_count == BIAS;
    if (layer->values[AFFINE] == 0)
        return DSC_OK;
    DSC_TRY(dsc_layer_add_full(layer, "weight", true, context, dtype, count, extents, 1));
    if (is_rms || layer->values[BIAS] == 0)
        return DSC_OK;
    return dsc_layer_add_full(layer, "bias", true, context, dtype, count, extents, 0);
}

static dsc_status forward_layer(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x,
                                dsc_tensor **y) {
    (void)mode;
    size_t extents[MOST_EXTENTS];
    const size_t count = extents_of(layer, extents);
    return dsc_layer_norm(x, count, extents, layer->count > 0 ? layer->tensors[0].tensor : NULL,
                          layer->count > 1 ? layer->tensors[1].tensor : NULL, layer->values[EPS], y);
}

/* -1 stands for none; between that and 0 there is nothing. */
static dsc_status check_eps(const dsc_layer *layer) {
    const double eps = layer->values[EPS];
    return eps >= 0 || eps == -1
               ? DSC_OK
               : dsc_fail(DSC_ERROR_OPTION, "rms_norm: eps is %g, must be at least 0, or -1", eps);
}

static dsc_status forward_rms(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x,
                              dsc_tensor **y) {
    (void)mode;
    size_t extents[MOST_EXTENTS];
    const size_t count = extents_of(layer, extents);
    DSC_TRY(check_eps(layer));
    const double eps = layer->values[EPS];
    return dsc_rms_norm(x, count, extents, layer->count > 0 ? layer->tensors[0].tensor : NULL,
                        eps < 0 ? NAN : eps, y);
}

static dsc_status shape_of_last(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    DSC_TRY(check_eps(layer));
    size_t extents[MOST_EXTENTS];
    const size_t count = extents_of(layer, extents);
    bool ends = *rank >= count;
    for (size_t d = 0; ends && d < count; ++d)
        ends = shape[*rank - count + d] == extents[d];
    return ends ? DSC_OK
                : dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must end in %s",
                           layer->row->info.name, dsc_shape_text(*rank, shape).text,
                           dsc_shape_text(count, extents).text);
}

#define LAST_NORM(row, forwards, text, module, formula_text, table)                                          \
    const dsc_layer_row dsc_layer_##row = {                                                                  \
        .info = {.name = text,                                                                               \
                 .title = module,                                                                            \
                 .source = "torch.nn." module,                                                               \
                 .formula = formula_text,                                                                    \
                 .shapes = "[..., normalized_shape], and the same",                                          \
                 .infers_input = true,                                                                       \
                 .input_dimension = -1,                                                                      \
                 DSC_LAYER_OPTIONS(table)},                                                                  \
        .changeable = 1u << EPS,                                                                             \
        .make = make,                                                                                        \
        .forward = forwards,                                                                                 \
        .shape = shape_of_last,                                                                              \
    };
LAST_NORM(layer_norm, forward_layer, "layer_norm", "LayerNorm",
          "(x - mean) / sqrt(variance + eps) weight + bias", layer_options)
LAST_NORM(rms_norm, forward_rms, "rms_norm", "RMSNorm", "x / sqrt(mean x^2 + eps) weight", rms_options)

/* ---- Over groups of channels ---- */

enum { GROUPS, CHANNELS, GROUP_EPS, GROUP_AFFINE };

static const dsc_option_info group_options[] = {
    [GROUPS] = DSC_OPTION_SIZE("num_groups", "groups of channels"),
    [CHANNELS] = DSC_OPTION_SIZE("num_channels", "channels, the second dimension; a multiple of num_groups"),
    [GROUP_EPS] = DSC_OPTION_EPS("eps", 1e-5, "added to the variance"),
    [GROUP_AFFINE] = DSC_OPTION_FLAG_AT("affine", 1, "whether there are a weight and a bias"),
};

static dsc_status make_group(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype,
                             dsc_random *random) {
    (void)random;
    if (fmod(layer->values[CHANNELS], layer->values[GROUPS]) != 0)
        return dsc_fail(DSC_ERROR_OPTION,
                        "group_norm: num_channels is %g, must be a multiple of num_groups %g",
                        layer->values[CHANNELS], layer->values[GROUPS]);
    return dsc_layer_add_norm(layer, context, dtype, (size_t)layer->values[CHANNELS],
                              layer->values[GROUP_AFFINE] != 0, false);
}

static dsc_status check_group(const dsc_layer *layer, size_t rank, const size_t *shape) {
    if (rank >= 2 && (double)shape[1] == layer->values[CHANNELS])
        return dsc_norm_check_values(layer, rank, shape, (size_t)layer->values[GROUPS], "group");
    return dsc_fail(DSC_ERROR_SIZE, "group_norm: the input is of shape %s, must be [N, %g] or [N, %g, ...]",
                    dsc_shape_text(rank, shape).text, layer->values[CHANNELS], layer->values[CHANNELS]);
}

static dsc_status shape_of_group(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    return check_group(layer, *rank, shape);
}

static dsc_status forward_group(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x,
                                dsc_tensor **y) {
    (void)mode;
    DSC_TRY(check_group(layer, x->rank, x->shape));
    const dsc_norm_tensors t = dsc_norm_tensors_of(layer);
    return dsc_group_norm(x, (size_t)layer->values[GROUPS], t.weight, t.bias, layer->values[GROUP_EPS], y);
}

const dsc_layer_row dsc_layer_group_norm = {
    .info = {.name = "group_norm",
             .title = "GroupNorm",
             .source = "torch.nn.GroupNorm",
             .formula = "(x - mean) / sqrt(variance + eps) weight + bias",
             .shapes = "[N, num_channels, ...], and the same",
             DSC_LAYER_OPTIONS(group_options)},
    .changeable = 1u << GROUP_EPS,
    .make = make_group,
    .forward = forward_group,
    .shape = shape_of_group,
};
