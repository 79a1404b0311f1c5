#ifdef DSC_REAL

#include "core/real_math.h"

/* Inlined with constant flags, so that each pair of them has a loop of its own. */
__attribute__((always_inline)) static inline void
DSC_NAME(rmsprop_loop)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                       DSC_REAL *const *state, const bool centered, const bool heavy, const bool inside) {
    const DSC_REAL rate = (DSC_REAL)-c->value[LR], alpha = (DSC_REAL)c->value[ALPHA];
    const DSC_REAL weight = (DSC_REAL)(1 - c->value[ALPHA]), eps = (DSC_REAL)c->value[EPS];
    const DSC_REAL momentum = (DSC_REAL)c->value[MOMENTUM];
    DSC_REAL *restrict square = state[0], *restrict buffer = state[1], *restrict mean = state[2];
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i];
        DSC_REAL variance = DSC_NAME(dsc_mean_square)(square[i], gradient, alpha, weight);
        square[i] = variance;
        if (centered) {
            const DSC_REAL middle = DSC_NAME(dsc_lerp)(mean[i], gradient, weight);
            mean[i] = middle;
            variance -= middle * middle;
        }
        const DSC_REAL average = inside ? dsc_sqrt(variance + eps) : dsc_sqrt(variance) + eps;
        if (heavy) {
            const DSC_REAL velocity = buffer[i] * momentum + gradient / average;
            buffer[i] = velocity;
            p[i] += rate * velocity;
        } else {
            p[i] += rate * gradient / average;
        }
    }
}

#define LOOP(centered, heavy)                                                                                \
    do {                                                                                                     \
        if (c->value[EPSILON_PLACEMENT] != 0)                                                                \
            DSC_NAME(rmsprop_loop)(c, n, p, g, state, centered, heavy, true);                                \
        else                                                                                                 \
            DSC_NAME(rmsprop_loop)(c, n, p, g, state, centered, heavy, false);                               \
    } while (0)

DSC_MULTIVERSION
static void DSC_NAME(rmsprop)(const dsc_coefficients *c, size_t n, DSC_REAL *p, const DSC_REAL *g,
                              DSC_REAL *const *state) {
    bool centered = c->value[CENTERED] != 0, heavy = c->value[MOMENTUM] > 0;
    if (centered && heavy)
        LOOP(true, true);
    else if (centered)
        LOOP(true, false);
    else if (heavy)
        LOOP(false, true);
    else
        LOOP(false, false);
}
#undef LOOP

#else

#include <math.h>

#include "optimizers/rule.h"

/* The options; the coefficients too. */
enum { LR, ALPHA, EPS, WEIGHT_DECAY, MOMENTUM, CENTERED, MAXIMIZE, EPSILON_PLACEMENT };

#define DSC_TEMPLATE "optimizers/rmsprop.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-2),
    [ALPHA] = DSC_OPTION_REAL_FROM("alpha", 0.99, 0, "decay of the running mean of squares"),
    [EPS] = DSC_OPTION_EPS(1e-8),
    [WEIGHT_DECAY] = DSC_OPTION_WEIGHT_DECAY(0),
    [MOMENTUM] = DSC_OPTION_MOMENTUM(0),
    [CENTERED] =
        DSC_OPTION_FLAG_AT("centered", 0, "divide by the standard deviation: subtract the squared mean"),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
    [EPSILON_PLACEMENT] = DSC_OPTION_EPSILON_PLACEMENT,
};

static uint32_t slots(const double *values, bool is_matrix) {
    (void)is_matrix;
    uint32_t used = 1;
    if (values[MOMENTUM] > 0)
        used |= 2;
    if (values[CENTERED] != 0)
        used |= 4;
    return used;
}

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    (void)step;
    c->value[LR] = values[LR];
    c->value[ALPHA] = values[ALPHA];
    c->value[EPS] = values[EPS];
    c->value[MOMENTUM] = values[MOMENTUM];
    c->value[CENTERED] = values[CENTERED];
    c->value[EPSILON_PLACEMENT] = values[EPSILON_PLACEMENT];
}

const dsc_rule dsc_rule_rmsprop = {
    .info = {.name = "rmsprop",
             .title = "RMSprop: gradients divided by their root mean square",
             .source = "torch.optim.RMSprop; Hinton, Neural Networks for Machine Learning, lecture 6e",
             .formula = "s = alpha s + (1 - alpha) g^2; a = sqrt(s, minus the squared mean if centered) + "
                        "eps; b = momentum b + g / a; w -= lr b",
             DSC_OPTIONS(options),
             .divisions = 1,
             .square_roots = 1,
             .slots = {"square_avg", "momentum_buffer", "grad_avg"},
             .state_summary = "square_avg; momentum_buffer with momentum, grad_avg when centered"},
    .slots = slots,
    .prepare = prepare,
    DSC_UPDATES(rmsprop),
};

#endif
