#ifdef DSC_REAL

#include "core/real_math.h"

/* Inlined with a constant flag, so that each placement of eps has a loop of its own. */
__attribute__((always_inline)) static inline void
DSC_NAME(adagrad_loop)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                       DSC_REAL *restrict sum, const bool inside) {
    const DSC_REAL rate = (DSC_REAL)-c->value[RATE], eps = (DSC_REAL)c->value[ADDED];
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i], squares = sum[i] + gradient * gradient;
        sum[i] = squares;
        p[i] += rate * gradient / (inside ? dsc_sqrt(squares + eps) : dsc_sqrt(squares) + eps);
    }
}

DSC_MULTIVERSION
static void DSC_NAME(adagrad)(const dsc_coefficients *c, size_t n, DSC_REAL *p, const DSC_REAL *g,
                              DSC_REAL *const *state) {
    if (c->value[INSIDE] != 0)
        DSC_NAME(adagrad_loop)(c, n, p, g, state[0], true);
    else
        DSC_NAME(adagrad_loop)(c, n, p, g, state[0], false);
}

#else

#include <math.h>

#include "optimizers/rule.h"

enum { RATE, ADDED, INSIDE };
enum { LR, LR_DECAY, WEIGHT_DECAY, INITIAL, EPS, MAXIMIZE, EPSILON_PLACEMENT };

#define DSC_TEMPLATE "optimizers/adagrad.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-2),
    [LR_DECAY] = DSC_OPTION_REAL_FROM("lr_decay", 0, 0, "step t has the rate lr / (1 + (t - 1) lr_decay)"),
    [WEIGHT_DECAY] = DSC_OPTION_WEIGHT_DECAY(0),
    [INITIAL] =
        DSC_OPTION_REAL_FROM("initial_accumulator_value", 0, 0, "what the sum of squares starts with"),
    [EPS] = DSC_OPTION_EPS(1e-10),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
    [EPSILON_PLACEMENT] = DSC_OPTION_EPSILON_PLACEMENT,
};

static double initial(const double *values, size_t slot) {
    (void)slot;
    return values[INITIAL];
}

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    c->value[RATE] = values[LR] / (1 + (double)(step - 1) * values[LR_DECAY]);
    c->value[ADDED] = values[EPS];
    c->value[INSIDE] = values[EPSILON_PLACEMENT];
}

const dsc_rule dsc_rule_adagrad = {
    .info = {.name = "adagrad",
             .title = "Adagrad: gradients divided by the root of the sum of their squares",
             .source = "torch.optim.Adagrad; Duchi, Hazan and Singer 2011",
             .formula = "s = s + g^2; w -= lr / (1 + (t - 1) lr_decay) g / (sqrt(s) + eps)",
             DSC_OPTIONS(options),
             .divisions = 1,
             .square_roots = 1,
             .slots = {"sum"}},
    .initial = initial,
    .prepare = prepare,
    DSC_UPDATES(adagrad),
};

#endif
