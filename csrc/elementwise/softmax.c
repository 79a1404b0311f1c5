#ifdef DSC_REAL

#include "core/real_math.h"

/* One row of n numbers, `inner` apart. */
static void DSC_NAME(softmax_row)(size_t n, size_t inner, bool logarithm, const DSC_REAL *x, DSC_REAL *y) {
    DSC_REAL largest = x[0];
    double sum = 0;
    for (size_t j = 1; j < n; ++j)
        largest = x[j * inner] > largest || x[j * inner] != x[j * inner] ? x[j * inner] : largest;
    for (size_t start = 0; start < n; start += DSC_PIECE) {
        double piece = 0;
        for (size_t j = start; j < dsc_min_size(start + DSC_PIECE, n); ++j) {
            DSC_REAL shifted = x[j * inner] - largest, e = DSC_NAME(dsc_exp)(shifted);
            y[j * inner] = logarithm ? shifted : e;
            piece += (double)e;
        }
        sum += piece;
    }
    double log_sum = log(sum);
    for (size_t j = 0; j < n; ++j)
        y[j * inner] = (DSC_REAL)(logarithm ? (double)y[j * inner] - log_sum : (double)y[j * inner] / sum);
}

#else

#include <math.h>

#include "core/internal.h"
#include "core/sums.h"
#include "descent/elementwise.h"

#define DSC_TEMPLATE "elementwise/softmax.c"
#include "core/instantiate.h"

typedef struct softmax_job {
    dsc_dtype dtype;
    size_t rows, n, inner, tile;
    bool logarithm;
    const void *x;
    void *y;
} softmax_job;

static void softmax_tile(void *argument, size_t index) {
    const softmax_job *job = argument;
    size_t end = dsc_min_size((index + 1) * job->tile, job->rows);
    for (size_t row = index * job->tile; row < end; ++row) {
        size_t at = row / job->inner * job->n * job->inner + row % job->inner;
        if (job->dtype == DSC_FLOAT32)
            softmax_row_f32(job->n, job->inner, job->logarithm, (const float *)job->x + at,
                            (float *)job->y + at);
        else
            softmax_row_f64(job->n, job->inner, job->logarithm, (const double *)job->x + at,
                            (double *)job->y + at);
    }
}

dsc_status dsc_softmax_run(const dsc_context *context, dsc_dtype dtype, size_t outer, size_t n, size_t inner,
                           bool logarithm, const void *x, void *y) {
    DSC_CHECK_DTYPE(dtype);
    DSC_CHECK_PRODUCT(outer, inner, dtype);
    DSC_CHECK_PRODUCT(outer * inner, n, dtype);
    if (outer * inner == 0)
        return DSC_OK;
    if (n == 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: n is 0, must be at least 1", __func__);
    DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(y);
    softmax_job job = {dtype, outer * inner, n, inner, dsc_max_size(DSC_TILE / n, 1), logarithm, x, y};
    dsc_parallel_for(context, dsc_ceil_div(job.rows, job.tile), softmax_tile, &job);
    return DSC_OK;
}

#endif
