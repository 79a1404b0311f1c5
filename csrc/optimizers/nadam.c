#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static void DSC_NAME(nadam)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                            DSC_REAL *const *state) {
    const DSC_REAL weight1 = (DSC_REAL)c->value[WEIGHT1], beta2 = (DSC_REAL)c->value[DECAY];
    const DSC_REAL weight2 = (DSC_REAL)c->value[WEIGHT2], correction = (DSC_REAL)c->value[CORRECTION];
    const DSC_REAL gradient_rate = (DSC_REAL)c->value[GRADIENT_RATE];
    const DSC_REAL mean_rate = (DSC_REAL)c->value[MEAN_RATE], eps = (DSC_REAL)c->value[ADDED];
    DSC_REAL *restrict m = state[0], *restrict v = state[1];
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i];
        const DSC_REAL mean = DSC_NAME(dsc_lerp)(m[i], gradient, weight1);
        const DSC_REAL square = DSC_NAME(dsc_mean_square)(v[i], gradient, beta2, weight2);
        m[i] = mean;
        v[i] = square;
        /* Corrected under the root, where it can overflow, as in PyTorch. */
        p[i] -= (gradient_rate * gradient + mean_rate * mean) / (dsc_sqrt(square * correction) + eps);
    }
}

#else

#include <math.h>

#include "optimizers/rule.h"

enum { WEIGHT1, DECAY, WEIGHT2, CORRECTION, GRADIENT_RATE, MEAN_RATE, ADDED };
enum { LR, BETA1, BETA2, EPS, WEIGHT_DECAY, MOMENTUM_DECAY, DECOUPLED, MAXIMIZE };
enum { MU_PRODUCT };

#define DSC_TEMPLATE "optimizers/nadam.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(2e-3),
    [BETA1] = DSC_OPTION_BETA1(0.9),
    [BETA2] = DSC_OPTION_BETA2(0.999),
    [EPS] = DSC_OPTION_EPS(1e-8),
    [WEIGHT_DECAY] = DSC_OPTION_WEIGHT_DECAY(0),
    [MOMENTUM_DECAY] =
        DSC_OPTION_REAL_FROM("momentum_decay", 4e-3, 0, "how fast the momentum rises to beta1"),
    [DECOUPLED] = DSC_OPTION_DECOUPLED(0),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static void start(const double *values, double *scalars) {
    (void)values;
    scalars[MU_PRODUCT] = 1;
}

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    double beta1 = values[BETA1], decay = values[MOMENTUM_DECAY], t = (double)step;
    double mu = beta1 * (1 - 0.5 * pow(0.96, t * decay)),
           next = beta1 * (1 - 0.5 * pow(0.96, (t + 1) * decay));
    /* PyTorch keeps the product in float32, whatever the parameters are. */
    double product = (double)((float)c->scalar[MU_PRODUCT] * (float)mu);
    c->scalar[MU_PRODUCT] = product;
    c->value[WEIGHT1] = 1 - beta1;
    c->value[DECAY] = values[BETA2];
    c->value[WEIGHT2] = 1 - values[BETA2];
    c->value[CORRECTION] = 1 / dsc_bias_correction(values[BETA2], step);
    c->value[GRADIENT_RATE] = values[LR] * (1 - mu) / (1 - product);
    c->value[MEAN_RATE] = values[LR] * next / (1 - product * next);
    c->value[ADDED] = values[EPS];
}

const dsc_rule dsc_rule_nadam = {
    .info = {.name = "nadam",
             .title = "NAdam: Adam with Nesterov momentum",
             .source = "torch.optim.NAdam; Dozat 2016, Incorporating Nesterov Momentum into Adam",
             .formula =
                 "mu_t = beta1 (1 - 0.96^(t momentum_decay) / 2); m, v as Adam; w -= lr ((1 - mu_t) g / "
                 "(1 - mu_1 ... mu_t) + mu_{t+1} m / (1 - mu_1 ... mu_{t+1})) / "
                 "(sqrt(v / (1 - beta2^t)) + eps)",
             DSC_OPTIONS(options),
             .divisions = 1,
             .square_roots = 1,
             .slots = {"exp_avg", "exp_avg_sq"},
             .scalars = {"mu_product"}},
    .start = start,
    .prepare = prepare,
    DSC_UPDATES(nadam),
};

#endif
