/* What depends on a metric, and so has a state. */
#include "schedules/schedule.h"

enum { MODE, FACTOR, PATIENCE, THRESHOLD, THRESHOLD_MODE, COOLDOWN, MIN_LR, EPS };
enum { MIN, MAX };
enum { RELATIVE, ABSOLUTE };

static double one(const dsc_schedule *s, double step) {
    (void)s, (void)step;
    return 1;
}

static const char *const modes[] = {"min", "max"};
static const char *const threshold_modes[] = {"rel", "abs"};
static const dsc_option_info options[] = {
    [MODE] = DSC_OPTION_ONE_OF("mode", MIN, modes, "whether a lower metric is better, or a higher one"),
    [FACTOR] =
        DSC_OPTION("factor", DSC_OPTION_REAL, 0.1, 0, 1, false, true, "what a reduction multiplies by", NULL),
    [PATIENCE] = DSC_OPTION_STEPS("patience", 10, 0, "metrics without getting better that are passed over"),
    [THRESHOLD] = DSC_OPTION_REAL_ANY("threshold", 1e-4, "by how much a metric must be better"),
    [THRESHOLD_MODE] = DSC_OPTION_ONE_OF("threshold_mode", RELATIVE, threshold_modes,
                                         "as a share of the best so far, or as it is"),
    [COOLDOWN] = DSC_OPTION_STEPS("cooldown", 0, 0, "metrics after a reduction that are not counted as bad"),
    [MIN_LR] = DSC_OPTION_REAL_FROM("min_lr", 0, 0, "the value below which no reduction goes"),
    [EPS] = DSC_OPTION_REAL_ANY("eps", 1e-8, "reductions of no more than that are left out"),
};

const dsc_schedule_row dsc_schedule_row_reduce_lr_on_plateau = {
    .info = {.name = "reduce_lr_on_plateau",
             .title = "ReduceLROnPlateau",
             .source = "torch.optim.lr_scheduler.ReduceLROnPlateau",
             .formula = "base times factor for each time that more than patience metrics were no better",
             .kind = DSC_SCHEDULE_OF_METRIC,
             DSC_SCHEDULE_OPTIONS(options)},
    .factor = one,
};

static dsc_status check(const char *function, const dsc_schedule *s, const dsc_plateau *plateau) {
    if (s == NULL)
        return dsc_fail_null(function, "schedule");
    if (plateau == NULL)
        return dsc_fail_null(function, "plateau");
    if (s->row != &dsc_schedule_row_reduce_lr_on_plateau)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: \"%.200s\" is no reduce_lr_on_plateau", function, s->text);
    return DSC_OK;
}

dsc_status dsc_plateau_begin(const dsc_schedule *schedule, dsc_plateau *plateau) {
    DSC_TRY(check(__func__, schedule, plateau));
    *plateau = (dsc_plateau){schedule->values[MODE] == MIN ? INFINITY : -INFINITY, 1, 0, 0};
    return DSC_OK;
}

static bool is_better(const double *options, double metric, double best) {
    const double by = options[THRESHOLD];
    if (options[MODE] == MIN)
        return metric < (options[THRESHOLD_MODE] == RELATIVE ? best * (1 - by) : best - by);
    return metric > (options[THRESHOLD_MODE] == RELATIVE ? best * (by + 1) : best + by);
}

dsc_status dsc_plateau_step(const dsc_schedule *schedule, dsc_plateau *plateau, double metric, double value) {
    DSC_TRY(check(__func__, schedule, plateau));
    const double *v = schedule->values;
    dsc_plateau p = *plateau;
    if (is_better(v, metric, p.best)) {
        p.best = metric;
        p.bad_count = 0;
    } else {
        ++p.bad_count;
    }
    if (p.cooldown_left > 0) {
        --p.cooldown_left;
        p.bad_count = 0;
    }
    if ((double)p.bad_count > v[PATIENCE]) {
        const double old = value * p.scale, fresh = fmax(old * v[FACTOR], v[MIN_LR]);
        if (old - fresh > v[EPS])
            p.scale = fresh / value;
        p.cooldown_left = (int64_t)v[COOLDOWN];
        p.bad_count = 0;
    }
    *plateau = p;
    return DSC_OK;
}
