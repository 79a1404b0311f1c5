#ifdef DSC_REAL

#include "core/real_math.h"

/* Inlined with constant flags, so that each pair of them has a loop of its own. */
__attribute__((always_inline)) static inline void
DSC_NAME(rmsprop_loop)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                       DSC_REAL *const *state, const bool centered, const bool heavy) {
    const DSC_REAL rate = (DSC_REAL)-c->value[LR], alpha = (DSC_REAL)c->value[ALPHA];
    const DSC_REAL weight = (DSC_REAL)(1 - c->value[ALPHA]), eps = (DSC_REAL)c->value[EPS];
    const DSC_REAL momentum = (DSC_REAL)c->value[MOMENTUM];
    DSC_REAL *restrict square = state[0], *restrict buffer = state[1], *restrict mean = state[2];
    for (size_t i = 0; i < n; ++i) {
        square[i] = square[i] * alpha + weight * (g[i] * g[i]);
        DSC_REAL variance = square[i];
        if (centered) {
            mean[i] = weight < (DSC_REAL)0.5 ? mean[i] + weight * (g[i] - mean[i])
                                             : g[i] - (g[i] - mean[i]) * (1 - weight);
            variance -= mean[i] * mean[i];
        }
        DSC_REAL average = dsc_sqrt(variance) + eps;
        if (heavy) {
            buffer[i] = buffer[i] * momentum + g[i] / average;
            p[i] += rate * buffer[i];
        } else {
            p[i] += rate * g[i] / average;
        }
    }
}

DSC_MULTIVERSION
static void DSC_NAME(rmsprop)(const dsc_coefficients *c, size_t n, DSC_REAL *p, const DSC_REAL *g,
                              DSC_REAL *const *state) {
    bool centered = c->value[CENTERED] != 0, heavy = c->value[MOMENTUM] > 0;
    if (centered && heavy)
        DSC_NAME(rmsprop_loop)(c, n, p, g, state, true, true);
    else if (centered)
        DSC_NAME(rmsprop_loop)(c, n, p, g, state, true, false);
    else if (heavy)
        DSC_NAME(rmsprop_loop)(c, n, p, g, state, false, true);
    else
        DSC_NAME(rmsprop_loop)(c, n, p, g, state, false, false);
}

#else

#include <math.h>

#include "optimizers/rule.h"

enum { LR, ALPHA, EPS, WEIGHT_DECAY, MOMENTUM, CENTERED, MAXIMIZE }; /* the options; the coefficients too */

#define DSC_TEMPLATE "optimizers/rmsprop.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-2),
    [ALPHA] = {"alpha", DSC_OPTION_REAL, 0.99, 0, INFINITY, false, true,
               "decay of the running mean of squares"},
    [EPS] = DSC_OPTION_EPS(1e-8),
    [WEIGHT_DECAY] = DSC_OPTION_WEIGHT_DECAY(0),
    [MOMENTUM] = {"momentum", DSC_OPTION_REAL, 0, 0, INFINITY, false, true,
                  "share of the last velocity that is kept"},
    [CENTERED] =
        DSC_OPTION_FLAG_OFF("centered", "divide by the standard deviation: subtract the squared mean"),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static uint32_t slots(const double *values) {
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
}

const dsc_rule dsc_rule_rmsprop = {
    .info = {.name = "rmsprop",
             .title = "RMSprop: gradients divided by their root mean square",
             .source = "torch.optim.RMSprop; Hinton, Neural Networks for Machine Learning, lecture 6e",
             .formula = "s = alpha s + (1 - alpha) g^2; a = sqrt(s, minus the squared mean if centered) + "
                        "eps; b = momentum b + g / a; w -= lr b",
             .options = options,
             .option_count = DSC_COUNT(options),
             .slots = {"square_avg", "momentum_buffer", "grad_avg"}},
    .slots = slots,
    .prepare = prepare,
    .update_f32 = rmsprop_f32,
    .update_f64 = rmsprop_f64,
};

#endif
