/* attention.h, and the layers that are made of it */
#include "rows.h"

static dsc_status attend(dsc_tensor *query, dsc_tensor *key, dsc_tensor *value, dsc_tensor *mask) {
    return dsc_scaled_dot_product_attention(query, key, value, mask, NULL, w.made);
}

static dsc_status attend_by(bool enable_gqa, double dropout, double scale) {
    const dsc_attention_options options = {.enable_gqa = enable_gqa, .dropout_p = dropout, .scale = scale};
    return dsc_scaled_dot_product_attention(w.real, w.other, w.real, NULL, &options, w.made);
}

/* Tensors of other shapes, whose contents do not matter. */
static dsc_tensor *of(size_t rank, const size_t *shape) {
    dsc_tensor *made = NULL;
    dsc_tensor_full(NULL, DSC_FLOAT32, rank, shape, 1, &made);
    return made;
}

/* Heads, and groups of them. */
static dsc_status heads(size_t query, size_t key, size_t value) {
    const dsc_attention_options options = {.enable_gqa = true, .scale = 1};
    dsc_tensor *q = of(3, (const size_t[]){query, 2, 3}), *k = of(3, (const size_t[]){key, 2, 3});
    dsc_tensor *v = of(3, (const size_t[]){value, 2, 3});
    dsc_status status = dsc_scaled_dot_product_attention(q, k, v, NULL, &options, w.made);
    dsc_tensor_release(q);
    dsc_tensor_release(k);
    dsc_tensor_release(v);
    return status;
}

static dsc_status deep(void) {
    const dsc_attention_options options = {.enable_gqa = true, .scale = 1};
    return dsc_scaled_dot_product_attention(w.deep, w.deep, w.deep, NULL, &options, w.made);
}

/* Without numbers in a row there is no scale. */
static dsc_status narrow(void) {
    dsc_tensor *x = of(2, (const size_t[]){2, 0});
    dsc_status status = attend(x, x, w.real, NULL);
    dsc_tensor_release(x);
    return status;
}

/* One row of 2^59 numbers, all the same one. */
static dsc_status vast(void) {
    dsc_tensor *row = NULL;
    if (dsc_expand(w.single, 2, (const size_t[]){1, (size_t)1 << 59}, &row) < 0)
        return DSC_OK;
    dsc_status status = attend(row, row, row, NULL);
    dsc_tensor_release(row);
    return status;
}

static void operation_refusals(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", attend(NULL, w.other, w.real, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", attend(w.real, NULL, w.real, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "input 2 is NULL", attend(w.real, w.other, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL",
            dsc_scaled_dot_product_attention(w.real, w.other, w.real, NULL, NULL, NULL));
    ACCEPTED(attend(w.real, w.other, w.real, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", attend(w.whole, w.whole, w.whole, NULL));
    REFUSED(DSC_ERROR_DTYPE, "float64", attend(w.real, w.doubles, w.real, NULL));
    REFUSED(DSC_ERROR_DTYPE, "float64", attend(w.real, w.other, w.doubles, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", attend(w.real, w.other, w.real, w.whole));
    REFUSED(DSC_ERROR_DTYPE, "float64", attend(w.real, w.other, w.real, w.doubles));
    REFUSED(DSC_ERROR_SIZE, "query is of shape [3]", attend(w.vector, w.other, w.real, NULL));
    REFUSED(DSC_ERROR_SIZE, "key is of shape []", attend(w.real, w.number, w.real, NULL));
    REFUSED(DSC_ERROR_SIZE, "value is of shape [3]", attend(w.real, w.other, w.vector, NULL));
    REFUSED(DSC_ERROR_SIZE, "the last extents", attend(w.real, w.single, w.single, NULL));
    REFUSED(DSC_ERROR_SIZE, "before the last", attend(w.real, w.other, w.single, NULL));
    REFUSED(DSC_ERROR_SIZE, "attn_mask is of shape [2, 3], must broadcast to [2, 2]",
            attend(w.real, w.other, w.real, w.truth));
    REFUSED(DSC_ERROR_SIZE, "attn_mask is of shape [1, 1, 1, 1, 1, 1, 1, 1]",
            attend(w.real, w.other, w.real, w.deep));
    REFUSED(DSC_ERROR_ARGUMENT, "dropout_p is -0.1", attend_by(false, -0.1, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "dropout_p is 1.5", attend_by(false, 1.5, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "dropout_p is nan", attend_by(false, NAN, 1));
    REFUSED(DSC_ERROR_SIZE, "must have heads", attend_by(true, 0, 1));
    REFUSED(DSC_ERROR_SIZE, "query has 3 heads, key 2", heads(3, 2, 2));
    REFUSED(DSC_ERROR_SIZE, "value 1", heads(4, 2, 1));
    REFUSED(DSC_ERROR_SIZE, "key 0", heads(4, 0, 0));
    REFUSED(DSC_ERROR_SIZE, "a dimension", deep());
    REFUSED(DSC_ERROR_SIZE, "1 / sqrt(E)", narrow());
    REFUSED(DSC_ERROR_OVERFLOW, "too long", vast());
}

/* A layer of a width and a number of heads. */
static dsc_status call(const char *name, double width, double count_of_heads, size_t count,
                       dsc_tensor *const *inputs) {
    dsc_layer *layer = NULL;
    dsc_tensor *y = NULL;
    dsc_random random;
    dsc_random_seed(&random, 0);
    const dsc_option_info *known = dsc_layer_find(name)->options;
    const dsc_option options[] = {{known[0].name, width}, {known[1].name, count_of_heads}};
    dsc_status status = dsc_layer_create(NULL, DSC_FLOAT32, name, 2, options, &random, &layer);
    if (status == DSC_OK)
        status = dsc_layer_call(layer, true, 0, NULL, count, inputs, 1, &y);
    dsc_layer_destroy(layer);
    return status;
}

static dsc_status stack(double layers) {
    dsc_layer *layer = NULL;
    dsc_tensor *y = NULL;
    dsc_random random;
    dsc_random_seed(&random, 0);
    const dsc_option options[] = {{"d_model", 3}, {"nhead", 1}, {"num_layers", layers}};
    dsc_status status =
        dsc_layer_create(NULL, DSC_FLOAT32, "transformer_encoder", 3, options, &random, &layer);
    if (status == DSC_OK)
        status = dsc_layer_call(layer, true, 0, NULL, 2, (dsc_tensor *[]){w.real, w.truth}, 1, &y);
    dsc_layer_destroy(layer);
    return status;
}

static dsc_status multihead(size_t count, dsc_tensor *const *inputs) {
    return call("multihead_attention", 3, 1, count, inputs);
}

#define INPUTS(...)                                                                                          \
    sizeof((dsc_tensor *[]){__VA_ARGS__}) / sizeof(dsc_tensor *), (dsc_tensor *[]) {                         \
        __VA_ARGS__                                                                                          \
    }

static dsc_status positions(double max_len, dsc_tensor *x) {
    dsc_layer *layer = NULL;
    dsc_tensor *y = NULL;
    dsc_random random;
    dsc_random_seed(&random, 0);
    const dsc_option options[] = {{"d_model", 3}, {"max_len", max_len}};
    dsc_status status =
        dsc_layer_create(NULL, DSC_FLOAT32, "positional_encoding", 2, options, &random, &layer);
    if (status == DSC_OK)
        status = dsc_layer_call(layer, true, 0, NULL, 1, &x, 1, &y);
    dsc_layer_destroy(layer);
    return status;
}

static void layer_refusals(void) {
    REFUSED(DSC_ERROR_OPTION, "num_heads is 2, must divide embed_dim, 3",
            call("multihead_attention", 3, 2, 1, &w.real));
    REFUSED(DSC_ERROR_OPTION, "num_heads is 0", call("multihead_attention", 3, 0, 1, &w.real));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", call("multihead_attention", 0x1p40, 1, 1, &w.real));
    REFUSED(DSC_ERROR_SIZE, "query is of shape []", multihead(INPUTS(w.number)));
    REFUSED(DSC_ERROR_SIZE, "query is of shape [1, 1]", multihead(INPUTS(w.single)));
    REFUSED(DSC_ERROR_SIZE, "key is of shape [3]", multihead(INPUTS(w.real, w.vector)));
    REFUSED(DSC_ERROR_SIZE, "value for each key", multihead(INPUTS(w.real, w.real, w.empty)));
    REFUSED(DSC_ERROR_SIZE, "key_padding_mask is of shape [2, 3], must be [2]",
            multihead(INPUTS(w.real, NULL, NULL, w.truth)));
    REFUSED(DSC_ERROR_SIZE, "attn_mask is of shape [2, 3], must be [2, 2] or [1, 2, 2]",
            multihead(INPUTS(w.real, NULL, NULL, NULL, w.truth)));
    REFUSED(DSC_ERROR_DTYPE, "attn_mask is int64", multihead(INPUTS(w.real, NULL, NULL, NULL, w.whole)));
    REFUSED(DSC_ERROR_DTYPE, "float64", multihead(INPUTS(w.doubles)));
    REFUSED(DSC_ERROR_OPTION, "nhead is 2, must divide d_model, 3",
            call("transformer_encoder_layer", 3, 2, 1, &w.real));
    REFUSED(DSC_ERROR_OPTION, "nhead is 2, must divide d_model, 3",
            call("transformer_decoder_layer", 3, 2, 1, &w.real));
    REFUSED(DSC_ERROR_SIZE, "transformer_encoder_layer: the input is of shape [3]",
            call("transformer_encoder_layer", 3, 1, 1, &w.vector));
    REFUSED(DSC_ERROR_ARGUMENT, "memory is NULL", call("transformer_decoder_layer", 3, 1, 1, &w.real));
    REFUSED(DSC_ERROR_SIZE, "key is of shape [1, 1]",
            call("transformer_decoder_layer", 3, 1, INPUTS(w.real, w.single)));
    REFUSED(DSC_ERROR_SIZE, "attn_mask", stack(2));
    REFUSED(DSC_ERROR_OPTION, "num_layers is 1e+09", stack(1e9));
    REFUSED(DSC_ERROR_OPTION, "num_layers is 0", stack(0));
    REFUSED(DSC_ERROR_SIZE, "at most 1 positions", positions(1, w.real));
    REFUSED(DSC_ERROR_SIZE, "positional_encoding", positions(9, w.single));
    REFUSED(DSC_ERROR_OPTION, "max_len is 0", positions(0, w.real));
}

void attention_rows(void) {
    operation_refusals();
    layer_refusals();
}
