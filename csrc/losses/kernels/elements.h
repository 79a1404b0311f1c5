/* For inclusion inside a template: the formulas of the losses of elements. */
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

static inline DSC_NAME(element) DSC_NAME(absolute_error)(DSC_REAL d) {
    DSC_REAL slope = d > 0 ? 1 : d < 0 ? -1 : 0; /* 0 at NaN, as PyTorch's */
    return (DSC_NAME(element)){DSC_NAME(absolute)(d), slope, -slope, 0};
}

static inline DSC_NAME(element) DSC_NAME(smooth_l1)(DSC_REAL d, DSC_REAL beta) {
    DSC_REAL size = DSC_NAME(absolute)(d);
    DSC_NAME(element) e;
    if (size < beta)
        e = (DSC_NAME(element)){.value = d * d / (2 * beta), .dx = d / beta};
    else /* beta 0 is the absolute error, at NaN too */
        e = (DSC_NAME(element)){.value = size - beta / 2, .dx = d > 0 ? 1 : d < 0 ? -1 : beta == 0 ? 0 : d};
    e.dy = -e.dx;
    return e;
}

static inline DSC_NAME(element) DSC_NAME(huber)(DSC_REAL d, DSC_REAL delta) {
    DSC_REAL size = DSC_NAME(absolute)(d);
    DSC_NAME(element) e;
    if (size < delta)
        e = (DSC_NAME(element)){.value = d * d / 2, .dx = d};
    else
        e = (DSC_NAME(element)){.value = delta * (size - delta / 2), .dx = delta * DSC_NAME(sign)(d)};
    e.dy = -e.dx;
    return e;
}

/* Near 0 log cosh d is log(1 + 2 sinh^2(d / 2)), of which nothing cancels; far away cosh would overflow. */
static inline DSC_NAME(element) DSC_NAME(log_cosh)(DSC_REAL d) {
    double size = fabs((double)d), value, slope;
    if (size < 1) {
        double s = sinh(size / 2), c = 1 + 2 * s * s; /* cosh d */
        value = log1p(2 * s * s);
        slope = 2 * s * sqrt(1 + s * s) / c;
    } else {
        double e = exp(-2 * size);
        value = size - 0.69314718055994530942 + log1p(e);
        slope = (1 - e) / (1 + e);
    }
    DSC_REAL signed_slope = (DSC_REAL)copysign(slope, (double)d);
    return (DSC_NAME(element)){(DSC_REAL)value, signed_slope, -signed_slope, 0};
}

static inline DSC_NAME(element) DSC_NAME(quantile)(DSC_REAL d, DSC_REAL q) {
    DSC_REAL slope = d < 0 ? -q : d > 0 ? 1 - q : d;
    return (DSC_NAME(element)){d * slope, slope, -slope, 0};
}

/* log(1 - x) for x in [0, 1], to its last digits near 0 too: by the log of what 1 - x is rounded to, times
 * what the rounding changed. log1p takes twice as long. Goldberg 1991, theorem 4. */
static inline double DSC_NAME(log_of_rest)(double x) {
    double rest = 1 - x;
    return rest == 1 ? -x : log(rest) * (x / (1 - rest));
}

/* PyTorch's limits: -100 for the logarithms, in the value alone, and float32's 1e-12 for x (1 - x). */
static inline DSC_NAME(element) DSC_NAME(bce)(DSC_REAL x, DSC_REAL y, DSC_REAL weight) {
    DSC_REAL yes = (DSC_REAL)log((double)x), no = (DSC_REAL)DSC_NAME(log_of_rest)((double)x);
    DSC_REAL spread = (1 - x) * x, least = (DSC_REAL)1e-12f;
    DSC_REAL value = -(y * (yes < -100 ? -100 : yes) + (1 - y) * (no < -100 ? -100 : no));
    return (DSC_NAME(element)){weight * value, weight * ((x - y) / (spread < least ? least : spread)),
                               weight * (no - yes), 0};
}

/* y p(-x) + (1 - y) p(x) without the difference of large numbers that (1 - y) x + p(-x) is for negative x. At
 * infinities it is that one, which PyTorch takes: the loss is NaN where it has 0 times infinity. */
static inline DSC_REAL DSC_NAME(entropy)(DSC_REAL x, DSC_NAME(dsc_logit) l, DSC_REAL y, DSC_REAL positive) {
    return x - x == 0 ? (1 - y) * (l.above + l.tail) + positive * y * (l.below + l.tail)
                      : (1 - y) * x + (1 + (positive - 1) * y) * (l.below + l.tail);
}

static inline DSC_NAME(element)
    DSC_NAME(bce_with_logits)(DSC_REAL x, DSC_REAL y, DSC_REAL weight, DSC_REAL positive, bool is_plain) {
    DSC_NAME(dsc_logit) l = DSC_NAME(dsc_logit_of)(x);
    return (DSC_NAME(element)){
        weight * DSC_NAME(entropy)(x, l, y, positive), weight * ((1 - y) * l.yes - positive * y * l.no),
        weight * (is_plain ? -x : positive * (l.below + l.tail) - (l.above + l.tail)), 0};
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
    if (full && !(y <= 1)) {
        e.value +=
            (DSC_REAL)((double)y * log((double)y) - (double)y + log(6.283185307179586477 * (double)y) / 2);
        e.dy += (DSC_REAL)(log((double)y) + 0.5 / (double)y);
    }
    return e;
}

static inline DSC_NAME(element) DSC_NAME(divergence)(DSC_REAL x, DSC_REAL y, bool is_log) {
    if (is_log) {
        DSC_REAL share = DSC_NAME(dsc_exp)(y), value = share * (y - x);
        return (DSC_NAME(element)){value, -share, value + share, 0};
    }
    DSC_REAL logarithm = (DSC_REAL)log((double)y);
    return (DSC_NAME(element)){
        .value = (y == 0 ? 0 : y * logarithm) - y * x,
        .dx = -y,
        .dy = logarithm + y / y - x /* y / y: NaN at 0, as in PyTorch */
    };
}

/* max(0, rest), and its derivative by `rest`: 0 at NaN, as PyTorch's. */
static inline DSC_REAL DSC_NAME(hinge)(DSC_REAL rest, DSC_REAL *slope) {
    *slope = rest >= 0 ? 1 : 0;
    return rest < 0 ? 0 : rest;
}

static inline DSC_NAME(element) DSC_NAME(hinge_embedding)(DSC_REAL x, DSC_REAL y, DSC_REAL margin) {
    DSC_REAL slope, value = DSC_NAME(hinge)(margin - x, &slope);
    return (DSC_NAME(element)){.value = (y == 1 ? 0 : value) + (y == -1 ? 0 : x),
                               .dx = (DSC_REAL)(y != -1) - (y == 1 ? 0 : slope)};
}

static inline DSC_NAME(element)
    DSC_NAME(margin_ranking)(DSC_REAL x, DSC_REAL y, DSC_REAL z, DSC_REAL margin) {
    DSC_REAL slope, value = DSC_NAME(hinge)(margin - y * (x - z), &slope);
    return (DSC_NAME(element)){value, -slope * y, slope * (z - x), slope * y};
}

static inline DSC_NAME(element) DSC_NAME(focal)(DSC_REAL x, DSC_REAL y, DSC_REAL gamma, DSC_REAL alpha) {
    DSC_NAME(dsc_logit) l = DSC_NAME(dsc_logit_of)(x);
    DSC_REAL miss = y * l.no + (1 - y) * l.yes; /* 1 - the target's probability */
    DSC_REAL entropy = DSC_NAME(entropy)(x, l, y, 1);
    DSC_REAL power = (DSC_REAL)pow((double)miss, (double)gamma);
    /* The derivative of `power` times what it is multiplied by, both over `miss`, which all fall with. */
    DSC_REAL bend = gamma == 0 || miss == 0 ? 0 : gamma * power * (entropy / miss);
    DSC_REAL share = alpha < 0 ? 1 : alpha * y + (1 - alpha) * (1 - y), by_y = alpha < 0 ? 0 : 2 * alpha - 1;
    return (DSC_NAME(element)){
        .value = share * power * entropy,
        .dx = share * (power * ((1 - y) * l.yes - y * l.no) + bend * (1 - 2 * y) * l.yes * l.no),
        .dy = by_y * power * entropy + share * (bend * (l.no - l.yes) - power * x)};
}
