#include "autodiff/leaf_rows.h"

#include <stdlib.h>
#include <string.h>

#include "autodiff/pass.h"
#include "operations/indices.h"

void dsc_leaf_forget_rows(dsc_tensor *leaf) {
    struct dsc_leaf_rows *rows = leaf->rows;
    leaf->rows = NULL;
    if (rows == NULL)
        return;
    dsc_tensor_release(rows->index);
    dsc_tensor_release(rows->values);
    free(rows);
}

/* Takes the references over, also after a failure. */
static dsc_status keep(dsc_tensor *leaf, dsc_tensor *index, dsc_tensor *values) {
    struct dsc_leaf_rows *rows = malloc(sizeof *rows);
    if (rows == NULL) {
        dsc_tensor_release(index);
        dsc_tensor_release(values);
        return dsc_fail(DSC_ERROR_MEMORY, "a row gradient: out of memory");
    }
    dsc_leaf_forget_rows(leaf);
    *rows = (struct dsc_leaf_rows){index, values};
    leaf->rows = rows;
    return DSC_OK;
}

/* ---- Rows in order ---- */

/* Rows that come together: `list` has them rising, each once; `place` says where in it each of the n is, or
 * -1 for those that are skipped. */
typedef struct order {
    size_t count;
    int64_t *list, *place, *by_row, *spare; /* one block, which `list` begins */
} order;

enum { DIGIT = 11, DIGITS = 1 << DIGIT };

/* Positions in the order of their rows, those of one row in their own: a digit at a time, the lowest first.
 */
static void sort(order *o, size_t n, const int64_t *index, int64_t largest) {
    for (int shift = 0; shift == 0 || (shift < 64 && largest >> shift > 0); shift += DIGIT) {
        size_t starts[DIGITS + 1] = {0};
        for (size_t i = 0; i < n; ++i)
            ++starts[(index[i] >> shift) % DIGITS + 1];
        for (size_t d = 1; d <= DIGITS; ++d)
            starts[d] += starts[d - 1];
        for (size_t i = 0; i < n; ++i) {
            int64_t position = shift == 0 ? (int64_t)i : o->by_row[i];
            o->spare[starts[(index[position] >> shift) % DIGITS]++] = position;
        }
        int64_t *sorted = o->spare;
        o->spare = o->by_row;
        o->by_row = sorted;
    }
}

static dsc_status find_order(size_t n, const int64_t *index, int64_t skipped, order *o) {
    size_t bytes;
    if (__builtin_mul_overflow(n, 4 * sizeof(int64_t), &bytes))
        return dsc_fail(DSC_ERROR_OVERFLOW, "a row gradient: %zu rows overflow", n);
    *o = (order){.list = malloc(bytes + 1)};
    if (o->list == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "a row gradient: out of memory");
    o->place = o->list + n;
    o->by_row = o->place + n;
    o->spare = o->by_row + n;
    int64_t largest = 0;
    for (size_t i = 0; i < n; ++i)
        largest = index[i] > largest ? index[i] : largest;
    sort(o, n, index, largest);
    for (size_t i = 0; i < n; ++i) {
        int64_t position = o->by_row[i], row = index[position];
        if (row != skipped && (o->count == 0 || o->list[o->count - 1] != row))
            o->list[o->count++] = row;
        o->place[position] = row == skipped ? -1 : (int64_t)o->count - 1;
    }
    return DSC_OK;
}

/* The leaf's shape, with so many rows. */
static dsc_status make_rows(const dsc_tensor *leaf, size_t count, dsc_tensor **index, dsc_tensor **values) {
    const dsc_context *context = dsc_context_of(leaf);
    size_t shape[DSC_MAX_RANK];
    memcpy(shape, leaf->shape, sizeof shape);
    shape[0] = count;
    *values = NULL;
    DSC_TRY(dsc_check_shape("a row gradient", leaf->dtype, leaf->rank, shape));
    DSC_TRY(dsc_make(context, leaf->dtype, leaf->rank, shape, values));
    dsc_status status = dsc_make(context, DSC_INT64, 1, &count, index);
    if (status != DSC_OK)
        dsc_tensor_release(*values);
    return status;
}

/* Keeps n rows, added up where they repeat, as the leaf's gradient. */
static dsc_status keep_sums(dsc_tensor *leaf, size_t n, const int64_t *index, const void *source,
                            int64_t skipped) {
    order o;
    DSC_TRY(find_order(n, index, skipped, &o));
    dsc_tensor *list, *values;
    dsc_status status = make_rows(leaf, o.count, &list, &values);
    if (status == DSC_OK) {
        memcpy(dsc_data(list), o.list, o.count * sizeof *o.list);
        memset(dsc_data(values), 0, values->count * dsc_size_of(leaf->dtype));
        const dsc_around around = {1, o.count, o.count == 0 ? 0 : values->count / o.count};
        dsc_add_rows(dsc_context_of(leaf), leaf->dtype, around, dsc_data(values), n, o.place, source, -1);
        status = keep(leaf, list, values);
    }
    free(o.list);
    return status;
}

dsc_status dsc_leaf_add_rows(dsc_tensor *leaf, size_t n, const int64_t *index, const void *source,
                             int64_t skipped) {
    if (leaf->rows == NULL)
        return keep_sums(leaf, n, index, source, skipped);
    /* Those there are come first, so that sums go on in their order. */
    const dsc_tensor *before = leaf->rows->index;
    const size_t width = leaf->shape[0] == 0 ? 0 : leaf->count / leaf->shape[0];
    const size_t bytes = width * dsc_size_of(leaf->dtype), old = before->count;
    dsc_tensor *list, *values;
    DSC_TRY(make_rows(leaf, old + n, &list, &values));
    int64_t *rows = dsc_data(list);
    memcpy(rows, dsc_data(before), old * sizeof *rows);
    memcpy(rows + old, index, n * sizeof *rows);
    memcpy(dsc_data(values), dsc_data(leaf->rows->values), old * bytes);
    memcpy((char *)dsc_data(values) + old * bytes, source, n * bytes);
    dsc_status status = keep_sums(leaf, old + n, rows, dsc_data(values), skipped);
    dsc_tensor_release(list);
    dsc_tensor_release(values);
    return status;
}

dsc_status dsc_leaf_make_dense(dsc_tensor *leaf) {
    if (leaf->rows == NULL)
        return DSC_OK;
    const dsc_tensor *index = leaf->rows->index;
    const size_t extent = leaf->shape[0];
    const int64_t *rows = dsc_data(index);
    DSC_TRY(dsc_leaf_make_place(leaf));
    dsc_note_change(leaf->grad);
    memset(dsc_data(leaf->grad), 0, leaf->count * dsc_size_of(leaf->dtype));
    const dsc_around around = {1, extent, extent == 0 ? 0 : leaf->count / extent};
    dsc_add_rows(dsc_context_of(leaf), leaf->dtype, around, dsc_data(leaf->grad), index->count, rows,
                 dsc_data(leaf->rows->values), -1);
    dsc_leaf_forget_rows(leaf);
    leaf->has_grad = true;
    return DSC_OK;
}

/* ---- Of the caller's ---- */

bool dsc_tensor_has_row_gradient(const dsc_tensor *t) {
    return t != NULL && t->rows != NULL;
}

dsc_status dsc_tensor_row_gradient(const dsc_tensor *t, dsc_tensor **rows, dsc_tensor **values) {
    DSC_CHECK_NOT_NULL(t);
    DSC_CHECK_NOT_NULL(rows);
    DSC_CHECK_NOT_NULL(values);
    *rows = t->rows == NULL ? NULL : dsc_tensor_retain(t->rows->index);
    *values = t->rows == NULL ? NULL : dsc_tensor_retain(t->rows->values);
    return DSC_OK;
}

static dsc_status check_rows(const char *function, const dsc_tensor *t, const dsc_tensor *rows,
                             const dsc_tensor *values) {
    if (t->rank == 0 || t->node != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s has no row gradient", function,
                        t->node != NULL ? "the result of an operation" : "a single number");
    if (rows->dtype != DSC_INT64 || rows->rank != 1)
        return dsc_fail(DSC_ERROR_DTYPE, "%s: rows is %s of shape %s, must be an int64 vector", function,
                        dsc_dtype_name(rows->dtype), dsc_shape_text(rows->rank, rows->shape).text);
    bool fits = values->dtype == t->dtype && values->rank == t->rank && values->shape[0] == rows->count;
    for (size_t d = 1; fits && d < t->rank; ++d)
        fits = values->shape[d] == t->shape[d];
    if (!fits)
        return dsc_fail(DSC_ERROR_SIZE,
                        "%s: values is %s of shape %s, for %zu rows of a %s tensor of shape %s", function,
                        dsc_dtype_name(values->dtype), dsc_shape_text(values->rank, values->shape).text,
                        rows->count, dsc_dtype_name(t->dtype), dsc_shape_text(t->rank, t->shape).text);
    return DSC_OK;
}

dsc_status dsc_tensor_set_row_gradient(dsc_tensor *t, dsc_tensor *rows, dsc_tensor *values) {
    DSC_CHECK_NOT_NULL(t);
    if (rows == NULL && values == NULL) {
        dsc_leaf_forget_rows(t);
        return DSC_OK;
    }
    DSC_CHECK_NOT_NULL(rows);
    DSC_CHECK_NOT_NULL(values);
    DSC_TRY(check_rows(__func__, t, rows, values));
    dsc_tensor *dense_rows, *dense_values;
    DSC_TRY(dsc_contiguous_of(rows, &dense_rows));
    const int64_t *index = dsc_data(dense_rows);
    dsc_status status = dsc_contiguous_of(values, &dense_values);
    for (size_t i = 0; status == DSC_OK && i < rows->count; ++i)
        if (index[i] < 0 || (uint64_t)index[i] >= t->shape[0])
            status = dsc_fail(DSC_ERROR_SIZE, "%s: rows[%zu] is %lld, must be in [0, %zu)", __func__, i,
                              (long long)index[i], t->shape[0]);
    if (status == DSC_OK)
        status = keep_sums(t, rows->count, index, dsc_data(dense_values), -1);
    if (status == DSC_OK) { /* which goes in its place */
        t->has_grad = false;
        dsc_leaf_release_grad(t);
    }
    dsc_tensor_release(dense_rows);
    dsc_tensor_release(dense_values);
    return status;
}
