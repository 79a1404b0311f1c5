#ifdef DSC_REAL

DSC_MULTIVERSION
static void DSC_NAME(rprop)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                            DSC_REAL *const *state) {
    const DSC_REAL minus = (DSC_REAL)c->value[ETAMINUS], plus = (DSC_REAL)c->value[ETAPLUS];
    const DSC_REAL lowest = (DSC_REAL)c->value[STEP_SIZE_MIN], highest = (DSC_REAL)c->value[STEP_SIZE_MAX];
    DSC_REAL *restrict last = state[0], *restrict size = state[1];
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i], agreement = gradient * last[i];
        DSC_REAL factor = 1; /* as for 0, also for NaN */
        factor = agreement > 0 ? plus : factor;
        factor = agreement < 0 ? minus : factor;
        DSC_REAL next = size[i] * factor;
        next = next < lowest ? lowest : next;
        next = next > highest ? highest : next;
        size[i] = next;
        const DSC_REAL used = agreement < 0 ? 0 : gradient;
        DSC_REAL sign = 0;
        sign = used > 0 ? 1 : sign;
        sign = used < 0 ? -1 : sign;
        p[i] -= sign * next;
        last[i] = used;
    }
}

#else

#include "optimizers/rule.h"

enum {
    LR,
    ETAMINUS,
    ETAPLUS,
    STEP_SIZE_MIN,
    STEP_SIZE_MAX,
    MAXIMIZE
}; /* the options; the coefficients too */
enum { PREV, STEP_SIZE };

#define DSC_TEMPLATE "optimizers/rprop.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_REAL_FROM("lr", 1e-2, 0, "size of the first steps"),
    [ETAMINUS] = DSC_OPTION("etaminus", DSC_OPTION_REAL, 0.5, 0, 1, true, true,
                            "factor of a step size after the gradient's sign has changed", NULL),
    [ETAPLUS] = DSC_OPTION_REAL_ABOVE("etaplus", 1.2, 1, "factor of a step size while the sign stays"),
    [STEP_SIZE_MIN] = DSC_OPTION_REAL_ANY("step_size_min", 1e-6, "smallest step"),
    [STEP_SIZE_MAX] = DSC_OPTION_REAL_ANY("step_size_max", 50, "largest step"),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static double initial(const double *values, size_t slot) {
    return slot == STEP_SIZE ? values[LR] : 0;
}

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    (void)step;
    for (int i = ETAMINUS; i <= STEP_SIZE_MAX; ++i)
        c->value[i] = values[i];
}

const dsc_rule dsc_rule_rprop = {
    .info = {.name = "rprop",
             .title = "Resilient backpropagation: step sizes from the gradient's signs alone",
             .source = "torch.optim.Rprop; Riedmiller and Braun 1993",
             .formula =
                 "s = clamp(s etaplus if g g_before > 0, s etaminus and g = 0 if < 0, between step_size_min "
                 "and step_size_max); w -= s sign(g)",
             DSC_OPTIONS(options),
             .slots = {"prev", "step_size"}},
    .initial = initial,
    .prepare = prepare,
    DSC_UPDATES(rprop),
};

#endif
