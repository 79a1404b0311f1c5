#ifdef DSC_REAL

DSC_MULTIVERSION
static void DSC_NAME(signum)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                             DSC_REAL *const *state) {
    const DSC_REAL lr = (DSC_REAL)c->value[LR], momentum = (DSC_REAL)c->value[MOMENTUM];
    const DSC_REAL weight = (DSC_REAL)(1 - c->value[MOMENTUM]);
    DSC_REAL *restrict m = state[0];
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL mean = momentum * m[i] + weight * g[i];
        DSC_REAL sign = mean; /* NaN stays NaN */
        sign = mean > 0 ? 1 : sign;
        sign = mean < 0 ? -1 : sign;
        m[i] = mean;
        p[i] -= lr * sign;
    }
}

#else

#include "optimizers/rule.h"

enum { LR, MOMENTUM, WEIGHT_DECAY, DECOUPLED, MAXIMIZE }; /* the options; the coefficients too */

#define DSC_TEMPLATE "optimizers/signum.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-3),
    [MOMENTUM] = DSC_OPTION_BETA("momentum", 0.9, "decay of the running mean of gradients; 0: signSGD"),
    [WEIGHT_DECAY] = DSC_OPTION_WEIGHT_DECAY(0),
    [DECOUPLED] = DSC_OPTION_DECOUPLED(0),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    (void)step;
    c->value[LR] = values[LR];
    c->value[MOMENTUM] = values[MOMENTUM];
}

const dsc_rule dsc_rule_signum = {
    .info = {.name = "signum",
             .title = "Signum: the sign of the running mean of gradients",
             .source = "Bernstein et al. 2018, arXiv:1802.04434",
             .formula = "m = momentum m + (1 - momentum) g; w -= lr sign(m)",
             DSC_OPTIONS(options),
             .slots = {"momentum_buffer"}},
    .prepare = prepare,
    DSC_UPDATES(signum),
};

#endif
