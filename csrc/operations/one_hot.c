/* Indices as vectors. */
#include "operations/indices.h"

#include <string.h>

dsc_status dsc_one_hot(dsc_tensor *indices, int64_t classes, dsc_tensor **result) {
    DSC_BEGIN(one_hot, indices);
    if (indices->dtype != DSC_INT64)
        return dsc_fail(DSC_ERROR_DTYPE, "one_hot: the type is %s, must be int64",
                        dsc_dtype_name(indices->dtype));
    if (classes < -1 || classes == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "one_hot: classes is %lld, must be at least 1, or -1: as many as there are",
                        (long long)classes);
    if (classes == -1 && indices->count == 0)
        return dsc_fail(DSC_ERROR_SIZE, "one_hot: no indices to tell the number of classes from");
    if (indices->rank == DSC_MAX_RANK)
        return dsc_fail(DSC_ERROR_SIZE, "one_hot: the result of indices of %d dimensions would have %d",
                        DSC_MAX_RANK, DSC_MAX_RANK + 1);
    dsc_tensor *places, *made = NULL;
    DSC_TRY(dsc_check_index(operation, indices, classes == -1 ? INT64_MAX : (size_t)classes, &places));
    const int64_t *index = dsc_data(places);
    size_t width = classes == -1 ? 0 : (size_t)classes;
    for (size_t i = 0; classes == -1 && i < places->count; ++i)
        width = dsc_max_size(width, (size_t)index[i] + 1);
    size_t rank = (size_t)indices->rank + 1, shape[DSC_MAX_RANK];
    memcpy(shape, indices->shape, sizeof shape);
    shape[rank - 1] = width;
    dsc_status status = dsc_check_shape("one_hot", DSC_INT64, rank, shape);
    if (status == DSC_OK)
        status = dsc_tensor_full(dsc_context_of(indices), DSC_INT64, rank, shape, 0, &made);
    for (size_t i = 0; status == DSC_OK && i < places->count; ++i)
        ((int64_t *)dsc_data(made))[i * width + (size_t)index[i]] = 1;
    dsc_tensor_release(places);
    return DSC_END(status, made);
}
