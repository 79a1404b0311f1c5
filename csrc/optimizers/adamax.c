#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static void DSC_NAME(adamax)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                             DSC_REAL *const *state) {
    const DSC_REAL rate = (DSC_REAL)-c->value[STEP_SIZE], weight = (DSC_REAL)c->value[WEIGHT1];
    const DSC_REAL beta2 = (DSC_REAL)c->value[DECAY], eps = (DSC_REAL)c->value[ADDED];
    DSC_REAL *restrict m = state[0], *restrict largest = state[1];
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i];
        const DSC_REAL mean = DSC_NAME(dsc_lerp)(m[i], gradient, weight);
        const DSC_REAL old = largest[i] * beta2, now = (gradient < 0 ? -gradient : gradient) + eps;
        /* as torch.maximum: a NaN in either stays */
        const DSC_REAL norm = now > old || now != now ? now : old;
        m[i] = mean;
        largest[i] = norm;
        p[i] += rate * mean / norm;
    }
}

#else

#include "optimizers/rule.h"

enum { STEP_SIZE, WEIGHT1, DECAY, ADDED };
enum { LR, BETA1, BETA2, EPS, WEIGHT_DECAY, MAXIMIZE };

#define DSC_TEMPLATE "optimizers/adamax.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(2e-3),
    [BETA1] = DSC_OPTION_BETA1(0.9),
    [BETA2] = DSC_OPTION_BETA("beta2", 0.999, "decay of the largest gradient so far"),
    [EPS] = DSC_OPTION_REAL_FROM("eps", 1e-8, 0, "added to the gradients' absolute values"),
    [WEIGHT_DECAY] = DSC_OPTION_WEIGHT_DECAY(0),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    c->value[STEP_SIZE] = values[LR] / dsc_bias_correction(values[BETA1], step);
    c->value[WEIGHT1] = 1 - values[BETA1];
    c->value[DECAY] = values[BETA2];
    c->value[ADDED] = values[EPS];
}

const dsc_rule dsc_rule_adamax = {
    .info = {.name = "adamax",
             .title = "Adamax: Adam with the infinity norm",
             .source = "torch.optim.Adamax; Kingma and Ba 2015, arXiv:1412.6980",
             .formula =
                 "m = beta1 m + (1 - beta1) g; u = max(beta2 u, |g| + eps); w -= lr / (1 - beta1^t) m / u",
             DSC_OPTIONS(options),
             .divisions = 1,
             .slots = {"exp_avg", "exp_inf"}},
    .prepare = prepare,
    DSC_UPDATES(adamax),
};

#endif
