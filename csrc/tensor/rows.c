#include "tensor/rows.h"

static size_t stride_in(const dsc_tensor *t, size_t rank, size_t d) {
    if (d + t->rank < rank)
        return 0;
    size_t own = d + t->rank - rank;
    return t->shape[own] == 1 ? 0 : t->strides[own];
}

bool dsc_rows_begin(dsc_rows *rows, size_t rank, const size_t *shape, size_t tensors,
                    const dsc_tensor *const *list) {
    *rows = (dsc_rows){.tensors = tensors, .n = 1};
    size_t dims = 0, extents[DSC_MAX_RANK], strides[DSC_ROWS_TENSORS][DSC_MAX_RANK];
    for (size_t d = 0; d < rank; ++d) {
        if (shape[d] == 0)
            return false;
        if (shape[d] == 1)
            continue;
        bool merges = dims > 0;
        for (size_t t = 0; t < tensors; ++t)
            merges = merges && strides[t][dims - 1] == stride_in(list[t], rank, d) * shape[d];
        if (merges)
            extents[dims - 1] *= shape[d];
        else
            extents[dims++] = shape[d];
        for (size_t t = 0; t < tensors; ++t)
            strides[t][dims - 1] = stride_in(list[t], rank, d);
    }
    if (dims > 0)
        rows->n = extents[dims - 1];
    rows->rank = dims > 0 ? dims - 1 : 0;
    for (size_t t = 0; t < tensors; ++t) {
        rows->at[t] = dsc_data(list[t]);
        rows->strides[t] = dims > 0 ? strides[t][dims - 1] : 0;
        for (size_t d = 0; d < rows->rank; ++d)
            rows->outer[t][d] = strides[t][d] * dsc_dtype_size(list[t]->dtype);
    }
    for (size_t d = 0; d < rows->rank; ++d)
        rows->shape[d] = extents[d];
    return true;
}

bool dsc_rows_next(dsc_rows *rows) {
    for (size_t d = rows->rank; d-- > 0;) {
        bool wraps = ++rows->index[d] == rows->shape[d];
        for (size_t t = 0; t < rows->tensors; ++t) {
            rows->at[t] += rows->outer[t][d];
            if (wraps)
                rows->at[t] -= rows->outer[t][d] * rows->shape[d];
        }
        if (!wraps)
            return true;
        rows->index[d] = 0;
    }
    return false;
}
