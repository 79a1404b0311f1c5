/* Tensors over the memory of others. */
#include <string.h>

#include "operations/table.h"

dsc_status dsc_broadcast_view(const char *function, const dsc_tensor *x, size_t rank, const size_t *shape,
                              dsc_tensor **view) {
    size_t strides[DSC_MAX_RANK];
    bool fits = rank >= x->rank;
    for (size_t d = 0; fits && d < rank; ++d) {
        bool is_new = d + x->rank < rank;
        size_t own = is_new ? 1 : x->shape[d + x->rank - rank];
        fits = own == shape[d] || own == 1;
        strides[d] = is_new || own != shape[d] || own == 1 ? 0 : x->strides[d + x->rank - rank];
    }
    if (!fits)
        return dsc_fail(DSC_ERROR_SIZE, "%s: shape %s does not broadcast to %s", function,
                        dsc_shape_text(x->rank, x->shape).text, dsc_shape_text(rank, shape).text);
    return dsc_view_of(x, rank, shape, strides, 0, view);
}

/* The strides with which x, not contiguous, can be seen in another shape; false: there are none. Dimensions
 * that stand next to each other in x may be joined and split at will. */
static bool strides_of_reshape(const dsc_tensor *x, size_t rank, const size_t *shape, size_t *strides) {
    if (x->is_contiguous || x->count == 0) {
        dsc_contiguous_strides(rank, shape, strides);
        return true;
    }
    size_t from = x->rank, to = rank;
    while (from > 0) {
        /* A stretch of x's dimensions, from the last on, that are one. */
        if (x->shape[from - 1] == 1) {
            --from;
            continue;
        }
        size_t stride = x->strides[from - 1], extent = x->shape[from - 1];
        --from;
        while (from > 0 && (x->shape[from - 1] == 1 || x->strides[from - 1] == stride * extent))
            extent *= x->shape[--from];
        for (; to > 0 && extent > 1 && shape[to - 1] != 0 && extent % shape[to - 1] == 0; --to) {
            strides[to - 1] = stride;
            stride *= shape[to - 1];
            extent /= shape[to - 1];
        }
        if (extent != 1)
            return false;
    }
    for (; to > 0; --to) {
        if (shape[to - 1] != 1)
            return false;
        strides[to - 1] = 0;
    }
    return true;
}

/* Not rows of the table, but named in messages. */
static const dsc_operation flattening = {.name = "flatten"}, transposing = {.name = "transpose"},
                           selecting = {.name = "select"}, squeezing = {.name = "squeeze"},
                           unsqueezing = {.name = "unsqueeze"}, making_contiguous = {.name = "contiguous"};

dsc_status dsc_reshape(dsc_tensor *x, size_t rank, const size_t *shape, dsc_tensor **result) {
    DSC_BEGIN(reshape, x);
    DSC_TRY(dsc_check_shape("reshape", x->dtype, rank, shape));
    size_t count = 1, strides[DSC_MAX_RANK];
    for (size_t d = 0; d < rank; ++d)
        count *= shape[d];
    if (count != x->count)
        return dsc_fail(DSC_ERROR_SIZE, "reshape: shape %s has %zu numbers, %s has %zu",
                        dsc_shape_text(x->rank, x->shape).text, x->count, dsc_shape_text(rank, shape).text,
                        count);
    dsc_tensor *made = NULL, *dense;
    dsc_status status;
    if (strides_of_reshape(x, rank, shape, strides)) {
        status = dsc_view_of(x, rank, shape, strides, 0, &made);
    } else {
        DSC_TRY(dsc_contiguous_of(x, &dense));
        status = dsc_view_of(dense, rank, shape, NULL, 0, &made);
        dsc_tensor_release(dense);
    }
    return DSC_END(status, made);
}

void dsc_pull_back_reshape(dsc_pullback *p) {
    dsc_give(p, 0, x_reshape_like(p, p->upstream, dsc_input_shape(p, 0)));
}

dsc_status dsc_flatten(dsc_tensor *x, int64_t first, int64_t last, dsc_tensor **result) {
    DSC_TRY(dsc_check_inputs(&flattening, 1, &x, result));
    size_t from, to, shape[DSC_MAX_RANK] = {1}, rank = 0;
    DSC_TRY(dsc_check_dimension(&flattening, first, dsc_max_size(x->rank, 1), &from));
    DSC_TRY(dsc_check_dimension(&flattening, last, dsc_max_size(x->rank, 1), &to));
    if (x->rank == 0) /* a number has a dimension 0 here, as in PyTorch */
        return dsc_reshape(x, 1, shape, result);
    if (from > to)
        return dsc_fail(DSC_ERROR_SIZE, "flatten: the first dimension, %zu, is after the last, %zu", from,
                        to);
    for (size_t d = 0; d < x->rank; ++d) {
        if (d > from && d <= to)
            shape[rank - 1] *= x->shape[d];
        else
            shape[rank++] = x->shape[d];
    }
    return dsc_reshape(x, rank, shape, result);
}

dsc_status dsc_permute(dsc_tensor *x, size_t rank, const int64_t *order, dsc_tensor **result) {
    DSC_BEGIN(permute, x);
    if (rank != x->rank)
        return dsc_fail(DSC_ERROR_SIZE, "permute: %zu dimensions for the shape %s", rank,
                        dsc_shape_text(x->rank, x->shape).text);
    if (rank > 0)
        DSC_CHECK_NOT_NULL(order);
    dsc_options options = {.rank = rank};
    size_t shape[DSC_MAX_RANK], strides[DSC_MAX_RANK], seen = 0;
    for (size_t d = 0; d < rank; ++d) {
        size_t from;
        DSC_TRY(dsc_check_dimension(operation, order[d], rank, &from));
        if ((seen >> from & 1) != 0)
            return dsc_fail(DSC_ERROR_SIZE, "permute: dimension %zu is named twice", from);
        seen |= (size_t)1 << from;
        options.sizes[from] = d;
        shape[d] = x->shape[from];
        strides[d] = x->strides[from];
    }
    dsc_tensor *made = NULL;
    dsc_status status = dsc_view_of(x, rank, shape, strides, 0, &made);
    return DSC_END(status, made, .options = &options);
}

void dsc_pull_back_permute(dsc_pullback *p) {
    int64_t back[DSC_MAX_RANK];
    size_t rank = p->node->options.rank;
    for (size_t d = 0; d < rank; ++d)
        back[d] = (int64_t)p->node->options.sizes[d];
    dsc_tensor *made = NULL;
    dsc_give(p, 0, x_call(p, made, dsc_permute(p->upstream, rank, back, &made)));
}

dsc_status dsc_transpose(dsc_tensor *x, int64_t first, int64_t second, dsc_tensor **result) {
    DSC_TRY(dsc_check_inputs(&transposing, 1, &x, result));
    size_t a, b;
    DSC_TRY(dsc_check_dimension(&transposing, first, x->rank, &a));
    DSC_TRY(dsc_check_dimension(&transposing, second, x->rank, &b));
    int64_t order[DSC_MAX_RANK];
    for (size_t d = 0; d < x->rank; ++d)
        order[d] = (int64_t)(d == a ? b : d == b ? a : d);
    return dsc_permute(x, x->rank, order, result);
}

/* An index from the end or the start, cut to [0, extent]. */
static size_t cut(int64_t index, size_t extent) {
    if (index < 0)
        index = index < -(int64_t)extent ? 0 : index + (int64_t)extent;
    return (uint64_t)index > extent ? extent : (size_t)index;
}

dsc_status dsc_slice(dsc_tensor *x, int64_t dimension, int64_t start, int64_t end, size_t step,
                     dsc_tensor **result) {
    DSC_BEGIN(slice, x);
    size_t d;
    DSC_TRY(dsc_check_dimension(operation, dimension, x->rank, &d));
    if (step == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "slice: step is 0, must be at least 1");
    size_t from = cut(start, x->shape[d]), to = cut(end, x->shape[d]);
    size_t shape[DSC_MAX_RANK], strides[DSC_MAX_RANK];
    memcpy(shape, x->shape, sizeof shape);
    memcpy(strides, x->strides, sizeof strides);
    shape[d] = to > from ? dsc_ceil_div(to - from, step) : 0;
    /* A step beyond the end is never taken; its stride must not overflow. */
    strides[d] = shape[d] > 1 ? x->strides[d] * step : x->strides[d];
    dsc_options options = {.sizes = {d, from, step}};
    dsc_tensor *made = NULL;
    size_t first = shape[d] == 0 ? 0 : from * x->strides[d];
    dsc_status status = dsc_view_of(x, x->rank, shape, strides, first, &made);
    return DSC_END(status, made, .options = &options);
}

dsc_status dsc_slice_into_zeros(dsc_tensor *x, size_t rank, const size_t *shape, int64_t dimension,
                                size_t start, size_t step, dsc_tensor **result) {
    DSC_BEGIN(slice_into_zeros, x);
    size_t d, last;
    DSC_TRY(dsc_check_shape("slice_into_zeros", x->dtype, rank, shape));
    DSC_TRY(dsc_check_dimension(operation, dimension, rank, &d));
    bool fits = x->rank == rank && step > 0;
    for (size_t i = 0; fits && i < rank; ++i)
        fits = i == d || x->shape[i] == shape[i];
    if (!fits || (x->shape[d] > 0 && (__builtin_mul_overflow(x->shape[d] - 1, step, &last) ||
                                      __builtin_add_overflow(last, start, &last) || last >= shape[d])))
        return dsc_fail(DSC_ERROR_SIZE, "slice_into_zeros: shape %s from %zu on does not fit %s",
                        dsc_shape_text(x->rank, x->shape).text, start, dsc_shape_text(rank, shape).text);
    dsc_tensor *made, *part = NULL;
    DSC_TRY(dsc_tensor_full(dsc_context_of(x), x->dtype, rank, shape, 0, &made));
    size_t strides[DSC_MAX_RANK];
    memcpy(strides, made->strides, sizeof strides);
    strides[d] = x->shape[d] > 1 ? strides[d] * step : strides[d];
    dsc_status status =
        dsc_view_of(made, rank, x->shape, strides, x->count == 0 ? 0 : start * made->strides[d], &part);
    if (status == DSC_OK)
        status = dsc_convert_into(x, part);
    dsc_tensor_release(part);
    return DSC_END(status, made, .options = &(dsc_options){.sizes = {d, start, step}});
}

static int64_t end_of_slice(const dsc_options *options, const dsc_tensor *part) {
    size_t d = options->sizes[0], extent = part->shape[d];
    return (int64_t)(extent == 0 ? options->sizes[1]
                                 : options->sizes[1] + (extent - 1) * options->sizes[2] + 1);
}

void dsc_pull_back_slice_into_zeros(dsc_pullback *p) {
    const dsc_options *o = &p->node->options;
    dsc_tensor *made = NULL;
    dsc_give(p, 0,
             x_call(p, made,
                    dsc_slice(p->upstream, (int64_t)o->sizes[0], (int64_t)o->sizes[1],
                              end_of_slice(o, dsc_input_shape(p, 0)), o->sizes[2], &made)));
}

/* Where there already is a gradient, its part alone is added to: a tensor of zeros for each of n slices would
 * take n^2 numbers. */
void dsc_pull_back_slice(dsc_pullback *p) {
    const dsc_options *o = &p->node->options;
    const dsc_tensor *x = dsc_input_shape(p, 0);
    dsc_tensor *sum = dsc_gradient_so_far(p, 0), *part = NULL, *made = NULL;
    if (sum != NULL) {
        part = x_call(p, part,
                      dsc_slice(sum, (int64_t)o->sizes[0], (int64_t)o->sizes[1], end_of_slice(o, p->upstream),
                                o->sizes[2], &part));
        if (part != NULL)
            p->status = dsc_add_into(p->upstream, part);
        if (p->status == DSC_OK)
            dsc_gave(p, 0);
        return;
    }
    dsc_give(p, 0,
             x_call(p, made,
                    dsc_slice_into_zeros(p->upstream, x->rank, x->shape, (int64_t)o->sizes[0], o->sizes[1],
                                         o->sizes[2], &made)));
}

dsc_status dsc_select(dsc_tensor *x, int64_t dimension, int64_t index, dsc_tensor **result) {
    DSC_TRY(dsc_check_inputs(&selecting, 1, &x, result));
    size_t d;
    DSC_TRY(dsc_check_dimension(&selecting, dimension, x->rank, &d));
    int64_t extent = (int64_t)x->shape[d];
    if (index < -extent || index >= extent)
        return dsc_fail(DSC_ERROR_SIZE, "select: index is %lld, must be in [%lld, %lld)", (long long)index,
                        (long long)-extent, (long long)extent);
    int64_t start = index < 0 ? index + extent : index;
    dsc_tensor *part;
    DSC_TRY(dsc_slice(x, dimension, start, start + 1, 1, &part));
    dsc_status status = dsc_squeeze(part, dimension, result);
    dsc_tensor_release(part);
    return status;
}

dsc_status dsc_squeeze(dsc_tensor *x, int64_t dimension, dsc_tensor **result) {
    DSC_TRY(dsc_check_inputs(&squeezing, 1, &x, result));
    size_t d, shape[DSC_MAX_RANK], rank = 0;
    DSC_TRY(dsc_check_dimension(&squeezing, dimension, x->rank, &d));
    if (x->shape[d] != 1)
        return dsc_fail(DSC_ERROR_SIZE, "squeeze: dimension %zu of shape %s is not 1", d,
                        dsc_shape_text(x->rank, x->shape).text);
    for (size_t i = 0; i < x->rank; ++i)
        if (i != d)
            shape[rank++] = x->shape[i];
    return dsc_reshape(x, rank, shape, result);
}

dsc_status dsc_unsqueeze(dsc_tensor *x, int64_t dimension, dsc_tensor **result) {
    DSC_TRY(dsc_check_inputs(&unsqueezing, 1, &x, result));
    size_t d, shape[DSC_MAX_RANK + 1], rank = (size_t)x->rank + 1;
    DSC_TRY(dsc_check_dimension(&unsqueezing, dimension, rank, &d));
    for (size_t i = 0; i < rank; ++i)
        shape[i] = i < d ? x->shape[i] : i == d ? 1 : x->shape[i - 1];
    return dsc_reshape(x, rank, shape, result);
}

dsc_status dsc_expand(dsc_tensor *x, size_t rank, const size_t *shape, dsc_tensor **result) {
    DSC_BEGIN(expand, x);
    DSC_TRY(dsc_check_shape("expand", x->dtype, rank, shape));
    dsc_tensor *made = NULL;
    dsc_status status = dsc_broadcast_view("expand", x, rank, shape, &made);
    return DSC_END(status, made);
}

/* dsc_give adds up what was repeated. */
void dsc_pull_back_expand(dsc_pullback *p) {
    dsc_give(p, 0, p->upstream);
}

dsc_status dsc_clone(dsc_tensor *x, dsc_tensor **result) {
    DSC_BEGIN(clone, x);
    dsc_tensor *made;
    DSC_TRY(dsc_make_like(x, x->dtype, &made));
    dsc_status status = dsc_convert_into(x, made);
    return DSC_END(status, made);
}

void dsc_pull_back_clone(dsc_pullback *p) {
    dsc_give(p, 0, p->upstream);
}

dsc_status dsc_contiguous(dsc_tensor *x, dsc_tensor **result) {
    DSC_TRY(dsc_check_inputs(&making_contiguous, 1, &x, result));
    if (!x->is_contiguous)
        return dsc_clone(x, result);
    *result = dsc_tensor_retain(x);
    return DSC_OK;
}
