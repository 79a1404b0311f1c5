/* Sums of all numbers up to each. */
#include "operations/indices.h"

#include <string.h>

enum { SCAN_COLUMNS = 64 };

typedef struct scan_job {
    dsc_dtype dtype;
    dsc_around around;
    const void *x;
    void *out;
    bool from_end;
    size_t tile, columns; /* columns: tiles of them in a block */
} scan_job;

/* Some columns of a block side by side. float32 is added up in double, as PyTorch does on the CPU. */
#define SCAN(type, wide)                                                                                     \
    static void scan_##type(const scan_job *job, size_t block, size_t first, size_t count) {                 \
        size_t extent = job->around.extent, inner = job->around.inner;                                       \
        size_t start = block * extent * inner + first;                                                       \
        const type *x = (const type *)job->x + start;                                                        \
        type *out = (type *)job->out + start;                                                                \
        wide sums[SCAN_COLUMNS] = {0}, sum = 0;                                                              \
        for (size_t j = 0; j < extent; ++j) {                                                                \
            size_t at = (job->from_end ? extent - 1 - j : j) * inner;                                        \
            if (count == 1) /* the sum stays in a register */                                                \
                out[at] = (type)(sum += x[at]);                                                              \
            else                                                                                             \
                for (size_t i = 0; i < count; ++i)                                                           \
                    out[at + i] = (type)(sums[i] += x[at + i]);                                              \
        }                                                                                                    \
    }
SCAN(float, double)
SCAN(double, double)
SCAN(uint64_t, uint64_t) /* whole numbers wrap */

static void scan_tile(void *argument, size_t task) {
    const scan_job *job = argument;
    size_t first = task % job->columns * SCAN_COLUMNS;
    size_t count = dsc_min_size(SCAN_COLUMNS, job->around.inner - first);
    size_t begin = task / job->columns * job->tile;
    size_t end = dsc_min_size(begin + job->tile, job->around.outer);
    for (size_t block = begin; block < end; ++block) {
        if (job->dtype == DSC_FLOAT32)
            scan_float(job, block, first, count);
        else if (job->dtype == DSC_FLOAT64)
            scan_double(job, block, first, count);
        else
            scan_uint64_t(job, block, first, count);
    }
}

static dsc_status scan(dsc_tensor *x, size_t d, bool from_end, dsc_tensor **result) {
    DSC_BEGIN(cumsum, x);
    dsc_tensor *dense, *made = NULL;
    DSC_TRY(dsc_contiguous_of(x, &dense));
    dsc_status status = dsc_make_like(x, x->dtype, &made);
    if (status == DSC_OK && x->count > 0) {
        scan_job job = {.dtype = x->dtype,
                        .around = dsc_around_dimension(x, d),
                        .x = dsc_data(dense),
                        .out = dsc_data(made),
                        .from_end = from_end};
        job.columns = dsc_ceil_div(job.around.inner, SCAN_COLUMNS);
        job.tile = dsc_ceil_div(DSC_TILE, job.around.extent * dsc_min_size(job.around.inner, SCAN_COLUMNS));
        dsc_parallel_work(dsc_context_of(x), (double)x->count,
                          dsc_ceil_div(job.around.outer, job.tile) * job.columns, scan_tile, &job);
    }
    dsc_tensor_release(dense);
    return DSC_END(status, made, .options = &(dsc_options){.sizes = {d}, .flag = from_end});
}

dsc_status dsc_cumsum(dsc_tensor *x, int64_t dimension, dsc_tensor **result) {
    DSC_BEGIN(cumsum, x);
    (void)input_count;
    size_t d;
    DSC_TRY(dsc_check_along(operation, dimension, x, &d));
    DSC_TRY(dsc_check_addable(operation, x));
    if (dsc_is_real(x->dtype) || x->dtype == DSC_INT64)
        return scan(x, d, false, result);
    dsc_tensor *whole;
    DSC_TRY(dsc_to(x, DSC_INT64, &whole));
    dsc_status status = scan(whole, d, false, result);
    dsc_tensor_release(whole);
    return status;
}

/* Each number counts in all sums from its own on. */
void dsc_pull_back_cumsum(dsc_pullback *p) {
    dsc_tensor *made = NULL;
    dsc_give(p, 0,
             x_call(p, made, scan(p->upstream, p->node->options.sizes[0], !p->node->options.flag, &made)));
}
