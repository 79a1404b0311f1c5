#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static void DSC_NAME(adadelta)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                               DSC_REAL *const *state) {
    const DSC_REAL lr = (DSC_REAL)c->value[LR], rho = (DSC_REAL)c->value[RHO];
    const DSC_REAL weight = (DSC_REAL)(1 - c->value[RHO]), eps = (DSC_REAL)c->value[EPS];
    DSC_REAL *restrict square = state[0], *restrict steps = state[1];
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i], before = steps[i];
        const DSC_REAL mean = DSC_NAME(dsc_mean_square)(square[i], gradient, rho, weight);
        const DSC_REAL delta = dsc_sqrt(before + eps) / dsc_sqrt(mean + eps) * gradient;
        square[i] = mean;
        steps[i] = DSC_NAME(dsc_mean_square)(before, delta, rho, weight);
        p[i] -= lr * delta;
    }
}

#else

#include "optimizers/rule.h"

enum { LR, RHO, EPS, WEIGHT_DECAY, MAXIMIZE }; /* the options; the coefficients too */

#define DSC_TEMPLATE "optimizers/adadelta.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1),
    [RHO] = DSC_OPTION("rho", DSC_OPTION_REAL, 0.9, 0, 1, false, false, "decay of both running means", NULL),
    [EPS] = DSC_OPTION_REAL_FROM("eps", 1e-6, 0, "added under both roots"),
    [WEIGHT_DECAY] = DSC_OPTION_WEIGHT_DECAY(0),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    (void)step;
    c->value[LR] = values[LR];
    c->value[RHO] = values[RHO];
    c->value[EPS] = values[EPS];
}

const dsc_rule dsc_rule_adadelta = {
    .info = {.name = "adadelta",
             .title = "Adadelta: steps in the units of the weights, without a learning rate",
             .source = "torch.optim.Adadelta; Zeiler 2012, arXiv:1212.5701",
             .formula = "s = rho s + (1 - rho) g^2; d = sqrt(a + eps) / sqrt(s + eps) g; "
                        "a = rho a + (1 - rho) d^2; w -= lr d",
             DSC_OPTIONS(options),
             .divisions = 1,
             .square_roots = 2,
             .slots = {"square_avg", "acc_delta"}},
    .prepare = prepare,
    DSC_UPDATES(adadelta),
};

#endif
