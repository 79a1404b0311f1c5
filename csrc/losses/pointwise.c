#ifdef DSC_REAL

#include "core/sigmoid.h"

/* One element: its loss, and the derivatives by x, y and z. */
typedef struct DSC_NAME(element) {
    DSC_REAL value, dx, dy, dz;
} DSC_NAME(element);

static inline DSC_REAL DSC_NAME(sign)(DSC_REAL x) {
    return x > 0 ? 1 : x < 0 ? -1 : x; /* NaN stays */
}

static inline DSC_REAL DSC_NAME(absolute)(DSC_REAL x) {
    return x < 0 ? -x : x;
}

static inline DSC_REAL DSC_NAME(log_from)(DSC_REAL x, DSC_REAL least) {
    DSC_REAL l = (DSC_REAL)log((double)x);
    return l < least ? least : l;
}

static inline DSC_NAME(element) DSC_NAME(smooth_l1)(DSC_REAL d, DSC_REAL beta) {
    DSC_REAL size = DSC_NAME(absolute)(d);
    DSC_NAME(element) e;
    if (size < beta)
        e = (DSC_NAME(element)){.value = d * d / (2 * beta), .dx = d / beta};
    else
        e = (DSC_NAME(element)){.value = size - beta / 2, .dx = DSC_NAME(sign)(d)};
    e.dy = -e.dx;
    return e;
}

static inline DSC_NAME(element) DSC_NAME(huber)(DSC_REAL d, DSC_REAL delta) {
    DSC_REAL size = DSC_NAME(absolute)(d);
    DSC_NAME(element) e;
    if (size <= delta)
        e = (DSC_NAME(element)){.value = d * d / 2, .dx = d};
    else
        e = (DSC_NAME(element)){.value = delta * (size - delta / 2), .dx = delta * DSC_NAME(sign)(d)};
    e.dy = -e.dx;
    return e;
}

static inline DSC_NAME(element) DSC_NAME(gaussian)(DSC_REAL d, DSC_REAL variance, DSC_REAL eps, bool full) {
    variance = variance < eps ? eps : variance; /* the derivative passes the limit, as in PyTorch */
    DSC_REAL share = d / variance;
    DSC_REAL constant = full ? (DSC_REAL)0.91893853320467274178 : 0; /* log(2 pi) / 2 */
    return (DSC_NAME(element)){.value = ((DSC_REAL)log((double)variance) + d * share) / 2 + constant,
                               .dx = share,
                               .dy = -share,
                               .dz = (1 / variance - share * share) / 2};
}

static inline DSC_NAME(element)
    DSC_NAME(poisson)(DSC_REAL x, DSC_REAL y, DSC_REAL eps, bool is_log, bool full) {
    DSC_REAL rate = is_log ? DSC_NAME(dsc_exp)(x) : x + eps;
    DSC_REAL logarithm = is_log ? x : (DSC_REAL)log((double)rate);
    DSC_NAME(element)
    e = {.value = (is_log ? rate : x) - y * logarithm,
         .dx = is_log ? rate - y : 1 - y / rate,
         .dy = -logarithm};
    if (full && y > 1) {
        e.value +=
            (DSC_REAL)((double)y * log((double)y) - (double)y + log(6.283185307179586477 * (double)y) / 2);
        e.dy += (DSC_REAL)(log((double)y) + 0.5 / (double)y);
    }
    return e;
}

static inline DSC_NAME(element) DSC_NAME(divergence)(DSC_REAL x, DSC_REAL y, bool is_log) {
    if (is_log) {
        DSC_REAL share = DSC_NAME(dsc_exp)(y);
        return (DSC_NAME(element)){.value = share * (y - x), .dx = -share, .dy = share * (y - x + 1)};
    }
    DSC_REAL logarithm = (DSC_REAL)log((double)y);
    return (DSC_NAME(element)){
        .value = (y == 0 ? 0 : y * logarithm) - y * x, .dx = -y, .dy = logarithm + 1 - x};
}

static inline DSC_NAME(element) DSC_NAME(focal)(DSC_REAL x, DSC_REAL y, DSC_REAL gamma, DSC_REAL alpha) {
    DSC_REAL p = DSC_NAME(dsc_sigmoid)(x), miss = p + y - 2 * p * y; /* 1 - the target's probability */
    DSC_REAL entropy = (1 - y) * x + DSC_NAME(dsc_softplus_of_minus)(x);
    DSC_REAL power = (DSC_REAL)pow((double)miss, (double)gamma);
    DSC_REAL slope = gamma == 0 ? 0 : gamma * (DSC_REAL)pow((double)miss, (double)gamma - 1);
    DSC_REAL share = alpha < 0 ? 1 : alpha * y + (1 - alpha) * (1 - y), by_y = alpha < 0 ? 0 : 2 * alpha - 1;
    return (DSC_NAME(element)){.value = share * power * entropy,
                               .dx = share * (power * (p - y) + slope * (1 - 2 * y) * p * (1 - p) * entropy),
                               .dy = by_y * power * entropy +
                                     share * (slope * (1 - 2 * p) * entropy - power * x)};
}

/* Inlined with a constant kind, so that each has a loop of its own. */
__attribute__((always_inline)) static inline DSC_NAME(element)
    DSC_NAME(evaluate)(const dsc_pointwise_loss *loss, const dsc_pointwise kind, DSC_REAL x, DSC_REAL y,
                       DSC_REAL z, DSC_REAL w) {
    const DSC_REAL parameter = (DSC_REAL)loss->parameter;
    DSC_REAL d = x - y;
    DSC_NAME(element) e = {0, 0, 0, 0};
    switch (kind) {
    case DSC_POINTWISE_SQUARED_ERROR:
        return (DSC_NAME(element)){d * d, 2 * d, -2 * d, 0};
    case DSC_POINTWISE_ABSOLUTE_ERROR:
        return (DSC_NAME(element)){DSC_NAME(absolute)(d), DSC_NAME(sign)(d), -DSC_NAME(sign)(d), 0};
    case DSC_POINTWISE_SMOOTH_L1:
        return DSC_NAME(smooth_l1)(d, parameter);
    case DSC_POINTWISE_HUBER:
        return DSC_NAME(huber)(d, parameter);
    case DSC_POINTWISE_LOG_COSH:
        e.value = DSC_NAME(absolute)(d) + DSC_NAME(dsc_softplus_of_minus)(2 * DSC_NAME(absolute)(d)) -
                  (DSC_REAL)0.69314718055994530942;
        e.dx = (DSC_REAL)tanh((double)d);
        e.dy = -e.dx;
        return e;
    case DSC_POINTWISE_QUANTILE:
        e.dy = d < 0 ? parameter : d > 0 ? parameter - 1 : d == 0 ? 0 : d;
        e.value = -d * e.dy;
        e.dx = -e.dy;
        return e;
    case DSC_POINTWISE_BCE: {
        DSC_REAL yes = DSC_NAME(log_from)(x, -100), no = DSC_NAME(log_from)(1 - x, -100), slope = (1 - x) * x;
        slope = slope < (DSC_REAL)1e-12 ? (DSC_REAL)1e-12 : slope;
        return (DSC_NAME(element)){-z * (y * yes + (1 - y) * no), z * d / slope, z * (no - yes), 0};
    }
    case DSC_POINTWISE_BCE_WITH_LOGITS: {
        DSC_REAL share = 1 + (w - 1) * y, softplus = DSC_NAME(dsc_softplus_of_minus)(x);
        return (DSC_NAME(element)){z * ((1 - y) * x + share * softplus),
                                   z * (1 - y - share * DSC_NAME(dsc_sigmoid)(-x)),
                                   z * ((w - 1) * softplus - x), 0};
    }
    case DSC_POINTWISE_GAUSSIAN_NLL:
        return DSC_NAME(gaussian)(d, z, parameter, loss->flag);
    case DSC_POINTWISE_POISSON_NLL:
        return DSC_NAME(poisson)(x, y, parameter, loss->flag, loss->other_flag);
    case DSC_POINTWISE_KL_DIVERGENCE:
        return DSC_NAME(divergence)(x, y, loss->flag);
    case DSC_POINTWISE_HINGE_EMBEDDING: {
        DSC_REAL rest = parameter - x;
        bool is_active = !(rest < 0), is_same = y == 1, is_other = y == -1;
        e.value = (is_same ? 0 : is_active ? rest : 0) + (is_other ? 0 : x);
        e.dx = (DSC_REAL)(!is_other) - (DSC_REAL)(!is_same && is_active);
        return e;
    }
    case DSC_POINTWISE_SOFT_MARGIN: {
        DSC_REAL slope = DSC_NAME(dsc_sigmoid)(-y * x);
        return (DSC_NAME(element)){DSC_NAME(dsc_softplus_of_minus)(y * x), -y * slope, -x * slope, 0};
    }
    case DSC_POINTWISE_MARGIN_RANKING: {
        DSC_REAL rest = parameter - y * (x - z);
        bool is_active = !(rest < 0);
        return (DSC_NAME(element)){is_active ? rest : 0, is_active ? -y : 0, is_active ? z - x : 0,
                                   is_active ? y : 0};
    }
    case DSC_POINTWISE_FOCAL:
        return DSC_NAME(focal)(x, y, parameter, (DSC_REAL)loss->other);
    }
    return e;
}

__attribute__((always_inline)) static inline double
DSC_NAME(range)(const pointwise_job *job, const dsc_pointwise kind, size_t at, size_t n) {
    const dsc_pointwise_loss *loss = job->loss;
    const DSC_REAL *x = (const DSC_REAL *)loss->x + at, *y = (const DSC_REAL *)loss->y + at;
    const DSC_REAL *z = loss->z == NULL ? NULL : (const DSC_REAL *)loss->z + at;
    const DSC_REAL *w = loss->w == NULL ? NULL : (const DSC_REAL *)loss->w + at;
    const DSC_REAL scale = (DSC_REAL)job->scale;
    double lanes[DSC_LANES] = {0}, sum = 0;
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
            lanes[i % DSC_LANES] += (double)results[0][i];
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

#define DSC_TEMPLATE "losses/pointwise.c"
#include "core/instantiate.h"

static void run_tile(void *argument, size_t index) {
    pointwise_job *job = argument;
    size_t at = index * job->tile, n = dsc_min_size(job->tile, job->loss->n - at);
    dsc_pointwise kind = job->loss->kind;
    job->partials[index] =
        job->loss->dtype == DSC_FLOAT32 ? ranges_f32[kind](job, at, n) : ranges_f64[kind](job, at, n);
}

/* Refuses a parameter outside (low, high), or [low, high) where low counts. */
static dsc_status check_parameter(const char *name, double value, double low, bool includes_low,
                                  double high) {
    if ((includes_low ? value >= low : value > low) && value < high)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s is %g, must be in %c%g, %g)", name, value,
                    includes_low ? '[' : '(', low, high);
}

static dsc_status check_range(const dsc_pointwise_loss *loss, const char *name, const void *numbers,
                              double low, double high) {
    size_t at = loss->dtype == DSC_FLOAT32 ? first_outside_f32(loss->n, numbers, (float)low, (float)high)
                                           : first_outside_f64(loss->n, numbers, low, high);
    if (at == loss->n)
        return DSC_OK;
    double value =
        loss->dtype == DSC_FLOAT32 ? (double)((const float *)numbers)[at] : ((const double *)numbers)[at];
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s %zu is %g, must be in [%g, %g]", name, at, value, low, high);
}

static dsc_status check(const dsc_pointwise_loss *loss) {
    DSC_CHECK_NOT_NULL(loss);
    DSC_CHECK_DTYPE(loss->dtype);
    DSC_TRY(dsc_check_reduction(loss->reduction));
    if ((unsigned)loss->kind > DSC_POINTWISE_FOCAL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "unknown loss of elements %d", (int)loss->kind);
    DSC_CHECK_PRODUCT(loss->n, 1, loss->dtype);
    bool needs_z = loss->kind == DSC_POINTWISE_GAUSSIAN_NLL || loss->kind == DSC_POINTWISE_MARGIN_RANKING;
    if (loss->n > 0) {
        DSC_CHECK_NOT_NULL(loss->x);
        DSC_CHECK_NOT_NULL(loss->y);
        if (needs_z)
            DSC_CHECK_NOT_NULL(loss->z);
    }
    double parameter = loss->parameter;
    switch (loss->kind) {
    case DSC_POINTWISE_SMOOTH_L1:
        return check_parameter("beta", parameter, 0, true, INFINITY);
    case DSC_POINTWISE_HUBER:
        return check_parameter("delta", parameter, 0, false, INFINITY);
    case DSC_POINTWISE_QUANTILE:
        return check_parameter("the quantile", parameter, 0, false, 1);
    case DSC_POINTWISE_FOCAL:
        return check_parameter("gamma", parameter, 0, true, INFINITY);
    case DSC_POINTWISE_POISSON_NLL:
        return check_parameter("eps", parameter, 0, false, INFINITY);
    case DSC_POINTWISE_BCE:
        return check_range(loss, "probability", loss->x, 0, 1);
    case DSC_POINTWISE_GAUSSIAN_NLL:
        DSC_TRY(check_parameter("eps", parameter, 0, false, INFINITY));
        return check_range(loss, "variance", loss->z, 0, INFINITY);
    default:
        return DSC_OK;
    }
}

dsc_status dsc_pointwise_loss_run(const dsc_context *context, const dsc_pointwise_loss *loss, void *value,
                                  void *dx, void *dy, void *dz) {
    DSC_TRY(check(loss));
    bool none = loss->reduction == DSC_REDUCTION_NONE, mean = loss->reduction == DSC_REDUCTION_MEAN;
    double divisor = loss->divisor != 0 ? loss->divisor : (double)loss->n;
    pointwise_job job; /* its partial sums need no zeros */
    job.loss = loss;
    job.tile = dsc_rows_per_tile(loss->n, 1);
    job.scale = mean ? 1 / divisor : 1;
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
