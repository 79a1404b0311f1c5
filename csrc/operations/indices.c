#include "operations/indices.h"

#include <string.h>

dsc_around dsc_around_dimension(const dsc_tensor *t, size_t dimension) {
    dsc_around around = {1, dsc_extent(t, dimension), 1};
    for (size_t d = 0; d < t->rank; ++d) {
        if (d < dimension)
            around.outer *= t->shape[d];
        if (d > dimension)
            around.inner *= t->shape[d];
    }
    return around;
}

dsc_status dsc_check_along(const dsc_operation *operation, int64_t dimension, const dsc_tensor *x,
                           size_t *found) {
    return dsc_check_dimension(operation, dimension, dsc_max_size(x->rank, 1), found);
}

dsc_status dsc_check_addable(const dsc_operation *operation, const dsc_tensor *x) {
    if (x->dtype == DSC_FLOAT16 || x->dtype == DSC_BFLOAT16)
        return dsc_fail(DSC_ERROR_DTYPE, "%s: the type is %s: convert it first", operation->name,
                        dsc_dtype_name(x->dtype));
    return DSC_OK;
}

static dsc_status fail_index(const dsc_operation *operation, const dsc_tensor *index, size_t at,
                             int64_t value, size_t extent) {
    size_t place[DSC_MAX_RANK];
    for (size_t d = index->rank; d-- > 0; at /= index->shape[d])
        place[d] = at % index->shape[d];
    return dsc_fail(DSC_ERROR_SIZE, "%s: the index at %s is %lld, must be in [0, %zu)", operation->name,
                    dsc_shape_text(index->rank, place).text, (long long)value, extent);
}

/* Without a branch, so that it vectorises. */
DSC_MULTIVERSION static bool lie_below(size_t n, const int64_t *values, size_t extent) {
    uint64_t fits = 1;
    for (size_t i = 0; i < n; ++i)
        fits &= (uint64_t)values[i] < extent;
    return fits != 0;
}

dsc_status dsc_check_index(const dsc_operation *operation, dsc_tensor *index, size_t extent,
                           dsc_tensor **dense) {
    if (index->dtype != DSC_INT64)
        return dsc_fail(DSC_ERROR_DTYPE, "%s: the index is %s, must be int64", operation->name,
                        dsc_dtype_name(index->dtype));
    dsc_tensor *contiguous;
    DSC_TRY(dsc_contiguous_of(index, &contiguous));
    const int64_t *values = dsc_data(contiguous);
    bool fits = lie_below(contiguous->count, values, extent);
    for (size_t i = 0; !fits; ++i)
        if ((uint64_t)values[i] >= extent) {
            dsc_status status = fail_index(operation, index, i, values[i], extent);
            dsc_tensor_release(contiguous);
            return status;
        }
    *dense = contiguous;
    return DSC_OK;
}

/* ---- Rows ---- */

typedef struct rows_job {
    dsc_dtype dtype;
    dsc_around around; /* of the tensor that the index points into */
    char *many;        /* that tensor */
    char *few;         /* one row for each index, in each block */
    size_t n, tile;
    const int64_t *index;
    int64_t skipped;
    size_t ranges;
} rows_job;

static void take_tile(void *argument, size_t tile) {
    const rows_job *job = argument;
    const int64_t *index = job->index; /* or every copy, which may be to anywhere, has it read again */
    size_t size = dsc_dtype_size(job->dtype), bytes = job->around.inner * size;
    size_t end = dsc_min_size((tile + 1) * job->tile, job->around.outer * job->n);
    for (size_t r = tile * job->tile; r < end;) {
        size_t block = r / job->n, i = r % job->n, last = dsc_min_size(job->n, i + end - r);
        const char *from = job->many + block * job->around.extent * bytes;
        char *to = job->few + r * bytes;
        r += last - i;
        if (bytes == 4)
            for (; i < last; ++i, to += 4)
                memcpy(to, from + (size_t)index[i] * 4, 4);
        else if (bytes == 8)
            for (; i < last; ++i, to += 8)
                memcpy(to, from + (size_t)index[i] * 8, 8);
        else
            for (; i < last; ++i, to += bytes)
                memcpy(to, from + (size_t)index[i] * bytes, bytes);
    }
}

void dsc_take_rows(const dsc_context *context, dsc_dtype dtype, dsc_around x, const void *data, size_t n,
                   const int64_t *index, void *out) {
    rows_job job = {.dtype = dtype, .around = x, .many = (char *)data, .few = out, .n = n, .index = index};
    size_t rows = x.outer * n;
    if (rows == 0 || x.inner == 0)
        return;
    job.tile = dsc_ceil_div(DSC_TILE, x.inner);
    dsc_parallel_work(context, (double)rows * (double)x.inner, dsc_ceil_div(rows, job.tile), take_tile, &job);
}

/* Of the rows whose index lies in [first, first + count), and is not skipped. */
#define ADD_ROWS(type, sum)                                                                                  \
    static void add_##type(const rows_job *job, size_t first, size_t count, void *many, const void *few) {   \
        size_t n = job->n, inner = job->around.inner, i = 0;                                                 \
        const int64_t *index = job->index, skipped = job->skipped;                                           \
        for (size_t r = 0; r < n; ++r) {                                                                     \
            size_t row = (size_t)index[r];                                                                   \
            if (row - first >= count || (int64_t)row == skipped)                                             \
                continue;                                                                                    \
            type *s = (type *)many + row * inner;                                                            \
            const type *m = (const type *)few + r * inner;                                                   \
            if (inner == 1) /* what makes a loop fast for many makes it slow for one */                      \
                *s = (type)(sum);                                                                            \
            else                                                                                             \
                for (i = 0; i < inner; ++i)                                                                  \
                    s[i] = (type)(sum);                                                                      \
        }                                                                                                    \
    }
ADD_ROWS(float, s[i] + m[i])
ADD_ROWS(double, s[i] + m[i])
ADD_ROWS(uint64_t, s[i] + m[i]) /* whole numbers wrap */
ADD_ROWS(uint8_t, s[i] + m[i])
ADD_ROWS(bool, s[i] | m[i])

/* A range of the rows that are added to: all that concerns one of them happens in the source's order. */
static void add_range(void *argument, size_t task) {
    const rows_job *job = argument;
    dsc_around around = job->around;
    size_t block = task / job->ranges, range = task % job->ranges;
    size_t rows = dsc_ceil_div(around.extent, job->ranges), first = dsc_min_size(range * rows, around.extent);
    size_t count = dsc_min_size(rows, around.extent - first);
    size_t bytes = around.inner * dsc_dtype_size(job->dtype);
    char *many = job->many + block * around.extent * bytes;
    const char *few = job->few + block * job->n * bytes;
    switch (job->dtype) {
    case DSC_FLOAT32:
        add_float(job, first, count, many, few);
        break;
    case DSC_FLOAT64:
        add_double(job, first, count, many, few);
        break;
    case DSC_INT64:
        add_uint64_t(job, first, count, many, few);
        break;
    case DSC_UINT8:
        add_uint8_t(job, first, count, many, few);
        break;
    default:
        add_bool(job, first, count, many, few);
    }
}

void dsc_add_rows(const dsc_context *context, dsc_dtype dtype, dsc_around out, void *data, size_t n,
                  const int64_t *index, const void *source, int64_t skipped) {
    if (out.outer == 0 || out.inner == 0 || n == 0)
        return;
    rows_job job = {.dtype = dtype,
                    .around = out,
                    .many = data,
                    .few = (char *)source,
                    .n = n,
                    .index = index,
                    .skipped = skipped};
    /* Each range looks through the whole index, which short rows do not pay for. */
    job.ranges = dsc_min_size(dsc_min_size(dsc_max_size(out.inner / 8, 1), 16), out.extent);
    double work = (double)out.outer * (double)n * (double)out.inner;
    dsc_parallel_work(context, work, out.outer * job.ranges, add_range, &job);
}

typedef struct {
    char *bytes;
    size_t count;
} clear_job;

enum { CLEAR_TILE = 1 << 18 };

static void clear_tile(void *argument, size_t tile) {
    const clear_job *job = argument;
    size_t from = tile * CLEAR_TILE;
    memset(job->bytes + from, 0, dsc_min_size(CLEAR_TILE, job->count - from));
}

/* By all threads: the gradient of a table has many times the bytes of the rows that are added to it. */
static void clear(const dsc_context *context, void *data, size_t bytes) {
    clear_job job = {.bytes = data, .count = bytes};
    dsc_parallel_work(context, (double)(bytes / sizeof(float)), dsc_ceil_div(bytes, CLEAR_TILE), clear_tile,
                      &job);
}

bool dsc_gives_rows_in_place(dsc_pullback *p, size_t input, dsc_around around, dsc_tensor *index,
                             dsc_tensor *source, int64_t skipped) {
    bool add;
    void *place = dsc_place_of_gradient(p, input, &add);
    if (place == NULL)
        return false;
    const dsc_tensor *leaf = dsc_input_shape(p, input);
    dsc_tensor *rows, *upstream = NULL;
    p->status = dsc_contiguous_of(index, &rows);
    if (p->status != DSC_OK)
        return true;
    p->status = dsc_contiguous_of(source, &upstream);
    if (p->status == DSC_OK) {
        if (!add)
            clear(dsc_context_of(leaf), place, leaf->count * dsc_dtype_size(leaf->dtype));
        dsc_add_rows(dsc_context_of(leaf), leaf->dtype, around, place, rows->count, dsc_data(rows),
                     dsc_data(upstream), skipped);
        dsc_gave(p, input);
    }
    dsc_tensor_release(rows);
    dsc_tensor_release(upstream);
    return true;
}
