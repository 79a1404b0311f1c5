/* Dimensions in reverse, and tensors side by side with themselves. */
#include "operations/indices.h"

#include <string.h>

#define REVERSE(type)                                                                                        \
    static void reverse_##type(size_t n, const void *from, void *to) {                                       \
        for (size_t i = 0; i < n; ++i)                                                                       \
            ((type *)to)[i] = ((const type *)from)[n - 1 - i];                                               \
    }
REVERSE(uint8_t)
REVERSE(uint16_t)
REVERSE(uint32_t)
REVERSE(uint64_t)

static void copy_reversed(size_t n, size_t size, const void *from, void *to) {
    if (size == 4)
        reverse_uint32_t(n, from, to);
    else if (size == 8)
        reverse_uint64_t(n, from, to);
    else if (size == 2)
        reverse_uint16_t(n, from, to);
    else
        reverse_uint8_t(n, from, to);
}

typedef struct flip_job {
    const dsc_tensor *x; /* contiguous */
    const bool *is_flipped;
    char *out;
    size_t rows, n, tile;
} flip_job;

static void flip_tile(void *argument, size_t tile) {
    const flip_job *job = argument;
    const dsc_tensor *x = job->x;
    size_t size = dsc_dtype_size(x->dtype), bytes = job->n * size, last = x->rank - 1u;
    size_t end = dsc_min_size((tile + 1) * job->tile, job->rows);
    for (size_t row = tile * job->tile; row < end; ++row) {
        size_t rest = row, from = 0, below = 1;
        for (size_t d = last; d-- > 0; rest /= x->shape[d], below *= x->shape[d]) {
            size_t i = rest % x->shape[d];
            from += (job->is_flipped[d] ? x->shape[d] - 1 - i : i) * below;
        }
        const char *source = (const char *)dsc_data(x) + from * bytes;
        if (job->is_flipped[last])
            copy_reversed(job->n, size, source, job->out + row * bytes);
        else
            memcpy(job->out + row * bytes, source, bytes);
    }
}

dsc_status dsc_flip(dsc_tensor *x, size_t count, const int64_t *dimensions, dsc_tensor **result) {
    DSC_BEGIN(flip, x);
    if (count > 0 && dimensions == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "flip: dimensions is NULL");
    bool is_flipped[DSC_MAX_RANK] = {false};
    dsc_options options = {.rank = 0};
    for (size_t i = 0; i < count; ++i) {
        size_t d;
        DSC_TRY(dsc_check_along(operation, dimensions[i], x, &d));
        if (is_flipped[d])
            return dsc_fail(DSC_ERROR_SIZE, "flip: dimension %zu is named twice", d);
        is_flipped[d] = true;
        options.sizes[options.rank++] = d;
    }
    dsc_tensor *dense, *made = NULL;
    DSC_TRY(dsc_contiguous_of(x, &dense));
    dsc_status status = dsc_make_like(x, x->dtype, &made);
    if (status == DSC_OK && x->rank == 0)
        status = dsc_convert_into(x, made);
    else if (status == DSC_OK && x->count > 0) {
        flip_job job = {
            .x = dense, .is_flipped = is_flipped, .out = dsc_data(made), .n = x->shape[x->rank - 1]};
        job.rows = x->count / job.n;
        job.tile = dsc_ceil_div(DSC_TILE, job.n);
        dsc_parallel_work(dsc_context_of(x), (double)x->count, dsc_ceil_div(job.rows, job.tile), flip_tile,
                          &job);
    }
    dsc_tensor_release(dense);
    return DSC_END(status, made, .options = &options);
}

void dsc_pull_back_flip(dsc_pullback *p) {
    const dsc_options *o = &p->node->options;
    int64_t dimensions[DSC_MAX_RANK];
    for (size_t i = 0; i < o->rank; ++i)
        dimensions[i] = (int64_t)o->sizes[i];
    dsc_tensor *made = NULL;
    dsc_give(p, 0, x_call(p, made, dsc_flip(p->upstream, o->rank, dimensions, &made)));
}

/* Repeats one dimension: what lies below it is laid down several times. */
static dsc_status repeat_dimension(dsc_tensor *x, size_t d, size_t times, dsc_tensor **result) {
    dsc_around around = dsc_around_dimension(x, d);
    size_t shape[DSC_MAX_RANK], block = around.extent * around.inner;
    memcpy(shape, x->shape, sizeof shape);
    shape[d] *= times;
    dsc_tensor *blocks, *repeated = NULL;
    DSC_TRY(dsc_reshape(x, 3, (const size_t[]){around.outer, 1, block}, &blocks));
    dsc_status status = dsc_expand(blocks, 3, (const size_t[]){around.outer, times, block}, &repeated);
    if (status == DSC_OK)
        status = dsc_reshape(repeated, x->rank, shape, result);
    dsc_tensor_release(blocks);
    dsc_tensor_release(repeated);
    return status;
}

dsc_status dsc_tile(dsc_tensor *x, size_t count, const size_t *times, dsc_tensor **result) {
    DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(result);
    if (count > 0)
        DSC_CHECK_NOT_NULL(times);
    size_t rank = dsc_max_size(x->rank, count), shape[DSC_MAX_RANK] = {0};
    if (rank > DSC_MAX_RANK)
        return dsc_fail(DSC_ERROR_SIZE, "tile: %zu dimensions, must be at most %d", count, DSC_MAX_RANK);
    for (size_t d = 0; d < rank; ++d)
        shape[d] = d + x->rank < rank ? 1 : x->shape[d + x->rank - rank];
    size_t tiled[DSC_MAX_RANK] = {0};
    for (size_t d = 0; d < rank; ++d)
        if (__builtin_mul_overflow(shape[d], d + count < rank ? 1 : times[d + count - rank], &tiled[d]))
            return dsc_fail(DSC_ERROR_OVERFLOW, "tile: dimension %zu would be too large", d);
    DSC_TRY(dsc_check_shape("tile", x->dtype, rank, tiled));
    dsc_tensor *made, *wider;
    DSC_TRY(dsc_reshape(x, rank, shape, &made));
    dsc_status status = DSC_OK;
    bool is_changed = false;
    for (size_t d = rank - count; status == DSC_OK && d < rank; ++d) {
        size_t n = times[d + count - rank];
        if (n == 1)
            continue;
        status = repeat_dimension(made, d, n, &wider);
        if (status == DSC_OK) {
            is_changed = true;
            dsc_tensor_release(made);
            made = wider;
        }
    }
    /* A copy of its own, also where nothing is repeated or one number stands for all. */
    if (status == DSC_OK && (!is_changed || !made->is_contiguous))
        status = dsc_clone(made, result);
    else if (status == DSC_OK)
        *result = dsc_tensor_retain(made);
    dsc_tensor_release(made);
    return status;
}
