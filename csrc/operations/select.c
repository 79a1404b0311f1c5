/* Where, and other types. */
#include <string.h>

#include "operations/table.h"
#include "tensor/rows.h"

static void choose_row(const dsc_rows *rows, size_t size) {
    const uint8_t *condition = (const uint8_t *)rows->at[0];
    const char *a = rows->at[1], *b = rows->at[2];
    size_t sa = rows->strides[1] * size, sb = rows->strides[2] * size;
    if (size == 4)
        for (size_t i = 0; i < rows->n; ++i)
            ((float *)(void *)rows->at[3])[i] =
                *(const float *)(const void *)(condition[i * rows->strides[0]] ? a + i * sa : b + i * sb);
    else
        for (size_t i = 0; i < rows->n; ++i)
            memcpy(rows->at[3] + i * size, condition[i * rows->strides[0]] ? a + i * sa : b + i * sb, size);
}

dsc_status dsc_where(dsc_tensor *condition, dsc_tensor *a, dsc_tensor *b, dsc_tensor **result) {
    DSC_CHECK_NOT_NULL(condition);
    DSC_CHECK_NOT_NULL(a);
    DSC_CHECK_NOT_NULL(b);
    DSC_BEGIN(where, a, b, condition);
    if (condition->dtype != DSC_BOOL)
        return dsc_fail(DSC_ERROR_DTYPE, "where: the condition is %s, must be bool",
                        dsc_dtype_name(condition->dtype));
    DSC_TRY(dsc_check_same_dtype(operation, a, b));
    dsc_tensor both = {.dtype = a->dtype};
    size_t rank, shape[DSC_MAX_RANK];
    DSC_TRY(dsc_broadcast_shape(operation, a, b, &rank, shape));
    both.rank = (uint8_t)rank;
    memcpy(both.shape, shape, sizeof shape);
    DSC_TRY(dsc_broadcast_shape(operation, condition, &both, &rank, shape));
    dsc_tensor *made;
    DSC_TRY(dsc_make(dsc_context_of(a), a->dtype, rank, shape, &made));
    dsc_rows rows;
    if (dsc_rows_begin(&rows, rank, shape, 4, (const dsc_tensor *const[]){condition, a, b, made}))
        do
            choose_row(&rows, dsc_dtype_size(a->dtype));
        while (dsc_rows_next(&rows));
    return DSC_END(DSC_OK, made);
}

void dsc_pull_back_where(dsc_pullback *p) {
    dsc_tensor *condition = dsc_input(p, 2);
    if (condition == NULL)
        return;
    dsc_tensor *nothing = x_constant(p, p->upstream, 0);
    if (dsc_wants(p, 0))
        dsc_give(p, 0, x_where(p, condition, p->upstream, nothing));
    if (dsc_wants(p, 1))
        dsc_give(p, 1, x_where(p, condition, nothing, p->upstream));
}

dsc_status dsc_to(dsc_tensor *x, dsc_dtype dtype, dsc_tensor **result) {
    DSC_BEGIN(to, x);
    if (dsc_dtype_size(dtype) == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "to: unknown dtype %d", (int)dtype);
    if (dtype == x->dtype) {
        *result = dsc_tensor_retain(x);
        return DSC_OK;
    }
    dsc_tensor *made;
    DSC_TRY(dsc_make_like(x, dtype, &made));
    dsc_status status = dsc_convert_into(x, made);
    if (!dsc_is_real(dtype)) { /* no derivative goes through whole numbers */
        if (status == DSC_OK)
            *result = made;
        else
            dsc_tensor_release(made);
        return status;
    }
    return DSC_END(status, made);
}

void dsc_pull_back_to(dsc_pullback *p) {
    dsc_tensor *made = NULL;
    dsc_give(p, 0, x_call(p, made, dsc_to(p->upstream, dsc_input_shape(p, 0)->dtype, &made)));
}
