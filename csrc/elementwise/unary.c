#ifdef DSC_REAL

#include "core/smooth_math.h"

__attribute__((always_inline)) static inline void DSC_NAME(unary_loop)(dsc_unary operation, size_t n,
                                                                       const DSC_REAL *x, DSC_REAL *y) {
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
            y[i] = x[i] > 0 ? 1 : x[i] < 0 ? -1 : 0;
        break;
    case DSC_STEP:
        for (size_t i = 0; i < n; ++i)
            y[i] = x[i] > 0 ? 1 : 0;
        break;
    case DSC_TANH:
        for (size_t i = 0; i < n; ++i)
            y[i] = DSC_NAME(dsc_tanh)(x[i]);
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
    case DSC_FLOOR:
        for (size_t i = 0; i < n; ++i)
            y[i] = DSC_IS_FLOAT32 ? (DSC_REAL)floorf((float)x[i]) : (DSC_REAL)floor((double)x[i]);
        break;
    case DSC_RELU:
        for (size_t i = 0; i < n; ++i)
            y[i] = x[i] < 0 ? 0 : x[i];
        break;
    case DSC_ERF:
        for (size_t i = 0; i < n; ++i)
            y[i] = (DSC_REAL)erf((double)x[i]);
        break;
    case DSC_LOG1P:
        for (size_t i = 0; i < n; ++i)
            y[i] = (DSC_REAL)log1p((double)x[i]);
        break;
    case DSC_EXPM1:
        for (size_t i = 0; i < n; ++i)
            y[i] = (DSC_REAL)expm1((double)x[i]);
        break;
    case DSC_RSQRT:
        for (size_t i = 0; i < n; ++i)
            y[i] = 1 / dsc_sqrt(x[i]);
        break;
    case DSC_RECIPROCAL:
        for (size_t i = 0; i < n; ++i)
            y[i] = 1 / x[i];
        break;
    case DSC_SQUARE:
        for (size_t i = 0; i < n; ++i)
            y[i] = x[i] * x[i];
        break;
    case DSC_TAN:
        for (size_t i = 0; i < n; ++i)
            y[i] = (DSC_REAL)tan((double)x[i]);
        break;
    case DSC_ASIN:
        for (size_t i = 0; i < n; ++i)
            y[i] = (DSC_REAL)asin((double)x[i]);
        break;
    case DSC_ACOS:
        for (size_t i = 0; i < n; ++i)
            y[i] = (DSC_REAL)acos((double)x[i]);
        break;
    case DSC_SINH:
        for (size_t i = 0; i < n; ++i)
            y[i] = (DSC_REAL)sinh((double)x[i]);
        break;
    case DSC_COSH:
        for (size_t i = 0; i < n; ++i)
            y[i] = (DSC_REAL)cosh((double)x[i]);
        break;
    case DSC_ROUND:
        for (size_t i = 0; i < n; ++i)
            y[i] = DSC_IS_FLOAT32 ? (DSC_REAL)rintf((float)x[i]) : (DSC_REAL)rint((double)x[i]);
        break;
    case DSC_CEIL:
        for (size_t i = 0; i < n; ++i)
            y[i] = DSC_IS_FLOAT32 ? (DSC_REAL)ceilf((float)x[i]) : (DSC_REAL)ceil((double)x[i]);
        break;
    case DSC_TRUNC:
        for (size_t i = 0; i < n; ++i)
            y[i] = DSC_IS_FLOAT32 ? (DSC_REAL)truncf((float)x[i]) : (DSC_REAL)trunc((double)x[i]);
        break;
    }
}

/* In place by loops of their own: compilers leave those over two buffers that overlap to scalar code. */
DSC_MULTIVERSION
static void DSC_NAME(unary_range)(dsc_unary operation, size_t n, const DSC_REAL *x, DSC_REAL *y) {
    if (x == y)
        DSC_NAME(unary_loop)(operation, n, y, y);
    else
        DSC_NAME(unary_loop)(operation, n, x, y);
}

DSC_MULTIVERSION
static void DSC_NAME(affine_range)(size_t n, DSC_REAL scale, const DSC_REAL *x, DSC_REAL offset,
                                   DSC_REAL *y) {
    for (size_t i = 0; i < n; ++i)
        y[i] = scale * x[i] + offset;
}

/* NaN passes. */
DSC_MULTIVERSION
static void DSC_NAME(clamp_range)(size_t n, const DSC_REAL *x, DSC_REAL low, DSC_REAL high, DSC_REAL *y) {
    for (size_t i = 0; i < n; ++i) {
        DSC_REAL raised = x[i] < low ? low : x[i];
        y[i] = raised > high ? high : raised;
    }
}

#else

#include <math.h>

#include "core/internal.h"
#include "elementwise/unary.h"

#define DSC_TEMPLATE "elementwise/unary.c"
#include "core/instantiate.h"

typedef struct unary_job {
    dsc_dtype dtype;
    enum { UNARY, AFFINE, CLAMP } kind;
    dsc_unary operation;
    double first, second; /* scale and offset, or the limits */
    size_t n;
    const void *x;
    void *y;
} unary_job;

void dsc_unary_piece(dsc_dtype dtype, dsc_unary operation, size_t n, const void *x, void *y) {
    DSC_CALL(dtype, unary_range, operation, n, x, y);
}

static void unary_tile(void *argument, size_t index) {
    const unary_job *job = argument;
    size_t at = index * DSC_TILE, n = dsc_min_size(DSC_TILE, job->n - at);
    size_t offset = at * dsc_size_of(job->dtype);
    const void *x = (const char *)job->x + offset;
    void *y = (char *)job->y + offset;
    if (job->kind == UNARY)
        dsc_unary_piece(job->dtype, job->operation, n, x, y);
    else if (job->kind == AFFINE)
        DSC_CALL(job->dtype, affine_range, n, job->first, x, job->second, y);
    else
        DSC_CALL(job->dtype, clamp_range, n, x, job->first, job->second, y);
}

static dsc_status run(const dsc_context *context, unary_job job) {
    DSC_CHECK_DTYPE(job.dtype);
    DSC_CHECK_COUNT(job.n, job.dtype);
    if (job.n == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(job.x);
    DSC_CHECK_NOT_NULL(job.y);
    dsc_parallel_for(context, dsc_ceil_div(job.n, DSC_TILE), unary_tile, &job);
    return DSC_OK;
}

dsc_status dsc_unary_run(const dsc_context *context, dsc_dtype dtype, dsc_unary operation, size_t n,
                         const void *x, void *y) {
    if ((unsigned)operation > DSC_TRUNC)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: unknown operation %d", __func__, (int)operation);
    return run(context,
               (unary_job){.dtype = dtype, .kind = UNARY, .operation = operation, .n = n, .x = x, .y = y});
}

dsc_status dsc_affine_run(const dsc_context *context, dsc_dtype dtype, size_t n, double scale, const void *x,
                          double offset, void *y) {
    return run(context,
               (unary_job){
                   .dtype = dtype, .kind = AFFINE, .first = scale, .second = offset, .n = n, .x = x, .y = y});
}

dsc_status dsc_clamp_run(const dsc_context *context, dsc_dtype dtype, size_t n, const void *x, double low,
                         double high, void *y) {
    return run(
        context,
        (unary_job){.dtype = dtype, .kind = CLAMP, .first = low, .second = high, .n = n, .x = x, .y = y});
}

#endif
