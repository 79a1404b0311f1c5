#ifdef DSC_REAL

DSC_MULTIVERSION
static void DSC_NAME(lion)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                           DSC_REAL *const *state) {
    const DSC_REAL lr = (DSC_REAL)c->value[LR], beta1 = (DSC_REAL)c->value[BETA1];
    const DSC_REAL weight1 = (DSC_REAL)(1 - c->value[BETA1]), beta2 = (DSC_REAL)c->value[BETA2];
    const DSC_REAL weight2 = (DSC_REAL)(1 - c->value[BETA2]);
    DSC_REAL *restrict m = state[0];
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i], mean = m[i], mixed = beta1 * mean + weight1 * gradient;
        DSC_REAL sign = mixed; /* NaN stays NaN */
        sign = mixed > 0 ? 1 : sign;
        sign = mixed < 0 ? -1 : sign;
        p[i] -= lr * sign;
        m[i] = beta2 * mean + weight2 * gradient;
    }
}

#else

#include "optimizers/rule.h"

enum { LR, BETA1, BETA2, WEIGHT_DECAY, MAXIMIZE }; /* the options; the coefficients too */

#define DSC_TEMPLATE "optimizers/lion.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-4),
    [BETA1] = DSC_OPTION_BETA("beta1", 0.9, "share of the mean in the step's direction"),
    [BETA2] = DSC_OPTION_BETA("beta2", 0.99, "decay of the running mean of gradients"),
    [WEIGHT_DECAY] = DSC_OPTION_SHRINKING_DECAY(0),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    (void)step;
    c->value[LR] = values[LR];
    c->value[BETA1] = values[BETA1];
    c->value[BETA2] = values[BETA2];
}

const dsc_rule dsc_rule_lion = {
    .info = {.name = "lion",
             .title = "Lion: the sign of a momentum, found by program search",
             .source = "Chen et al. 2023, arXiv:2302.06675; optax.lion",
             .formula =
                 "w -= lr (sign(beta1 m + (1 - beta1) g) + weight_decay w); m = beta2 m + (1 - beta2) g",
             DSC_OPTIONS(options),
             .slots = {"exp_avg"}},
    .decay = DSC_DECAY_DECOUPLED,
    .prepare = prepare,
    DSC_UPDATES(lion),
};

#endif
