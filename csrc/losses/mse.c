#ifdef DSC_REAL

#include "core/real_math.h"

/* The sum of squares of a range; values and gradient where asked. */
DSC_MULTIVERSION
static double DSC_NAME(mse_range)(size_t n, const DSC_REAL *x, const DSC_REAL *y, DSC_REAL slope,
                                  DSC_REAL *values, DSC_REAL *gradient) {
    double lanes[DSC_LANES] = {0};
    size_t whole = n - n % DSC_LANES;
    for (size_t i = 0; i < whole; i += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l) {
            double difference = x[i + l] - y[i + l];
            lanes[l] += difference * difference;
        }
    double sum = 0;
    for (size_t l = 0; l < DSC_LANES; ++l)
        sum += lanes[l];
    for (size_t i = whole; i < n; ++i) {
        double difference = x[i] - y[i];
        sum += difference * difference;
    }
    if (values != NULL)
        for (size_t i = 0; i < n; ++i)
            values[i] = (x[i] - y[i]) * (x[i] - y[i]);
    if (gradient != NULL)
        for (size_t i = 0; i < n; ++i)
            gradient[i] = slope * (x[i] - y[i]);
    return sum;
}

#else

#include <math.h>

#include "core/partials.h"

#define DSC_TEMPLATE "losses/mse.c"
#include "core/instantiate.h"

typedef struct mse_job {
    dsc_dtype dtype;
    size_t n, tile;
    const void *x, *y;
    double slope;
    void *values, *gradient;
    double partials[DSC_MOST_PARTIALS];
} mse_job;

#define MSE_TILE(real, name)                                                                                 \
    name(n, (const real *)job->x + at, (const real *)job->y + at, (real)job->slope,                          \
         job->values == NULL ? NULL : (real *)job->values + at,                                              \
         job->gradient == NULL ? NULL : (real *)job->gradient + at)

static void mse_tile(void *argument, size_t index) {
    mse_job *job = argument;
    size_t at = index * job->tile, n = dsc_min_size(job->tile, job->n - at);
    job->partials[index] =
        job->dtype == DSC_FLOAT32 ? MSE_TILE(float, mse_range_f32) : MSE_TILE(double, mse_range_f64);
}

dsc_status dsc_mse_run(const dsc_context *context, dsc_dtype dtype, size_t n, const void *x, const void *y,
                       dsc_reduction reduction, void *value, void *gradient) {
    DSC_CHECK_DTYPE(dtype);
    DSC_TRY(dsc_check_reduction(reduction));
    if (n != 0) {
        DSC_CHECK_NOT_NULL(x);
        DSC_CHECK_NOT_NULL(y);
    }
    bool mean = reduction == DSC_REDUCTION_MEAN, none = reduction == DSC_REDUCTION_NONE;
    mse_job job;
    job.dtype = dtype;
    job.n = n;
    job.tile = dsc_rows_per_tile(n, 1);
    job.x = x;
    job.y = y;
    job.slope = mean ? 2.0 / (double)n : 2.0;
    job.values = none ? value : NULL;
    job.gradient = gradient;
    size_t tiles = dsc_ceil_div(n, job.tile);
    dsc_parallel_for(context, tiles, mse_tile, &job);
    if (value != NULL && !none) {
        double sum = dsc_sum_partials(tiles, job.partials);
        dsc_store_real(dtype, value, mean ? sum / (double)n : sum);
    }
    return DSC_OK;
}

#endif
