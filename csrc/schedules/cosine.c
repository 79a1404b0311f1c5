/* Half a cosine, once or again and again. */
#include "schedules/schedule.h"

/* From high at a share of 0 to low at 1. */
static double fall(double high, double low, double share) {
    return low + (high - low) * (1 + cos(M_PI * share)) / 2;
}

enum { T_MAX, ETA_MIN };

static double annealing(const dsc_schedule *s, double base, double step) {
    return fall(base, s->values[ETA_MIN], step / s->values[T_MAX]);
}

static dsc_status annealing_advance(const dsc_schedule *s, double base, double current, int64_t step,
                                    double *value) {
    const double n = s->values[T_MAX], low = s->values[ETA_MIN], t = (double)step;
    if (step == 0)
        *value = current;
    else if (fmod(t - 1 - n, 2 * n) == 0) /* from the bottom there is no way by multiplication */
        *value = current + (base - low) * (1 - cos(M_PI / n)) / 2;
    else
        *value = (1 + cos(M_PI * t / n)) / (1 + cos(M_PI * (t - 1) / n)) * (current - low) + low;
    return DSC_OK;
}

static const dsc_option_info annealing_options[] = {
    [T_MAX] = DSC_OPTION_STEPS("T_max", NAN, 1, "steps from the base to eta_min"),
    [ETA_MIN] = DSC_OPTION_REAL_ANY("eta_min", 0, "the lowest value"),
};

const dsc_schedule_row dsc_schedule_row_cosine_annealing = {
    .info = {.name = "cosine_annealing",
             .title = "CosineAnnealingLR",
             .source =
                 "torch.optim.lr_scheduler.CosineAnnealingLR; Loshchilov and Hutter 2017, arXiv:1608.03983",
             .formula = "eta_min + (base - eta_min) (1 + cos(pi t / T_max)) / 2: up again after T_max",
             DSC_SCHEDULE_OPTIONS(annealing_options),
             .length = "T_max",
             .length_from_total = true},
    .is_torch = true,
    .value = annealing,
    .advance = annealing_advance,
};

enum { T_0, T_MULT, RESTART_MIN };

static double restarts(const dsc_schedule *s, double base, double step) {
    const double factor = s->values[T_MULT];
    double period = s->values[T_0];
    if (factor == 1)
        step = fmod(step, period);
    for (; step >= period; period *= factor)
        step -= period;
    return fall(base, s->values[RESTART_MIN], step / period);
}

static const dsc_option_info restart_options[] = {
    [T_0] = DSC_OPTION_STEPS("T_0", NAN, 1, "steps to the first restart"),
    [T_MULT] = DSC_OPTION_STEPS("T_mult", 1, 1, "what each restart multiplies the steps to the next by"),
    [RESTART_MIN] = DSC_OPTION_REAL_ANY("eta_min", 0, "the lowest value"),
};

const dsc_schedule_row dsc_schedule_row_cosine_annealing_warm_restarts = {
    .info = {.name = "cosine_annealing_warm_restarts",
             .title = "CosineAnnealingWarmRestarts",
             .source = "torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; Loshchilov and Hutter 2017, "
                       "arXiv:1608.03983",
             .formula =
                 "eta_min + (base - eta_min) (1 + cos(pi T_cur / T_i)) / 2, T_cur the steps since the last "
                 "restart, T_i those to the next",
             DSC_SCHEDULE_OPTIONS(restart_options)},
    .is_torch = true,
    .value = restarts,
};

enum { STEPS, LOW, WARMUP, WARMUP_START };

static double cosine(const dsc_schedule *s, double base, double step) {
    const double warmup = s->values[WARMUP], start = s->values[WARMUP_START], steps = s->values[STEPS];
    if (step < warmup)
        return start + (base - start) * step / warmup;
    if (step >= steps)
        return s->values[LOW];
    return fall(base, s->values[LOW], (step - warmup) / (steps - warmup));
}

static dsc_status check_cosine(dsc_schedule *s) {
    if (s->values[WARMUP] > s->values[STEPS])
        return dsc_fail(DSC_ERROR_OPTION, "cosine: warmup is %.0f, must be in [0, steps = %.0f]",
                        s->values[WARMUP], s->values[STEPS]);
    return DSC_OK;
}

static const dsc_option_info cosine_options[] = {
    [STEPS] = DSC_OPTION_STEPS("steps", NAN, 1, "steps to min, with those of the warm-up"),
    [LOW] = DSC_OPTION_REAL_ANY("min", 0, "the value after them"),
    [WARMUP] = DSC_OPTION_STEPS("warmup", 0, 0, "steps of a linear rise to the base"),
    [WARMUP_START] = DSC_OPTION_REAL_ANY("warmup_start", 0, "the value from which it rises"),
};

const dsc_schedule_row dsc_schedule_row_cosine = {
    .info = {.name = "cosine",
             .title = "Cosine with warm-up",
             .source = "Dive into Deep Learning, 12.11 (CosineScheduler)",
             .formula =
                 "warmup_start + (base - warmup_start) t / warmup for t < warmup, then min + (base - min) "
                 "(1 + cos(pi (t - warmup) / (steps - warmup))) / 2, and min from steps on",
             DSC_SCHEDULE_OPTIONS(cosine_options),
             .length = "steps",
             .length_from_total = true},
    .value = cosine,
    .check = check_cosine,
};
