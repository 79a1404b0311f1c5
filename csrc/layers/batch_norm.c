/* Batch normalization, of inputs with as many dimensions as the name says. */
#include "layers/norm.h"

enum { FEATURES, EPS, MOMENTUM, AFFINE, TRACKS };

static const dsc_option_info options[] = {
    [FEATURES] = DSC_OPTION_SIZE("num_features", "features, the second dimension"),
    [EPS] = DSC_OPTION_EPS("eps", 1e-5, "added to the variance"),
    [MOMENTUM] = {"momentum", DSC_OPTION_REAL, 0.1, -1, 1, false, false,
                  "the share of a new batch in the running statistics; -1: one over the number of batches",
                  NULL},
    [AFFINE] = DSC_OPTION_FLAG_AT("affine", 1, "whether there are a weight and a bias"),
    [TRACKS] =
        DSC_OPTION_FLAG_AT("track_running_stats", 1,
                           "whether there are running statistics; else the batch's own are used always"),
};

/* -1 stands for none; between that and 0 there is nothing. */
static dsc_status check_momentum(const dsc_layer *layer) {
    const double momentum = layer->values[MOMENTUM];
    return momentum >= 0 || momentum == -1
               ? DSC_OK
               : dsc_fail(DSC_ERROR_OPTION, "%s: momentum is %g, must be in [0, 1], or -1",
                          layer->row->info.name, momentum);
}

static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    (void)random;
    DSC_TRY(check_momentum(layer));
    return dsc_layer_add_norm(layer, context, dtype, (size_t)layer->values[FEATURES],
                              layer->values[AFFINE] != 0, layer->values[TRACKS] != 0);
}

static dsc_status check(const dsc_layer *layer, size_t rank, const size_t *shape) {
    const bool is_1d = dsc_layer_dimensions(layer) == 1;
    if ((is_1d ? rank == 2 || rank == 3 : rank == 4) && (double)shape[1] == layer->values[FEATURES]) {
        if (layer->values[TRACKS] != 0)
            return DSC_OK;
        DSC_TRY(dsc_norm_check_eps(layer, layer->values[EPS]));
        return dsc_norm_check_values(layer, rank, shape, shape[1], "channel");
    }
    const char *name = layer->row->info.name;
    const dsc_text given = dsc_shape_text(rank, shape);
    const double features = layer->values[FEATURES];
    if (is_1d)
        return dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must be [N, %g] or [N, %g, length]",
                        name, given.text, features, features);
    return dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must be [N, %g, height, width]", name,
                    given.text, features);
}

static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    return check(layer, *rank, shape);
}

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    DSC_TRY(check(layer, x->rank, x->shape));
    DSC_TRY(check_momentum(layer));
    const dsc_norm_tensors t = dsc_norm_tensors_of(layer);
    dsc_batch_norm_options o = {
        .training = mode->is_training, .momentum = layer->values[MOMENTUM], .eps = layer->values[EPS]};
    int64_t batches = 0;
    const bool tracks = mode->is_training && t.batches != NULL;
    if (tracks) {
        if (t.batches->dtype != DSC_INT64 || t.batches->count != 1) /* it was swapped */
            return dsc_fail(DSC_ERROR_DTYPE, "%s: num_batches_tracked must be one number of int64",
                            layer->row->info.name);
        /* Wraps, as PyTorch's: the number may come from a file. */
        batches = (int64_t)((uint64_t) * (const int64_t *)dsc_data(t.batches) + 1);
        o.momentum = o.momentum < 0 ? 1 / (double)batches : o.momentum;
    }
    DSC_TRY(dsc_batch_norm(x, t.weight, t.bias, t.mean, t.variance, &o, y));
    if (tracks)
        *(int64_t *)dsc_tensor_mutable_data(t.batches) = batches;
    return DSC_OK;
}

#define BATCH_NORM(row, text, module, shapes_text)                                                           \
    const dsc_layer_row dsc_layer_##row = {                                                                  \
        .info = {.name = text,                                                                               \
                 .title = module,                                                                            \
                 .source = "torch.nn." module,                                                               \
                 .formula = "(x - mean) / sqrt(variance + eps) weight + bias",                               \
                 .shapes = shapes_text,                                                                      \
                 .infers_input = true,                                                                       \
                 .input_dimension = 1,                                                                       \
                 DSC_LAYER_OPTIONS(options)},                                                                \
        .changeable = 1u << MOMENTUM | 1u << EPS,                                                            \
        .make = make,                                                                                        \
        .forward = forward,                                                                                  \
        .shape = shape_of,                                                                                   \
    };

BATCH_NORM(batch_norm1d, "batch_norm1d", "BatchNorm1d",
           "[N, num_features] or [N, num_features, length], and the same")
BATCH_NORM(batch_norm2d, "batch_norm2d", "BatchNorm2d", "[N, num_features, height, width], and the same")
