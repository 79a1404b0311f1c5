#ifdef DSC_REAL

#include "core/smooth_math.h"

/* sqrt(2 / pi) (x + 0.044715 x^3), doubled: tanh of the half, plus 1, is twice the logistic function of it.
 */
static inline DSC_REAL DSC_NAME(gelu_argument)(DSC_REAL x) {
    const DSC_REAL scale = (DSC_REAL)(2 * M_SQRT2 * M_2_SQRTPI / 2), cubic = (DSC_REAL)0.044715;
    return scale * (x + cubic * x * x * x);
}

static inline DSC_REAL DSC_NAME(gelu_tanh_slope)(DSC_REAL x) {
    const DSC_REAL scale = (DSC_REAL)(2 * M_SQRT2 * M_2_SQRTPI / 2), cubic = (DSC_REAL)(3 * 0.044715);
    DSC_REAL z = DSC_NAME(gelu_argument)(x), e = DSC_NAME(dsc_exp)(z < 0 ? z : -z);
    DSC_REAL large = 1 / (1 + e), small = e * large;
    return (z < 0 ? small : large) + x * (large * small) * (scale * (1 + cubic * x * x));
}

static inline DSC_REAL DSC_NAME(gelu_slope)(DSC_REAL x) {
    DSC_NAME(dsc_normal) normal = DSC_NAME(dsc_normal_of)(x);
    return normal.below + x * normal.bell * (DSC_REAL)(M_2_SQRTPI * M_SQRT1_2 / 2);
}

static inline DSC_REAL DSC_NAME(silu_slope)(DSC_REAL x) {
    DSC_REAL e = DSC_NAME(dsc_exp)(x < 0 ? x : -x), large = 1 / (1 + e), small = e * large;
    return x < 0 ? small * (1 + x * large) : large * (1 + x * small);
}

/* tanh(log(1 + e^x)), and the rest of it that makes the slope: with e = e^-|x|. */
static inline DSC_REAL DSC_NAME(mish_share)(DSC_REAL x) {
    DSC_REAL e = DSC_NAME(dsc_exp)(x < 0 ? x : -x);
    DSC_REAL part = x < 0 ? e * (2 + e) : 1 + 2 * e, rest = x < 0 ? 2 : 2 * e * e;
    return part / (part + rest);
}

static inline DSC_REAL DSC_NAME(mish_slope)(DSC_REAL x) {
    DSC_REAL e = DSC_NAME(dsc_exp)(x < 0 ? x : -x);
    DSC_REAL part = x < 0 ? e * (2 + e) : 1 + 2 * e, rest = x < 0 ? 2 : 2 * e * e;
    DSC_REAL inverse = 1 / (part + rest), bell = (x < 0 ? e : e * e) * (1 + e);
    return part * inverse + x * (4 * bell * inverse * inverse);
}

static inline DSC_REAL DSC_NAME(between)(DSC_REAL x, DSC_REAL low, DSC_REAL high) {
    DSC_REAL raised = x < low ? low : x;
    return raised > high ? high : raised;
}

/* Each with its value at v, and its derivative there times g; a, b and c are the options. What a derivative
 * is at a kink, or at NaN, is what PyTorch's is.
 *
 * clang-format would take what stands before a * for a type. */
/* clang-format off */
#define EVERY_ACTIVATION(row)                                                                                \
    row(DSC_RELU_OF_RESULT, v, v <= 0 ? 0 : g);                                                              \
    row(DSC_SIGMOID_OF_RESULT, v, g * (1 - v) * v);                                                          \
    row(DSC_TANH_OF_RESULT, v, g * (1 - v * v));                                                             \
    row(DSC_LOG_SIGMOID_OF_INPUT, v, g * DSC_NAME(dsc_sigmoid)(-v));                                         \
    row(DSC_LEAKY_RELU, v > 0 ? v : v * a, v > 0 ? g : g * a);                                               \
    row(DSC_ELU, v > 0 ? v * b : DSC_NAME(dsc_expm1)((v > 0 ? 0 : v) * c) * a,                               \
        g * (v > 0 ? b : DSC_NAME(dsc_exp)((v > 0 ? 0 : v) * c) * (a * c)));                                 \
    row(DSC_GELU, v * DSC_NAME(dsc_normal_of)(v).below, g * DSC_NAME(gelu_slope)(v));                        \
    row(DSC_GELU_TANH, v * DSC_NAME(dsc_sigmoid)(DSC_NAME(gelu_argument)(v)),                                \
        g * DSC_NAME(gelu_tanh_slope)(v));                                                                   \
    row(DSC_SILU, v * DSC_NAME(dsc_sigmoid)(v), g * DSC_NAME(silu_slope)(v));                                \
    row(DSC_MISH, v * DSC_NAME(mish_share)(v), g * DSC_NAME(mish_slope)(v));                                 \
    row(DSC_SOFTPLUS, v * a > b ? v : DSC_NAME(dsc_softplus_of_minus)(-(v * a)) / a,                         \
        v * a > b ? g : g * DSC_NAME(dsc_sigmoid)(v * a));                                                   \
    row(DSC_SOFTSIGN, v / (1 + dsc_abs(v)), g / (1 + dsc_abs(v)) / (1 + dsc_abs(v)) + v * 0);                \
    row(DSC_SOFTSHRINK, v > a ? v - a : v < -a ? v + a : v * 0, v > a || v < -a ? g : 0);                    \
    row(DSC_HARDSHRINK, v >= -a && v <= a ? 0 : v, v > a || v < -a ? g : 0);                                 \
    row(DSC_TANHSHRINK, DSC_NAME(dsc_tanhshrink)(v), g * DSC_NAME(dsc_tanh)(v) * DSC_NAME(dsc_tanh)(v));       \
    row(DSC_HARDTANH, DSC_NAME(between)(v, a, b), v > a && v < b ? g : 0);                                   \
    row(DSC_HARDSIGMOID, DSC_NAME(between)(v + 3, 0, 6) / 6, v > -3 && v < 3 ? g * (1.0f / 6) : 0);          \
    row(DSC_HARDSWISH, v * DSC_NAME(between)(v + 3, 0, 6) / 6,                                               \
        v <= -3 ? 0 : v >= 3 ? g : g * (v / 3 + (DSC_REAL)0.5));                                             \
    row(DSC_THRESHOLD, v <= a ? b : v, v <= a ? 0 : g)
/* clang-format on */

static void DSC_NAME(forward_range)(const dsc_activation_call *f, size_t n, const DSC_REAL *x, DSC_REAL *y) {
    const DSC_REAL a = (DSC_REAL)f->numbers[0], b = (DSC_REAL)f->numbers[1], c = (DSC_REAL)f->numbers[2];
    switch (f->kind) {
#define VALUES(kind, value, slope)                                                                           \
    case kind:                                                                                               \
        for (size_t i = 0; i < n; ++i) {                                                                     \
            const DSC_REAL v = x[i];                                                                         \
            y[i] = value;                                                                                    \
        }                                                                                                    \
        break
        EVERY_ACTIVATION(VALUES);
#undef VALUES
    }
}

__attribute__((always_inline)) static inline void DSC_NAME(backward_loop)(const dsc_activation_call *f,
                                                                          size_t n, const DSC_REAL *x,
                                                                          const DSC_REAL *upstream,
                                                                          DSC_REAL *dx) {
    const DSC_REAL a = (DSC_REAL)f->numbers[0], b = (DSC_REAL)f->numbers[1], c = (DSC_REAL)f->numbers[2];
    switch (f->kind) {
#define SLOPES(kind, value, slope)                                                                           \
    case kind:                                                                                               \
        for (size_t i = 0; i < n; ++i) {                                                                     \
            const DSC_REAL v = x[i], g = upstream[i];                                                        \
            dx[i] = slope;                                                                                   \
        }                                                                                                    \
        break
        EVERY_ACTIVATION(SLOPES);
#undef SLOPES
    }
}
#undef EVERY_ACTIVATION

/* In place as dsc_unary_run's. */
static void DSC_NAME(backward_range)(const dsc_activation_call *f, size_t n, const DSC_REAL *x,
                                     const DSC_REAL *upstream, DSC_REAL *dx) {
    if (upstream == dx)
        DSC_NAME(backward_loop)(f, n, x, dx, dx);
    else
        DSC_NAME(backward_loop)(f, n, x, upstream, dx);
}

#else

#include "elementwise/activations.h"

#include <math.h>

#define DSC_TEMPLATE "elementwise/activations.c"
#include "core/instantiate_versions.h"

/* Elements in a tile: less than DSC_TILE, as each takes some nanoseconds. */
enum { TILE = 4096 };
/* What one takes as long as, about: comparisons less, exponentials more. */
static const double PRODUCTS = 16;

typedef struct activation_job {
    dsc_dtype dtype;
    const dsc_activation_call *f;
    size_t n;
    const char *x, *g; /* g NULL: forward */
    char *out;
} activation_job;

static void activation_tile(void *argument, size_t index) {
    const activation_job *job = argument;
    const size_t first = index * TILE, n = dsc_min_size(TILE, job->n - first);
    const size_t at = first * dsc_size_of(job->dtype);
    const void *x = job->x + at;
    void *out = job->out + at;
    if (job->g == NULL) {
        DSC_CALL_VERSION(job->dtype, forward_range, job->f, n, x, out);
    } else {
        const void *g = job->g + at;
        DSC_CALL_VERSION(job->dtype, backward_range, job->f, n, x, g, out);
    }
}

static void run(const dsc_context *context, activation_job job) {
    if (job.n > 0)
        dsc_parallel_work(context, PRODUCTS * (double)job.n, dsc_ceil_div(job.n, TILE), activation_tile,
                          &job);
}

void dsc_activation_run(const dsc_context *context, dsc_dtype dtype, const dsc_activation_call *f, size_t n,
                        const void *x, void *y) {
    run(context, (activation_job){.dtype = dtype, .f = f, .n = n, .x = x, .out = y});
}

void dsc_activation_backward_run(const dsc_context *context, dsc_dtype dtype, const dsc_activation_call *f,
                                 size_t n, const void *x, const void *g, void *dx) {
    run(context, (activation_job){.dtype = dtype, .f = f, .n = n, .x = x, .g = g, .out = dx});
}

#endif
