/* Sines and cosines of positions. */
#include "layers/layer.h"
#include "layers/scope.h"

enum { D_MODEL, DROPOUT, MAX_LEN, BATCH_FIRST };

static const dsc_option_info options[] = {
    [D_MODEL] = DSC_OPTION_SIZE("d_model", "numbers of an input and an output"),
    [DROPOUT] = DSC_OPTION_SHARE("dropout", 0.1, "the share that falls away in training"),
    [MAX_LEN] = DSC_OPTION_WHOLE("max_len", 5000, 1, "positions that there are"),
    [BATCH_FIRST] = DSC_OPTION_BATCH_FIRST,
};

/* [max_len, 1, d_model], as the tutorial's. */
static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    (void)random;
    const size_t width = (size_t)layer->values[D_MODEL];
    const size_t shape[] = {(size_t)layer->values[MAX_LEN], 1, width};
    dsc_tensor *table = NULL;
    DSC_TRY(dsc_tensor_empty(context, dtype, 3, shape, &table));
    for (size_t i = 0; i < width; ++i) {
        const double frequency = pow(10000, -(double)(i - i % 2) / (double)width);
        for (size_t position = 0; position < shape[0]; ++position) {
            const double angle = (double)position * frequency;
            dsc_store_real(dtype, dsc_data(table), position * width + i,
                           i % 2 == 0 ? sin(angle) : cos(angle));
        }
    }
    return dsc_layer_add(layer, "pe", false, DSC_OK, table);
}

static dsc_status check(const dsc_layer *layer, size_t rank, const size_t *shape) {
    const bool fits = (rank == 2 || rank == 3) && (double)shape[rank - 1] == layer->values[D_MODEL];
    const size_t length = rank == 3 && layer->values[BATCH_FIRST] != 0 ? 1 : 0;
    if (fits && (double)shape[length] <= layer->values[MAX_LEN])
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE,
                    "positional_encoding: the input is of shape %s, must have 2 or 3 dimensions, end in %g "
                    "and have at most %g positions",
                    dsc_shape_text(rank, shape).text, layer->values[D_MODEL], layer->values[MAX_LEN]);
}

static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    return check(layer, *rank, shape);
}

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    DSC_TRY(check(layer, x->rank, x->shape));
    dsc_scope s = {.status = DSC_OK};
    const bool takes_rows = x->rank == 2 || layer->values[BATCH_FIRST] != 0;
    const size_t length = x->shape[x->rank == 3 && takes_rows ? 1 : 0];
    dsc_tensor *encodings = s_slice(&s, layer->tensors[0].tensor, 0, 0, length);
    if (takes_rows)
        encodings = s_squeeze(&s, encodings, 1);
    x = s_add(&s, x, encodings);
    return dsc_scope_end(&s, s_dropout(&s, x, mode->is_training ? layer->values[DROPOUT] : 0), y);
}

const dsc_layer_row dsc_layer_positional_encoding = {
    .info = {.name = "positional_encoding",
             .title = "PositionalEncoding",
             .source = "Vaswani et al. 2017, arXiv:1706.03762, and PyTorch's tutorial on language models",
             .formula = "x + sin(l / 10000^(2i / E)) at 2i, x + cos of that at 2i + 1, at position l",
             .shapes = "[N, L, E] or [L, N, E], or [L, E], and the same",
             .infers_input = true,
             .input_dimension = -1,
             DSC_LAYER_OPTIONS(options)},
    .changeable = 1u << DROPOUT,
    .make = make,
    .forward = forward,
    .shape = shape_of,
};
