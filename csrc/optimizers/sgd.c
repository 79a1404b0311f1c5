#ifdef DSC_REAL

/* Inlined with constant flags, so that each pair of them has a loop of its own. */
__attribute__((always_inline)) static inline void
DSC_NAME(sgd_loop)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                   DSC_REAL *restrict v, const bool nesterov, const bool lr_in_velocity) {
    const DSC_REAL lr = (DSC_REAL)c->value[LR], momentum = (DSC_REAL)c->value[MOMENTUM];
    const DSC_REAL undamped = (DSC_REAL)(1 - c->value[DAMPENING]);
    const bool fresh = c->fresh;
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL d = lr_in_velocity ? lr * g[i] : g[i];
        const DSC_REAL velocity = fresh ? d : v[i] * momentum + undamped * d;
        v[i] = velocity;
        const DSC_REAL step = nesterov ? d + momentum * velocity : velocity;
        p[i] -= lr_in_velocity ? step : lr * step;
    }
}

DSC_MULTIVERSION
static void DSC_NAME(sgd)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                          DSC_REAL *const *state) {
    const DSC_REAL lr = (DSC_REAL)c->value[LR];
    bool nesterov = c->value[NESTEROV] != 0, inside = c->value[LR_IN_VELOCITY] != 0;
    if (c->value[MOMENTUM] == 0)
        for (size_t i = 0; i < n; ++i)
            p[i] -= lr * g[i];
    else if (nesterov && inside)
        DSC_NAME(sgd_loop)(c, n, p, g, state[0], true, true);
    else if (nesterov)
        DSC_NAME(sgd_loop)(c, n, p, g, state[0], true, false);
    else if (inside)
        DSC_NAME(sgd_loop)(c, n, p, g, state[0], false, true);
    else
        DSC_NAME(sgd_loop)(c, n, p, g, state[0], false, false);
}

#else

#include <math.h>

#include "optimizers/rule.h"

/* The options; the coefficients too. */
enum { LR, MOMENTUM, DAMPENING, WEIGHT_DECAY, NESTEROV, MAXIMIZE, LR_IN_VELOCITY };

#define DSC_TEMPLATE "optimizers/sgd.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-3),
    [MOMENTUM] = DSC_OPTION_MOMENTUM(0),
    [DAMPENING] = DSC_OPTION_REAL_ANY(
        "dampening", 0, "share of the gradient kept out of the velocity, from the second step on"),
    [WEIGHT_DECAY] = DSC_OPTION_WEIGHT_DECAY(0),
    [NESTEROV] = DSC_OPTION_FLAG_AT("nesterov", 0, "Nesterov momentum: look one velocity ahead"),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
    [LR_IN_VELOCITY] = DSC_OPTION_FLAG_AT(
        "lr_in_velocity", 0, "v = momentum v + lr g (Rumelhart 1986): steps made at older rates keep them"),
};

static dsc_status check(const double *values) {
    double momentum = values[MOMENTUM];
    double dampening = values[DAMPENING];
    if (values[NESTEROV] != 0 && (momentum <= 0 || dampening != 0))
        return dsc_fail(DSC_ERROR_OPTION,
                        "sgd: nesterov needs momentum > 0 and dampening = 0; they are %g and %g", momentum,
                        dampening);
    return DSC_OK;
}

static uint32_t slots(const double *values, bool is_matrix) {
    (void)is_matrix;
    return values[MOMENTUM] != 0 ? 1 : 0;
}

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    (void)step;
    c->value[LR] = values[LR];
    c->value[MOMENTUM] = values[MOMENTUM];
    c->value[DAMPENING] = values[DAMPENING];
    c->value[NESTEROV] = values[NESTEROV];
    c->value[LR_IN_VELOCITY] = values[LR_IN_VELOCITY];
}

const dsc_rule dsc_rule_sgd = {
    .info = {.name = "sgd",
             .title = "Stochastic gradient descent, with momentum",
             .source = "torch.optim.SGD; lr_in_velocity: Rumelhart, Hinton and Williams 1986",
             .formula = "g += weight_decay w; v = momentum v + (1 - dampening) g (v = g at first); "
                        "w -= lr v, or lr (g + momentum v) with nesterov",
             DSC_OPTIONS(options),
             .slots = {"momentum_buffer"},
             .state_summary = "momentum_buffer with momentum"},
    .check = check,
    .slots = slots,
    .prepare = prepare,
    DSC_UPDATES(sgd),
};

#endif
