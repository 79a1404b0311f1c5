/* A weight as its direction and its length. */
#include "layers/parametrization.h"

enum { DIM };
enum { LENGTH, DIRECTION };

static const char *const none[] = {"none"};
static const dsc_option_info options[] = {
    [DIM] = {"dim", DSC_OPTION_INTEGER, 0, -1, DSC_MAX_RANK - 1, false, false,
             "the dimension of which each index has a length of its own; none: one length for all", none},
};

static const dsc_operation operation = {.name = "weight_norm"};

/* [n] as [1, n, 1], for a dimension in the middle of three; one length as one number. */
static dsc_tensor *x_lengths(dsc_pullback *p, const dsc_computed *c, dsc_tensor *direction) {
    if (c->values[DIM] < 0)
        return x_norm(p, direction, 0, NULL);
    const size_t dimension = (size_t)c->values[DIM];
    size_t shape[DSC_MAX_RANK];
    for (size_t d = 0; d < direction->rank; ++d)
        shape[d] = d == dimension ? direction->shape[d] : 1;
    dsc_tensor *norms = x_norm(p, x_matrix(p, direction, dimension), 1, (const int64_t[]){1});
    return x_reshape(p, norms, direction->rank, shape);
}

static dsc_status make(dsc_computed *c, dsc_tensor *parameter, dsc_random *random) {
    (void)random;
    if (c->values[DIM] >= parameter->rank)
        return dsc_fail(DSC_ERROR_OPTION, "weight_norm: dim is %g, must be below %d, as the shape is %s",
                        c->values[DIM], parameter->rank,
                        dsc_shape_text(parameter->rank, parameter->shape).text);
    const bool records = dsc_set_recording(false);
    DSC_EXPRESSION(&operation);
    dsc_tensor *lengths = x_lengths(p, c, parameter);
    dsc_status status = dsc_expression_end(p, lengths, &c->tensors[LENGTH]);
    dsc_set_recording(records);
    DSC_TRY(status);
    c->tensors[LENGTH]->requires_grad = parameter->requires_grad;
    c->tensors[DIRECTION] = dsc_tensor_retain(parameter);
    c->count = 2;
    return DSC_OK;
}

/* In operations that have all derivatives: PyTorch's fused kernel has second ones that its own gradgradcheck
 * refuses. */
static dsc_status evaluate(const dsc_computed *c, bool is_training, dsc_tensor **parameter) {
    (void)is_training;
    dsc_tensor *direction = c->tensors[DIRECTION];
    DSC_EXPRESSION(&operation);
    dsc_tensor *scale = x_divide(p, c->tensors[LENGTH], x_lengths(p, c, direction));
    return dsc_expression_end(p, x_multiply(p, direction, scale), parameter);
}

const dsc_parametrization_row dsc_parametrization_weight_norm = {
    .info = {.name = "weight_norm",
             .title = "Weight normalization",
             .source = "torch.nn.utils.parametrizations.weight_norm",
             .formula = "original0 original1 / |original1|",
             DSC_LAYER_OPTIONS(options)},
    .names = {"original0", "original1"},
    .parameters = 2,
    .make = make,
    .evaluate = evaluate,
};
