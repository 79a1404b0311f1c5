#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static void DSC_NAME(adabelief)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                                DSC_REAL *const *state) {
    const DSC_REAL weight1 = (DSC_REAL)c->value[WEIGHT1], beta2 = (DSC_REAL)c->value[DECAY];
    const DSC_REAL weight2 = (DSC_REAL)c->value[WEIGHT2], rate = (DSC_REAL)-c->value[STEP_SIZE];
    const DSC_REAL correction = (DSC_REAL)c->value[CORRECTION], eps = (DSC_REAL)c->value[ADDED];
    DSC_REAL *restrict m = state[0], *restrict s = state[1];
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i], mean = DSC_NAME(dsc_lerp)(m[i], gradient, weight1);
        const DSC_REAL square = DSC_NAME(dsc_mean_square)(s[i], gradient - mean, beta2, weight2) + eps;
        m[i] = mean;
        s[i] = square;
        p[i] += rate * mean / (dsc_sqrt(square) * correction + eps);
    }
}

#else

#include <math.h>

#include "optimizers/rule.h"

enum { WEIGHT1, DECAY, WEIGHT2, STEP_SIZE, CORRECTION, ADDED };
enum { LR, BETA1, BETA2, EPS, WEIGHT_DECAY, DECOUPLED, MAXIMIZE };

#define DSC_TEMPLATE "optimizers/adabelief.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-3),
    [BETA1] = DSC_OPTION_BETA1(0.9),
    [BETA2] = DSC_OPTION_BETA("beta2", 0.999, "decay of the running variance around that mean"),
    [EPS] = DSC_OPTION_REAL_FROM("eps", 1e-16, 0, "added to the variance at every step, and to the root"),
    [WEIGHT_DECAY] = DSC_OPTION_WEIGHT_DECAY(0),
    [DECOUPLED] = DSC_OPTION_DECOUPLED(1),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    c->value[WEIGHT1] = 1 - values[BETA1];
    c->value[DECAY] = values[BETA2];
    c->value[WEIGHT2] = 1 - values[BETA2];
    c->value[STEP_SIZE] = values[LR] / dsc_bias_correction(values[BETA1], step);
    c->value[CORRECTION] = 1 / sqrt(dsc_bias_correction(values[BETA2], step));
    c->value[ADDED] = values[EPS];
}

const dsc_rule dsc_rule_adabelief = {
    .info = {.name = "adabelief",
             .title = "AdaBelief: large steps where gradients are as expected",
             .source = "Zhuang et al. 2020, arXiv:2010.07468; optax.adabelief",
             .formula = "m = beta1 m + (1 - beta1) g; s = beta2 s + (1 - beta2)(g - m)^2 + eps; "
                        "w -= lr m / (1 - beta1^t) / (sqrt(s / (1 - beta2^t)) + eps)",
             DSC_OPTIONS(options),
             .divisions = 1,
             .square_roots = 1,
             .slots = {"exp_avg", "exp_avg_var"}},
    .prepare = prepare,
    DSC_UPDATES(adabelief),
};

#endif
