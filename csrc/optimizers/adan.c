#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static void DSC_NAME(adan)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                           DSC_REAL *const *state) {
    const DSC_REAL weight1 = (DSC_REAL)c->value[WEIGHT1], weight2 = (DSC_REAL)c->value[WEIGHT2];
    const DSC_REAL decay2 = 1 - weight2, decay3 = (DSC_REAL)c->value[DECAY3];
    const DSC_REAL weight3 = (DSC_REAL)c->value[WEIGHT3], mean_rate = (DSC_REAL)c->value[MEAN_RATE];
    const DSC_REAL change_rate = (DSC_REAL)c->value[CHANGE_RATE], before = (DSC_REAL)c->value[BEFORE];
    const DSC_REAL after = (DSC_REAL)c->value[AFTER], correction = (DSC_REAL)c->value[CORRECTION];
    const DSC_REAL eps = (DSC_REAL)c->value[ADDED];
    DSC_REAL *restrict m = state[0], *restrict v = state[1], *restrict s = state[2],
                       *restrict last = state[3];
    const bool fresh = c->fresh;
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i], change = fresh ? 0 : gradient - last[i];
        const DSC_REAL mean = DSC_NAME(dsc_lerp)(m[i], gradient, weight1);
        const DSC_REAL mean_change = DSC_NAME(dsc_lerp)(v[i], change, weight2);
        const DSC_REAL square = DSC_NAME(dsc_mean_square)(s[i], gradient + decay2 * change, decay3, weight3);
        m[i] = mean;
        v[i] = mean_change;
        s[i] = square;
        last[i] = gradient;
        const DSC_REAL step =
            (mean_rate * mean + change_rate * mean_change) / (dsc_sqrt(square) * correction + eps);
        p[i] = (p[i] * before - step) * after;
    }
}

#else

#include <math.h>

#include "optimizers/rule.h"

enum { WEIGHT1, WEIGHT2, DECAY3, WEIGHT3, MEAN_RATE, CHANGE_RATE, BEFORE, AFTER, CORRECTION, ADDED };
enum { LR, BETA1, BETA2, BETA3, EPS, WEIGHT_DECAY, NO_PROX, MAXIMIZE };

#define DSC_TEMPLATE "optimizers/adan.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-3),
    [BETA1] = DSC_OPTION_BETA1(0.98),
    [BETA2] = DSC_OPTION_BETA("beta2", 0.92, "decay of the running mean of the gradients' changes"),
    [BETA3] = DSC_OPTION_BETA("beta3", 0.99, "decay of the running mean of squares"),
    [EPS] = DSC_OPTION_EPS(1e-8),
    [WEIGHT_DECAY] = DSC_OPTION_REAL_FROM("weight_decay", 0, 0, "weights divided by 1 + lr times it"),
    [NO_PROX] =
        DSC_OPTION_FLAG_AT("no_prox", 0, "shrink the weights before the step, by 1 - lr weight_decay"),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    double lr = values[LR], decay = lr * values[WEIGHT_DECAY];
    bool prox = values[NO_PROX] == 0;
    c->value[WEIGHT1] = 1 - values[BETA1];
    c->value[WEIGHT2] = 1 - values[BETA2];
    c->value[DECAY3] = values[BETA3];
    c->value[WEIGHT3] = 1 - values[BETA3];
    c->value[MEAN_RATE] = lr / dsc_bias_correction(values[BETA1], step);
    c->value[CHANGE_RATE] = lr * values[BETA2] / dsc_bias_correction(values[BETA2], step);
    c->value[BEFORE] = prox ? 1 : 1 - decay;
    c->value[AFTER] = prox ? 1 / (1 + decay) : 1;
    c->value[CORRECTION] = 1 / sqrt(dsc_bias_correction(values[BETA3], step));
    c->value[ADDED] = values[EPS];
}

const dsc_rule dsc_rule_adan = {
    .info = {.name = "adan",
             .title = "Adan: adaptive Nesterov momentum from the gradients' changes",
             .source = "Xie et al. 2022, arXiv:2208.06677; optax.adan",
             .formula =
                 "d = g - g_before; m, v: means of g, d; s: mean of (g + beta2 d)^2, each corrected by "
                 "1 - beta^t; w = (w - lr (m + beta2 v) / (sqrt(s) + eps)) / (1 + lr weight_decay)",
             DSC_OPTIONS(options),
             .divisions = 1,
             .square_roots = 1,
             .slots = {"exp_avg", "exp_avg_diff", "exp_avg_sq", "previous_grad"}},
    .decay = DSC_DECAY_OWN,
    .prepare = prepare,
    DSC_UPDATES(adan),
};

#endif
