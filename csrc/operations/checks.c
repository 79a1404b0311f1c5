#include "operations/table.h"

dsc_status dsc_check_inputs(const dsc_operation *operation, size_t count, dsc_tensor *const *inputs,
                            dsc_tensor **result) {
    for (size_t i = 0; i < count; ++i)
        if (inputs[i] == NULL)
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: input %zu is NULL", operation->name, i);
    if (result == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: result is NULL", operation->name);
    return DSC_OK;
}

dsc_status dsc_refuse_dtype(const dsc_operation *operation, const dsc_tensor *x) {
    return dsc_fail(DSC_ERROR_DTYPE, "%s: the type is %s, must be float32 or float64", operation->name,
                    dsc_dtype_name(x->dtype));
}

dsc_status dsc_refuse_dtypes(const dsc_operation *operation, const dsc_tensor *a, const dsc_tensor *b) {
    return dsc_fail(DSC_ERROR_DTYPE, "%s: the types are %s and %s, must be the same", operation->name,
                    dsc_dtype_name(a->dtype), dsc_dtype_name(b->dtype));
}

dsc_status dsc_check_dimension(const dsc_operation *operation, int64_t dimension, size_t rank,
                               size_t *found) {
    if (dimension < -(int64_t)rank || dimension >= (int64_t)rank)
        return dsc_fail(DSC_ERROR_SIZE, "%s: dimension is %lld, must be in [%lld, %zu)", operation->name,
                        (long long)dimension, -(long long)rank, rank);
    *found = dimension < 0 ? (size_t)(dimension + (int64_t)rank) : (size_t)dimension;
    return DSC_OK;
}

dsc_status dsc_broadcast_shape(const dsc_operation *operation, const dsc_tensor *a, const dsc_tensor *b,
                               size_t *rank, size_t *shape) {
    size_t most = dsc_max_size(a->rank, b->rank);
    for (size_t d = 0; d < most; ++d) {
        size_t x = d + a->rank < most ? 1 : a->shape[d + a->rank - most];
        size_t y = d + b->rank < most ? 1 : b->shape[d + b->rank - most];
        if (x != y && x != 1 && y != 1)
            return dsc_fail(DSC_ERROR_SIZE, "%s: shapes %s and %s do not broadcast", operation->name,
                            dsc_shape_text(a->rank, a->shape).text, dsc_shape_text(b->rank, b->shape).text);
        shape[d] = x == 1 ? y : x;
    }
    *rank = most;
    return dsc_check_shape(operation->name, a->dtype, most, shape);
}
