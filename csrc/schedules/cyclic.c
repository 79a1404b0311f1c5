/* Smith 2017, arXiv:1506.01186: up and down again and again, and momentum the other way round. */
#include "schedules/schedule.h"

enum { BASE_LR, MAX_LR, UP, DOWN, MODE, GAMMA, SCALE_MODE, CYCLE_MOMENTUM, BASE_MOMENTUM, MAX_MOMENTUM };
enum { SAME = -1 };
enum { TRIANGULAR, TRIANGULAR2, EXP_RANGE };

/* By how much of the height the cycle is up at a step, in all its terms as PyTorch rounds them. */
static double height(const dsc_schedule *s, double range, double step) {
    const double *v = s->values;
    const double total = v[UP] + (v[DOWN] == SAME ? v[UP] : v[DOWN]), ratio = v[UP] / total;
    const double cycle = floor(1 + step / total), x = 1 + step / total - cycle;
    const double share = x <= ratio ? x / ratio : (x - 1) / (ratio - 1);
    double scale = 1;
    if (s->function.call != NULL)
        scale = s->function.call(s->function.user, (int64_t)(v[SCALE_MODE] == 0 ? cycle : step));
    else if (v[MODE] == TRIANGULAR2)
        scale = 1 / pow(2, cycle - 1);
    else if (v[MODE] == EXP_RANGE)
        scale = pow(v[GAMMA], step);
    return range * share * scale;
}

static double rate(const dsc_schedule *s, double base, double step) {
    (void)base;
    const double *v = s->values;
    return v[BASE_LR] + height(s, v[MAX_LR] - v[BASE_LR], step);
}

static dsc_status momentum(const dsc_schedule *s, int64_t step, double *value) {
    const double *v = s->values;
    *value = v[MAX_MOMENTUM] - height(s, v[MAX_MOMENTUM] - v[BASE_MOMENTUM], (double)step);
    return DSC_OK;
}

static bool cycles_momentum(const dsc_schedule *s) {
    return s->values[CYCLE_MOMENTUM] != 0;
}

static const char *const same[] = {"same"};
static const char *const modes[] = {"triangular", "triangular2", "exp_range"};
static const char *const scale_modes[] = {"cycle", "iterations"};
static const dsc_option_info options[] = {
    [BASE_LR] = DSC_OPTION_REAL_ANY("base_lr", NAN, "the value at the bottom, whatever the base is"),
    [MAX_LR] = DSC_OPTION_REAL_ANY("max_lr", NAN, "the value at the top"),
    [UP] = DSC_OPTION_STEPS("step_size_up", 2000, 1, "steps to the top"),
    [DOWN] = DSC_OPTION("step_size_down", DSC_OPTION_INTEGER, SAME, SAME, 0x1p48, false, false,
                        "steps to the bottom; same: as many as up", same),
    [MODE] = DSC_OPTION_ONE_OF("mode", TRIANGULAR, modes,
                               "tops of one height, of half the height after each cycle, or gamma^t of it"),
    [GAMMA] = DSC_OPTION_REAL_ANY("gamma", 1, "that of exp_range"),
    [SCALE_MODE] = DSC_OPTION_ONE_OF("scale_mode", 0, scale_modes,
                                     "what a function of the caller's, which replaces mode, is of"),
    [CYCLE_MOMENTUM] = DSC_OPTION_FLAG_AT("cycle_momentum", 1, "whether momentum cycles too"),
    [BASE_MOMENTUM] = DSC_OPTION_REAL_ANY("base_momentum", 0.8, "momentum at the top"),
    [MAX_MOMENTUM] = DSC_OPTION_REAL_ANY("max_momentum", 0.9, "momentum at the bottom"),
};

const dsc_schedule_row dsc_schedule_row_cyclic = {
    .info = {.name = "cyclic",
             .title = "CyclicLR",
             .source = "torch.optim.lr_scheduler.CyclicLR; Smith 2017, arXiv:1506.01186",
             .formula = "base_lr + (max_lr - base_lr) (share of the way up) (scale of the cycle)",
             DSC_SCHEDULE_OPTIONS(options),
             .cycles_momentum = true,
             .takes_function = true},
    .is_torch = true,
    .value = rate,
    .momentum = momentum,
    .cycles_momentum = cycles_momentum,
};
