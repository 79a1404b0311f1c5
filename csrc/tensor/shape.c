#include <stdio.h>

#include "tensor/tensor.h"

size_t dsc_contiguous_strides(size_t rank, const size_t *shape, size_t *strides) {
    size_t count = 1;
    for (size_t d = rank; d-- > 0;) {
        strides[d] = count;
        count *= shape[d];
    }
    return count;
}

__attribute__((noinline)) static dsc_status refuse_size(const char *function, size_t rank,
                                                        const size_t *shape) {
    return dsc_fail(DSC_ERROR_OVERFLOW, "%s: shape %s is too large", function,
                    dsc_shape_text(rank, shape).text);
}

dsc_status dsc_check_shape(const char *function, dsc_dtype dtype, size_t rank, const size_t *shape) {
    size_t bytes = dsc_size_or_0(dtype);
    if (bytes == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: unknown dtype %d", function, (int)dtype);
    if (rank > DSC_MAX_RANK)
        return dsc_fail(DSC_ERROR_SIZE, "%s: rank is %zu, must be at most %d", function, rank, DSC_MAX_RANK);
    if (rank > 0 && shape == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: shape is NULL", function);
    /* Zeros do not hide an overflow: strides are products of the other extents. */
    bool overflows = false;
    for (size_t d = 0; d < rank; ++d)
        overflows |=
            __builtin_mul_overflow(bytes, shape[d] == 0 ? 1 : shape[d], &bytes) || bytes > PTRDIFF_MAX;
    return overflows ? refuse_size(function, rank, shape) : DSC_OK;
}

bool dsc_same_shape(const dsc_tensor *a, const dsc_tensor *b) {
    bool same = a->rank == b->rank;
    for (size_t d = 0; same && d < a->rank; ++d)
        same = a->shape[d] == b->shape[d];
    return same;
}

dsc_text dsc_shape_text(size_t rank, const size_t *shape) {
    dsc_text text = {"["};
    size_t at = 1;
    for (size_t d = 0; d < rank && at < sizeof text.text - 1; ++d)
        at += (size_t)snprintf(text.text + at, sizeof text.text - at, d == 0 ? "%zu" : ", %zu", shape[d]);
    snprintf(text.text + dsc_min_size(at, sizeof text.text - 2), 2, "]");
    return text;
}
