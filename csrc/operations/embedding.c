/* Rows of a matrix, as a network's first layer looks up words. */
#include "descent/embedding.h"

#include <math.h>
#include <string.h>

#include "operations/embedding.h"
#include "operations/indices.h"

static dsc_status check_matrix(const char *name, const dsc_tensor *weight) {
    if (weight->rank != 2)
        return dsc_fail(DSC_ERROR_SIZE, "%s: the weight has shape %s, must be a matrix", name,
                        dsc_shape_text(weight->rank, weight->shape).text);
    return DSC_OK;
}

dsc_status dsc_find_padding(const char *name, int64_t padding, size_t rows, int64_t *row) {
    *row = -1;
    if (padding == DSC_NO_PADDING)
        return DSC_OK;
    if (padding < -(int64_t)rows || padding >= (int64_t)rows)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: padding is %lld, must be in [-%zu, %zu)", name,
                        (long long)padding, rows, rows);
    *row = padding < 0 ? padding + (int64_t)rows : padding;
    return DSC_OK;
}

dsc_status dsc_embedding(dsc_tensor *weight, dsc_tensor *indices, const dsc_embedding_options *options,
                         dsc_tensor **result) {
    DSC_BEGIN(embedding, weight, indices);
    const dsc_embedding_options o = options != NULL ? *options : (dsc_embedding_options)DSC_EMBEDDING_OPTIONS;
    DSC_TRY(check_matrix("embedding", weight));
    if (indices->rank == DSC_MAX_RANK)
        return dsc_fail(DSC_ERROR_SIZE, "embedding: the result of indices of %d dimensions would have %d",
                        DSC_MAX_RANK, DSC_MAX_RANK + 1);
    size_t rows = weight->shape[0], shape[DSC_MAX_RANK];
    int64_t padding;
    DSC_TRY(dsc_find_padding("embedding", o.padding, rows, &padding));
    if (o.sparse && o.scale_by_frequency)
        return dsc_fail(DSC_ERROR_ARGUMENT, "embedding: scale_by_frequency takes no sparse gradients");
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
    const dsc_options kept = {.integer = padding, .flag = o.scale_by_frequency, .other_flag = o.sparse};
    return DSC_END(status, made, .options = &kept);
}

/* ---- Derivatives ---- */

/* The upstream gradient, `by` one number for each index. */
static dsc_tensor *x_by_rows(dsc_pullback *p, dsc_tensor *by) {
    dsc_tensor *column = NULL;
    return by == NULL ? NULL : x_call(p, column, dsc_unsqueeze(by, -1, &column));
}

/* With zeros where the padding was looked up. */
static dsc_tensor *without_padding(dsc_pullback *p, dsc_tensor *upstream, dsc_tensor *indices,
                                   int64_t padding) {
    dsc_tensor *row = NULL;
    row = x_call(p, row, dsc_tensor_full(dsc_context_of(indices), DSC_INT64, 0, NULL, (double)padding, &row));
    dsc_tensor *column = x_by_rows(p, x_equal(p, indices, row));
    return upstream == NULL ? NULL : x_where(p, column, x_constant(p, upstream, 0), upstream);
}

/* 1 / how often each index comes. */
static dsc_status make_shares(dsc_tensor *indices, size_t rows, dsc_dtype dtype, dsc_tensor **shares) {
    dsc_tensor *places, *counts, *made;
    DSC_TRY(dsc_contiguous_of(indices, &places));
    const int64_t *index = dsc_data(places);
    dsc_status status = dsc_tensor_full(NULL, DSC_INT64, 1, &rows, 0, &counts);
    if (status == DSC_OK) {
        int64_t *count = dsc_data(counts);
        for (size_t i = 0; i < places->count; ++i)
            ++count[index[i]];
        status = dsc_make_like(indices, dtype, &made);
        for (size_t i = 0; status == DSC_OK && i < places->count; ++i)
            dsc_store_real(dtype, dsc_data(made), i, 1 / (double)count[index[i]]);
        dsc_tensor_release(counts);
    }
    dsc_tensor_release(places);
    if (status == DSC_OK)
        *shares = made;
    return status;
}

static bool gives_sparse(dsc_pullback *p, dsc_tensor *indices, int64_t padding) {
    dsc_tensor *places = NULL, *upstream = NULL;
    places = x_call(p, places, dsc_contiguous_of(indices, &places));
    upstream = x_call(p, upstream, dsc_contiguous_of(p->upstream, &upstream));
    return upstream != NULL &&
           dsc_gives_rows(p, 0, places->count, dsc_data(places), dsc_data(upstream), padding);
}

void dsc_pull_back_embedding(dsc_pullback *p) {
    const dsc_options *o = &p->node->options;
    const dsc_tensor *weight = dsc_input_shape(p, 0);
    dsc_tensor *indices = dsc_input(p, 1), *upstream = p->upstream, *list = NULL, *rows = NULL, *made = NULL;
    if (indices == NULL || (o->other_flag && gives_sparse(p, indices, o->integer)))
        return;
    if (o->flag) {
        made = x_call(p, made, make_shares(indices, weight->shape[0], weight->dtype, &made));
        upstream = x_multiply(p, upstream, x_by_rows(p, made));
        made = NULL;
    }
    if (upstream == NULL ||
        dsc_gives_rows_in_place(p, 0, dsc_around_dimension(weight, 0), indices, upstream, o->integer))
        return;
    size_t shape[] = {indices->count, weight->shape[1]};
    if (o->integer >= 0)
        upstream = without_padding(p, upstream, indices, o->integer);
    list = x_call(p, list, dsc_reshape(indices, 1, shape, &list));
    rows = x_call(p, rows, dsc_reshape(upstream, 2, shape, &rows));
    dsc_tensor *zeros = x_zeros_like(p, weight);
    dsc_give(p, 0, x_call(p, made, dsc_index_add(zeros, 0, list, rows, &made)));
}

/* ---- Norms ---- */

static double norm_of(dsc_dtype dtype, size_t n, const void *row, double order) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i) {
        const double x = fabs(dsc_load_real(dtype, row, i));
        if (order == INFINITY)
            sum = x > sum || isnan(x) ? x : sum;
        else
            sum += order == 2 ? x * x : order == 1 ? x : order == 0 ? x != 0 : pow(x, order);
    }
    return order == INFINITY || order == 1 || order == 0 ? sum : order == 2 ? sqrt(sum) : pow(sum, 1 / order);
}

/* Whether it was above; it is then multiplied. */
static bool lower_norm(dsc_dtype dtype, size_t n, void *row, double max_norm, double order) {
    const double norm = norm_of(dtype, n, row, order);
    if (!(norm > max_norm))
        return false;
    const double scale = max_norm / (norm + 1e-7);
    for (size_t k = 0; k < n; ++k)
        dsc_store_real(dtype, row, k, dsc_load_real(dtype, row, k) * scale);
    return true;
}

void dsc_lower_norms(dsc_tensor *rows, double max_norm, double norm_type) {
    const size_t n = rows->shape[rows->rank - 1], step = n * dsc_size_of(rows->dtype);
    for (size_t i = 0; n > 0 && i < rows->count / n; ++i)
        lower_norm(rows->dtype, n, (char *)dsc_data(rows) + i * step, max_norm, norm_type);
}

dsc_status dsc_embedding_renormalize(dsc_tensor *weight, dsc_tensor *indices, double max_norm,
                                     double norm_type) {
    static const dsc_operation row = {.name = "embedding_renormalize"};
    DSC_CHECK_NOT_NULL(weight);
    DSC_CHECK_NOT_NULL(indices);
    DSC_TRY(check_matrix(row.name, weight));
    DSC_TRY(dsc_check_real(&row, weight));
    if (!(max_norm >= 0) || isnan(norm_type))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: max_norm is %g, of order %g", __func__, max_norm, norm_type);
    if (!weight->is_contiguous)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: the weight is not contiguous", __func__);
    dsc_tensor *places;
    DSC_TRY(dsc_check_index(&row, indices, weight->shape[0], &places));
    const int64_t *index = dsc_data(places);
    const size_t width = weight->shape[1], size = dsc_size_of(weight->dtype);
    for (size_t i = 0; i < places->count; ++i) {
        void *numbers = (char *)dsc_data(weight) + (size_t)index[i] * width * size;
        /* Once a row is below, it is passed by when it comes again. */
        if (lower_norm(weight->dtype, width, numbers, max_norm, norm_type))
            dsc_note_change(weight);
    }
    dsc_tensor_release(places);
    return DSC_OK;
}
