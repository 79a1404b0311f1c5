#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static void DSC_NAME(sparse_adam)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p,
                                  const DSC_REAL *g, DSC_REAL *const *state) {
    const DSC_REAL weight1 = (DSC_REAL)c->value[WEIGHT1], weight2 = (DSC_REAL)c->value[WEIGHT2];
    const DSC_REAL rate = (DSC_REAL)-c->value[STEP_SIZE], eps = (DSC_REAL)c->value[ADDED];
    DSC_REAL *restrict m = state[0], *restrict v = state[1];
    for (size_t i = 0; i < n; ++i) {
        /* PyTorch's own order here: neither lerp nor addcmul. */
        const DSC_REAL gradient = g[i], old_mean = m[i], old_square = v[i];
        const DSC_REAL mean = old_mean + weight1 * (gradient - old_mean);
        const DSC_REAL square = old_square + weight2 * (gradient * gradient - old_square);
        m[i] = mean;
        v[i] = square;
        p[i] += rate * mean / (dsc_sqrt(square) + eps);
    }
}

#else

#include <math.h>

#include "optimizers/rule.h"

enum { WEIGHT1, WEIGHT2, STEP_SIZE, ADDED };
enum { LR, BETA1, BETA2, EPS, MAXIMIZE };

#define DSC_TEMPLATE "optimizers/sparse_adam.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_REAL_ABOVE("lr", 1e-3, 0, "learning rate"),
    [BETA1] = DSC_OPTION_BETA1(0.9),
    [BETA2] = DSC_OPTION_BETA2(0.999),
    [EPS] = DSC_OPTION_REAL_ABOVE("eps", 1e-8, 0, "added to the denominator"),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    c->value[WEIGHT1] = 1 - values[BETA1];
    c->value[WEIGHT2] = 1 - values[BETA2];
    c->value[STEP_SIZE] = values[LR] * sqrt(dsc_bias_correction(values[BETA2], step)) /
                          dsc_bias_correction(values[BETA1], step);
    c->value[ADDED] = values[EPS];
}

const dsc_rule dsc_rule_sparse_adam = {
    .info = {.name = "sparse_adam",
             .title = "Adam for row-sparse gradients: rows without a gradient keep their moments",
             .source = "torch.optim.SparseAdam",
             .formula = "for the gradient's rows: m += (1 - beta1)(g - m); v += (1 - beta2)(g^2 - v); "
                        "w -= lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + eps)",
             DSC_OPTIONS(options),
             .divisions = 1,
             .square_roots = 1,
             .slots = {"exp_avg", "exp_avg_sq"}},
    .prepare = prepare,
    DSC_UPDATES(sparse_adam),
};

#endif
