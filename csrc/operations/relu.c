/* Relatives of relu whose slopes are learned or drawn, and functions made of others. */
#include "core/philox.h"
#include "elementwise/dropout.h"
#include "losses/expressions.h"
#include "operations/table.h"

/* ---- Learned ---- */

static dsc_status check_slopes(const dsc_operation *operation, const dsc_tensor *x,
                               const dsc_tensor *weight) {
    DSC_TRY(dsc_check_real(operation, x));
    DSC_TRY(dsc_check_same_dtype(operation, x, weight));
    const size_t channels = x->rank < 2 ? 1 : x->shape[1];
    if (weight->rank > 1 || (weight->count != 1 && weight->count != channels))
        return dsc_fail(DSC_ERROR_SIZE,
                        "prelu: the weight is of shape %s, must be [1] or [%zu], for x of shape %s",
                        dsc_shape_text(weight->rank, weight->shape).text, channels,
                        dsc_shape_text(x->rank, x->shape).text);
    return DSC_OK;
}

/* As something that broadcasts to x: one number, or [C, 1, ...]. */
static dsc_tensor *x_slopes(dsc_pullback *p, const dsc_tensor *x, dsc_tensor *weight) {
    size_t shape[DSC_MAX_RANK] = {weight->count, 1, 1, 1, 1, 1, 1, 1};
    dsc_tensor *made = NULL;
    const size_t rank = weight->count == 1 ? 0 : (size_t)x->rank - 1;
    return x_call(p, made, dsc_reshape(weight, rank, shape, &made));
}

dsc_status dsc_prelu(dsc_tensor *x, dsc_tensor *weight, dsc_tensor **result) {
    DSC_BEGIN(prelu, x, weight);
    DSC_TRY(check_slopes(operation, x, weight));
    const bool records = dsc_set_recording(false);
    DSC_EXPRESSION(operation);
    dsc_tensor *made = NULL, *is_above = x_greater(p, x, x_constant(p, x, 0));
    dsc_tensor *y = x_where(p, is_above, x, x_multiply(p, x, x_slopes(p, x, weight)));
    dsc_status status = dsc_expression_end(p, y, &made);
    dsc_set_recording(records);
    return DSC_END(status, made);
}

/* Not 0 times what is not asked for: it may be infinite. */
void dsc_pull_back_prelu(dsc_pullback *p) {
    dsc_tensor *x = dsc_input(p, 0), *weight = dsc_input(p, 1);
    if (x == NULL || weight == NULL)
        return;
    dsc_tensor *is_above = x_greater(p, x, x_constant(p, x, 0));
    if (dsc_wants(p, 0))
        dsc_give(p, 0, x_where(p, is_above, p->upstream, x_multiply(p, p->upstream, x_slopes(p, x, weight))));
    if (!dsc_wants(p, 1))
        return;
    dsc_tensor *shares = x_where(p, is_above, x_constant(p, x, 0), x_multiply(p, x, p->upstream));
    int64_t dimensions[DSC_MAX_RANK] = {0};
    for (size_t d = 2; d < x->rank; ++d)
        dimensions[d - 1] = (int64_t)d;
    const size_t count = weight->count == 1 ? 0 : (size_t)x->rank - 1;
    dsc_give(p, 1, x_reshape_like(p, x_sum(p, shares, count, dimensions, false), weight));
}

/* ---- Drawn ---- */

dsc_status dsc_rrelu(dsc_tensor *x, double lower, double upper, bool training, dsc_tensor **result) {
    static const dsc_operation row = {.name = "rrelu"};
    dsc_tensor *const inputs[] = {x};
    DSC_TRY(dsc_check_inputs(&row, 1, inputs, result));
    DSC_TRY(dsc_check_real(&row, x));
    if (!(isfinite(lower) && isfinite(upper) && lower <= upper))
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "rrelu: lower and upper are %g and %g, must be finite and ascending", lower, upper);
    if (!training)
        return dsc_leaky_relu(x, (lower + upper) / 2, result);
    dsc_tensor *drawn;
    DSC_TRY(dsc_make_like(x, x->dtype, &drawn));
    const dsc_context *context = dsc_context_of(x);
    dsc_draw_uniform(context, x->dtype, dsc_draw(context), lower, upper, x->count, dsc_data(drawn));
    DSC_EXPRESSION(&row);
    dsc_tensor *is_below = x_less_equal(p, x, x_constant(p, x, 0));
    dsc_tensor *y = x_multiply(p, x, x_where(p, is_below, drawn, x_constant(p, x, 1)));
    dsc_status status = dsc_expression_end(p, y, result);
    dsc_tensor_release(drawn);
    return status;
}

/* ---- Made of others ---- */

dsc_status dsc_softmin(dsc_tensor *x, int64_t dimension, dsc_tensor **result) {
    dsc_tensor *negative;
    DSC_TRY(dsc_negate(x, &negative));
    dsc_status status = dsc_softmax(negative, dimension, result);
    dsc_tensor_release(negative);
    return status;
}

dsc_status dsc_glu(dsc_tensor *x, int64_t dimension, dsc_tensor **result) {
    static const dsc_operation row = {.name = "glu"};
    dsc_tensor *const inputs[] = {x};
    DSC_TRY(dsc_check_inputs(&row, 1, inputs, result));
    DSC_TRY(dsc_check_real(&row, x));
    size_t d;
    DSC_TRY(dsc_check_dimension(&row, dimension, x->rank, &d));
    const int64_t extent = (int64_t)x->shape[d];
    if (extent % 2 != 0)
        return dsc_fail(DSC_ERROR_SIZE, "glu: dimension %lld of shape %s must be even", (long long)dimension,
                        dsc_shape_text(x->rank, x->shape).text);
    DSC_EXPRESSION(&row);
    dsc_tensor *first = NULL, *second = NULL;
    first = x_call(p, first, dsc_slice(x, dimension, 0, extent / 2, 1, &first));
    second = x_call(p, second, dsc_slice(x, dimension, extent / 2, extent, 1, &second));
    return dsc_expression_end(p, x_multiply(p, first, x_sigmoid(p, second)), result);
}
