#ifdef DSC_REAL

DSC_MULTIVERSION
static void DSC_NAME(sgd)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p,
                          const DSC_REAL *g, DSC_REAL *const *state) {
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

enum { LR, MOMENTUM, DAMPENING, NESTEROV };

#define DSC_TEMPLATE "optimizers/sgd.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    DSC_OPTION_LR(1e-3),
    {"momentum", DSC_OPTION_REAL, 0, 0, INFINITY, false, true,
     "share of the last velocity that is kept"},
    {"dampening", DSC_OPTION_REAL, 0, -INFINITY, INFINITY, true, true,
     "share of the gradient kept out of the velocity, from the second step on"},
    DSC_OPTION_WEIGHT_DECAY(0),
    DSC_OPTION_FLAG_OFF("nesterov", "Nesterov momentum: look one velocity ahead"),
    DSC_OPTION_MAXIMIZE,
};

static dsc_status check(const dsc_rule_info *info, const double *values) {
    double momentum = dsc_option_get(info, values, "momentum", 0);
    double dampening = dsc_option_get(info, values, "dampening", 0);
    if (dsc_option_get(info, values, "nesterov", 0) != 0 && (momentum <= 0 || dampening != 0))
        return dsc_fail(DSC_ERROR_OPTION,
                        "sgd: nesterov needs momentum > 0 and dampening = 0; they are %g and %g",
                        momentum, dampening);
    return DSC_OK;
}

static uint32_t slots(const dsc_rule_info *info, const double *values) {
    return dsc_option_get(info, values, "momentum", 0) != 0 ? 1 : 0;
}

static void prepare(const dsc_rule_info *info, const double *values, int64_t step,
                    dsc_coefficients *c) {
    (void)step;
    c->value[LR] = dsc_option_get(info, values, "lr", 0);
    c->value[MOMENTUM] = dsc_option_get(info, values, "momentum", 0);
    c->value[DAMPENING] = dsc_option_get(info, values, "dampening", 0);
    c->value[NESTEROV] = dsc_option_get(info, values, "nesterov", 0);
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
