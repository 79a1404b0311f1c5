#ifdef DSC_REAL

#include "core/real_math.h"

/* Inlined with constant flags, so that each pair of them has a loop of its own. */
__attribute__((always_inline)) static inline void DSC_NAME(adam_loop)(const dsc_coefficients *c, size_t n,
                                                                      DSC_REAL *restrict p, const DSC_REAL *g,
                                                                      DSC_REAL *const *state,
                                                                      const bool amsgrad, const bool inside) {
    const DSC_REAL weight1 = (DSC_REAL)c->value[WEIGHT1], beta2 = (DSC_REAL)c->value[BETA2];
    const DSC_REAL weight2 = (DSC_REAL)c->value[WEIGHT2], rate = (DSC_REAL)-c->value[STEP_SIZE];
    const DSC_REAL correction = (DSC_REAL)c->value[CORRECTION], eps = (DSC_REAL)c->value[EPS];
    const DSC_REAL shrink = (DSC_REAL)c->shrink;
    DSC_REAL *restrict m = state[0], *restrict v = state[1], *restrict largest = state[2];
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i];
        const DSC_REAL mean = DSC_NAME(dsc_lerp)(m[i], gradient, weight1);
        DSC_REAL square = DSC_NAME(dsc_mean_square)(v[i], gradient, beta2, weight2);
        m[i] = mean;
        v[i] = square;
        if (amsgrad) {
            /* as torch.maximum: a NaN in either stays */
            const DSC_REAL before = largest[i];
            square = square > before || square != square ? square : before;
            largest[i] = square;
        }
        DSC_REAL root =
            inside ? dsc_sqrt(square * (correction * correction) + eps) : dsc_sqrt(square) * correction + eps;
        p[i] = p[i] * shrink + rate * mean / root;
    }
}

DSC_MULTIVERSION
static void DSC_NAME(adam)(const dsc_coefficients *c, size_t n, DSC_REAL *p, const DSC_REAL *g,
                           DSC_REAL *const *state) {
    bool amsgrad = c->value[AMSGRAD] != 0, inside = c->value[INSIDE] != 0;
    if (amsgrad && inside)
        DSC_NAME(adam_loop)(c, n, p, g, state, true, true);
    else if (amsgrad)
        DSC_NAME(adam_loop)(c, n, p, g, state, true, false);
    else if (inside)
        DSC_NAME(adam_loop)(c, n, p, g, state, false, true);
    else
        DSC_NAME(adam_loop)(c, n, p, g, state, false, false);
}

#else

#include <math.h>

#include "optimizers/rule.h"

enum { WEIGHT1, BETA2, WEIGHT2, STEP_SIZE, CORRECTION, EPS, AMSGRAD, INSIDE };
enum {
    LR_OPTION,
    BETA1_OPTION,
    BETA2_OPTION,
    EPS_OPTION,
    WEIGHT_DECAY_OPTION,
    AMSGRAD_OPTION,
    MAXIMIZE_OPTION,
    DECOUPLED_OPTION,
    EPSILON_PLACEMENT_OPTION
};

#define DSC_TEMPLATE "optimizers/adam.c"
#include "core/instantiate.h"

#define TABLE(decay, decoupled)                                                                              \
    {                                                                                                        \
        [LR_OPTION] = DSC_OPTION_LR(1e-3), [BETA1_OPTION] = DSC_OPTION_BETA1(0.9),                           \
        [BETA2_OPTION] = DSC_OPTION_BETA2(0.999), [EPS_OPTION] = DSC_OPTION_EPS(1e-8),                       \
        [WEIGHT_DECAY_OPTION] = DSC_OPTION_WEIGHT_DECAY(decay),                                              \
        [AMSGRAD_OPTION] =                                                                                   \
            DSC_OPTION_FLAG_AT("amsgrad", 0, "divide by the largest running mean of squares so far"),        \
        [MAXIMIZE_OPTION] = DSC_OPTION_MAXIMIZE, [DECOUPLED_OPTION] = DSC_OPTION_DECOUPLED(decoupled),       \
        [EPSILON_PLACEMENT_OPTION] = DSC_OPTION_EPSILON_PLACEMENT                                            \
    }

static const dsc_option_info adam_options[] = TABLE(0, 0);
static const dsc_option_info adamw_options[] = TABLE(1e-2, 1);

static uint32_t slots(const double *values, bool is_matrix) {
    (void)is_matrix;
    return values[AMSGRAD_OPTION] != 0 ? 7 : 3;
}

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    c->value[WEIGHT1] = 1 - values[BETA1_OPTION];
    c->value[BETA2] = values[BETA2_OPTION];
    c->value[WEIGHT2] = 1 - values[BETA2_OPTION];
    c->value[STEP_SIZE] = values[LR_OPTION] / dsc_bias_correction(values[BETA1_OPTION], step);
    c->value[CORRECTION] = 1 / sqrt(dsc_bias_correction(values[BETA2_OPTION], step));
    c->value[EPS] = values[EPS_OPTION];
    c->value[AMSGRAD] = values[AMSGRAD_OPTION];
    c->value[INSIDE] = values[EPSILON_PLACEMENT_OPTION];
}

#define RULE(rule, heading, page, table)                                                                     \
    {                                                                                                        \
        .info = {.name = rule,                                                                               \
                 .title = heading,                                                                           \
                 .source = page,                                                                             \
                 .formula = "m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; "                   \
                            "w -= lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)",                   \
                 DSC_OPTIONS(table),                                                                         \
                 .divisions = 1,                                                                             \
                 .square_roots = 1,                                                                          \
                 .slots = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"},                                       \
                 .state_summary = "exp_avg, exp_avg_sq; max_exp_avg_sq with amsgrad"},                       \
        .slots = slots, .shrinks = true, .prepare = prepare, DSC_UPDATES(adam),                              \
    }

const dsc_rule dsc_rule_adam = RULE("adam", "Adam: adaptive moment estimation",
                                    "torch.optim.Adam; Kingma and Ba 2015, arXiv:1412.6980", adam_options);
const dsc_rule dsc_rule_adamw =
    RULE("adamw", "Adam with decoupled weight decay",
         "torch.optim.AdamW; Loshchilov and Hutter 2019, arXiv:1711.05101", adamw_options);

#endif
