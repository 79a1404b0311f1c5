/* PyTorch's powers of a factor: step, multi_step, exponential. */
#include "schedules/schedule.h"

enum { STEP_SIZE, STEP_GAMMA };

static double step_factor(const dsc_schedule *s, double step) {
    return pow(s->values[STEP_GAMMA], floor(step / s->values[STEP_SIZE]));
}

static dsc_status step_advance(const dsc_schedule *s, double base, double current, int64_t step,
                               double *value) {
    (void)base;
    bool is_due = step > 0 && fmod((double)step, s->values[STEP_SIZE]) == 0;
    *value = is_due ? current * s->values[STEP_GAMMA] : current;
    return DSC_OK;
}

static const dsc_option_info step_options[] = {
    [STEP_SIZE] = DSC_OPTION_STEPS("step_size", NAN, 1, "steps between decays"),
    [STEP_GAMMA] = DSC_OPTION_REAL_ANY("gamma", 0.1, "what each decay multiplies by"),
};

const dsc_schedule_row dsc_schedule_row_step = {
    .info = {.name = "step",
             .title = "StepLR",
             .source = "torch.optim.lr_scheduler.StepLR",
             .formula = "base gamma^floor(t / step_size)",
             DSC_SCHEDULE_OPTIONS(step_options)},
    .is_torch = true,
    .factor = step_factor,
    .advance = step_advance,
};

static double count_until(const dsc_schedule *s, double step, bool exactly) {
    double count = 0;
    for (size_t i = 0; i < s->lists[0].count; ++i)
        count += exactly ? s->lists[0].values[i] == step : s->lists[0].values[i] <= step;
    return count;
}

static double multi_step_factor(const dsc_schedule *s, double step) {
    return pow(s->values[0], count_until(s, step, false));
}

static dsc_status multi_step_advance(const dsc_schedule *s, double base, double current, int64_t step,
                                     double *value) {
    (void)base;
    *value = current * pow(s->values[0], count_until(s, (double)step, true));
    return DSC_OK;
}

static const dsc_option_info milestones[] = {
    DSC_OPTION_STEPS("milestones", NAN, 0, "steps at which it decays; one that stands twice decays twice"),
};
static const dsc_option_info gamma_options[] = {
    DSC_OPTION_REAL_ANY("gamma", 0.1, "what each decay multiplies by"),
};

const dsc_schedule_row dsc_schedule_row_multi_step = {
    .info = {.name = "multi_step",
             .title = "MultiStepLR",
             .source = "torch.optim.lr_scheduler.MultiStepLR",
             .formula = "base gamma^(how many milestones are <= t)",
             DSC_SCHEDULE_LISTS(milestones),
             DSC_SCHEDULE_OPTIONS(gamma_options)},
    .is_torch = true,
    .factor = multi_step_factor,
    .advance = multi_step_advance,
};

static double exponential_factor(const dsc_schedule *s, double step) {
    return pow(s->values[0], step);
}

static dsc_status exponential_advance(const dsc_schedule *s, double base, double current, int64_t step,
                                      double *value) {
    (void)base;
    *value = step == 0 ? current : current * s->values[0];
    return DSC_OK;
}

static const dsc_option_info exponential_options[] = {
    DSC_OPTION_REAL_ANY("gamma", NAN, "what each step multiplies by"),
};

const dsc_schedule_row dsc_schedule_row_exponential = {
    .info = {.name = "exponential",
             .title = "ExponentialLR",
             .source = "torch.optim.lr_scheduler.ExponentialLR",
             .formula = "base gamma^t",
             DSC_SCHEDULE_OPTIONS(exponential_options)},
    .is_torch = true,
    .factor = exponential_factor,
    .advance = exponential_advance,
};
