/* One index for each number. */
#include "operations/indices.h"

#include <string.h>

/* The index's rows along its last dimension, and where the tensor that it points into begins for each. */
typedef struct gather_job {
    dsc_dtype dtype;
    const int64_t *index; /* contiguous */
    size_t rank, shape[DSC_MAX_RANK];
    size_t strides[DSC_MAX_RANK]; /* of the tensor that it points into; 0 along the dimension */
    size_t step;                  /* its stride there */
    char *many;
    char *few; /* contiguous numbers, one for each index */
    size_t rows, n, tile;
    size_t block, columns, parts; /* of scatter: rows that may meet; columns in each of its parts */
} gather_job;

static void prepare(gather_job *job, const dsc_tensor *index, const dsc_tensor *dense_index, size_t d,
                    const dsc_tensor *many) {
    job->dtype = many->dtype;
    job->index = dsc_data(dense_index);
    job->rank = dsc_max_size(index->rank, 1);
    job->rows = 1;
    for (size_t k = 0; k < job->rank; ++k) {
        job->shape[k] = dsc_extent(index, k);
        job->strides[k] = k == d || many->rank == 0 ? 0 : many->strides[k];
        job->rows *= k + 1 < job->rank ? job->shape[k] : 1;
    }
    job->n = job->shape[job->rank - 1];
    job->step = many->rank == 0 ? 1 : many->strides[d];
    job->many = dsc_data(many);
}

static size_t start_of_row(const gather_job *job, size_t row) {
    size_t start = 0;
    for (size_t k = job->rank - 1; k-- > 0; row /= job->shape[k])
        start += row % job->shape[k] * job->strides[k];
    return start;
}

#define GATHER_ROW(type)                                                                                     \
    static void gather_##type(size_t n, const int64_t *index, const void *from, size_t step, size_t next,    \
                              void *out) {                                                                   \
        const type *x = from;                                                                                \
        for (size_t i = 0; i < n; ++i)                                                                       \
            ((type *)out)[i] = x[(size_t)index[i] * step + i * next];                                        \
    }
GATHER_ROW(uint8_t)
GATHER_ROW(uint16_t)
GATHER_ROW(uint32_t)
GATHER_ROW(uint64_t)

static void gather_tile(void *argument, size_t tile) {
    const gather_job *job = argument;
    size_t size = dsc_dtype_size(job->dtype), next = job->strides[job->rank - 1];
    size_t end = dsc_min_size((tile + 1) * job->tile, job->rows);
    for (size_t row = tile * job->tile; row < end; ++row) {
        const char *from = job->many + start_of_row(job, row) * size;
        const int64_t *index = job->index + row * job->n;
        char *out = job->few + row * job->n * size;
        if (size == 4)
            gather_uint32_t(job->n, index, from, job->step, next, out);
        else if (size == 8)
            gather_uint64_t(job->n, index, from, job->step, next, out);
        else if (size == 2)
            gather_uint16_t(job->n, index, from, job->step, next, out);
        else
            gather_uint8_t(job->n, index, from, job->step, next, out);
    }
}

/* Everywhere but along the dimension an index must stay inside the tensor that it points into. */
static dsc_status check_fits(const dsc_operation *operation, const dsc_tensor *x, size_t d,
                             const dsc_tensor *index) {
    bool fits = dsc_max_size(index->rank, 1) == dsc_max_size(x->rank, 1);
    for (size_t k = 0; fits && k < dsc_max_size(x->rank, 1); ++k)
        fits = k == d || dsc_extent(index, k) <= dsc_extent(x, k);
    if (fits || index->count == 0)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "%s: an index of shape %s does not fit %s along dimension %zu",
                    operation->name, dsc_shape_text(index->rank, index->shape).text,
                    dsc_shape_text(x->rank, x->shape).text, d);
}

dsc_status dsc_gather(dsc_tensor *x, int64_t dimension, dsc_tensor *index, dsc_tensor **result) {
    DSC_BEGIN(gather, x, index);
    size_t d;
    DSC_TRY(dsc_check_along(operation, dimension, x, &d));
    DSC_TRY(check_fits(operation, x, d, index));
    DSC_TRY(dsc_check_shape("gather", x->dtype, index->rank, index->shape));
    dsc_tensor *places, *made = NULL;
    DSC_TRY(dsc_check_index(operation, index, dsc_extent(x, d), &places));
    dsc_status status = dsc_make(dsc_context_of(x), x->dtype, index->rank, index->shape, &made);
    if (status == DSC_OK && index->count > 0) {
        gather_job job = {.few = dsc_data(made)};
        prepare(&job, index, places, d, x);
        job.tile = dsc_ceil_div(DSC_TILE, job.n);
        dsc_parallel_work(dsc_context_of(x), (double)index->count, dsc_ceil_div(job.rows, job.tile),
                          gather_tile, &job);
    }
    dsc_tensor_release(places);
    return DSC_END(status, made, .options = &(dsc_options){.sizes = {d}});
}

void dsc_pull_back_gather(dsc_pullback *p) {
    dsc_tensor *index = dsc_input(p, 1), *made = NULL;
    if (index == NULL)
        return;
    dsc_tensor *zeros = x_zeros_like(p, dsc_input_shape(p, 0));
    int64_t d = (int64_t)p->node->options.sizes[0];
    dsc_give(p, 0, x_call(p, made, dsc_scatter_add(zeros, d, index, p->upstream, &made)));
}

#define SCATTER_ROW(type, sum)                                                                               \
    static void scatter_##type(size_t n, const int64_t *index, const void *from, size_t step, size_t next,   \
                               void *to) {                                                                   \
        for (size_t i = 0; i < n; ++i) {                                                                     \
            type *s = (type *)to + (size_t)index[i] * step + i * next;                                       \
            *s = (type)(sum);                                                                                \
        }                                                                                                    \
    }
SCATTER_ROW(float, *s + ((const float *)from)[i])
SCATTER_ROW(double, *s + ((const double *)from)[i])
SCATTER_ROW(uint64_t, *s + ((const uint64_t *)from)[i]) /* whole numbers wrap */
SCATTER_ROW(uint8_t, *s + ((const uint8_t *)from)[i])
SCATTER_ROW(bool, *s | ((const uint8_t *)from)[i])

/* Numbers that may be added to the same place: all of them in one task, in order. */
static void scatter_part(void *argument, size_t task) {
    const gather_job *job = argument;
    size_t size = dsc_dtype_size(job->dtype), next = job->strides[job->rank - 1];
    size_t tile = task / job->parts, first = task % job->parts * job->columns;
    size_t n = dsc_min_size(job->columns, job->n - first);
    size_t end = dsc_min_size((tile + 1) * job->tile * job->block, job->rows);
    for (size_t row = tile * job->tile * job->block; row < end; ++row) {
        const int64_t *index = job->index + row * job->n + first;
        const char *from = job->few + (row * job->n + first) * size;
        char *to = job->many + (start_of_row(job, row) + first * next) * size;
        switch (job->dtype) {
        case DSC_FLOAT32:
            scatter_float(n, index, from, job->step, next, to);
            break;
        case DSC_FLOAT64:
            scatter_double(n, index, from, job->step, next, to);
            break;
        case DSC_INT64:
            scatter_uint64_t(n, index, from, job->step, next, to);
            break;
        case DSC_UINT8:
            scatter_uint8_t(n, index, from, job->step, next, to);
            break;
        default:
            scatter_bool(n, index, from, job->step, next, to);
        }
    }
}

static void scatter(gather_job *job, size_t d, const dsc_context *context) {
    bool is_last = d + 1 == job->rank;
    job->block = 1;
    for (size_t k = d; k + 1 < job->rank; ++k)
        job->block *= job->shape[k];
    job->columns = is_last ? job->n : dsc_min_size(job->n, 256);
    job->parts = dsc_ceil_div(job->n, job->columns);
    job->tile = dsc_ceil_div(DSC_TILE, job->block * job->columns);
    size_t tiles = dsc_ceil_div(job->rows / job->block, job->tile);
    dsc_parallel_work(context, (double)job->rows * (double)job->n, tiles * job->parts, scatter_part, job);
}

/* With a source of the index's shape. */
static dsc_status add_all(dsc_tensor *x, size_t d, dsc_tensor *index, dsc_tensor *source,
                          dsc_tensor **result) {
    DSC_BEGIN(scatter_add, x, index, source);
    dsc_tensor *places, *more = NULL, *made = NULL;
    DSC_TRY(dsc_check_index(operation, index, dsc_extent(x, d), &places));
    dsc_status status = dsc_contiguous_of(source, &more);
    if (status == DSC_OK)
        status = dsc_make_like(x, x->dtype, &made);
    if (status == DSC_OK)
        status = dsc_convert_into(x, made);
    if (status == DSC_OK && index->count > 0) {
        gather_job job = {.few = dsc_data(more)};
        prepare(&job, index, places, d, made);
        scatter(&job, d, dsc_context_of(x));
    }
    dsc_tensor_release(places);
    dsc_tensor_release(more);
    return DSC_END(status, made, .options = &(dsc_options){.sizes = {d}});
}

dsc_status dsc_scatter_add(dsc_tensor *x, int64_t dimension, dsc_tensor *index, dsc_tensor *source,
                           dsc_tensor **result) {
    DSC_BEGIN(scatter_add, x, index, source);
    (void)input_count;
    size_t d;
    DSC_TRY(dsc_check_along(operation, dimension, x, &d));
    DSC_TRY(dsc_check_addable(operation, x));
    DSC_TRY(dsc_check_same_dtype(operation, x, source));
    DSC_TRY(check_fits(operation, x, d, index));
    if (index->dtype == DSC_INT64 && index->count == 0)
        return dsc_clone(x, result);
    bool fits = dsc_max_size(source->rank, 1) == dsc_max_size(index->rank, 1);
    for (size_t k = 0; fits && k < dsc_max_size(index->rank, 1); ++k)
        fits = dsc_extent(index, k) <= dsc_extent(source, k);
    if (!fits)
        return dsc_fail(DSC_ERROR_SIZE, "scatter_add: an index of shape %s does not fit a source of %s",
                        dsc_shape_text(index->rank, index->shape).text,
                        dsc_shape_text(source->rank, source->shape).text);
    /* What the index does not reach gets no gradient: slicing sees to that. */
    dsc_tensor *part = dsc_tensor_retain(source), *narrower = NULL;
    dsc_status status = DSC_OK;
    if (source->rank != index->rank) {
        status = dsc_reshape(source, 1, (const size_t[]){dsc_extent(source, 0)}, &narrower);
        if (status == DSC_OK && index->rank == 0) {
            dsc_tensor_release(part);
            part = narrower;
            status = dsc_select(part, 0, 0, &narrower);
        }
        if (status == DSC_OK) {
            dsc_tensor_release(part);
            part = narrower;
        }
    }
    for (size_t k = 0; status == DSC_OK && k < index->rank; ++k) {
        if (part->shape[k] == index->shape[k])
            continue;
        status = dsc_slice(part, (int64_t)k, 0, (int64_t)index->shape[k], 1, &narrower);
        if (status == DSC_OK) {
            dsc_tensor_release(part);
            part = narrower;
        }
    }
    if (status == DSC_OK)
        status = add_all(x, d, index, part, result);
    dsc_tensor_release(part);
    return status;
}

void dsc_pull_back_scatter_add(dsc_pullback *p) {
    dsc_give(p, 0, p->upstream);
    dsc_tensor *index = dsc_input(p, 1), *made = NULL;
    if (dsc_wants(p, 2))
        dsc_give(p, 2,
                 x_call(p, made, dsc_gather(p->upstream, (int64_t)p->node->options.sizes[0], index, &made)));
}
