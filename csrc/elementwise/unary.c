#ifdef DSC_REAL

#include "core/sigmoid.h"

DSC_MULTIVERSION
static void DSC_NAME(unary_range)(dsc_unary operation, size_t n, const DSC_REAL *x, DSC_REAL *y) {
    switch (operation) {
    case DSC_NEGATE:
        for (size_t i = 0; i < n; ++i)
            y[i] = -x[i];
        break;
    case DSC_EXP:
        for (size_t i = 0; i < n; ++i)
            y[i] = DSC_NAME(dsc_exp)(x[i]);
        break;
    case DSC_LOG:
        for (size_t i = 0; i < n; ++i)
            y[i] = DSC_IS_FLOAT32 ? (DSC_REAL)logf((float)x[i]) : (DSC_REAL)log(x[i]);
        break;
    case DSC_SQRT:
        for (size_t i = 0; i < n; ++i)
            y[i] = dsc_sqrt(x[i]);
        break;
    case DSC_ABS:
        for (size_t i = 0; i < n; ++i)
            y[i] = dsc_abs(x[i]);
        break;
    case DSC_SIGN:
        for (size_t i = 0; i < n; ++i)
            y[i] = x[i] > 0 ? 1 : x[i] < 0 ? -1 : x[i] == 0 ? 0 : x[i];
        break;
    case DSC_STEP:
        for (size_t i = 0; i < n; ++i)
            y[i] = x[i] > 0 ? 1 : 0;
        break;
    case DSC_TANH:
        for (size_t i = 0; i < n; ++i)
            y[i] = (DSC_REAL)tanh((double)x[i]);
        break;
    case DSC_SIGMOID:
        for (size_t i = 0; i < n; ++i)
            y[i] = DSC_NAME(dsc_sigmoid)(x[i]);
        break;
    case DSC_LOG_SIGMOID:
        for (size_t i = 0; i < n; ++i)
            y[i] = -DSC_NAME(dsc_softplus_of_minus)(x[i]);
        break;
    case DSC_SIN:
        for (size_t i = 0; i < n; ++i)
            y[i] = (DSC_REAL)sin((double)x[i]);
        break;
    case DSC_COS:
        for (size_t i = 0; i < n; ++i)
            y[i] = (DSC_REAL)cos((double)x[i]);
        break;
    case DSC_ATAN:
        for (size_t i = 0; i < n; ++i)
            y[i] = (DSC_REAL)atan((double)x[i]);
        break;
    }
}

#else

#include <math.h>

#include "core/internal.h"
#include "descent/elementwise.h"

#define DSC_TEMPLATE "elementwise/unary.c"
#include "core/instantiate.h"

typedef struct unary_job {
    dsc_dtype dtype;
    dsc_unary operation;
    size_t n;
    const void *x;
    void *y;
} unary_job;

static void unary_tile(void *argument, size_t index) {
    const unary_job *job = argument;
    size_t at = index * DSC_TILE, n = dsc_min_size(DSC_TILE, job->n - at);
    if (job->dtype == DSC_FLOAT32)
        unary_range_f32(job->operation, n, (const float *)job->x + at, (float *)job->y + at);
    else
        unary_range_f64(job->operation, n, (const double *)job->x + at, (double *)job->y + at);
}

dsc_status dsc_unary_run(const dsc_context *context, dsc_dtype dtype, dsc_unary operation, size_t n,
                         const void *x, void *y) {
    DSC_CHECK_DTYPE(dtype);
    if ((unsigned)operation > DSC_ATAN)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: unknown operation %d", __func__, (int)operation);
    DSC_CHECK_COUNT(n, dtype);
    if (n == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(y);
    unary_job job = {dtype, operation, n, x, y};
    dsc_parallel_for(context, dsc_ceil_div(n, DSC_TILE), unary_tile, &job);
    return DSC_OK;
}

#endif
