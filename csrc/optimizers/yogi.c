#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static void DSC_NAME(yogi)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                           DSC_REAL *const *state) {
    const DSC_REAL beta1 = (DSC_REAL)c->value[DECAY], weight1 = (DSC_REAL)c->value[WEIGHT1];
    const DSC_REAL weight2 = (DSC_REAL)c->value[WEIGHT2], rate = (DSC_REAL)-c->value[STEP_SIZE];
    const DSC_REAL correction = (DSC_REAL)c->value[CORRECTION], eps = (DSC_REAL)c->value[ADDED];
    DSC_REAL *restrict m = state[0], *restrict v = state[1];
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i], before = v[i];
        const DSC_REAL difference = gradient * gradient - before;
        DSC_REAL sign = difference; /* NaN stays NaN */
        sign = difference > 0 ? 1 : sign;
        sign = difference < 0 ? -1 : sign;
        const DSC_REAL mean = beta1 * m[i] + weight1 * gradient;
        /* The weight first: the bare square would overflow earlier. */
        const DSC_REAL square = before + weight2 * sign * gradient * gradient;
        m[i] = mean;
        v[i] = square;
        p[i] += rate * mean / (dsc_sqrt(square) * correction + eps);
    }
}

#else

#include <math.h>

#include "optimizers/rule.h"

enum { DECAY, WEIGHT1, WEIGHT2, STEP_SIZE, CORRECTION, ADDED };
enum { LR, BETA1, BETA2, EPS, WEIGHT_DECAY, INITIAL, BIAS_CORRECTION, MAXIMIZE };

#define DSC_TEMPLATE "optimizers/yogi.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-2),
    [BETA1] = DSC_OPTION_BETA1(0.9),
    [BETA2] = DSC_OPTION_BETA2(0.999),
    [EPS] = DSC_OPTION_EPS(1e-3),
    [WEIGHT_DECAY] = DSC_OPTION_WEIGHT_DECAY(0),
    [INITIAL] = DSC_OPTION_REAL_FROM("initial_accumulator_value", 0, 0, "what the squares start with"),
    [BIAS_CORRECTION] = DSC_OPTION_FLAG_AT("bias_correction", 1,
                                           "divide the means by 1 - beta^t, as d2l; the paper does not"),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static double initial(const double *values, size_t slot) {
    return slot == 1 ? values[INITIAL] : 0;
}

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    bool corrects = values[BIAS_CORRECTION] != 0;
    c->value[DECAY] = values[BETA1];
    c->value[WEIGHT1] = 1 - values[BETA1];
    c->value[WEIGHT2] = 1 - values[BETA2];
    c->value[STEP_SIZE] = values[LR] / (corrects ? dsc_bias_correction(values[BETA1], step) : 1);
    c->value[CORRECTION] = corrects ? 1 / sqrt(dsc_bias_correction(values[BETA2], step)) : 1;
    c->value[ADDED] = values[EPS];
}

const dsc_rule dsc_rule_yogi = {
    .info = {.name = "yogi",
             .title = "Yogi: Adam whose squares change by no more than a gradient's",
             .source = "Dive into Deep Learning 12.10; Zaheer et al. 2018, Adaptive Methods for Nonconvex "
                       "Optimization (bias_correction 0, initial_accumulator_value 1e-6)",
             .formula = "m = beta1 m + (1 - beta1) g; v += (1 - beta2) sign(g^2 - v) g^2; "
                        "w -= lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)",
             DSC_OPTIONS(options),
             .divisions = 1,
             .square_roots = 1,
             .slots = {"exp_avg", "exp_avg_sq"}},
    .initial = initial,
    .prepare = prepare,
    DSC_UPDATES(yogi),
};

#endif
