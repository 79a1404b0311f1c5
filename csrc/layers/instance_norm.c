/* Instance normalization, of inputs with as many dimensions behind the channels as the name says. */
#include "layers/norm.h"

enum { FEATURES, EPS, MOMENTUM, AFFINE, TRACKS };

static const dsc_option_info options[] = {
    [FEATURES] = DSC_OPTION_SIZE("num_features", "channels"),
    [EPS] = DSC_OPTION_EPS("eps", 1e-5, "added to the variance"),
    [MOMENTUM] = {"momentum", DSC_OPTION_REAL, 0.1, -1, 1, false, false,
                  "the share of a new batch in the running statistics; -1: 0", NULL},
    [AFFINE] = DSC_OPTION_FLAG_AT("affine", 0, "whether there are a weight and a bias"),
    [TRACKS] =
        DSC_OPTION_FLAG_AT("track_running_stats", 0,
                           "whether there are running statistics; else the samples' own are used always"),
};

static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    (void)random;
    return dsc_layer_add_norm(layer, context, dtype, (size_t)layer->values[FEATURES],
                              layer->values[AFFINE] != 0, layer->values[TRACKS] != 0);
}

/* Without tensors of its own it takes any number of channels, as PyTorch's. */
static dsc_status check(const dsc_layer *layer, size_t rank, const size_t *shape) {
    const size_t spatial = dsc_layer_dimensions(layer);
    const double features = layer->values[FEATURES];
    if ((rank == spatial + 1 || rank == spatial + 2) &&
        (layer->count == 0 || (double)shape[rank - spatial - 1] == features)) {
        if (layer->values[TRACKS] != 0)
            return DSC_OK;
        DSC_TRY(dsc_norm_check_eps(layer, layer->values[EPS]));
        const size_t channels = shape[rank - spatial - 1] * (rank == spatial + 1 ? 1 : shape[0]);
        return dsc_norm_check_values(layer, rank, shape, channels, "channel");
    }
    const char *rest = spatial == 1 ? "L" : "H, W";
    return dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must be [N, %g, %s] or [%g, %s]",
                    layer->row->info.name, dsc_shape_text(rank, shape).text, features, rest, features, rest);
}

static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    return check(layer, *rank, shape);
}

static dsc_status normalize(const dsc_layer *layer, bool is_training, dsc_tensor *x, dsc_tensor **y) {
    const dsc_norm_tensors t = dsc_norm_tensors_of(layer);
    const dsc_batch_norm_options o = {
        .training = is_training, .momentum = fmax(layer->values[MOMENTUM], 0), .eps = layer->values[EPS]};
    return dsc_instance_norm(x, t.weight, t.bias, t.mean, t.variance, &o, y);
}

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    DSC_TRY(check(layer, x->rank, x->shape));
    if (x->rank == dsc_layer_dimensions(layer) + 2)
        return normalize(layer, mode->is_training, x, y);
    dsc_tensor *batch, *made;
    DSC_TRY(dsc_unsqueeze(x, 0, &batch));
    dsc_status status = normalize(layer, mode->is_training, batch, &made);
    dsc_tensor_release(batch);
    if (status != DSC_OK)
        return status;
    status = dsc_squeeze(made, 0, y);
    dsc_tensor_release(made);
    return status;
}

#define INSTANCE_NORM(row, text, module, dimension, shapes_text)                                             \
    const dsc_layer_row dsc_layer_##row = {                                                                  \
        .info = {.name = text,                                                                               \
                 .title = module,                                                                            \
                 .source = "torch.nn." module,                                                               \
                 .formula = "(x - mean) / sqrt(variance + eps) weight + bias",                               \
                 .shapes = shapes_text,                                                                      \
                 .infers_input = true,                                                                       \
                 .input_dimension = dimension,                                                               \
                 DSC_LAYER_OPTIONS(options)},                                                                \
        .changeable = 1u << MOMENTUM | 1u << EPS,                                                            \
        .make = make,                                                                                        \
        .forward = forward,                                                                                  \
        .shape = shape_of,                                                                                   \
    };
INSTANCE_NORM(instance_norm1d, "instance_norm1d", "InstanceNorm1d", -2,
              "[N, num_features, L] or [num_features, L], and the same")
INSTANCE_NORM(instance_norm2d, "instance_norm2d", "InstanceNorm2d", -3,
              "[N, num_features, H, W] or [num_features, H, W], and the same")
