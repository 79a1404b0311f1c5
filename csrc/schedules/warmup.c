/* Warm-up, and what follows it in schedules of one piece. */
#include "schedules/schedule.h"

/* The linear rise from 0 to 1 that begins most of them. */
static double rise(double step, double steps) {
    return step / steps;
}

enum { WARMUP_STEPS, WARMUP_START };

static double warmup(const dsc_schedule *s, double step) {
    const double start = s->values[WARMUP_START];
    return step < s->values[WARMUP_STEPS] ? start + (1 - start) * rise(step, s->values[WARMUP_STEPS]) : 1;
}

static const dsc_option_info warmup_options[] = {
    [WARMUP_STEPS] = DSC_OPTION_STEPS("steps", NAN, 0, "steps to the base"),
    [WARMUP_START] = DSC_OPTION_REAL_ANY("start", 0, "what the base is multiplied by at first"),
};

const dsc_schedule_row dsc_schedule_row_warmup = {
    .info = {.name = "warmup",
             .title = "Warm-up",
             .source = "Goyal et al. 2017, arXiv:1706.02677",
             .formula = "base (start + (1 - start) t / steps) for t < steps, then base",
             DSC_SCHEDULE_OPTIONS(warmup_options),
             .length = "steps"},
    .factor = warmup,
};

enum { STEPS, WARMUP, DECAY, LOW, SHAPE };
enum { LINEAR, COSINE, SQUARE_ROOT };

static double stable(const dsc_schedule *s, double base, double step) {
    const double *v = s->values;
    if (step < v[WARMUP])
        return base * rise(step, v[WARMUP]);
    if (step >= v[STEPS])
        return v[LOW];
    const double share = (step - (v[STEPS] - v[DECAY])) / v[DECAY];
    if (!(share > 0))
        return base;
    const double left = v[SHAPE] == LINEAR   ? 1 - share
                        : v[SHAPE] == COSINE ? (1 + cos(M_PI * share)) / 2
                                             : 1 - sqrt(share);
    return v[LOW] + (base - v[LOW]) * left;
}

static dsc_status check_stable(dsc_schedule *s) {
    const double *v = s->values;
    if (v[WARMUP] + v[DECAY] > v[STEPS])
        return dsc_fail(DSC_ERROR_OPTION,
                        "warmup_stable_decay: warmup %.0f and decay %.0f must fit into %.0f steps", v[WARMUP],
                        v[DECAY], v[STEPS]);
    return DSC_OK;
}

static const char *const shapes[] = {"linear", "cosine", "sqrt"};
static const dsc_option_info stable_options[] = {
    [STEPS] = DSC_OPTION_STEPS("steps", NAN, 1, "steps of all three parts"),
    [WARMUP] = DSC_OPTION_STEPS("warmup", 0, 0, "steps of the rise from 0 to the base"),
    [DECAY] = DSC_OPTION_STEPS("decay", NAN, 0, "steps of the fall to min, at the end"),
    [LOW] = DSC_OPTION_REAL_ANY("min", 0, "the value after it"),
    [SHAPE] = DSC_OPTION_ONE_OF("shape", LINEAR, shapes,
                                "of the fall, by its share x: 1 - x, a cosine's, 1 - sqrt x"),
};

const dsc_schedule_row dsc_schedule_row_warmup_stable_decay = {
    .info = {.name = "warmup_stable_decay",
             .title = "Warm-up, stable, decay",
             .source = "Hu et al. 2024, arXiv:2404.06395; Haegele et al. 2024, arXiv:2405.18392",
             .formula = "base t / warmup, then base, and in the last decay steps min + (base - min) shape",
             DSC_SCHEDULE_OPTIONS(stable_options),
             .length = "steps",
             .length_from_total = true},
    .value = stable,
    .check = check_stable,
};

enum { INVERSE_WARMUP, TIMESCALE };
enum { AS_WARMUP = 0 };

static double inverse_square_root(const dsc_schedule *s, double step) {
    const double steps = s->values[INVERSE_WARMUP];
    if (step < steps)
        return rise(step, steps);
    double scale = s->values[TIMESCALE] != AS_WARMUP ? s->values[TIMESCALE] : steps > 0 ? steps : 1;
    return sqrt(scale / (step - steps + scale));
}

static const char *const as_warmup[] = {"warmup"};
static const dsc_option_info inverse_options[] = {
    [INVERSE_WARMUP] = DSC_OPTION_STEPS("warmup", 0, 0, "steps of the rise from 0 to the base"),
    [TIMESCALE] = DSC_OPTION("timescale", DSC_OPTION_INTEGER, AS_WARMUP, AS_WARMUP, 0x1p48, false, false,
                             "steps that the fall counts from; warmup: as many as that, or 1", as_warmup),
};

const dsc_schedule_row dsc_schedule_row_inverse_square_root = {
    .info = {.name = "inverse_square_root",
             .title = "Inverse square root",
             .source = "Vaswani et al. 2017, arXiv:1706.03762; Zhai et al. 2022, arXiv:2106.04560",
             .formula =
                 "base t / warmup for t < warmup, then base sqrt(timescale / (t - warmup + timescale))",
             DSC_SCHEDULE_OPTIONS(inverse_options)},
    .factor = inverse_square_root,
};

enum { ZERO_STEPS, ZERO_WARMUP };

static double linear_to_zero(const dsc_schedule *s, double step) {
    const double steps = s->values[ZERO_STEPS], before = s->values[ZERO_WARMUP];
    if (step < before)
        return rise(step, before);
    return step >= steps ? 0 : (steps - step) / (steps - before);
}

static dsc_status check_zero(dsc_schedule *s) {
    if (s->values[ZERO_WARMUP] > s->values[ZERO_STEPS])
        return dsc_fail(DSC_ERROR_OPTION, "linear_to_zero: warmup is %.0f, must be in [0, steps = %.0f]",
                        s->values[ZERO_WARMUP], s->values[ZERO_STEPS]);
    return DSC_OK;
}

static const dsc_option_info zero_options[] = {
    [ZERO_STEPS] = DSC_OPTION_STEPS("steps", NAN, 1, "steps to 0, with those of the warm-up"),
    [ZERO_WARMUP] = DSC_OPTION_STEPS("warmup", 0, 0, "steps of the rise from 0 to the base"),
};

const dsc_schedule_row dsc_schedule_row_linear_to_zero = {
    .info =
        {.name = "linear_to_zero",
         .title = "Linear to zero",
         .source = "Devlin et al. 2019, arXiv:1810.04805; Defazio et al. 2023, arXiv:2310.07831",
         .formula =
             "base t / warmup for t < warmup, then base (steps - t) / (steps - warmup), and 0 from steps on",
         DSC_SCHEDULE_OPTIONS(zero_options),
         .length = "steps",
         .length_from_total = true},
    .factor = linear_to_zero,
    .check = check_zero,
};
