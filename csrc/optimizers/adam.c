#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static void DSC_NAME(adam)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                           DSC_REAL *const *state) {
    const DSC_REAL weight1 = (DSC_REAL)c->value[WEIGHT1], beta2 = (DSC_REAL)c->value[BETA2];
    const DSC_REAL weight2 = (DSC_REAL)c->value[WEIGHT2], rate = (DSC_REAL)-c->value[STEP_SIZE];
    const DSC_REAL correction = (DSC_REAL)c->value[CORRECTION], eps = (DSC_REAL)c->value[EPS];
    DSC_REAL *restrict m = state[0], *restrict v = state[1], *restrict largest = state[2];
    if (c->value[AMSGRAD] != 0) {
        for (size_t i = 0; i < n; ++i) {
            m[i] += weight1 * (g[i] - m[i]);
            v[i] = v[i] * beta2 + weight2 * (g[i] * g[i]);
            /* as torch.maximum: a NaN in either stays */
            largest[i] = v[i] > largest[i] || v[i] != v[i] ? v[i] : largest[i];
            p[i] += rate * m[i] / (dsc_sqrt(largest[i]) / correction + eps);
        }
    } else {
        for (size_t i = 0; i < n; ++i) {
            m[i] += weight1 * (g[i] - m[i]);
            v[i] = v[i] * beta2 + weight2 * (g[i] * g[i]);
            p[i] += rate * m[i] / (dsc_sqrt(v[i]) / correction + eps);
        }
    }
}

#else

#include <math.h>

#include "optimizers/rule.h"

enum { WEIGHT1, BETA2, WEIGHT2, STEP_SIZE, CORRECTION, EPS, AMSGRAD };
enum {
    LR_OPTION,
    BETA1_OPTION,
    BETA2_OPTION,
    EPS_OPTION,
    WEIGHT_DECAY_OPTION,
    AMSGRAD_OPTION,
    MAXIMIZE_OPTION,
    DECOUPLED_OPTION
};

#define DSC_TEMPLATE "optimizers/adam.c"
#include "core/instantiate.h"

#define BETA(name, initial, summary)                                                                         \
    { name, DSC_OPTION_REAL, initial, 0, 1, false, true, summary }
#define OPTIONS(decay, decoupled)                                                                            \
    {                                                                                                        \
        [LR_OPTION] = DSC_OPTION_LR(1e-3),                                                                   \
        [BETA1_OPTION] = BETA("beta1", 0.9, "decay of the running mean of gradients"),                       \
        [BETA2_OPTION] = BETA("beta2", 0.999, "decay of the running mean of their squares"),                 \
        [EPS_OPTION] = DSC_OPTION_EPS(1e-8), [WEIGHT_DECAY_OPTION] = DSC_OPTION_WEIGHT_DECAY(decay),         \
        [AMSGRAD_OPTION] =                                                                                   \
            DSC_OPTION_FLAG_OFF("amsgrad", "divide by the largest running mean of squares so far"),          \
        [MAXIMIZE_OPTION] = DSC_OPTION_MAXIMIZE, [DECOUPLED_OPTION] = {                                      \
            "decoupled_weight_decay",                                                                        \
            DSC_OPTION_FLAG,                                                                                 \
            decoupled,                                                                                       \
            0,                                                                                               \
            1,                                                                                               \
            false,                                                                                           \
            false,                                                                                           \
            "shrink the weights by lr * weight_decay instead of adding to the "                              \
            "gradient"                                                                                       \
        }                                                                                                    \
    }

static const dsc_option_info adam_options[] = OPTIONS(0, 0);
static const dsc_option_info adamw_options[] = OPTIONS(1e-2, 1);

static uint32_t slots(const double *values) {
    return values[AMSGRAD_OPTION] != 0 ? 7 : 3;
}

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    double beta1 = values[BETA1_OPTION];
    double beta2 = values[BETA2_OPTION];
    c->value[WEIGHT1] = 1 - beta1;
    c->value[BETA2] = beta2;
    c->value[WEIGHT2] = 1 - beta2;
    c->value[STEP_SIZE] = values[LR_OPTION] / (1 - pow(beta1, (double)step));
    c->value[CORRECTION] = sqrt(1 - pow(beta2, (double)step));
    c->value[EPS] = values[EPS_OPTION];
    c->value[AMSGRAD] = values[AMSGRAD_OPTION];
}

#define RULE(rule, heading, page, table)                                                                     \
    {                                                                                                        \
        .info = {.name = rule,                                                                               \
                 .title = heading,                                                                           \
                 .source = page,                                                                             \
                 .formula = "m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; "                   \
                            "w -= lr m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps)",                   \
                 .options = table,                                                                           \
                 .option_count = DSC_COUNT(table),                                                           \
                 .slots = {"exp_avg", "exp_avg_sq", "max_exp_avg_sq"}},                                      \
        .slots = slots, .prepare = prepare, .update_f32 = adam_f32, .update_f64 = adam_f64,                  \
    }

const dsc_rule dsc_rule_adam = RULE("adam", "Adam: adaptive moment estimation",
                                    "torch.optim.Adam; Kingma and Ba 2015, arXiv:1412.6980", adam_options);
const dsc_rule dsc_rule_adamw =
    RULE("adamw", "Adam with decoupled weight decay",
         "torch.optim.AdamW; Loshchilov and Hutter 2019, arXiv:1711.05101", adamw_options);

#endif
