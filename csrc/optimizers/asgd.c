#ifdef DSC_REAL

DSC_MULTIVERSION
static void DSC_NAME(asgd)(const dsc_coefficients *c, size_t n, DSC_REAL *restrict p, const DSC_REAL *g,
                           DSC_REAL *const *state) {
    const DSC_REAL rate = (DSC_REAL)c->value[RATE], shrink = (DSC_REAL)c->value[SHRINK];
    const DSC_REAL weight = (DSC_REAL)c->value[WEIGHT], nothing = (DSC_REAL)c->value[NOTHING];
    DSC_REAL *restrict average = state[0];
    const bool averages = c->value[WEIGHT] != 1;
    for (size_t i = 0; i < n; ++i) {
        /* Rounded between, as in PyTorch. It is a sum, with a -0 that compilers do not see: GCC would join a
         * product and the next line's sum into one operation. */
        const DSC_REAL kept = p[i] * shrink + nothing;
        const DSC_REAL next = kept - rate * g[i], before = average[i];
        p[i] = next;
        average[i] = averages ? before + (next - before) * weight : next;
    }
}

#else

#include <math.h>

#include "optimizers/rule.h"

enum { RATE, SHRINK, WEIGHT, NOTHING };
enum { LR, LAMBD, ALPHA, T0, WEIGHT_DECAY, MAXIMIZE };
enum { ETA, MU };

#define DSC_TEMPLATE "optimizers/asgd.c"
#include "core/instantiate.h"

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_LR(1e-2),
    [LAMBD] = DSC_OPTION_REAL_ANY("lambd", 1e-4, "decay of the weights and of the rate"),
    [ALPHA] = DSC_OPTION_REAL_ANY("alpha", 0.75, "power of the rate's decay"),
    [T0] = DSC_OPTION_REAL_ANY("t0", 1e6, "step at which averaging starts"),
    [WEIGHT_DECAY] = DSC_OPTION_WEIGHT_DECAY(0),
    [MAXIMIZE] = DSC_OPTION_MAXIMIZE,
};

/* PyTorch keeps eta and mu in float32, whatever the parameters are. */
static void start(const double *values, double *scalars) {
    scalars[ETA] = (double)(float)values[LR];
    scalars[MU] = 1;
}

static void prepare(const double *values, int64_t step, dsc_coefficients *c) {
    c->value[RATE] = c->scalar[ETA];
    c->value[SHRINK] = 1 - values[LAMBD] * c->scalar[ETA];
    c->value[WEIGHT] = c->scalar[MU];
    c->value[NOTHING] = -0.0;
    double eta = values[LR] / pow(1 + values[LAMBD] * values[LR] * (double)step, values[ALPHA]);
    c->scalar[ETA] = (double)(float)eta;
    c->scalar[MU] = (double)(float)(1 / fmax(1, (double)step - values[T0]));
}

const dsc_rule dsc_rule_asgd = {
    .info = {.name = "asgd",
             .title = "Averaged SGD",
             .source = "torch.optim.ASGD; Polyak and Juditsky 1992",
             .formula =
                 "w = (1 - lambd eta) w - eta g; ax += mu (w - ax); eta = lr / (1 + lambd lr t)^alpha, "
                 "mu = 1 / max(1, t - t0)",
             DSC_OPTIONS(options),
             .slots = {"ax"},
             .scalars = {"eta", "mu"}},
    .start = start,
    .prepare = prepare,
    DSC_UPDATES(asgd),
};

#endif
