#ifdef DSC_REAL

DSC_MULTIVERSION
static void DSC_NAME(move)(const dsc_tensor_step *s, const double *argument, size_t start, size_t n,
                           double *partials) {
    (void)partials;
    const dsc_coefficients *c = s->coefficients;
    const DSC_REAL rate = (DSC_REAL)*argument, momentum = (DSC_REAL)c->value[MOMENTUM];
    const DSC_REAL decay = (DSC_REAL)c->value[WEIGHT_DECAY];
    const bool nesterov = c->value[NESTEROV] != 0;
    DSC_REAL *restrict p = (DSC_REAL *)s->p + start, *restrict v = (DSC_REAL *)s->state[0] + start;
    const DSC_REAL *g = (const DSC_REAL *)s->g + start;
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL d = rate * (g[i] + decay * p[i]), velocity = momentum * v[i] + d;
        v[i] = velocity;
        p[i] -= nesterov ? d + momentum * velocity : velocity;
    }
}

#else

#include "optimizers/tensor.h"

/* The options; the coefficients too. */
enum { LR, MOMENTUM, WEIGHT_DECAY, TRUST_COEFFICIENT, EPS, NESTEROV, MAXIMIZE };

#define DSC_TEMPLATE "optimizers/lars.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1),
    [MOMENTUM] = DSC_OPTION_MOMENTUM(0.9),
    [WEIGHT_DECAY] = DSC_OPTION_REAL_FROM("weight_decay", 0, 0, "times the weights, added to the gradient"),
    [TRUST_COEFFICIENT] =
        DSC_OPTION_REAL_FROM("trust_coefficient", 1e-3, 0, "length of a step against the weights'"),
    [EPS] = DSC_OPTION_EPS(0),
    [NESTEROV] = DSC_OPTION_FLAG_AT("nesterov", 0, "Nesterov momentum: look one velocity ahead"),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    (void)step;
    for (int i = LR; i <= NESTEROV; ++i)
        c->value[i] = values[i];
}

static void step_tensor(const dsc_tensor_step *s) {
    const double *value = s->coefficients->value;
    double weights, gradient;
    dsc_tensor_norms(s, &weights, &gradient);
    /* Fresh biases are 0: they move as in SGD. */
    double trust =
        weights == 0 || gradient == 0
            ? 1
            : value[TRUST_COEFFICIENT] * weights / (gradient + value[WEIGHT_DECAY] * weights + value[EPS]);
    double rate = value[LR] * trust;
    dsc_tensor_run(s, DSC_PICK(s->dtype, move), &rate, NULL);
}

const dsc_rule dsc_rule_lars = {
    .info =
        {.name = "lars",
         .title = "LARS: momentum with a rate for each tensor, for large batches",
         .source = "You, Gitman and Ginsburg 2017, arXiv:1708.03888; optax.lars (without weight decay)",
         .formula =
             "r = trust_coefficient |w| / (|g| + weight_decay |w| + eps), norms tensor by tensor, 1 where "
             "either is 0; v = momentum v + lr r (g + weight_decay w); w -= v",
         DSC_OPTIONS(options),
         .slots = {"momentum_buffer"},
         .kind = DSC_RULE_TENSOR},
    .decay = DSC_DECAY_OWN,
    .prepare = prepare,
    .step_tensor = step_tensor,
};

#endif
