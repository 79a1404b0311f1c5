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

/* running = (1 - share) running + share new */
static void track(dsc_tensor *running, const dsc_tensor *fresh, double factor, double share) {
    void *data = dsc_tensor_mutable_data(running);
    for (size_t i = 0; i < running->count; ++i) {
        double old = dsc_number_at(running->dtype, data, i);
        double new = dsc_number_at(fresh->dtype, dsc_data(fresh), i) * factor;
        dsc_set_number(running->dtype, data, i, old * (1 - share) + new *share);
    }
}

static void track_batch(const dsc_layer *layer, const dsc_tensor *mean, const dsc_tensor *variance,
                        double n) {
    dsc_tensor *batches = layer->tensors[BATCHES].tensor;
    int64_t *count = dsc_tensor_mutable_data(batches);
    ++*count;
    double share = layer->values[MOMENTUM] < 0 ? 1 / (double)*count : layer->values[MOMENTUM];
    track(layer->tensors[MEAN].tensor, mean, 1, share);
    track(layer->tensors[VARIANCE].tensor, variance, n / (n - 1), share);
}

/* (x - mean) / sqrt(variance + eps) weight + bias; the statistics broadcast. */
static dsc_status normalize(const dsc_layer *layer, dsc_tensor *centered, dsc_tensor *variance, size_t rank,
                            const size_t *shape, dsc_tensor **y) {
    dsc_tensor *raised = NULL, *root = NULL, *weight = NULL, *bias = NULL, *scale = NULL, *scaled = NULL;
    dsc_status status = dsc_affine(variance, 1, layer->values[EPS], &raised);
    if (status == DSC_OK)
        status = dsc_sqrt(raised, &root);
    if (status == DSC_OK)
        status = dsc_reshape(layer->tensors[WEIGHT].tensor, rank, shape, &weight);
    if (status == DSC_OK)
        status = dsc_reshape(layer->tensors[BIAS].tensor, rank, shape, &bias);
    if (status == DSC_OK)
        status = dsc_divide(weight, root, &scale);
    if (status == DSC_OK)
        status = dsc_multiply(centered, scale, &scaled);
    if (status == DSC_OK)
        status = dsc_add(scaled, bias, y);
    dsc_tensor *const all[] = {raised, root, weight, bias, scale, scaled};
    for (size_t i = 0; i < sizeof all / sizeof *all; ++i)
        dsc_tensor_release(all[i]);
    return status;
}

/* The batch's mean and variance over all dimensions but the features'. */
static dsc_status measure(dsc_tensor *x, dsc_tensor **mean, dsc_tensor **centered, dsc_tensor **variance) {
    static const int64_t dimensions[] = {0, 2};
    size_t count = x->rank == 2 ? 1 : 2;
    dsc_tensor *squares = NULL;
    dsc_status status = dsc_mean(x, count, dimensions, true, mean);
    if (status == DSC_OK)
        status = dsc_subtract(x, *mean, centered);
    if (status == DSC_OK)
        status = dsc_multiply(*centered, *centered, &squares);
    if (status == DSC_OK)
        status = dsc_mean(squares, count, dimensions, true, variance);
    dsc_tensor_release(squares);
    return status;
}

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    DSC_TRY(check(layer, x->rank, x->shape));
    const size_t shape[] = {1, x->shape[1], 1};
    double n = (double)(x->count / x->shape[1]);
    dsc_tensor *mean = NULL, *centered = NULL, *variance = NULL;
    dsc_status status;
    if (mode->is_training) {
        if (n <= 1)
            return dsc_fail(
                DSC_ERROR_SIZE,
                "batch_norm1d: the input is of shape %s, must have more than one number a feature",
                dsc_shape_text(x->rank, x->shape).text);
        status = measure(x, &mean, &centered, &variance);
    } else {
        status = dsc_reshape(layer->tensors[MEAN].tensor, x->rank, shape, &mean);
        if (status == DSC_OK)
            status = dsc_reshape(layer->tensors[VARIANCE].tensor, x->rank, shape, &variance);
        if (status == DSC_OK)
            status = dsc_subtract(x, mean, &centered);
    }
    if (status == DSC_OK)
        status = normalize(layer, centered, variance, x->rank, shape, y);
    if (status == DSC_OK && mode->is_training)
        track_batch(layer, mean, variance, n);
    dsc_tensor_release(mean);
    dsc_tensor_release(centered);
    dsc_tensor_release(variance);
    return status;
}

const dsc_layer_row dsc_layer_batch_norm1d = {
    .info = {.name = "batch_norm1d",
             .title = "BatchNorm1d",
             .source = "torch.nn.BatchNorm1d",
             .formula = "(x - mean) / sqrt(variance + eps) weight + bias",
             .shapes = "[N, num_features] or [N, num_features, length], and the same",
             DSC_LAYER_OPTIONS(options)},
    .make = make,
    .forward = forward,
    .shape = shape_of,
};
