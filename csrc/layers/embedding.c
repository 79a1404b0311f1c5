/* Tables of rows that are looked up, one by one or by bags. */
#include "descent/embedding.h"

#include "layers/layer.h"
#include "layers/scope.h"
#include "operations/embedding.h"
#include "operations/indices.h"

enum { ROWS, COLUMNS, PADDING, MAX_NORM, NORM_TYPE, BY_FREQUENCY, SPARSE, MODE, LAST_OFFSET };

static const char *const none[] = {"none"}, *const modes[] = {"sum", "mean", "max"};

#define SHARED_OPTIONS                                                                                       \
    [ROWS] = DSC_OPTION_SIZE("num_embeddings", "rows"),                                                      \
    [COLUMNS] = DSC_OPTION_SIZE("embedding_dim", "numbers in a row"),                                        \
    [PADDING] = {"padding_idx",                                                                              \
                 DSC_OPTION_INTEGER,                                                                         \
                 DSC_NO_PADDING,                                                                             \
                 DSC_NO_PADDING,                                                                             \
                 0x1p48,                                                                                     \
                 false,                                                                                      \
                 false,                                                                                      \
                 "a row of zeros that is not trained; negative ones count from the end",                     \
                 none},                                                                                      \
    [MAX_NORM] = {"max_norm", DSC_OPTION_REAL,                                                               \
                  -1,         -1,                                                                            \
                  INFINITY,   false,                                                                         \
                  false,      "what the norms of rows that are looked up are lowered to",                    \
                  none},                                                                                     \
    [NORM_TYPE] = {"norm_type", DSC_OPTION_REAL,    2,   -INFINITY, INFINITY, false,                         \
                   false,       "the norms' order", NULL},                                                   \
    [BY_FREQUENCY] = DSC_OPTION_FLAG_AT("scale_grad_by_freq", 0,                                             \
                                        "whether gradients are divided by how often a row comes"),           \
    [SPARSE] = DSC_OPTION_FLAG_AT("sparse", 0, "whether the gradient is kept as rows")

static const dsc_option_info options[] = {SHARED_OPTIONS};
static const dsc_option_info bag_options[] = {
    SHARED_OPTIONS,
    [MODE] = {"mode", DSC_OPTION_CHOICE, 1, 0, 2, false, false, "what becomes of a bag's rows", modes},
    [LAST_OFFSET] =
        DSC_OPTION_FLAG_AT("include_last_offset", 0, "whether the last offset is the end of the last bag"),
};

static dsc_status check(const dsc_layer *layer) {
    const double *v = layer->values;
    const char *name = layer->row->info.name;
    if (v[MAX_NORM] > -1 && v[MAX_NORM] < 0)
        return dsc_fail(DSC_ERROR_OPTION, "%s: max_norm is %g, must be at least 0, or -1: none", name,
                        v[MAX_NORM]);
    if (v[SPARSE] == 1 && v[BY_FREQUENCY] == 1)
        return dsc_fail(DSC_ERROR_OPTION, "%s: scale_grad_by_freq takes no sparse gradients", name);
    if (layer->row->info.option_count > MODE && v[MODE] == DSC_BAG_MAX && v[SPARSE] + v[BY_FREQUENCY] > 0)
        return dsc_fail(DSC_ERROR_OPTION, "%s: mode max takes neither sparse nor scale_grad_by_freq", name);
    return DSC_OK;
}

/* N(0, 1); the padding's row becomes 0, as what was drawn for it is drawn nevertheless. */
static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    DSC_TRY(check(layer));
    int64_t padding;
    DSC_TRY(dsc_find_padding(layer->row->info.name, (int64_t)layer->values[PADDING],
                             (size_t)layer->values[ROWS], &padding));
    const size_t shape[] = {(size_t)layer->values[ROWS], (size_t)layer->values[COLUMNS]};
    dsc_tensor *made = NULL;
    dsc_status status = dsc_tensor_normal(context, dtype, 2, shape, random, 0, 1, &made);
    for (size_t d = 0; status == DSC_OK && padding >= 0 && d < shape[1]; ++d)
        dsc_set_number(dtype, dsc_data(made), (size_t)padding * shape[1] + d, 0);
    return dsc_layer_add(layer, "weight", true, status, made);
}

static dsc_status renormalize(const dsc_layer *layer, dsc_tensor *indices) {
    if (layer->values[MAX_NORM] == -1)
        return DSC_OK;
    return dsc_embedding_renormalize(layer->tensors[0].tensor, indices, layer->values[MAX_NORM],
                                     layer->values[NORM_TYPE]);
}

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    if (mode->is_training)
        DSC_TRY(renormalize(layer, x));
    const dsc_embedding_options o = {.padding = (int64_t)layer->values[PADDING],
                                     .scale_by_frequency = layer->values[BY_FREQUENCY] == 1,
                                     .sparse = layer->values[SPARSE] == 1};
    dsc_tensor *rows;
    DSC_TRY(dsc_embedding(layer->tensors[0].tensor, x, &o, &rows));
    /* In evaluation nothing is written to the weight, which other threads read: the copies are lowered. */
    if (!mode->is_training && layer->values[MAX_NORM] != -1)
        dsc_lower_norms(rows, layer->values[MAX_NORM], layer->values[NORM_TYPE]);
    *y = rows;
    return DSC_OK;
}

static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    if (*rank == DSC_MAX_RANK)
        return dsc_fail(DSC_ERROR_SIZE,
                        "embedding: the input is of shape %s, must have at most %d dimensions",
                        dsc_shape_text(*rank, shape).text, DSC_MAX_RANK - 1);
    shape[(*rank)++] = (size_t)layer->values[COLUMNS];
    return DSC_OK;
}

const dsc_layer_row dsc_layer_embedding = {
    .info = {.name = "embedding",
             .title = "Embedding",
             .source = "torch.nn.Embedding",
             .formula = "weight[x]",
             .shapes = "[...] of int64, and [..., embedding_dim]",
             DSC_LAYER_OPTIONS(options)},
    .changeable = 1u << NORM_TYPE,
    .make = make,
    .forward = forward,
    .shape = shape_of,
};

/* ---- Bags ---- */

/* In evaluation: bags of copies of rows whose norms are lowered, each in a place of its own but the padding,
 * whose places are the first of them. */
static dsc_status call_with_copies(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *const *x,
                                   dsc_tensor **y) {
    dsc_scope s = {.status = DSC_OK};
    dsc_tensor *given = NULL, *rows = NULL, *places = NULL, *made = NULL;
    rows = s_call(&s, rows, forward(layer, mode, x[0], &rows));
    given = s_call(&s, given, dsc_contiguous_of(x[0], &given));
    places = s_call(&s, places, dsc_make(dsc_context_of(x[0]), DSC_INT64, x[0]->rank, x[0]->shape, &places));
    if (places == NULL)
        return dsc_scope_end(&s, NULL, NULL);
    int64_t padding = -1;
    s.status = dsc_find_padding(layer->row->info.name, (int64_t)layer->values[PADDING],
                                (size_t)layer->values[ROWS], &padding);
    const int64_t *from = dsc_data(given);
    dsc_embedding_bag_options o = {.mode = (dsc_bag_mode)layer->values[MODE],
                                   .padding = DSC_NO_PADDING,
                                   .include_last_offset = layer->values[LAST_OFFSET] == 1};
    for (size_t i = 0; i < places->count; ++i) {
        const bool is_padding = padding >= 0 && from[i] == padding;
        if (is_padding && o.padding == DSC_NO_PADDING)
            o.padding = (int64_t)i;
        ((int64_t *)dsc_data(places))[i] = is_padding ? o.padding : (int64_t)i;
    }
    rows = s_reshape(&s, rows, 2, (const size_t[]){places->count, (size_t)layer->values[COLUMNS]});
    made = s_call(&s, made, dsc_embedding_bag(rows, places, x[1], x[2], &o, &made));
    return dsc_scope_end(&s, made, y);
}

static dsc_status bag_call(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *const *x,
                           dsc_tensor **y) {
    if (!mode->is_training && layer->values[MAX_NORM] != -1 && x[0]->count > 0)
        return call_with_copies(layer, mode, x, y);
    DSC_TRY(renormalize(layer, x[0]));
    const dsc_embedding_bag_options o = {.mode = (dsc_bag_mode)layer->values[MODE],
                                         .padding = (int64_t)layer->values[PADDING],
                                         .include_last_offset = layer->values[LAST_OFFSET] == 1,
                                         .scale_by_frequency = layer->values[BY_FREQUENCY] == 1,
                                         .sparse = layer->values[SPARSE] == 1};
    return dsc_embedding_bag(layer->tensors[0].tensor, x[0], x[1], x[2], &o, y);
}

static dsc_status bag_shape(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    (void)flops;
    if (*rank != 2)
        return dsc_fail(DSC_ERROR_SIZE, "embedding_bag: the input is of shape %s, must be [bags, n]",
                        dsc_shape_text(*rank, shape).text);
    if (layer->values[LAST_OFFSET] != 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "embedding_bag: include_last_offset needs offsets");
    shape[1] = (size_t)layer->values[COLUMNS];
    return DSC_OK;
}

const dsc_layer_row dsc_layer_embedding_bag = {
    .info = {.name = "embedding_bag",
             .title = "EmbeddingBag",
             .source = "torch.nn.EmbeddingBag",
             .formula = "the sum, mean or largest of weight[x], bag by bag",
             .shapes = "[bags, n], or [n] with offsets [bags], and [bags, embedding_dim]",
             .inputs = {"input", "offsets", "per_sample_weights"},
             .outputs = {"output"},
             .input_count = 3,
             .required_count = 1,
             .output_count = 1,
             DSC_LAYER_OPTIONS(bag_options)},
    .changeable = 1u << NORM_TYPE | 1u << LAST_OFFSET,
    .make = make,
    .call = bag_call,
    .shape = bag_shape,
};
