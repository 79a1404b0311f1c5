#ifdef DSC_REAL

#include "losses/kernels/elements.h"

/* Inlined with a constant kind, so that each has a loop of its own. */
__attribute__((always_inline)) static inline DSC_NAME(element)
    DSC_NAME(evaluate)(const dsc_pointwise_loss *loss, const dsc_pointwise kind, DSC_REAL x, DSC_REAL y,
                       DSC_REAL z, DSC_REAL w) {
    DSC_REAL d = x - y;
    switch (kind) {
    case DSC_POINTWISE_SQUARED_ERROR:
        return (DSC_NAME(element)){d * d, 2 * d, -2 * d, 0};
    case DSC_POINTWISE_ABSOLUTE_ERROR:
        return DSC_NAME(absolute_error)(d);
    case DSC_POINTWISE_SMOOTH_L1:
        return DSC_NAME(smooth_l1)(d, (DSC_REAL)loss->beta);
    case DSC_POINTWISE_HUBER:
        return DSC_NAME(huber)(d, (DSC_REAL)loss->delta);
    case DSC_POINTWISE_LOG_COSH:
        return DSC_NAME(log_cosh)(d);
    case DSC_POINTWISE_QUANTILE:
        return DSC_NAME(quantile)(d, (DSC_REAL)loss->quantile);
    case DSC_POINTWISE_BCE:
        return DSC_NAME(bce)(x, y, z);
    case DSC_POINTWISE_BCE_WITH_LOGITS:
        return DSC_NAME(bce_with_logits)(x, y, z, w, loss->w == NULL);
    case DSC_POINTWISE_GAUSSIAN_NLL:
        return DSC_NAME(gaussian)(d, z, (DSC_REAL)loss->eps, loss->full);
    case DSC_POINTWISE_POISSON_NLL:
        return DSC_NAME(poisson)(x, y, (DSC_REAL)loss->eps, loss->log_input, loss->full);
    case DSC_POINTWISE_KL_DIVERGENCE:
        return DSC_NAME(divergence)(x, y, loss->log_target);
    case DSC_POINTWISE_HINGE_EMBEDDING:
        return DSC_NAME(hinge_embedding)(x, y, (DSC_REAL)loss->margin);
    case DSC_POINTWISE_SOFT_MARGIN: {
        DSC_REAL slope = DSC_NAME(dsc_sigmoid)(-y * x);
        return (DSC_NAME(element)){DSC_NAME(dsc_softplus_of_minus)(y * x), -y * slope, -x * slope, 0};
    }
    case DSC_POINTWISE_MARGIN_RANKING:
        return DSC_NAME(margin_ranking)(x, y, z, (DSC_REAL)loss->margin);
    case DSC_POINTWISE_FOCAL:
        return DSC_NAME(focal)(x, y, (DSC_REAL)loss->gamma, (DSC_REAL)loss->alpha);
    }
    return (DSC_NAME(element)){0, 0, 0, 0};
}

__attribute__((always_inline)) static inline double
DSC_NAME(range)(const pointwise_job *job, const dsc_pointwise kind, size_t at, size_t n) {
    const dsc_pointwise_loss *loss = job->loss;
    const DSC_REAL *x = (const DSC_REAL *)loss->x + at, *y = (const DSC_REAL *)loss->y + at;
    const DSC_REAL *z = loss->z == NULL ? NULL : (const DSC_REAL *)loss->z + at;
    const DSC_REAL *w = loss->w == NULL ? NULL : (const DSC_REAL *)loss->w + at;
    const DSC_REAL scale = (DSC_REAL)job->scale;
    DSC_WIDE lanes[DSC_LANES] = {0}, sum = 0;
    for (size_t first = 0; first < n; first += BLOCK) {
        size_t count = dsc_min_size(BLOCK, n - first);
        DSC_REAL results[4][BLOCK];
        for (size_t i = 0; i < count; ++i) {
            DSC_NAME(element)
            e = DSC_NAME(evaluate)(loss, kind, x[first + i], y[first + i], z == NULL ? 1 : z[first + i],
                                   w == NULL ? 1 : w[first + i]);
            results[0][i] = e.value;
            results[1][i] = scale * e.dx;
            results[2][i] = scale * e.dy;
            results[3][i] = scale * e.dz;
        }
        for (size_t i = 0; i < count; ++i)
            lanes[i % DSC_LANES] += (DSC_WIDE)results[0][i];
        for (size_t k = 0; k < 4; ++k)
            if (job->out[k] != NULL)
                memcpy((DSC_REAL *)job->out[k] + at + first, results[k], count * sizeof(DSC_REAL));
    }
    for (size_t l = 0; l < DSC_LANES; ++l)
        sum += lanes[l];
    return sum;
}

#define RANGE(kind)                                                                                          \
    DSC_MULTIVERSION                                                                                         \
    static double DSC_NAME(range_##kind)(const pointwise_job *job, size_t at, size_t n) {                    \
        return DSC_NAME(range)(job, DSC_POINTWISE_##kind, at, n);                                            \
    }
EVERY_KIND(RANGE)
#undef RANGE

#define ENTRY(kind) [DSC_POINTWISE_##kind] = DSC_NAME(range_##kind),
static double (*const DSC_NAME(ranges)[])(const pointwise_job *job, size_t at,
                                          size_t n) = {EVERY_KIND(ENTRY)};
#undef ENTRY

/* The first place where the numbers are below `low` or above `high`; n if none. NaN passes. */
static size_t DSC_NAME(first_outside)(size_t n, const DSC_REAL *x, DSC_REAL low, DSC_REAL high) {
    for (size_t i = 0; i < n; ++i)
        if (x[i] < low || x[i] > high)
            return i;
    return n;
}

#else

#include <float.h>
#include <math.h>
#include <string.h>

#include "core/partials.h"

enum { BLOCK = 256 };

#define EVERY_KIND(what)                                                                                     \
    what(SQUARED_ERROR) what(ABSOLUTE_ERROR) what(SMOOTH_L1) what(HUBER) what(LOG_COSH) what(QUANTILE)       \
        what(BCE) what(BCE_WITH_LOGITS) what(GAUSSIAN_NLL) what(POISSON_NLL) what(KL_DIVERGENCE)             \
            what(HINGE_EMBEDDING) what(SOFT_MARGIN) what(MARGIN_RANKING) what(FOCAL)

typedef struct pointwise_job {
    const dsc_pointwise_loss *loss;
    size_t tile;
    double scale;
    void *out[4]; /* values and gradients; NULL: not wanted */
    double partials[DSC_MOST_PARTIALS];
} pointwise_job;

#define DSC_TEMPLATE "losses/kernels/pointwise.c"
#include "core/instantiate.h"

static void run_tile(void *argument, size_t index) {
    pointwise_job *job = argument;
    size_t at = index * job->tile, n = dsc_min_size(job->tile, job->loss->n - at);
    dsc_pointwise kind = job->loss->kind;
    job->partials[index] = DSC_PICK(job->loss->dtype, ranges)[kind](job, at, n);
}

/* Refuses a parameter outside [low, high], or (low, high) where the ends do not count; NaN in any case. */
static dsc_status check_parameter(const char *name, double value, double low, double high, bool has_ends) {
    if (has_ends ? value >= low && value <= high : value > low && value < high)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s is %s, must be in %c%g, %g%c", name,
                    dsc_digits(DSC_FLOAT64, value).text, has_ends ? '[' : '(', low, high,
                    has_ends ? ']' : ')');
}

static dsc_status check_range(const dsc_pointwise_loss *loss, const char *name, const void *numbers,
                              double low, double high) {
    size_t at = DSC_CALL(loss->dtype, first_outside, loss->n, numbers, low, high);
    if (at == loss->n)
        return DSC_OK;
    double value = dsc_load_real(loss->dtype, numbers, at);
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s %zu is %s, must be in [%g, %g]", name, at,
                    dsc_digits(loss->dtype, value).text, low, high);
}

static dsc_status check_kind(const dsc_pointwise_loss *loss) {
    switch (loss->kind) {
    case DSC_POINTWISE_SMOOTH_L1:
        return check_parameter("beta", loss->beta, 0, INFINITY, true);
    case DSC_POINTWISE_HUBER:
        if (loss->delta == INFINITY)
            return DSC_OK;
        return check_parameter("delta", loss->delta, 0, INFINITY, false);
    case DSC_POINTWISE_QUANTILE:
        return check_parameter("the quantile", loss->quantile, 0, 1, false);
    case DSC_POINTWISE_FOCAL:
        if (loss->alpha != -1)
            DSC_TRY(check_parameter("alpha", loss->alpha, 0, 1, true));
        return check_parameter("gamma", loss->gamma, 0, DBL_MAX, true);
    case DSC_POINTWISE_POISSON_NLL:
        if (loss->log_input)
            return DSC_OK;
        return check_parameter("eps", loss->eps, 0, DBL_MAX, true);
    case DSC_POINTWISE_BCE:
        DSC_TRY(check_range(loss, "probability", loss->x, 0, 1));
        return check_range(loss, "target", loss->y, 0, 1);
    case DSC_POINTWISE_GAUSSIAN_NLL:
        DSC_TRY(check_parameter("eps", loss->eps, 0, DBL_MAX, true));
        return check_range(loss, "variance", loss->z, 0, INFINITY);
    case DSC_POINTWISE_HINGE_EMBEDDING:
    case DSC_POINTWISE_MARGIN_RANKING:
        return check_parameter("margin", loss->margin, -INFINITY, INFINITY, true);
    default:
        return DSC_OK;
    }
}

static dsc_status check(const dsc_pointwise_loss *loss) {
    DSC_CHECK_DTYPE(loss->dtype);
    DSC_TRY(dsc_check_reduction(loss->reduction));
    if ((unsigned)loss->kind > DSC_POINTWISE_FOCAL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "unknown loss of elements %d", (int)loss->kind);
    DSC_CHECK_PRODUCT(loss->n, 1, loss->dtype);
    DSC_TRY(check_parameter("divisor", loss->divisor, 0, DBL_MAX, true));
    bool needs_z = loss->kind == DSC_POINTWISE_GAUSSIAN_NLL || loss->kind == DSC_POINTWISE_MARGIN_RANKING;
    if (loss->n > 0) {
        DSC_CHECK_NOT_NULL(loss->x);
        DSC_CHECK_NOT_NULL(loss->y);
        if (needs_z)
            DSC_CHECK_NOT_NULL(loss->z);
    }
    return check_kind(loss);
}

dsc_status dsc_pointwise_loss_run(const dsc_context *context, const dsc_pointwise_loss *loss, void *value,
                                  void *dx, void *dy, void *dz) {
    DSC_CHECK_NOT_NULL(loss);
    DSC_TRY(check(loss));
    bool none = loss->reduction == DSC_REDUCTION_NONE;
    double divisor = loss->divisor != 0 ? loss->divisor : (double)loss->n;
    pointwise_job job; /* its partial sums need no zeros */
    job.loss = loss;
    job.tile = dsc_rows_per_tile(loss->n, 1);
    job.scale = dsc_reduction_scale(loss->reduction, divisor);
    job.out[0] = none ? value : NULL;
    job.out[1] = dx;
    job.out[2] = dy;
    job.out[3] = dz;
    size_t tiles = dsc_ceil_div(loss->n, job.tile);
    dsc_parallel_for(context, tiles, run_tile, &job);
    dsc_store_reduced(loss->dtype, loss->reduction, dsc_sum_partials(tiles, job.partials), divisor, value);
    return DSC_OK;
}

#endif
