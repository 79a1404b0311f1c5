/* Norms and variances. */
#include <math.h>
#include <string.h>

#include "core/partials.h"
#include "elementwise/fold.h"
#include "operations/reduce.h"

/* Folds over the plan's dimensions: one double for each result, in a tensor of float64. */
static dsc_status fold_over(const dsc_tensor *dense, const dsc_reduction_plan *plan, size_t outer,
                            size_t inner, dsc_fold fold, double power, const dsc_tensor *centers,
                            dsc_tensor **sums) {
    DSC_TRY(dsc_make(dsc_context_of(dense), DSC_FLOAT64, plan->rank, plan->shape, sums));
    if (plan->count == 0)
        memset(dsc_data(*sums), 0, (*sums)->count * sizeof(double));
    else
        dsc_fold_run(dsc_context_of(dense), dense->dtype, fold, power, outer, plan->count, inner,
                     dsc_data(dense), centers == NULL ? NULL : dsc_data(centers), dsc_data(*sums));
    return DSC_OK;
}

/* ---- Norms ---- */

static double root(double order, double sum) {
    return order == 0 || order == 1 ? sum : order == 2 ? sqrt(sum) : pow(sum, 1 / order);
}

static dsc_status norm_of_sums(dsc_tensor *x, const dsc_reduction_plan *plan, double order,
                               dsc_tensor **made) {
    dsc_fold fold = order == 0   ? DSC_FOLD_COUNT
                    : order == 1 ? DSC_FOLD_ABS
                    : order == 2 ? DSC_FOLD_SQUARE
                                 : DSC_FOLD_POWER;
    dsc_tensor *dense, *sums = NULL;
    size_t outer, inner;
    DSC_TRY(dsc_reduction_layout(x, plan, &dense, &outer, &inner));
    dsc_status status = fold_over(dense, plan, outer, inner, fold, order, NULL, &sums);
    dsc_tensor_release(dense);
    if (status == DSC_OK)
        status = dsc_make(dsc_context_of(x), x->dtype, plan->rank, plan->shape, made);
    for (size_t i = 0; status == DSC_OK && i < sums->count; ++i)
        dsc_store_real(x->dtype, dsc_data(*made), i, root(order, ((const double *)dsc_data(sums))[i]));
    dsc_tensor_release(sums);
    return status;
}

static dsc_status extreme_norm(dsc_tensor *x, double order, size_t count, const int64_t *dimensions,
                               bool keeps, dsc_tensor **made) {
    dsc_tensor *sizes;
    bool recorded = dsc_set_recording(false);
    dsc_status status = dsc_abs(x, &sizes);
    if (status == DSC_OK) {
        status = (order > 0 ? dsc_amax : dsc_amin)(sizes, count, dimensions, keeps, made);
        dsc_tensor_release(sizes);
    }
    dsc_set_recording(recorded);
    return status;
}

dsc_status dsc_norm(dsc_tensor *x, double order, size_t count, const int64_t *dimensions, bool keeps,
                    dsc_tensor **result) {
    DSC_BEGIN(norm, x);
    DSC_TRY(dsc_check_real(operation, x));
    if (isnan(order))
        return dsc_fail(DSC_ERROR_ARGUMENT, "norm: the order is NaN");
    dsc_reduction_plan plan;
    DSC_TRY(dsc_plan_reduction(operation, x, count, dimensions, keeps, &plan));
    if (plan.count == 0 && (order < 0 || isinf(order)))
        return dsc_fail(DSC_ERROR_SIZE, "norm: of shape %s there is nothing to take the norm of order %g of",
                        dsc_shape_text(x->rank, x->shape).text, order);
    dsc_tensor *made = NULL;
    dsc_status status = isinf(order) ? extreme_norm(x, order, count, dimensions, keeps, &made)
                                     : norm_of_sums(x, &plan, order, &made);
    dsc_options options = dsc_reduction_options(x, &plan);
    options.number = order;
    return DSC_END(status, made, .options = &options, .saved = {made});
}

/* NaN has none: its share of a gradient is 0, as in PyTorch. */
static dsc_tensor *sign_of(dsc_pullback *p, dsc_tensor *x) {
    return x_where(p, x_equal(p, x, x), x_sign(p, x), x_constant(p, x, 0));
}

/* Where |x| is extreme, in equal shares. */
static dsc_tensor *pull_back_extreme(dsc_pullback *p, dsc_tensor *x, dsc_tensor *norm, dsc_tensor *upstream) {
    dsc_tensor *size = x_abs(p, x_detach(p, x)), *nothing = x_constant(p, x, 0), *nan = NULL;
    dsc_tensor *ties = x_equal(p, size, x_detach(p, norm)), *either = NULL;
    nan = size == NULL ? NULL : x_call(p, nan, dsc_is_nan(size, &nan));
    either = x_call(p, either, dsc_logical_or(ties, nan, &either));
    dsc_tensor *ones = x_where(p, either, x_constant(p, x, 1), nothing);
    dsc_tensor *share = x_multiply(p, x_divide(p, upstream, dsc_sum_kept(p, ones)), ones);
    return x_multiply(p, sign_of(p, x), share);
}

/* PyTorch's subgradients: 0 where the norm is 0. A divisor of 0 is replaced, so that the second derivative is
 * 0 there as well. */
void dsc_pull_back_norm(dsc_pullback *p) {
    const double order = p->node->options.number;
    dsc_tensor *x = dsc_input(p, 0), *norm = dsc_kept(p, dsc_output(p, 0));
    dsc_tensor *upstream = dsc_kept(p, p->upstream);
    if (p->status != DSC_OK)
        return;
    dsc_tensor *nothing = x_constant(p, x, 0);
    if (order == 0) {
        dsc_give(p, 0, x_expand_like(p, nothing, x));
    } else if (order == 1) {
        dsc_give(p, 0, x_multiply(p, sign_of(p, x), upstream));
    } else if (isinf(order)) {
        dsc_give(p, 0, pull_back_extreme(p, x, norm, upstream));
    } else if (order < 1) {
        dsc_tensor *is_zero = x_equal(p, x, nothing), *size = x_abs(p, x);
        dsc_tensor *safe = x_where(p, is_zero, x_constant(p, x, 1), size);
        dsc_tensor *power = x_power(p, safe, x_constant(p, x, order - 1));
        dsc_tensor *scaled = x_multiply(p, sign_of(p, x), x_where(p, is_zero, nothing, power));
        dsc_tensor *scale = x_power(p, norm, x_constant(p, x, 1 - order));
        dsc_give(p, 0, x_multiply(p, x_multiply(p, scaled, upstream), scale));
    } else {
        dsc_tensor *is_zero = x_equal(p, norm, nothing);
        dsc_tensor *safe = x_where(p, is_zero, x_constant(p, x, 1), norm);
        if (order == 2) {
            dsc_tensor *direction = x_where(p, is_zero, nothing, x_divide(p, x, safe));
            dsc_give(p, 0, x_multiply(p, upstream, direction));
            return;
        }
        dsc_tensor *size = x_abs(p, x), *scaled;
        if (order < 2)
            scaled = x_multiply(p, sign_of(p, x), x_power(p, size, x_constant(p, x, order - 1)));
        else
            scaled = x_multiply(p, x, x_power(p, size, x_constant(p, x, order - 2)));
        dsc_tensor *scale = x_divide(p, upstream, x_power(p, safe, x_constant(p, x, order - 1)));
        dsc_give(p, 0, x_multiply(p, scaled, x_where(p, is_zero, nothing, scale)));
    }
}

/* ---- Variances ---- */

/* In two passes, both in double. */
static dsc_status spread(bool is_root, dsc_tensor *x, double correction, const dsc_reduction_plan *plan,
                         dsc_tensor **made) {
    dsc_tensor *dense, *means = NULL, *squares = NULL;
    size_t outer, inner;
    DSC_TRY(dsc_reduction_layout(x, plan, &dense, &outer, &inner));
    dsc_status status = fold_over(dense, plan, outer, inner, DSC_FOLD_SUM, 0, NULL, &means);
    for (size_t i = 0; status == DSC_OK && i < means->count; ++i)
        ((double *)dsc_data(means))[i] /= (double)plan->count;
    if (status == DSC_OK)
        status = fold_over(dense, plan, outer, inner, DSC_FOLD_SQUARE, 0, means, &squares);
    dsc_tensor_release(dense);
    dsc_tensor_release(means);
    if (status == DSC_OK)
        status = dsc_make(dsc_context_of(x), x->dtype, plan->rank, plan->shape, made);
    const double divisor = fmax((double)plan->count - correction, 0);
    for (size_t i = 0; status == DSC_OK && i < squares->count; ++i) {
        double variance = ((const double *)dsc_data(squares))[i] / divisor;
        dsc_store_real(x->dtype, dsc_data(*made), i, is_root ? sqrt(variance) : variance);
    }
    dsc_tensor_release(squares);
    return status;
}

static dsc_status vary(const dsc_operation *operation, bool is_root, dsc_tensor *x, double correction,
                       size_t count, const int64_t *dimensions, bool keeps, dsc_tensor **result) {
    dsc_tensor *const inputs[] = {x};
    DSC_TRY(dsc_check_inputs(operation, 1, inputs, result));
    DSC_TRY(dsc_check_real(operation, x));
    if (!isfinite(correction))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: the correction is %g, must be finite", operation->name,
                        correction);
    dsc_reduction_plan plan;
    DSC_TRY(dsc_plan_reduction(operation, x, count, dimensions, keeps, &plan));
    dsc_tensor *made = NULL;
    dsc_status status = spread(is_root, x, correction, &plan, &made);
    dsc_options options = dsc_reduction_options(x, &plan);
    options.number = (double)plan.count;
    options.other = correction;
    return dsc_finish(&(dsc_record){.operation = operation,
                                    .count = 1,
                                    .inputs = inputs,
                                    .options = &options,
                                    .saved = {is_root ? made : NULL}},
                      status, made, result);
}

dsc_status dsc_var(dsc_tensor *x, double correction, size_t count, const int64_t *dimensions, bool keeps,
                   dsc_tensor **result) {
    return vary(&dsc_operations[dsc_op_var], false, x, correction, count, dimensions, keeps, result);
}

dsc_status dsc_std(dsc_tensor *x, double correction, size_t count, const int64_t *dimensions, bool keeps,
                   dsc_tensor **result) {
    return vary(&dsc_operations[dsc_op_std], true, x, correction, count, dimensions, keeps, result);
}

/* upstream, kept, times 2 (x - mean) / (n - correction). */
static void pull_back_var(dsc_pullback *p, dsc_tensor *upstream) {
    const double n = p->node->options.number, correction = p->node->options.other;
    dsc_tensor *x = dsc_input(p, 0);
    dsc_tensor *mean = x == NULL ? NULL : x_divide(p, dsc_sum_kept(p, x), x_constant(p, x, n));
    dsc_give(p, 0, x_multiply(p, x_scale(p, upstream, 2 / (n - correction)), x_subtract(p, x, mean)));
}

void dsc_pull_back_var(dsc_pullback *p) {
    pull_back_var(p, dsc_kept(p, p->upstream));
}

void dsc_pull_back_std(dsc_pullback *p) {
    dsc_tensor *deviation = dsc_output(p, 0);
    if (deviation == NULL)
        return;
    dsc_tensor *nothing = x_constant(p, deviation, 0), *is_zero = x_equal(p, deviation, nothing);
    dsc_tensor *safe = x_where(p, is_zero, x_constant(p, deviation, 1), deviation);
    dsc_tensor *half = x_divide(p, p->upstream, x_scale(p, safe, 2));
    pull_back_var(p, dsc_kept(p, x_where(p, is_zero, nothing, half)));
}
