/* Both schedule-free rules. The parameters are the points y where gradients are taken; slot 0 is z, which
 * takes the steps; the average x, at which the model is evaluated, lies beyond y on the line from z. */
#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static void DSC_NAME(sgd)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict y, const DSC_REAL *g,
                          DSC_REAL *const *state) {
    const DSC_REAL weight = (DSC_REAL)c->value[WEIGHT], rate = (DSC_REAL)c->value[RATE];
    const DSC_REAL y_rate = (DSC_REAL)c->value[Y_RATE];
    DSC_REAL *restrict z = state[0];
    if (c->fresh)
        memcpy(z, y, n * sizeof *z);
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i], point = z[i];
        y[i] = DSC_NAME(dsc_lerp)(y[i], point, weight) + y_rate * gradient;
        z[i] = point - rate * gradient;
    }
}

DSC_MULTIVERSION
static void DSC_NAME(adamw)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict y, const DSC_REAL *g,
                            DSC_REAL *const *state) {
    const DSC_REAL weight = (DSC_REAL)c->value[WEIGHT], rate = (DSC_REAL)c->value[RATE];
    const DSC_REAL y_rate = (DSC_REAL)c->value[Y_RATE], beta2 = (DSC_REAL)c->value[DECAY];
    const DSC_REAL weight2 = (DSC_REAL)c->value[WEIGHT2], correction = (DSC_REAL)c->value[CORRECTION];
    const DSC_REAL eps = (DSC_REAL)c->value[ADDED], shrink = (DSC_REAL)c->value[SHRINK];
    DSC_REAL *restrict z = state[0], *restrict v = state[1];
    if (c->fresh)
        memcpy(z, y, n * sizeof *z);
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL gradient = g[i], before = y[i], point = z[i];
        const DSC_REAL square = DSC_NAME(dsc_mean_square)(v[i], gradient, beta2, weight2);
        const DSC_REAL d = gradient / (dsc_sqrt(square) * correction + eps) + shrink * before;
        v[i] = square;
        y[i] = DSC_NAME(dsc_lerp)(before, point, weight) + y_rate * d;
        z[i] = point - rate * d;
    }
}

#else

#include <math.h>
#include <string.h>

#include "optimizers/rule.h"

enum { WEIGHT, RATE, Y_RATE, DECAY, WEIGHT2, CORRECTION, ADDED, SHRINK };
enum { LR, MOMENTUM, WEIGHT_DECAY, WARMUP_STEPS, R, WEIGHT_LR_POWER, MAXIMIZE, BETA2, EPS };
enum { WEIGHT_SUM, LR_MAX };

#define DSC_TEMPLATE "optimizers/schedule_free.c"
#include "core/instantiate.h"

#define COMMON(lr, momentum)                                                                                 \
    [LR] = DSC_OPTION_LR(lr),                                                                                \
    [MOMENTUM] = DSC_OPTION(momentum, DSC_OPTION_REAL, 0.9, 0, 1, true, true,                                \
                            "share of the average in the points where gradients are taken", NULL),           \
    [WEIGHT_DECAY] = DSC_OPTION_REAL_FROM("weight_decay", 0, 0, "weight decay at those points"),             \
    [WARMUP_STEPS] = DSC_OPTION_WHOLE_IN("warmup_steps", 0, 0, 1e9, "steps over which lr rises linearly"),   \
    [R] = DSC_OPTION_REAL_ANY("r", 0, "step t has the weight t^r in the average"),                           \
    [WEIGHT_LR_POWER] =                                                                                      \
        DSC_OPTION_REAL_ANY("weight_lr_power", 2, "times (largest lr so far)^weight_lr_power"),              \
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE

static const dsc_option_info sgd_options[] = {COMMON(1, "momentum")};
static const dsc_option_info adamw_options[] = {
    COMMON(2.5e-3, "beta1"), [BETA2] = DSC_OPTION_BETA2(0.999), [EPS] = DSC_OPTION_EPS(1e-8)};

static void start(const double *values, double *scalars) {
    (void)values;
    scalars[WEIGHT_SUM] = 0;
    scalars[LR_MAX] = -1;
}

static void prepare_sgd(const double *values, int64_t step, dsc_coefficients *c) {
    double warmup = values[WARMUP_STEPS], t = (double)step;
    double lr = values[LR] * (t <= warmup ? t / warmup : 1);
    double lr_max = fmax(lr, c->scalar[LR_MAX]);
    double weight = pow(t, values[R]) * pow(lr_max, values[WEIGHT_LR_POWER]);
    double sum = c->scalar[WEIGHT_SUM] + weight, share = sum == 0 ? 0 : weight / sum;
    c->scalar[WEIGHT_SUM] = sum;
    c->scalar[LR_MAX] = lr_max;
    c->value[WEIGHT] = share;
    c->value[RATE] = lr;
    c->value[Y_RATE] = lr * (values[MOMENTUM] * (1 - share) - 1);
}

static void prepare_adamw(const double *values, int64_t step, dsc_coefficients *c) {
    prepare_sgd(values, step, c);
    c->value[DECAY] = values[BETA2];
    c->value[WEIGHT2] = 1 - values[BETA2];
    c->value[CORRECTION] = 1 / sqrt(dsc_bias_correction(values[BETA2], step));
    c->value[ADDED] = values[EPS];
    c->value[SHRINK] = values[WEIGHT_DECAY];
}

static double evaluation_weight(const double *values) {
    return 1 - 1 / values[MOMENTUM];
}

const dsc_rule dsc_rule_schedule_free_sgd = {
    .info = {.name = "schedule_free_sgd",
             .title = "SGD that averages instead of lowering the learning rate",
             .source = "Defazio et al. 2024, arXiv:2405.15682; optax.contrib.schedule_free_sgd",
             .formula = "y = (1 - momentum) z + momentum x, where g is taken; z -= lr g; x += c (z - x), "
                        "c = t^r lr_max^weight_lr_power / the sum of these. Evaluate at x.",
             DSC_OPTIONS(sgd_options),
             .slots = {"z"},
             .scalars = {"weight_sum", "lr_max"}},
    .start = start,
    .prepare = prepare_sgd,
    DSC_UPDATES(sgd),
    .evaluation_weight = evaluation_weight,
};

const dsc_rule dsc_rule_schedule_free_adamw = {
    .info = {.name = "schedule_free_adamw",
             .title = "AdamW that averages instead of lowering the learning rate",
             .source = "Defazio et al. 2024, arXiv:2405.15682; optax.contrib.schedule_free_adamw",
             .formula = "as schedule_free_sgd with momentum beta1 and g / (sqrt(v / (1 - beta2^t)) + eps) + "
                        "weight_decay y in place of g; v = beta2 v + (1 - beta2) g^2. Evaluate at x.",
             DSC_OPTIONS(adamw_options),
             .divisions = 1,
             .square_roots = 1,
             .slots = {"z", "exp_avg_sq"},
             .scalars = {"weight_sum", "lr_max"}},
    .decay = DSC_DECAY_OWN,
    .start = start,
    .prepare = prepare_adamw,
    DSC_UPDATES(adamw),
    .evaluation_weight = evaluation_weight,
};

#endif
