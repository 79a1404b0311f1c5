#ifdef DSC_REAL

static double DSC_NAME(range)(const complex_job *job, size_t start, size_t count) {
    const DSC_REAL *x = job->x, *y = job->y;
    DSC_REAL *values = job->values, *dx = job->dx;
    DSC_WIDE sum = 0;
    for (size_t i = start; i < start + count; ++i) {
        double re = (double)(x[2 * i] - y[2 * i]), im = (double)(x[2 * i + 1] - y[2 * i + 1]),
               size = hypot(re, im);
        if (values != NULL)
            values[i] = (DSC_REAL)size;
        if (dx != NULL) {
            dx[2 * i] = (DSC_REAL)(size == 0 ? 0 : job->scale * re / size);
            dx[2 * i + 1] = (DSC_REAL)(size == 0 ? 0 : job->scale * im / size);
        }
        sum += size;
    }
    return sum;
}

#else

#include <math.h>

#include "core/partials.h"

typedef struct complex_job {
    dsc_dtype dtype;
    size_t n, tile;
    const void *x, *y;
    double scale;
    void *values, *dx;
    double partials[DSC_MOST_PARTIALS];
} complex_job;

#define DSC_TEMPLATE "losses/kernels/complex_l1.c"
#include "core/instantiate.h"

static void complex_tile(void *argument, size_t index) {
    complex_job *job = argument;
    size_t start = index * job->tile, count = dsc_min_size(job->tile, job->n - start);
    job->partials[index] = DSC_CALL(job->dtype, range, job, start, count);
}

dsc_status dsc_complex_l1_run(const dsc_context *context, dsc_dtype dtype, size_t n, const void *x,
                              const void *y, dsc_reduction reduction, void *value, void *dx) {
    DSC_CHECK_DTYPE(dtype);
    DSC_TRY(dsc_check_reduction(reduction));
    DSC_CHECK_PRODUCT(n, 2, dtype);
    if (n > 0) {
        DSC_CHECK_NOT_NULL(x);
        DSC_CHECK_NOT_NULL(y);
    }
    bool none = reduction == DSC_REDUCTION_NONE;
    complex_job job = {.dtype = dtype,
                       .n = n,
                       .tile = dsc_rows_per_tile(n, 2),
                       .x = x,
                       .y = y,
                       .scale = dsc_reduction_scale(reduction, (double)n),
                       .values = none ? value : NULL,
                       .dx = dx};
    size_t tiles = dsc_ceil_div(n, job.tile);
    dsc_parallel_for(context, tiles, complex_tile, &job);
    dsc_store_reduced(dtype, reduction, dsc_sum_partials(tiles, job.partials), (double)n, value);
    return DSC_OK;
}

#endif
