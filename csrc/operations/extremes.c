/* The largest and the smallest. */
#include <string.h>

#include "elementwise/extremes.h"
#include "operations/reduce.h"

static dsc_status check(const dsc_operation *operation, const dsc_tensor *x, const dsc_reduction_plan *plan) {
    if (x->dtype == DSC_FLOAT16 || x->dtype == DSC_BFLOAT16)
        return dsc_fail(DSC_ERROR_DTYPE, "%s: the type is %s: convert it first", operation->name,
                        dsc_dtype_name(x->dtype));
    if (plan->count == 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: of shape %s a dimension that it goes over has extent 0",
                        operation->name, dsc_shape_text(x->rank, x->shape).text);
    return DSC_OK;
}

/* values or indices may be NULL. */
static dsc_status find(bool smallest, dsc_tensor *x, const dsc_reduction_plan *plan, dsc_tensor **values,
                       dsc_tensor **indices) {
    dsc_tensor *dense, *best = NULL, *where = NULL;
    size_t outer, inner;
    DSC_TRY(dsc_reduction_layout(x, plan, &dense, &outer, &inner));
    dsc_status status = DSC_OK;
    if (values != NULL)
        status = dsc_make(dsc_context_of(x), x->dtype, plan->rank, plan->shape, &best);
    if (status == DSC_OK && indices != NULL)
        status = dsc_make(dsc_context_of(x), DSC_INT64, plan->rank, plan->shape, &where);
    if (status == DSC_OK)
        dsc_extremes_run(dsc_context_of(x), x->dtype, smallest, outer, plan->count, inner, dsc_data(dense),
                         best == NULL ? NULL : dsc_data(best), where == NULL ? NULL : dsc_data(where));
    dsc_tensor_release(dense);
    if (status != DSC_OK) {
        dsc_tensor_release(best);
        return status;
    }
    if (values != NULL)
        *values = best;
    if (indices != NULL)
        *indices = where;
    return DSC_OK;
}

/* ---- Along a dimension, with its place ---- */

static dsc_status along(const dsc_operation *operation, bool smallest, dsc_tensor *x, int64_t dimension,
                        bool keeps, dsc_tensor **values, dsc_tensor **indices) {
    dsc_tensor *const inputs[] = {x};
    DSC_TRY(dsc_check_inputs(operation, 1, inputs, values));
    if (indices == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: indices is NULL", operation->name);
    dsc_reduction_plan plan;
    DSC_TRY(dsc_plan_reduction(operation, x, 1, &dimension, keeps, &plan));
    DSC_TRY(check(operation, x, &plan));
    dsc_tensor *best, *where, *result = NULL;
    DSC_TRY(find(smallest, x, &plan, &best, &where));
    dsc_options options = dsc_reduction_options(x, &plan);
    options.integer = dimension < 0 ? dimension + x->rank : dimension;
    dsc_status status = dsc_finish(
        &(dsc_record){
            .operation = operation, .count = 1, .inputs = inputs, .options = &options, .saved = {where}},
        DSC_OK, best, &result);
    if (status != DSC_OK) {
        dsc_tensor_release(where);
        return status;
    }
    *values = result;
    *indices = where;
    return DSC_OK;
}

dsc_status dsc_max(dsc_tensor *x, int64_t dimension, bool keeps, dsc_tensor **values, dsc_tensor **indices) {
    return along(&dsc_operations[dsc_op_max], false, x, dimension, keeps, values, indices);
}

dsc_status dsc_min(dsc_tensor *x, int64_t dimension, bool keeps, dsc_tensor **values, dsc_tensor **indices) {
    return along(&dsc_operations[dsc_op_min], true, x, dimension, keeps, values, indices);
}

/* Booleans of x's shape, true at the indices. */
static dsc_status mark(const dsc_tensor *x, int64_t dimension, const dsc_tensor *indices, dsc_tensor **mask) {
    DSC_TRY(dsc_make_like(x, DSC_BOOL, mask));
    const int64_t *at = dsc_data(indices);
    uint8_t *marks = dsc_data(*mask);
    size_t n = x->rank == 0 ? 1 : x->shape[dimension], inner = 1;
    for (size_t d = (size_t)dimension + 1; d < x->rank; ++d)
        inner *= x->shape[d];
    memset(marks, 0, x->count);
    for (size_t r = 0; r < indices->count; ++r)
        marks[(r / inner * n + (size_t)at[r]) * inner + r % inner] = 1;
    return DSC_OK;
}

static void pull_back_along(dsc_pullback *p) {
    dsc_tensor *indices = dsc_saved(p, 0), *mask = NULL;
    if (indices == NULL)
        return;
    int64_t dimension = p->node->options.integer < 0 ? 0 : p->node->options.integer;
    mask = x_call(p, mask, mark(dsc_input_shape(p, 0), dimension, indices, &mask));
    dsc_give(p, 0, x_where(p, mask, dsc_kept(p, p->upstream), x_constant(p, p->upstream, 0)));
}

void dsc_pull_back_max(dsc_pullback *p) {
    pull_back_along(p);
}

void dsc_pull_back_min(dsc_pullback *p) {
    pull_back_along(p);
}

/* ---- Over sets of dimensions ---- */

static dsc_status over(const dsc_operation *operation, bool smallest, dsc_tensor *x, size_t count,
                       const int64_t *dimensions, bool keeps, dsc_tensor **result) {
    dsc_tensor *const inputs[] = {x};
    DSC_TRY(dsc_check_inputs(operation, 1, inputs, result));
    dsc_reduction_plan plan;
    DSC_TRY(dsc_plan_reduction(operation, x, count, dimensions, keeps, &plan));
    DSC_TRY(check(operation, x, &plan));
    dsc_tensor *best;
    DSC_TRY(find(smallest, x, &plan, &best, NULL));
    dsc_options options = dsc_reduction_options(x, &plan);
    return dsc_finish(
        &(dsc_record){
            .operation = operation, .count = 1, .inputs = inputs, .options = &options, .saved = {best}},
        DSC_OK, best, result);
}

dsc_status dsc_amax(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps, dsc_tensor **result) {
    return over(&dsc_operations[dsc_op_amax], false, x, count, dimensions, keeps, result);
}

dsc_status dsc_amin(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps, dsc_tensor **result) {
    return over(&dsc_operations[dsc_op_amin], true, x, count, dimensions, keeps, result);
}

/* NaN equals nothing: its gradient is 0 / 0, as PyTorch's. */
static void pull_back_over(dsc_pullback *p) {
    dsc_tensor *best = dsc_saved(p, 0), *nothing = x_constant(p, p->upstream, 0);
    dsc_tensor *ties = x_equal(p, dsc_input(p, 0), dsc_kept(p, best));
    dsc_tensor *ones = x_where(p, ties, x_constant(p, p->upstream, 1), nothing);
    dsc_tensor *share =
        x_divide(p, x_where(p, ties, dsc_kept(p, p->upstream), nothing), dsc_sum_kept(p, ones));
    dsc_give(p, 0, share);
}

void dsc_pull_back_amax(dsc_pullback *p) {
    pull_back_over(p);
}

void dsc_pull_back_amin(dsc_pullback *p) {
    pull_back_over(p);
}

/* ---- Places only ---- */

static dsc_status place(const dsc_operation *operation, bool smallest, dsc_tensor *x,
                        const int64_t *dimension, bool keeps, dsc_tensor **result) {
    DSC_TRY(dsc_check_inputs(operation, 1, &x, result));
    dsc_reduction_plan plan;
    DSC_TRY(dsc_plan_reduction(operation, x, dimension != NULL, dimension, keeps, &plan));
    DSC_TRY(check(operation, x, &plan));
    return find(smallest, x, &plan, NULL, result);
}

dsc_status dsc_argmax(dsc_tensor *x, const int64_t *dimension, bool keeps, dsc_tensor **result) {
    return place(&dsc_operations[dsc_op_argmax], false, x, dimension, keeps, result);
}

dsc_status dsc_argmin(dsc_tensor *x, const int64_t *dimension, bool keeps, dsc_tensor **result) {
    return place(&dsc_operations[dsc_op_argmin], true, x, dimension, keeps, result);
}
