#ifdef DSC_REAL

DSC_MULTIVERSION
static void DSC_NAME(sgd)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                          DSC_REAL *const *state) {
    const DSC_REAL rate = (DSC_REAL)-c->value[LR], momentum = (DSC_REAL)c->value[MOMENTUM];
    const DSC_REAL undamped = (DSC_REAL)(1 - c->value[DAMPENING]);
    DSC_REAL *restrict v = state[0];
    if (c->value[MOMENTUM] == 0) {
        for (size_t i = 0; i < n; ++i)
            p[i] += rate * g[i];
        return;
    }
    if (c->value[NESTEROV] != 0) {
        for (size_t i = 0; i < n; ++i) {
            v[i] = c->fresh ? g[i] : v[i] * momentum + undamped * g[i];
            p[i] += rate * (g[i] + momentum * v[i]);
        }
    } else {
        for (size_t i = 0; i < n; ++i) {
            v[i] = c->fresh ? g[i] : v[i] * momentum + undamped * g[i];
            p[i] += rate * v[i];
        }
    }
}

#else

#include <math.h>

#include "optimizers/rule.h"

enum { LR, MOMENTUM, DAMPENING, WEIGHT_DECAY, NESTEROV, MAXIMIZE }; /* the options; the coefficients too */

#define DSC_TEMPLATE "optimizers/sgd.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-3),
    [MOMENTUM] = {"momentum", DSC_OPTION_REAL, 0, 0, INFINITY, false, true,
                  "share of the last velocity that is kept"},
    [DAMPENING] = {"dampening", DSC_OPTION_REAL, 0, -INFINITY, INFINITY, true, true,
                   "share of the gradient kept out of the velocity, from the second step on"},
    [WEIGHT_DECAY] = DSC_OPTION_WEIGHT_DECAY(0),
    [NESTEROV] = DSC_OPTION_FLAG_OFF("nesterov", "Nesterov momentum: look one velocity ahead"),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
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

static uint32_t slots(const double *values) {
    return values[MOMENTUM] != 0 ? 1 : 0;
}

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    (void)step;
    c->value[LR] = values[LR];
    c->value[MOMENTUM] = values[MOMENTUM];
    c->value[DAMPENING] = values[DAMPENING];
    c->value[NESTEROV] = values[NESTEROV];
}

const dsc_rule dsc_rule_sgd = {
    .info = {.name = "sgd",
             .title = "Stochastic gradient descent, with momentum",
             .source = "torch.optim.SGD",
             .formula = "g += weight_decay w; v = momentum v + (1 - dampening) g (v = g at first); "
                        "w -= lr v, or lr (g + momentum v) with nesterov",
             .options = options,
             .option_count = DSC_COUNT(options),
             .slots = {"momentum_buffer"}},
    .check = check,
    .slots = slots,
    .prepare = prepare,
    .update_f32 = sgd_f32,
    .update_f64 = sgd_f64,
};

#endif
