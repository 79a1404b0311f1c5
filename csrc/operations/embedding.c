/* Rows of a matrix, as a network's first layer looks up words; and indices as vectors. */
#include "operations/indices.h"

#include <string.h>

dsc_status dsc_embedding(dsc_tensor *weight, dsc_tensor *indices, int64_t padding, dsc_tensor **result) {
    DSC_BEGIN(embedding, weight, indices);
    if (weight->rank != 2)
        return dsc_fail(DSC_ERROR_SIZE, "embedding: the weight has shape %s, must be a matrix",
                        dsc_shape_text(weight->rank, weight->shape).text);
    if (indices->rank == DSC_MAX_RANK)
        return dsc_fail(DSC_ERROR_SIZE, "embedding: the result of indices of %d dimensions would have %d",
                        DSC_MAX_RANK, DSC_MAX_RANK + 1);
    size_t rows = weight->shape[0], shape[DSC_MAX_RANK];
    if (padding < -1 || padding >= (int64_t)rows)
        return dsc_fail(DSC_ERROR_ARGUMENT, "embedding: padding is %lld, must be in [0, %zu), or -1: none",
                        (long long)padding, rows);
    memcpy(shape, indices->shape, sizeof shape);
    shape[indices->rank] = weight->shape[1];
    DSC_TRY(dsc_check_shape("embedding", weight->dtype, (size_t)indices->rank + 1, shape));
    dsc_tensor *places, *dense = NULL, *made = NULL;
    DSC_TRY(dsc_check_index(operation, indices, rows, &places));
    dsc_status status = dsc_contiguous_of(weight, &dense);
    if (status == DSC_OK)
        status = dsc_make(dsc_context_of(weight), weight->dtype, (size_t)indices->rank + 1, shape, &made);
    if (status == DSC_OK)
        dsc_take_rows(dsc_context_of(weight), weight->dtype, dsc_around_dimension(weight, 0), dsc_data(dense),
                      places->count, dsc_data(places), dsc_data(made));
    dsc_tensor_release(places);
    dsc_tensor_release(dense);
    return DSC_END(status, made, .options = &(dsc_options){.integer = padding});
}

/* The upstream gradient with zeros where the padding was looked up. */
static dsc_tensor *without_padding(dsc_pullback *p, dsc_tensor *indices, int64_t padding) {
    dsc_tensor *row = NULL, *column = NULL;
    row = x_call(p, row, dsc_tensor_full(dsc_context_of(indices), DSC_INT64, 0, NULL, (double)padding, &row));
    dsc_tensor *is_padding = x_equal(p, indices, row);
    column = x_call(p, column, dsc_unsqueeze(is_padding, -1, &column));
    return x_where(p, column, x_constant(p, p->upstream, 0), p->upstream);
}

void dsc_pull_back_embedding(dsc_pullback *p) {
    const dsc_tensor *weight = dsc_input_shape(p, 0);
    dsc_tensor *indices = dsc_input(p, 1), *list = NULL, *rows = NULL, *made = NULL;
    int64_t padding = p->node->options.integer;
    if (indices == NULL || dsc_gives_rows_in_place(p, 0, dsc_around_dimension(weight, 0), indices, padding))
        return;
    size_t shape[] = {indices->count, weight->shape[1]};
    dsc_tensor *upstream = padding < 0 ? p->upstream : without_padding(p, indices, padding);
    list = x_call(p, list, dsc_reshape(indices, 1, shape, &list));
    rows = x_call(p, rows, dsc_reshape(upstream, 2, shape, &rows));
    dsc_tensor *zeros = x_zeros_like(p, weight);
    dsc_give(p, 0, x_call(p, made, dsc_index_add(zeros, 0, list, rows, &made)));
}

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
