/* Booleans. */
#include "elementwise/extremes.h"
#include "operations/reduce.h"
#include "tensor/rows.h"

#include <math.h>

static dsc_status check_stored(const dsc_operation *operation, const dsc_tensor *x) {
    if (x->dtype != DSC_FLOAT16 && x->dtype != DSC_BFLOAT16)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_DTYPE, "%s: the type is %s: convert it first", operation->name,
                    dsc_dtype_name(x->dtype));
}

static dsc_status check_bool(const dsc_operation *operation, const dsc_tensor *x) {
    return x->dtype == DSC_BOOL ? DSC_OK
                                : dsc_fail(DSC_ERROR_DTYPE, "%s: the type is %s, must be bool",
                                           operation->name, dsc_dtype_name(x->dtype));
}

/* ---- Kinds of numbers ---- */

static void classify_row(dsc_dtype dtype, bool asks_nan, const dsc_rows *rows) {
    uint8_t *out = (uint8_t *)rows->at[1];
    size_t stride = rows->strides[0];
    if (dtype == DSC_FLOAT32)
        for (size_t i = 0; i < rows->n; ++i) {
            float x = ((const float *)(const void *)rows->at[0])[i * stride];
            out[i] = asks_nan ? x != x : isfinite(x) != 0;
        }
    else if (dtype == DSC_FLOAT64)
        for (size_t i = 0; i < rows->n; ++i) {
            double x = ((const double *)(const void *)rows->at[0])[i * stride];
            out[i] = asks_nan ? x != x : isfinite(x) != 0;
        }
    else
        for (size_t i = 0; i < rows->n; ++i)
            out[i] = !asks_nan;
}

static dsc_status classify(const dsc_operation *operation, bool asks_nan, dsc_tensor *x,
                           dsc_tensor **result) {
    DSC_TRY(dsc_check_inputs(operation, 1, &x, result));
    DSC_TRY(check_stored(operation, x));
    dsc_tensor *made;
    DSC_TRY(dsc_make_like(x, DSC_BOOL, &made));
    dsc_rows rows;
    if (dsc_rows_begin(&rows, x->rank, x->shape, 2, (const dsc_tensor *const[]){x, made}))
        do
            classify_row(x->dtype, asks_nan, &rows);
        while (dsc_rows_next(&rows));
    *result = made;
    return DSC_OK;
}

dsc_status dsc_is_nan(dsc_tensor *x, dsc_tensor **result) {
    return classify(&dsc_operations[dsc_op_is_nan], true, x, result);
}

dsc_status dsc_is_finite(dsc_tensor *x, dsc_tensor **result) {
    return classify(&dsc_operations[dsc_op_is_finite], false, x, result);
}

/* ---- Of booleans ---- */

dsc_status dsc_logical_not(dsc_tensor *x, dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[dsc_op_logical_not];
    DSC_TRY(dsc_check_inputs(operation, 1, &x, result));
    DSC_TRY(check_bool(operation, x));
    dsc_tensor *made;
    DSC_TRY(dsc_make_like(x, DSC_BOOL, &made));
    dsc_rows rows;
    if (dsc_rows_begin(&rows, x->rank, x->shape, 2, (const dsc_tensor *const[]){x, made}))
        do
            for (size_t i = 0; i < rows.n; ++i)
                rows.at[1][i] = rows.at[0][i * rows.strides[0]] == 0;
        while (dsc_rows_next(&rows));
    *result = made;
    return DSC_OK;
}

static dsc_status both(const dsc_operation *operation, bool is_and, dsc_tensor *a, dsc_tensor *b,
                       dsc_tensor **result) {
    DSC_TRY(dsc_check_inputs(operation, 2, (dsc_tensor *const[]){a, b}, result));
    DSC_TRY(check_bool(operation, a));
    DSC_TRY(check_bool(operation, b));
    size_t rank, shape[DSC_MAX_RANK];
    DSC_TRY(dsc_broadcast_shape(operation, a, b, &rank, shape));
    dsc_tensor *made;
    DSC_TRY(dsc_make(dsc_context_of(a), DSC_BOOL, rank, shape, &made));
    dsc_rows rows;
    if (dsc_rows_begin(&rows, rank, shape, 3, (const dsc_tensor *const[]){a, b, made}))
        do
            for (size_t i = 0; i < rows.n; ++i) {
                bool x = rows.at[0][i * rows.strides[0]] != 0, y = rows.at[1][i * rows.strides[1]] != 0;
                rows.at[2][i] = is_and ? x & y : x | y;
            }
        while (dsc_rows_next(&rows));
    *result = made;
    return DSC_OK;
}

dsc_status dsc_logical_and(dsc_tensor *a, dsc_tensor *b, dsc_tensor **result) {
    return both(&dsc_operations[dsc_op_logical_and], true, a, b, result);
}

dsc_status dsc_logical_or(dsc_tensor *a, dsc_tensor *b, dsc_tensor **result) {
    return both(&dsc_operations[dsc_op_logical_or], false, a, b, result);
}

/* ---- Over dimensions ---- */

/* Any is the largest of booleans, all the smallest. */
static dsc_status quantify(const dsc_operation *operation, bool is_all, dsc_tensor *x, size_t count,
                           const int64_t *dimensions, bool keeps, dsc_tensor **result) {
    DSC_TRY(dsc_check_inputs(operation, 1, &x, result));
    DSC_TRY(check_stored(operation, x));
    dsc_reduction_plan plan;
    DSC_TRY(dsc_plan_reduction(operation, x, count, dimensions, keeps, &plan));
    dsc_tensor *made;
    if (plan.count == 0)
        return dsc_tensor_full(dsc_context_of(x), DSC_BOOL, plan.rank, plan.shape, is_all, result);
    dsc_tensor *nothing, *truth = NULL, *dense = NULL;
    DSC_TRY(dsc_tensor_full(dsc_context_of(x), x->dtype, 0, NULL, 0, &nothing));
    size_t outer, inner;
    dsc_status status = dsc_not_equal(x, nothing, &truth);
    dsc_tensor_release(nothing);
    if (status == DSC_OK)
        status = dsc_reduction_layout(truth, &plan, &dense, &outer, &inner);
    dsc_tensor_release(truth);
    if (status == DSC_OK)
        status = dsc_make(dsc_context_of(x), DSC_BOOL, plan.rank, plan.shape, &made);
    if (status == DSC_OK) {
        dsc_extremes_run(dsc_context_of(x), DSC_BOOL, is_all, outer, plan.count, inner, dsc_data(dense),
                         dsc_data(made), NULL);
        *result = made;
    }
    dsc_tensor_release(dense);
    return status;
}

dsc_status dsc_any(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps, dsc_tensor **result) {
    return quantify(&dsc_operations[dsc_op_any], false, x, count, dimensions, keeps, result);
}

dsc_status dsc_all(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps, dsc_tensor **result) {
    return quantify(&dsc_operations[dsc_op_all], true, x, count, dimensions, keeps, result);
}
