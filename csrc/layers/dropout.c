/* Layers that do nothing in evaluation. */
#include "descent/activations.h"
#include "layers/layer.h"

static const dsc_option_info options[] = {
    DSC_OPTION_SHARE("p", 0.5, "the share that falls away"),
};

/* low and high: how many dimensions x may have. */
static dsc_status check_rank(const char *name, size_t rank, const size_t *shape, size_t low, size_t high) {
    if (rank >= low && rank <= high)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must have %zu to %zu dimensions", name,
                    dsc_shape_text(rank, shape).text, low, high);
}

/* Channels fall away; where there is no batch, at `alone` dimensions, it is one of 1. */
static dsc_status drop_channels(dsc_tensor *x, double p, size_t alone, dsc_tensor **y) {
    if (x->rank != alone)
        return dsc_feature_dropout(x, p, y);
    dsc_tensor *batch, *dropped;
    DSC_TRY(dsc_unsqueeze(x, 0, &batch));
    dsc_status status = dsc_feature_dropout(batch, p, &dropped);
    dsc_tensor_release(batch);
    if (status != DSC_OK)
        return status;
    status = dsc_squeeze(dropped, 0, y);
    dsc_tensor_release(dropped);
    return status;
}

#define DROPOUT(row, module, formula_text, shapes_text, low, high, call)                                     \
    static dsc_status forward_##row(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x,       \
                                    dsc_tensor **y) {                                                        \
        const double p = layer->values[0];                                                                   \
        DSC_TRY(check_rank(#row, x->rank, x->shape, low, high));                                             \
        if (mode->is_training)                                                                               \
            return call;                                                                                     \
        *y = dsc_tensor_retain(x);                                                                           \
        return DSC_OK;                                                                                       \
    }                                                                                                        \
    static dsc_status shape_##row(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {      \
        (void)layer;                                                                                         \
        (void)flops;                                                                                         \
        return check_rank(#row, *rank, shape, low, high);                                                    \
    }                                                                                                        \
    const dsc_layer_row dsc_layer_##row = {.info = {.name = #row,                                            \
                                                    .title = module,                                         \
                                                    .source = "torch.nn." module,                            \
                                                    .formula = formula_text,                                 \
                                                    .shapes = shapes_text ", and the same",                  \
                                                    DSC_LAYER_OPTIONS(options)},                             \
                                           .changeable = 1,                                                  \
                                           .forward = forward_##row,                                         \
                                           .shape = shape_##row};

DROPOUT(dropout, "Dropout", "0 with probability p, else x / (1 - p)", "any", 0, DSC_MAX_RANK,
        dsc_dropout(x, p, y))
DROPOUT(dropout1d, "Dropout1d", "dropout of whole channels", "[N, C, L] or [C, L]", 2, 3,
        drop_channels(x, p, 2, y))
DROPOUT(dropout2d, "Dropout2d", "dropout of whole channels", "[N, C, H, W] or [N, C, L]", 3, 4,
        drop_channels(x, p, 0, y))
DROPOUT(dropout3d, "Dropout3d", "dropout of whole channels", "[N, C, D, H, W] or [C, D, H, W]", 4, 5,
        drop_channels(x, p, 4, y))
DROPOUT(alpha_dropout, "AlphaDropout", "dropout to selu's lowest value, keeping mean and variance", "any", 0,
        DSC_MAX_RANK, dsc_alpha_dropout(x, p, y))
DROPOUT(feature_alpha_dropout, "FeatureAlphaDropout", "alpha_dropout of whole channels", "[N, C, ...]", 2,
        DSC_MAX_RANK, dsc_feature_alpha_dropout(x, p, y))
