#ifdef DSC_REAL

#include "core/real_math.h"

/* Adam's direction with weight decay, from moments already updated. */
#define DIRECTION(mean, square, weight)                                                                      \
    ((mean_scale * (mean)) / (dsc_sqrt(square) * correction + eps) + decay * (weight))

/* Sums the squares of the weights and of the direction. */
DSC_MULTIVERSION
static void DSC_NAME(look)(const dsc_tensor_step *s, const double *argument, size_t start, size_t n,
                           double *partials) {
    (void)argument;
    const dsc_coefficients *c = s->coefficients;
    const DSC_REAL weight1 = (DSC_REAL)c->value[WEIGHT1], beta2 = (DSC_REAL)c->value[DECAY2];
    const DSC_REAL weight2 = (DSC_REAL)c->value[WEIGHT2], mean_scale = (DSC_REAL)c->value[MEAN_SCALE];
    const DSC_REAL correction = (DSC_REAL)c->value[CORRECTION], eps = (DSC_REAL)c->value[ADDED];
    const DSC_REAL decay = (DSC_REAL)c->value[DECAY];
    const DSC_REAL *p = (const DSC_REAL *)s->p + start, *g = (const DSC_REAL *)s->g + start;
    DSC_REAL *restrict m = (DSC_REAL *)s->state[0] + start, *restrict v = (DSC_REAL *)s->state[1] + start;
    DSC_WIDE weights[DSC_LANES] = {0}, directions[DSC_LANES] = {0};
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL mean = DSC_NAME(dsc_lerp)(m[i], g[i], weight1);
        const DSC_REAL square = DSC_NAME(dsc_mean_square)(v[i], g[i], beta2, weight2);
        m[i] = mean;
        v[i] = square;
        const double direction = (double)DIRECTION(mean, square, p[i]);
        weights[i % DSC_LANES] += (DSC_WIDE)p[i] * (DSC_WIDE)p[i];
        directions[i % DSC_LANES] += direction * direction;
    }
    for (size_t l = 0; l < DSC_LANES; ++l) {
        partials[0] += weights[l];
        partials[1] += directions[l];
    }
}

DSC_MULTIVERSION
static void DSC_NAME(move)(const dsc_tensor_step *s, const double *argument, size_t start, size_t n,
                           double *partials) {
    (void)partials;
    const dsc_coefficients *c = s->coefficients;
    const DSC_REAL mean_scale = (DSC_REAL)c->value[MEAN_SCALE], correction = (DSC_REAL)c->value[CORRECTION];
    const DSC_REAL eps = (DSC_REAL)c->value[ADDED], decay = (DSC_REAL)c->value[DECAY];
    const DSC_REAL rate = (DSC_REAL)*argument;
    DSC_REAL *restrict p = (DSC_REAL *)s->p + start;
    const DSC_REAL *m = (const DSC_REAL *)s->state[0] + start, *v = (const DSC_REAL *)s->state[1] + start;
    for (size_t i = 0; i < n; ++i)
        p[i] -= rate * DIRECTION(m[i], v[i], p[i]);
}
#undef DIRECTION

#else

#include <math.h>

#include "optimizers/tensor.h"

enum { WEIGHT1, DECAY2, WEIGHT2, MEAN_SCALE, CORRECTION, ADDED, DECAY, RATE };
enum { LR, BETA1, BETA2, EPS, WEIGHT_DECAY, BIAS_CORRECTION, MAXIMIZE };

#define DSC_TEMPLATE "optimizers/lamb.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-3),
    [BETA1] = DSC_OPTION_BETA1(0.9),
    [BETA2] = DSC_OPTION_BETA2(0.999),
    [EPS] = DSC_OPTION_EPS(1e-6),
    [WEIGHT_DECAY] = DSC_OPTION_REAL_FROM("weight_decay", 0, 0, "times the weights, added to the direction"),
    [BIAS_CORRECTION] =
        DSC_OPTION_FLAG_AT("bias_correction", 1, "divide the means by 1 - beta^t, as the paper"),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    bool corrects = values[BIAS_CORRECTION] != 0;
    c->value[WEIGHT1] = 1 - values[BETA1];
    c->value[DECAY2] = values[BETA2];
    c->value[WEIGHT2] = 1 - values[BETA2];
    c->value[MEAN_SCALE] = corrects ? 1 / dsc_bias_correction(values[BETA1], step) : 1;
    c->value[CORRECTION] = corrects ? 1 / sqrt(dsc_bias_correction(values[BETA2], step)) : 1;
    c->value[ADDED] = values[EPS];
    c->value[DECAY] = values[WEIGHT_DECAY];
    c->value[RATE] = values[LR];
}

static void step_tensor(const dsc_tensor_step *s) {
    double sums[DSC_PARTIALS];
    dsc_tensor_run(s, DSC_PICK(s->dtype, look), NULL, sums);
    double weights = sqrt(sums[0]), direction = sqrt(sums[1]);
    /* Fresh biases are 0: they move as in Adam. */
    double trust = weights == 0 || direction == 0 ? 1 : weights / direction;
    double rate = s->coefficients->value[RATE] * trust;
    dsc_tensor_run(s, DSC_PICK(s->dtype, move), &rate, NULL);
}

const dsc_rule dsc_rule_lamb = {
    .info = {.name = "lamb",
             .title = "LAMB: Adam with a rate for each tensor, for large batches",
             .source = "You et al. 2020, arXiv:1904.00962; optax.lamb",
             .formula = "r = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps) + weight_decay w; "
                        "w -= lr |w| / |r| r, norms tensor by tensor; |w| / |r| is 1 where either is 0",
             DSC_OPTIONS(options),
             .slots = {"exp_avg", "exp_avg_sq"},
             .kind = DSC_RULE_TENSOR},
    .decay = DSC_DECAY_OWN,
    .prepare = prepare,
    .step_tensor = step_tensor,
};

#endif
