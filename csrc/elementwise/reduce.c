#ifdef DSC_REAL

static int64_t DSC_NAME(argmax_row)(size_t n, const DSC_REAL *x) {
    size_t best = 0;
    for (size_t i = 0; i < n; ++i) {
        if (x[i] != x[i])
            return (int64_t)i;
        if (x[i] > x[best])
            best = i;
    }
    return (int64_t)best;
}

#else

#include "core/internal.h"
#include "descent/elementwise.h"
#include "core/partials.h"
#include "core/sums.h"

#define DSC_TEMPLATE "elementwise/reduce.c"
#include "core/instantiate.h"

typedef struct sum_job {
    dsc_dtype dtype;
    size_t n, inner, tile;
    const void *x;
    void *out;
    double partials[DSC_MOST_PARTIALS];
} sum_job;

static void whole_tile(void *argument, size_t index) {
    sum_job *job = argument;
    size_t at = index * job->tile, n = dsc_min_size(job->tile, job->n - at);
    job->partials[index] =
        dsc_sums_of_row(job->dtype, n, (const char *)job->x + at * dsc_size_of(job->dtype));
}

static void columns_tile(void *argument, size_t index) {
    const sum_job *job = argument;
    size_t blocks = dsc_ceil_div(job->inner, DSC_SUM_COLUMNS), outer = index / blocks;
    size_t column = index % blocks * DSC_SUM_COLUMNS;
    size_t count = dsc_min_size(DSC_SUM_COLUMNS, job->inner - column), size = dsc_size_of(job->dtype);
    size_t from = outer * job->n * job->inner + column, to = outer * job->inner + column;
    double sums[DSC_SUM_COLUMNS];
    dsc_sums_of_columns(job->dtype, job->n, job->inner, count, (const char *)job->x + from * size, sums);
    dsc_sums_store(job->dtype, count, sums, (char *)job->out + to * size);
}

/* Rows summed across, `tile` of them at a time. */
static void rows_tile(void *argument, size_t index) {
    const sum_job *job = argument;
    size_t rows = job->inner, start = index * job->tile, end = dsc_min_size(start + job->tile, rows);
    size_t size = dsc_size_of(job->dtype);
    for (size_t o = start; o < end; ++o) {
        double sum = dsc_sums_of_row(job->dtype, job->n, (const char *)job->x + o * job->n * size);
        dsc_store_real(job->dtype, job->out, o, sum);
    }
}

dsc_status dsc_sum_run(const dsc_context *context, dsc_dtype dtype, size_t outer, size_t n, size_t inner,
                       const void *x, void *out) {
    DSC_CHECK_DTYPE(dtype);
    DSC_CHECK_PRODUCT(outer, n, dtype);
    DSC_CHECK_PRODUCT(outer * n, inner, dtype);
    DSC_CHECK_PRODUCT(outer, inner, dtype);
    if (outer == 0 || inner == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(out);
    if (n != 0)
        DSC_CHECK_NOT_NULL(x);
    sum_job job = {.dtype = dtype, .n = n, .inner = inner, .x = x, .out = out};
    if (outer == 1 && inner == 1) {
        job.tile = dsc_rows_per_tile(n, 1);
        size_t tiles = dsc_ceil_div(n, job.tile);
        dsc_parallel_for(context, tiles, whole_tile, &job);
        dsc_store_real(dtype, out, 0, dsc_sum_partials(tiles, job.partials));
    } else if (inner == 1) {
        job.inner = outer;
        job.tile = dsc_rows_per_tile(outer, n);
        dsc_parallel_for(context, dsc_ceil_div(outer, job.tile), rows_tile, &job);
    } else {
        dsc_parallel_work(context, (double)outer * (double)n * (double)inner,
                          outer * dsc_ceil_div(inner, DSC_SUM_COLUMNS), columns_tile, &job);
    }
    return DSC_OK;
}

dsc_status dsc_argmax_run(dsc_dtype dtype, size_t outer, size_t n, const void *x, int64_t *index) {
    DSC_CHECK_DTYPE(dtype);
    if (outer == 0)
        return DSC_OK;
    if (n == 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: rows are empty", __func__);
    DSC_CHECK_PRODUCT(outer, n, dtype);
    DSC_CHECK_COUNT(outer, DSC_FLOAT64); /* of indices */
    DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(index);
    for (size_t o = 0; o < outer; ++o) {
        const void *row = (const char *)x + o * n * dsc_size_of(dtype);
        index[o] = DSC_CALL(dtype, argmax_row, n, row);
    }
    return DSC_OK;
}

#endif
