/* Smith and Topin 2018, arXiv:1708.07120: up once, and down for good. */
#include "schedules/schedule.h"

enum {
    MAX_LR,
    TOTAL_STEPS,
    EPOCHS,
    STEPS_PER_EPOCH,
    PCT_START,
    STRATEGY,
    CYCLE_MOMENTUM,
    BASE_MOMENTUM,
    MAX_MOMENTUM,
    DIV_FACTOR,
    FINAL_DIV_FACTOR,
    THREE_PHASE
};
enum { NONE = -1 };

typedef struct phase {
    double begin, end; /* steps; not always whole */
    double rates[2], momenta[2];
} phase;

/* The phase of a step. */
static phase phase_at(const dsc_schedule *s, double step) {
    const double *v = s->values;
    const double high = v[MAX_LR], first = high / v[DIV_FACTOR], last = first / v[FINAL_DIV_FACTOR];
    const double low_momentum = v[BASE_MOMENTUM], high_momentum = v[MAX_MOMENTUM];
    const double end = v[TOTAL_STEPS] - 1;
    /* Rounded before anything is taken off, as in PyTorch: fused, a phase without length would have one. */
    const double rise = v[PCT_START] * v[TOTAL_STEPS];
    const double up = rise - 1, down = 2 * rise - 2;
    if (step <= up)
        return (phase){0, up, {first, high}, {high_momentum, low_momentum}};
    if (v[THREE_PHASE] == 0)
        return (phase){up, end, {high, last}, {low_momentum, high_momentum}};
    if (step <= down)
        return (phase){up, down, {high, first}, {low_momentum, high_momentum}};
    return (phase){down, end, {first, last}, {high_momentum, high_momentum}};
}

static double anneal(const dsc_schedule *s, const phase *p, const double *ends, double step) {
    const double share = (step - p->begin) / (p->end - p->begin);
    if (s->values[STRATEGY] != 0)
        return (ends[1] - ends[0]) * share + ends[0];
    return ends[1] + (ends[0] - ends[1]) / 2 * (cos(M_PI * share) + 1);
}

static double rate(const dsc_schedule *s, double base, double step) {
    (void)base;
    const phase p = phase_at(s, step);
    return anneal(s, &p, p.rates, step);
}

static dsc_status refuse(const dsc_schedule *s, int64_t step) {
    const double t = (double)step;
    if (t > s->values[TOTAL_STEPS])
        return dsc_fail(DSC_ERROR_OPTION, "one_cycle: step is %lld, but its total_steps are %.0f",
                        (long long)step, s->values[TOTAL_STEPS]);
    const phase p = phase_at(s, t);
    if (p.begin == p.end)
        return dsc_fail(DSC_ERROR_OPTION,
                        "one_cycle: with pct_start %g the phase of step %lld of %.0f has no length",
                        s->values[PCT_START], (long long)step, s->values[TOTAL_STEPS]);
    return DSC_OK;
}

static dsc_status momentum(const dsc_schedule *s, int64_t step, double *value) {
    DSC_TRY(refuse(s, step));
    const phase p = phase_at(s, (double)step);
    *value = anneal(s, &p, p.momenta, (double)step);
    return DSC_OK;
}

static bool cycles_momentum(const dsc_schedule *s) {
    return s->values[CYCLE_MOMENTUM] != 0;
}

static dsc_status check(dsc_schedule *s) {
    double *v = s->values;
    if (!isnan(v[TOTAL_STEPS]))
        return DSC_OK;
    if (v[EPOCHS] == 0 || v[STEPS_PER_EPOCH] == 0)
        return dsc_fail(DSC_ERROR_OPTION, "one_cycle: %s is 0, must be at least 1",
                        v[EPOCHS] == 0 ? "epochs" : "steps_per_epoch");
    if ((v[EPOCHS] == NONE) != (v[STEPS_PER_EPOCH] == NONE))
        return dsc_fail(DSC_ERROR_OPTION, "one_cycle needs a value for %s too",
                        v[EPOCHS] == NONE ? "epochs" : "steps_per_epoch");
    if (v[EPOCHS] == NONE)
        return DSC_OK;
    if (v[EPOCHS] * v[STEPS_PER_EPOCH] > 0x1p48)
        return dsc_fail(DSC_ERROR_OVERFLOW,
                        "one_cycle: epochs * steps_per_epoch = %.0f * %.0f is beyond 2^48", v[EPOCHS],
                        v[STEPS_PER_EPOCH]);
    v[TOTAL_STEPS] = v[EPOCHS] * v[STEPS_PER_EPOCH];
    v[EPOCHS] = v[STEPS_PER_EPOCH] = NONE;
    return DSC_OK;
}

static const char *const none[] = {"none"};
static const char *const strategies[] = {"cos", "linear"};
static const dsc_option_info options[] = {
    [MAX_LR] = DSC_OPTION_REAL_ANY("max_lr", NAN, "the value at the top, whatever the base is"),
    [TOTAL_STEPS] = DSC_OPTION_STEPS("total_steps", NAN, 1, "steps of the cycle; or"),
    [EPOCHS] =
        DSC_OPTION("epochs", DSC_OPTION_INTEGER, NONE, NONE, 0x1p48, false, false, "epochs, with", none),
    [STEPS_PER_EPOCH] = DSC_OPTION("steps_per_epoch", DSC_OPTION_INTEGER, NONE, NONE, 0x1p48, false, false,
                                   "steps of each", none),
    [PCT_START] = DSC_OPTION("pct_start", DSC_OPTION_REAL, 0.3, 0, 1, false, false,
                             "share of the steps that rise", NULL),
    [STRATEGY] = DSC_OPTION_ONE_OF("anneal_strategy", 0, strategies, "along half a cosine or a line"),
    [CYCLE_MOMENTUM] = DSC_OPTION_FLAG_AT("cycle_momentum", 1, "whether momentum cycles too"),
    [BASE_MOMENTUM] = DSC_OPTION_REAL_ANY("base_momentum", 0.85, "momentum at the top"),
    [MAX_MOMENTUM] = DSC_OPTION_REAL_ANY("max_momentum", 0.95, "momentum at the ends"),
    [DIV_FACTOR] = DSC_OPTION("div_factor", DSC_OPTION_REAL, 25, 0, INFINITY, true, false,
                              "max_lr / the first value", NULL),
    [FINAL_DIV_FACTOR] = DSC_OPTION("final_div_factor", DSC_OPTION_REAL, 1e4, 0, INFINITY, true, false,
                                    "the first value / the last", NULL),
    [THREE_PHASE] =
        DSC_OPTION_FLAG_AT("three_phase", 0, "down to the first value as long as up, and then to the last"),
};

const dsc_schedule_row dsc_schedule_row_one_cycle = {
    .info = {.name = "one_cycle",
             .title = "OneCycleLR",
             .source = "torch.optim.lr_scheduler.OneCycleLR; Smith and Topin 2018, arXiv:1708.07120",
             .formula = "max_lr / div_factor to max_lr, then to max_lr / (div_factor final_div_factor)",
             DSC_SCHEDULE_OPTIONS(options),
             .length = "total_steps",
             .length_from_total = true,
             .cycles_momentum = true},
    .is_torch = true,
    .value = rate,
    .momentum = momentum,
    .cycles_momentum = cycles_momentum,
    .check = check,
    .refuse = refuse,
};
