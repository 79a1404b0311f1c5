/* activations.h, embedding.h, initialize.h; row gradients of tensor.h */
#include "rows.h"

/* What all of them refuse: before and after are the arguments around x. */
#define FUNCTION(name, call, ...)                                                                            \
    REFUSED(DSC_ERROR_ARGUMENT, name ": input 0 is NULL", call(NULL, __VA_ARGS__ w.made));                   \
    REFUSED(DSC_ERROR_ARGUMENT, name ": result is NULL", call(w.real, __VA_ARGS__ NULL));                    \
    REFUSED(DSC_ERROR_DTYPE, "int64", call(w.whole, __VA_ARGS__ w.made));                                    \
    REFUSED(DSC_ERROR_DTYPE, "float16", call(w.half, __VA_ARGS__ w.made));                                   \
    ACCEPTED(call(w.empty, __VA_ARGS__ w.made));

static void function_rows(void) {
    FUNCTION("leaky_relu", dsc_leaky_relu, 0.1, )
    FUNCTION("elu", dsc_elu, 1, 1, 1, )
    FUNCTION("elu", dsc_celu, 1, )
    FUNCTION("elu", dsc_selu, )
    FUNCTION("gelu", dsc_gelu, true, )
    FUNCTION("silu", dsc_silu, )
    FUNCTION("mish", dsc_mish, )
    FUNCTION("softplus", dsc_softplus, 1, 20, )
    FUNCTION("softsign", dsc_softsign, )
    FUNCTION("tanhshrink", dsc_tanhshrink, )
    FUNCTION("softshrink", dsc_softshrink, 1, )
    FUNCTION("hardshrink", dsc_hardshrink, 1, )
    FUNCTION("hardtanh", dsc_hardtanh, -1, 1, )
    FUNCTION("hardtanh", dsc_relu6, )
    FUNCTION("hardsigmoid", dsc_hardsigmoid, )
    FUNCTION("hardswish", dsc_hardswish, )
    FUNCTION("threshold", dsc_threshold, 1, 0, )
    FUNCTION("rrelu", dsc_rrelu, 0.1, 0.2, true, )
    FUNCTION("dropout", dsc_dropout, 0.5, )
    FUNCTION("feature_dropout", dsc_feature_dropout, 0.5, )
    FUNCTION("alpha_dropout", dsc_alpha_dropout, 0.5, )
    FUNCTION("feature_alpha_dropout", dsc_feature_alpha_dropout, 0.5, )
    FUNCTION("glu", dsc_glu, 0, )
    REFUSED(DSC_ERROR_ARGUMENT, "NaN", dsc_leaky_relu(w.real, NAN, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "NaN", dsc_elu(w.real, 1, NAN, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "alpha is 0", dsc_celu(w.real, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "NaN", dsc_softplus(w.real, NAN, 20, w.made));
    ACCEPTED(dsc_softplus(w.real, 1, INFINITY, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "lambda is -1", dsc_softshrink(w.real, -1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "NaN", dsc_hardshrink(w.real, NAN, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "limits are 1 and 0", dsc_hardtanh(w.real, 1, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "NaN", dsc_threshold(w.real, 1, NAN, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "0.5 and 0.25", dsc_rrelu(w.real, 0.5, 0.25, true, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "inf", dsc_rrelu(w.real, 0, INFINITY, false, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "prelu: input 0 is NULL", dsc_prelu(NULL, w.real, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "prelu: input 1 is NULL", dsc_prelu(w.real, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_prelu(w.real, w.vector, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_prelu(w.whole, w.whole, w.made));
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_prelu(w.doubles, w.vector, w.made));
    REFUSED(DSC_ERROR_SIZE, "[2, 3]", dsc_prelu(w.real, w.other, w.made));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_prelu(w.vector, w.vector, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_softmin(NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_softmin(w.real, 0, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_softmin(w.whole, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_softmin(w.real, 2, w.made));
    REFUSED(DSC_ERROR_SIZE, "must be even", dsc_glu(w.real, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_glu(w.real, 2, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 0", dsc_glu(w.number, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "p is 1.5", dsc_dropout(w.real, 1.5, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "p is nan", dsc_dropout(w.real, NAN, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "p is -1", dsc_feature_dropout(w.real, -1, w.made));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_feature_dropout(w.vector, 0.5, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "p is 2", dsc_alpha_dropout(w.real, 2, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "p is 2", dsc_feature_alpha_dropout(w.real, 2, w.made));
    REFUSED(DSC_ERROR_SIZE, "[]", dsc_feature_alpha_dropout(w.number, 0.5, w.made));
}

/* ---- Embeddings ---- */

static dsc_tensor *indices(size_t count, const int64_t *list) {
    dsc_tensor *made = NULL;
    dsc_tensor_copy_in(NULL, DSC_INT64, 1, &count, list, &made);
    return made;
}

static const dsc_embedding_options *padding(int64_t row) {
    static dsc_embedding_options options;
    options = (dsc_embedding_options){.padding = row};
    return &options;
}

static const dsc_embedding_bag_options *bags(dsc_bag_mode mode, bool last, bool scales, bool sparse) {
    static dsc_embedding_bag_options options;
    options = (dsc_embedding_bag_options){mode, DSC_NO_PADDING, last, scales, sparse};
    return &options;
}

static void embedding_rows(void) {
    const dsc_embedding_options both = {
        .padding = DSC_NO_PADDING, .scale_by_frequency = true, .sparse = true};
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_embedding(NULL, w.whole, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", dsc_embedding(w.real, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_embedding(w.real, w.whole, NULL, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_embedding(w.real, w.other, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_embedding(w.vector, w.whole, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "padding is 2", dsc_embedding(w.real, w.whole, padding(2), w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "padding is -3", dsc_embedding(w.real, w.whole, padding(-3), w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "sparse", dsc_embedding(w.real, w.whole, &both, w.made));
    REFUSED(DSC_ERROR_SIZE, "is 3", dsc_embedding(w.real, indices(2, (int64_t[]){0, 3}), NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "is -1", dsc_embedding(w.real, indices(1, (int64_t[]){-1}), NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "weight is NULL", dsc_embedding_renormalize(NULL, w.whole, 1, 2));
    REFUSED(DSC_ERROR_ARGUMENT, "indices is NULL", dsc_embedding_renormalize(w.real, NULL, 1, 2));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_embedding_renormalize(w.vector, w.whole, 1, 2));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_embedding_renormalize(w.whole, w.whole, 1, 2));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_embedding_renormalize(w.real, w.other, 1, 2));
    REFUSED(DSC_ERROR_ARGUMENT, "max_norm is -1", dsc_embedding_renormalize(w.real, w.whole, -1, 2));
    REFUSED(DSC_ERROR_ARGUMENT, "max_norm is nan", dsc_embedding_renormalize(w.real, w.whole, NAN, 2));
    REFUSED(DSC_ERROR_ARGUMENT, "order nan", dsc_embedding_renormalize(w.real, w.whole, 1, NAN));
    REFUSED(DSC_ERROR_SIZE, "is 5", dsc_embedding_renormalize(w.real, indices(2, (int64_t[]){0, 5}), 1, 2));
}

static void bag_rows(void) {
    dsc_tensor *list = indices(4, (int64_t[]){0, 1, 1, 0}), *starts = indices(2, (int64_t[]){0, 2});
    dsc_tensor *late = indices(2, (int64_t[]){1, 2}), *falling = indices(3, (int64_t[]){0, 3, 2});
    dsc_tensor *beyond = indices(2, (int64_t[]){0, 5}), *none = indices(0, NULL);
    const dsc_embedding_bag_options mean = {.mode = DSC_BAG_MEAN, .padding = 2};
    const dsc_embedding_bag_options *sum = bags(DSC_BAG_SUM, false, false, false);
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL",
            dsc_embedding_bag(NULL, w.whole, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", dsc_embedding_bag(w.real, NULL, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_embedding_bag(w.real, w.whole, NULL, NULL, NULL, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_embedding_bag(w.whole, w.whole, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_embedding_bag(w.real, w.other, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_DTYPE, "offsets", dsc_embedding_bag(w.real, list, w.vector, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_embedding_bag(w.vector, w.whole, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "offsets", dsc_embedding_bag(w.real, list, NULL, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "vectors", dsc_embedding_bag(w.real, w.whole, starts, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "offsets[0] is 1", dsc_embedding_bag(w.real, list, late, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "offsets[2] is 2", dsc_embedding_bag(w.real, list, falling, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "offsets[1] is 5", dsc_embedding_bag(w.real, list, beyond, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "no offsets", dsc_embedding_bag(w.real, list, none, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "is 5", dsc_embedding_bag(w.real, beyond, starts, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "padding is 2", dsc_embedding_bag(w.real, list, starts, NULL, &mean, w.made));
    REFUSED(
        DSC_ERROR_ARGUMENT, "mode 3",
        dsc_embedding_bag(w.real, list, starts, NULL, bags((dsc_bag_mode)3, false, false, false), w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "sparse",
            dsc_embedding_bag(w.real, list, starts, NULL, bags(DSC_BAG_MAX, false, false, true), w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "frequency",
            dsc_embedding_bag(w.real, list, starts, NULL, bags(DSC_BAG_MAX, false, true, false), w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "sparse",
            dsc_embedding_bag(w.real, list, starts, NULL, bags(DSC_BAG_SUM, false, true, true), w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "needs offsets",
            dsc_embedding_bag(w.real, w.whole, NULL, NULL, bags(DSC_BAG_SUM, true, false, false), w.made));
    REFUSED(
        DSC_ERROR_ARGUMENT, "for sums only",
        dsc_embedding_bag(w.real, w.whole, NULL, w.other, bags(DSC_BAG_MEAN, false, false, false), w.made));
    sum = bags(DSC_BAG_SUM, false, false, false);
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_embedding_bag(w.real, w.whole, NULL, w.doubles, sum, w.made));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_embedding_bag(w.real, w.whole, NULL, w.vector, sum, w.made));
    ACCEPTED(dsc_embedding_bag(w.real, none, none, NULL, NULL, w.made));
}

static void gradient_rows(void) {
    dsc_tensor *two = indices(2, (int64_t[]){1, 0}), *below = indices(2, (int64_t[]){1, -1});
    dsc_tensor *beyond = indices(2, (int64_t[]){2, 0});
    REFUSED(DSC_ERROR_ARGUMENT, "t is NULL", dsc_tensor_row_gradient(NULL, w.made, w.made + 1));
    REFUSED(DSC_ERROR_ARGUMENT, "rows is NULL", dsc_tensor_row_gradient(w.leaf, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "values is NULL", dsc_tensor_row_gradient(w.leaf, w.made, NULL));
    HOLDS(!dsc_tensor_has_row_gradient(NULL) && !dsc_tensor_has_row_gradient(w.leaf));
    REFUSED(DSC_ERROR_ARGUMENT, "t is NULL", dsc_tensor_set_row_gradient(NULL, two, w.real));
    REFUSED(DSC_ERROR_ARGUMENT, "rows is NULL", dsc_tensor_set_row_gradient(w.leaf, NULL, w.real));
    REFUSED(DSC_ERROR_ARGUMENT, "values is NULL", dsc_tensor_set_row_gradient(w.leaf, two, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "result", dsc_tensor_set_row_gradient(w.result, two, w.real));
    REFUSED(DSC_ERROR_ARGUMENT, "single number", dsc_tensor_set_row_gradient(w.number, two, w.real));
    REFUSED(DSC_ERROR_DTYPE, "float32", dsc_tensor_set_row_gradient(w.leaf, w.vector, w.real));
    REFUSED(DSC_ERROR_SIZE, "float64", dsc_tensor_set_row_gradient(w.leaf, two, w.doubles));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_tensor_set_row_gradient(w.leaf, two, w.vector));
    REFUSED(DSC_ERROR_SIZE, "rows[1] is -1", dsc_tensor_set_row_gradient(w.leaf, below, w.real));
    REFUSED(DSC_ERROR_SIZE, "rows[0] is 2, must be in [0, 2)",
            dsc_tensor_set_row_gradient(w.leaf, beyond, w.real));
    HOLDS(dsc_tensor_set_row_gradient(w.leaf, two, w.real) == DSC_OK && dsc_tensor_has_grad(w.leaf));
}

/* ---- Initial numbers ---- */

static void initialize_rows(void) {
    dsc_random *r = &w.random;
    double count;
#define INITIALIZER(call, ...)                                                                               \
    REFUSED(DSC_ERROR_ARGUMENT, "tensor is NULL", call(NULL, __VA_ARGS__));                                  \
    REFUSED(DSC_ERROR_DTYPE, "int64", call(w.whole, __VA_ARGS__));
    INITIALIZER(dsc_initialize_uniform, r, 0, 1)
    INITIALIZER(dsc_initialize_normal, r, 0, 1)
    INITIALIZER(dsc_initialize_trunc_normal, r, 0, 1, -2, 2)
    INITIALIZER(dsc_initialize_xavier_uniform, r, 1)
    INITIALIZER(dsc_initialize_xavier_normal, r, 1)
    INITIALIZER(dsc_initialize_kaiming_uniform, r, 0, DSC_FAN_IN, DSC_GAIN_RELU)
    INITIALIZER(dsc_initialize_kaiming_normal, r, 0, DSC_FAN_IN, DSC_GAIN_RELU)
    INITIALIZER(dsc_initialize_orthogonal, r, 1)
    INITIALIZER(dsc_initialize_sparse, r, 0.5, 1)
    INITIALIZER(dsc_initialize_dirac, 1)
    REFUSED(DSC_ERROR_ARGUMENT, "tensor is NULL", dsc_initialize_eye(NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_initialize_eye(w.whole));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_initialize_eye(w.vector));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL", dsc_initialize_uniform(w.real, NULL, 0, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "[1, 0)", dsc_initialize_uniform(w.real, r, 1, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL", dsc_initialize_normal(w.real, NULL, 0, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "deviation -1", dsc_initialize_normal(w.real, r, 0, -1));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL", dsc_initialize_trunc_normal(w.real, NULL, 0, 1, -2, 2));
    REFUSED(DSC_ERROR_ARGUMENT, "deviation 0", dsc_initialize_trunc_normal(w.real, r, 0, 0, -2, 2));
    REFUSED(DSC_ERROR_ARGUMENT, "ascending", dsc_initialize_trunc_normal(w.real, r, 0, 1, 2, -2));
    REFUSED(DSC_ERROR_ARGUMENT, "ascending", dsc_initialize_trunc_normal(w.real, r, 0, 1, NAN, 2));
    REFUSED(DSC_ERROR_ARGUMENT, "mean nan", dsc_initialize_trunc_normal(w.real, r, NAN, 1, -2, 2));
    REFUSED(DSC_ERROR_ARGUMENT, "finite", dsc_initialize_trunc_normal(w.real, r, 0, 1, 5, INFINITY));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL", dsc_initialize_xavier_uniform(w.real, NULL, 1));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_initialize_xavier_uniform(w.vector, r, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "nan", dsc_initialize_xavier_uniform(w.real, r, NAN));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL", dsc_initialize_xavier_normal(w.real, NULL, 1));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_initialize_xavier_normal(w.vector, r, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "inf", dsc_initialize_xavier_normal(w.real, r, INFINITY));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL",
            dsc_initialize_kaiming_uniform(w.real, NULL, 0, DSC_FAN_IN, DSC_GAIN_RELU));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_initialize_kaiming_uniform(w.vector, r, 0, DSC_FAN_IN, DSC_GAIN_RELU));
    REFUSED(DSC_ERROR_ARGUMENT, "nan",
            dsc_initialize_kaiming_uniform(w.real, r, NAN, DSC_FAN_IN, DSC_GAIN_LEAKY_RELU));
    REFUSED(DSC_ERROR_ARGUMENT, "fan 2",
            dsc_initialize_kaiming_uniform(w.real, r, 0, (dsc_fan)2, DSC_GAIN_RELU));
    REFUSED(DSC_ERROR_ARGUMENT, "nonlinearity is 9",
            dsc_initialize_kaiming_uniform(w.real, r, 0, DSC_FAN_IN, (dsc_nonlinearity)9));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL",
            dsc_initialize_kaiming_normal(w.real, NULL, 0, DSC_FAN_IN, DSC_GAIN_RELU));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_initialize_kaiming_normal(w.vector, r, 0, DSC_FAN_OUT, DSC_GAIN_RELU));
    HOLDS(isnan(dsc_gain((dsc_nonlinearity)9, 0)));
    REFUSED(DSC_ERROR_ARGUMENT, "tensor is NULL", dsc_fan_of(NULL, DSC_FAN_IN, &count));
    REFUSED(DSC_ERROR_ARGUMENT, "count is NULL", dsc_fan_of(w.real, DSC_FAN_IN, NULL));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_fan_of(w.vector, DSC_FAN_IN, &count));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL", dsc_initialize_orthogonal(w.real, NULL, 1));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_initialize_orthogonal(w.vector, r, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "gain is nan", dsc_initialize_orthogonal(w.real, r, NAN));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL", dsc_initialize_sparse(w.real, NULL, 0.5, 1));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_initialize_sparse(w.vector, r, 0.5, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "sparsity is 2", dsc_initialize_sparse(w.real, r, 2, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "deviation -1", dsc_initialize_sparse(w.real, r, 0.5, -1));
    REFUSED(DSC_ERROR_SIZE, "[2, 3]", dsc_initialize_dirac(w.real, 1));
    REFUSED(DSC_ERROR_SIZE, "3 to 5", dsc_initialize_dirac(w.deep, 1));
    ACCEPTED(dsc_initialize_orthogonal(w.empty, r, 1));
    ACCEPTED(dsc_initialize_sparse(w.empty, r, 0.5, 1));
    ACCEPTED(dsc_initialize_xavier_normal(w.empty, r, 1));
}

void activation_rows(void) {
    function_rows();
    embedding_rows();
    bag_rows();
    gradient_rows();
    initialize_rows();
}
