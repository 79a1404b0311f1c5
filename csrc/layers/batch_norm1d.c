#include "layers/layer.h"

enum { FEATURES, EPS, MOMENTUM };
enum { WEIGHT, BIAS, MEAN, VARIANCE, BATCHES };

static const dsc_option_info options[] = {
    [FEATURES] = DSC_OPTION_SIZE("num_features", "features, the second dimension"),
    [EPS] = {"eps", DSC_OPTION_REAL, 1e-5, 0, INFINITY, false, true, "added to the variance", NULL},
    [MOMENTUM] = {"momentum", DSC_OPTION_REAL, 0.1, -1, 1, false, false,
                  "the share of a new batch in the running statistics; -1: one over the number of batches",
                  NULL},
};

static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    (void)random;
    static const struct {
        const char *name;
        double value;
        bool is_parameter;
    } tensors[] = {
        [WEIGHT] = {"weight", 1, true},
        [BIAS] = {"bias", 0, true},
        [MEAN] = {"running_mean", 0, false},
        [VARIANCE] = {"running_var", 1, false},
        [BATCHES] = {"num_batches_tracked", 0, false},
    };
    const size_t shape[] = {(size_t)layer->values[FEATURES]};
    for (size_t i = 0; i <= BATCHES; ++i) {
        dsc_tensor *made = NULL;
        dsc_status status = dsc_tensor_full(context, i == BATCHES ? DSC_INT64 : dtype, i == BATCHES ? 0 : 1,
                                            shape, tensors[i].value, &made);
        DSC_TRY(dsc_layer_add(layer, tensors[i].name, tensors[i].is_parameter, status, made));
    }
    return DSC_OK;
}

static dsc_status check(const dsc_layer *layer, size_t rank, const size_t *shape) {
    if ((rank == 2 || rank == 3) && (double)shape[1] == layer->values[FEATURES])
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE,
                    "batch_norm1d: the input is of shape %s, must be [N, %g] or [N, %g, length]",
                    dsc_shape_text(rank, shape).text, layer->values[FEATURES], layer->values[FEATURES]);
}

static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    return check(layer, *rank, shape);
}

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    DSC_TRY(check(layer, x->rank, x->shape));
    dsc_tensor *tensors[BATCHES + 1];
    for (size_t i = 0; i <= BATCHES; ++i)
        tensors[i] = layer->tensors[i].tensor;
    int64_t batches = *(const int64_t *)dsc_data(tensors[BATCHES]);
    dsc_batch_norm_options o = {
        .training = mode->is_training, .momentum = layer->values[MOMENTUM], .eps = layer->values[EPS]};
    if (mode->is_training) {
        /* Wraps, as PyTorch's: the number may come from a file. */
        batches = (int64_t)((uint64_t)batches + 1);
        o.momentum = o.momentum < 0 ? 1 / (double)batches : o.momentum;
    }
    DSC_TRY(dsc_batch_norm(x, tensors[WEIGHT], tensors[BIAS], tensors[MEAN], tensors[VARIANCE], &o, y));
    if (mode->is_training)
        *(int64_t *)dsc_tensor_mutable_data(tensors[BATCHES]) = batches;
    return DSC_OK;
}

const dsc_layer_row dsc_layer_batch_norm1d = {
    .info = {.name = "batch_norm1d",
             .title = "BatchNorm1d",
             .source = "torch.nn.BatchNorm1d",
             .formula = "(x - mean) / sqrt(variance + eps) weight + bias",
             .shapes = "[N, num_features] or [N, num_features, length], and the same",
             DSC_LAYER_OPTIONS(options)},
    .changeable = 1u << MOMENTUM | 1u << EPS,
    .make = make,
    .forward = forward,
    .shape = shape_of,
};
