#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static void DSC_NAME(radam)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                            DSC_REAL *const *state) {
    const DSC_REAL weight1 = (DSC_REAL)c->value[WEIGHT1], beta2 = (DSC_REAL)c->value[DECAY];
    const DSC_REAL weight2 = (DSC_REAL)c->value[WEIGHT2], rate = (DSC_REAL)c->value[RATE];
    const DSC_REAL eps = (DSC_REAL)c->value[ADDED];
    DSC_REAL *restrict m = state[0], *restrict v = state[1];
    const bool rectified = c->value[IS_RECTIFIED] != 0;
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i];
        const DSC_REAL mean = DSC_NAME(dsc_lerp)(m[i], gradient, weight1);
        const DSC_REAL square = DSC_NAME(dsc_mean_square)(v[i], gradient, beta2, weight2);
        m[i] = mean;
        v[i] = square;
        p[i] -= rectified ? rate * mean / (dsc_sqrt(square) + eps) : rate * mean;
    }
}

#else

#include <math.h>

#include "optimizers/rule.h"

enum { WEIGHT1, DECAY, WEIGHT2, RATE, IS_RECTIFIED, ADDED };
enum { LR, BETA1, BETA2, EPS, WEIGHT_DECAY, DECOUPLED, MAXIMIZE };

#define DSC_TEMPLATE "optimizers/radam.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-3),
    [BETA1] = DSC_OPTION_BETA1(0.9),
    [BETA2] = DSC_OPTION_BETA2(0.999),
    [EPS] = DSC_OPTION_EPS(1e-8),
    [WEIGHT_DECAY] = DSC_OPTION_WEIGHT_DECAY(0),
    [DECOUPLED] = DSC_OPTION_DECOUPLED(0),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    double beta2 = values[BETA2], t = (double)step;
    double correction1 = dsc_bias_correction(values[BETA1], step),
           correction2 = dsc_bias_correction(beta2, step);
    /* The lengths of a simple moving average with the same centre: in the limit, and now. */
    double limit = 2 / (1 - beta2) - 1, length = limit - 2 * t * pow(beta2, t) / correction2;
    double rate = values[LR] / correction1;
    if (length > 5)
        rate *= sqrt(correction2) *
                sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length));
    c->value[WEIGHT1] = 1 - values[BETA1];
    c->value[DECAY] = beta2;
    c->value[WEIGHT2] = 1 - beta2;
    c->value[RATE] = rate;
    c->value[IS_RECTIFIED] = length > 5;
    c->value[ADDED] = values[EPS];
}

const dsc_rule dsc_rule_radam = {
    .info = {.name = "radam",
             .title = "RAdam: Adam, adaptive only once the variance can be told",
             .source = "torch.optim.RAdam; Liu et al. 2020, arXiv:1908.03265",
             .formula =
                 "m, v as Adam; rho = rho_inf - 2 t beta2^t / (1 - beta2^t), rho_inf = 2 / (1 - beta2) - 1; "
                 "w -= lr m / (1 - beta1^t), if rho > 5 times r sqrt(1 - beta2^t) / (sqrt(v) + eps), "
                 "r^2 = (rho - 4)(rho - 2) rho_inf / ((rho_inf - 4)(rho_inf - 2) rho)",
             DSC_OPTIONS(options),
             .divisions = 1,
             .square_roots = 1,
             .slots = {"exp_avg", "exp_avg_sq"}},
    .prepare = prepare,
    DSC_UPDATES(radam),
};

#endif
