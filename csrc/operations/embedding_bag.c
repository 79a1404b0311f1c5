/* Bags of rows: made of embedding, index_add and gather, so that their derivatives are those. */
#include "descent/embedding.h"

#include <stdlib.h>
#include <string.h>

#include "losses/expressions.h"
#include "operations/indices.h"

static const dsc_operation row = {.name = "embedding_bag"};

/* The entries that count, without the padding: which index, whose bag, and where it stood. */
typedef struct bags {
    size_t count; /* bags */
    size_t kept;  /* entries */
    dsc_tensor *index, *bag, *place;
} bags;

static dsc_status refuse_shapes(const dsc_tensor *indices, const dsc_tensor *offsets) {
    if (offsets == NULL)
        return dsc_fail(DSC_ERROR_SIZE,
                        "embedding_bag: indices are of shape %s, must be [bags, n], or have offsets",
                        dsc_shape_text(indices->rank, indices->shape).text);
    return dsc_fail(DSC_ERROR_SIZE,
                    "embedding_bag: indices and offsets are of shapes %s and %s, must be vectors",
                    dsc_shape_text(indices->rank, indices->shape).text,
                    dsc_shape_text(offsets->rank, offsets->shape).text);
}

static dsc_status check(const dsc_tensor *weight, const dsc_tensor *indices, const dsc_tensor *offsets,
                        const dsc_tensor *factors, const dsc_embedding_bag_options *o) {
    DSC_TRY(dsc_check_real(&row, weight));
    if (weight->rank != 2)
        return dsc_fail(DSC_ERROR_SIZE, "embedding_bag: the weight has shape %s, must be a matrix",
                        dsc_shape_text(weight->rank, weight->shape).text);
    if ((unsigned)o->mode > DSC_BAG_MAX)
        return dsc_fail(DSC_ERROR_ARGUMENT, "embedding_bag: unknown mode %d", (int)o->mode);
    if (o->mode == DSC_BAG_MAX && (o->scale_by_frequency || o->sparse))
        return dsc_fail(DSC_ERROR_ARGUMENT, "embedding_bag: the largest numbers' gradients are not %s",
                        o->sparse ? "sparse" : "scaled by frequency");
    if (o->scale_by_frequency && o->sparse)
        return dsc_fail(DSC_ERROR_ARGUMENT, "embedding_bag: scale_by_frequency takes no sparse gradients");
    if (indices->rank != (offsets == NULL ? 2 : 1) || (offsets != NULL && offsets->rank != 1))
        return refuse_shapes(indices, offsets);
    if (o->include_last_offset && offsets == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "embedding_bag: include_last_offset needs offsets");
    if (factors == NULL)
        return DSC_OK;
    DSC_TRY(dsc_check_same_dtype(&row, weight, factors));
    if (o->mode != DSC_BAG_SUM)
        return dsc_fail(DSC_ERROR_ARGUMENT, "embedding_bag: per_sample_weights are for sums only");
    if (!dsc_same_shape(factors, indices))
        return dsc_fail(DSC_ERROR_SIZE,
                        "embedding_bag: per_sample_weights are of shape %s, indices of shape %s",
                        dsc_shape_text(factors->rank, factors->shape).text,
                        dsc_shape_text(indices->rank, indices->shape).text);
    return DSC_OK;
}

/* Where each bag begins, and where the last one ends: `starts` has one more than there are bags. */
static dsc_status check_starts(const int64_t *starts, size_t count, int64_t n) {
    for (size_t b = 0; b < count; ++b)
        if (starts[b] < (b == 0 ? 0 : starts[b - 1]) || starts[b] > (b == 0 ? 0 : n))
            return dsc_fail(DSC_ERROR_SIZE, "embedding_bag: offsets[%zu] is %lld, must %s", b,
                            (long long)starts[b], b == 0 ? "be 0" : "not fall, nor lie beyond the indices");
    return DSC_OK;
}

static dsc_status fill(const dsc_tensor *indices, const int64_t *starts, int64_t padding, bags *b) {
    const dsc_context *context = dsc_context_of(indices);
    const size_t n = (size_t)starts[b->count]; /* what lies behind is no bag's */
    const int64_t *index = dsc_data(indices);
    size_t kept = 0;
    for (size_t i = 0; i < n; ++i)
        kept += index[i] != padding;
    dsc_tensor **const lists[] = {&b->index, &b->bag, &b->place};
    for (size_t k = 0; k < 3; ++k)
        DSC_TRY(dsc_make(context, DSC_INT64, 1, &kept, lists[k]));
    b->kept = kept;
    int64_t *to = dsc_data(b->index), *bag = dsc_data(b->bag), *place = dsc_data(b->place);
    for (size_t i = 0, current = 0, at = 0; at < kept; ++i) {
        while ((int64_t)i >= starts[current + 1])
            ++current;
        to[at] = index[i];
        bag[at] = (int64_t)current;
        place[at] = (int64_t)i;
        at += index[i] != padding;
    }
    return DSC_OK;
}

static dsc_status find_bags(dsc_tensor *weight, dsc_tensor *indices, dsc_tensor *offsets,
                            const dsc_embedding_bag_options *o, bags *b) {
    dsc_tensor *index, *starts = NULL;
    int64_t padding;
    DSC_TRY(dsc_find_padding("embedding_bag", o->padding, weight->shape[0], &padding));
    DSC_TRY(dsc_check_index(&row, indices, weight->shape[0], &index));
    const size_t n = index->count, given = offsets == NULL ? indices->shape[0] : offsets->count;
    b->count = given - (o->include_last_offset && given > 0);
    int64_t *begin = malloc((given + 1) * sizeof *begin);
    dsc_status status = begin == NULL ? dsc_fail(DSC_ERROR_MEMORY, "embedding_bag: out of memory") : DSC_OK;
    if (status == DSC_OK && offsets != NULL)
        status = offsets->dtype == DSC_INT64
                     ? dsc_contiguous_of(offsets, &starts)
                     : dsc_fail(DSC_ERROR_DTYPE, "embedding_bag: the offsets are %s, must be int64",
                                dsc_dtype_name(offsets->dtype));
    if (status == DSC_OK) {
        for (size_t i = 0; i < given; ++i)
            begin[i] =
                starts != NULL ? ((const int64_t *)dsc_data(starts))[i] : (int64_t)(i * indices->shape[1]);
        status = check_starts(begin, given, (int64_t)n);
        begin[given] = (int64_t)n;
    }
    if (status == DSC_OK && b->count == 0 && n > 0)
        status = dsc_fail(DSC_ERROR_SIZE, "embedding_bag: no offsets for %zu indices", n);
    if (status == DSC_OK)
        status = fill(index, begin, padding, b);
    free(begin);
    dsc_tensor_release(starts);
    dsc_tensor_release(index);
    return status;
}

/* [bags, columns] of zeros. */
static dsc_tensor *x_zeros(dsc_pullback *p, const dsc_tensor *weight, const bags *b) {
    const size_t shape[] = {b->count, weight->shape[1]};
    dsc_tensor *made = NULL;
    return x_call(p, made, dsc_tensor_full(dsc_context_of(weight), weight->dtype, 2, shape, 0, &made));
}

static dsc_tensor *x_sums(dsc_pullback *p, dsc_tensor *weight, dsc_tensor *factors, const bags *b,
                          const dsc_embedding_bag_options *o) {
    const dsc_embedding_options options = {DSC_NO_PADDING, o->scale_by_frequency, o->sparse};
    dsc_tensor *rows = NULL, *flat = NULL, *chosen = NULL, *column = NULL, *made = NULL;
    rows = x_call(p, rows, dsc_embedding(weight, b->index, &options, &rows));
    if (factors != NULL) {
        flat = x_call(p, flat, dsc_reshape(factors, 1, &factors->count, &flat));
        chosen = x_call(p, chosen, dsc_index_select(flat, 0, b->place, &chosen));
        column = x_call(p, column, dsc_unsqueeze(chosen, -1, &column));
        rows = x_multiply(p, rows, column);
    }
    dsc_tensor *zeros = x_zeros(p, weight, b);
    return x_call(p, made, dsc_index_add(zeros, 0, b->bag, rows, &made));
}

/* 1 / how many entries each bag has, as a column. */
static dsc_tensor *x_shares(dsc_pullback *p, const dsc_tensor *weight, const bags *b) {
    const size_t shape[] = {b->count, 1};
    dsc_tensor *counts = NULL;
    counts = x_call(p, counts, dsc_tensor_full(dsc_context_of(weight), weight->dtype, 2, shape, 0, &counts));
    if (counts == NULL)
        return NULL;
    const int64_t *bag = dsc_data(b->bag);
    for (size_t i = 0; i < b->kept; ++i)
        dsc_store_real(weight->dtype, dsc_data(counts), (size_t)bag[i],
                       dsc_load_real(weight->dtype, dsc_data(counts), (size_t)bag[i]) + 1);
    for (size_t i = 0; i < b->count; ++i) {
        const double count = dsc_load_real(weight->dtype, dsc_data(counts), i);
        dsc_store_real(weight->dtype, dsc_data(counts), i, count > 0 ? count : 1);
    }
    return counts;
}

/* The row that has the largest number of each column: the first; another replaces it where it is larger. */
static dsc_tensor *x_largest(dsc_pullback *p, dsc_tensor *weight, const bags *b) {
    const size_t width = weight->shape[1], shape[] = {b->count, width};
    const dsc_context *context = dsc_context_of(weight);
    dsc_tensor *where = NULL, *full = NULL, *dense = NULL, *made = NULL;
    dense = x_call(p, dense, dsc_contiguous_of(weight, &dense));
    where = x_call(p, where, dsc_tensor_full(context, DSC_INT64, 2, shape, -1, &where));
    full = x_call(p, full, dsc_tensor_full(context, DSC_BOOL, 2, shape, 0, &full));
    if (full == NULL)
        return NULL;
    const int64_t *index = dsc_data(b->index), *bag = dsc_data(b->bag);
    int64_t *best = dsc_data(where);
    bool *any = dsc_data(full);
    for (size_t i = 0; i < b->kept; ++i)
        for (size_t d = 0; d < width; ++d) {
            int64_t *at = best + (size_t)bag[i] * width + d;
            if (*at < 0 || dsc_load_real(weight->dtype, dsc_data(dense), (size_t)index[i] * width + d) >
                               dsc_load_real(weight->dtype, dsc_data(dense), (size_t)*at * width + d))
                *at = index[i];
        }
    for (size_t i = 0; i < b->count * width; ++i) {
        any[i] = best[i] >= 0;
        best[i] = best[i] < 0 ? 0 : best[i];
    }
    if (weight->shape[0] == 0)
        return x_zeros(p, weight, b);
    made = x_call(p, made, dsc_gather(weight, 0, where, &made));
    return made == NULL ? NULL : x_where(p, full, made, x_constant(p, made, 0));
}

dsc_status dsc_embedding_bag(dsc_tensor *weight, dsc_tensor *indices, dsc_tensor *offsets,
                             dsc_tensor *per_sample_weights, const dsc_embedding_bag_options *options,
                             dsc_tensor **result) {
    dsc_tensor *const inputs[] = {weight, indices};
    DSC_TRY(dsc_check_inputs(&row, 2, inputs, result));
    const dsc_embedding_bag_options o =
        options != NULL ? *options : (dsc_embedding_bag_options)DSC_EMBEDDING_BAG_OPTIONS;
    DSC_TRY(check(weight, indices, offsets, per_sample_weights, &o));
    bags b = {0};
    dsc_status status = find_bags(weight, indices, offsets, &o, &b);
    if (status == DSC_OK) {
        DSC_EXPRESSION(&row);
        dsc_tensor *y;
        if (o.mode == DSC_BAG_MAX)
            y = x_largest(p, weight, &b);
        else
            y = x_sums(p, weight, per_sample_weights, &b, &o);
        if (o.mode == DSC_BAG_MEAN)
            y = x_divide(p, y, x_shares(p, weight, &b));
        status = dsc_expression_end(p, y, result);
    }
    dsc_tensor_release(b.index);
    dsc_tensor_release(b.bag);
    dsc_tensor_release(b.place);
    return status;
}
