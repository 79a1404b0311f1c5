/* The schedules of textbooks and of the analysis of convergence. */
#include "schedules/schedule.h"

#define D2L "Dive into Deep Learning, "

/* ---- Piecewise constant ---- */

static double piecewise(const dsc_schedule *s, double step) {
    size_t i = 0;
    while (i < s->lists[0].count && step >= s->lists[0].values[i])
        ++i;
    return s->lists[1].values[i];
}

static dsc_status check_piecewise(dsc_schedule *s) {
    const dsc_number_list *at = &s->lists[0];
    if (s->lists[1].count != at->count + 1)
        return dsc_fail(
            DSC_ERROR_OPTION,
            "piecewise_constant: %zu boundaries need %zu factors, one for each part; there are %zu",
            at->count, at->count + 1, s->lists[1].count);
    for (size_t i = 1; i < at->count; ++i)
        if (!(at->values[i] > at->values[i - 1]))
            return dsc_fail(DSC_ERROR_OPTION,
                            "piecewise_constant: boundary %g must be above the one before, %g", at->values[i],
                            at->values[i - 1]);
    return DSC_OK;
}

static const dsc_option_info piecewise_lists[] = {
    DSC_OPTION_REAL_FROM("boundaries", NAN, 0, "steps at which the next part begins, rising"),
    DSC_OPTION_REAL_ANY("factors", NAN, "what the base is multiplied by, one more than boundaries"),
};

const dsc_schedule_row dsc_schedule_row_piecewise_constant = {
    .info = {.name = "piecewise_constant",
             .title = "Piecewise constant",
             .source = D2L "12.4 (dynamic learning rate)",
             .formula = "base factors[i] where boundaries[i - 1] <= t < boundaries[i]",
             DSC_SCHEDULE_LISTS(piecewise_lists)},
    .factor = piecewise,
    .check = check_piecewise,
};

/* ---- Decays ---- */

static double exponential(const dsc_schedule *s, double step) {
    return exp(-s->values[0] * step);
}

static const dsc_option_info exponential_options[] = {
    DSC_OPTION_REAL_ANY("lambda", NAN, "rate of decay"),
};

const dsc_schedule_row dsc_schedule_row_exponential_decay = {
    .info = {.name = "exponential_decay",
             .title = "Exponential decay",
             .source = D2L "12.4 (dynamic learning rate)",
             .formula = "base exp(-lambda t)",
             DSC_SCHEDULE_OPTIONS(exponential_options)},
    .factor = exponential,
};

enum { ALPHA, BETA };

static double polynomial(const dsc_schedule *s, double step) {
    return pow(s->values[BETA] * step + 1, -s->values[ALPHA]);
}

static const dsc_option_info polynomial_options[] = {
    [ALPHA] = DSC_OPTION_REAL_ANY("alpha", 0.5, "exponent"),
    [BETA] = DSC_OPTION_REAL_FROM("beta", 1, 0, "how fast the steps count"),
};

const dsc_schedule_row dsc_schedule_row_polynomial_decay = {
    .info = {.name = "polynomial_decay",
             .title = "Polynomial decay",
             .source = D2L "12.4 (dynamic learning rate)",
             .formula = "base (beta t + 1)^(-alpha)",
             DSC_SCHEDULE_OPTIONS(polynomial_options)},
    .factor = polynomial,
};

static double inverse_time(const dsc_schedule *s, double step) {
    (void)s;
    return 1 / (step + 1);
}

const dsc_schedule_row dsc_schedule_row_inverse_time = {
    .info = {.name = "inverse_time",
             .title = "1 / t",
             .source = "Robbins and Monro 1951; for strongly convex objectives",
             .formula = "base / (t + 1)"},
    .factor = inverse_time,
};

static double square_root(const dsc_schedule *s, double step) {
    (void)s;
    return pow(step + 1, -0.5);
}

const dsc_schedule_row dsc_schedule_row_square_root = {
    .info = {.name = "square_root",
             .title = "1 / sqrt t",
             .source = D2L "12.11 (SquareRootScheduler); where no horizon is known, 12.4",
             .formula = "base / sqrt(t + 1)"},
    .factor = square_root,
};

enum { FACTOR, STOP };

static double factor(const dsc_schedule *s, double base, double step) {
    return step == 0 ? base : fmax(s->values[STOP], base * pow(s->values[FACTOR], step));
}

static const dsc_option_info factor_options[] = {
    [FACTOR] =
        DSC_OPTION("factor", DSC_OPTION_REAL, 1, 0, 1, true, false, "what each step multiplies by", NULL),
    [STOP] = DSC_OPTION_REAL_FROM("stop_factor_lr", 1e-7, 0, "the lowest value"),
};

const dsc_schedule_row dsc_schedule_row_factor = {
    .info = {.name = "factor",
             .title = "Factor",
             .source = D2L "12.11 (FactorScheduler, whose value after t calls it is)",
             .formula = "max(stop_factor_lr, base factor^t)",
             DSC_SCHEDULE_OPTIONS(factor_options)},
    .value = factor,
};

/* ---- r / (L sqrt T) ---- */

enum { R, L, T };

static double horizon(const dsc_schedule *s, double base, double step) {
    (void)base, (void)step;
    return s->values[R] / (s->values[L] * sqrt(s->values[T]));
}

static const dsc_option_info horizon_options[] = {
    [R] = DSC_OPTION_REAL_FROM("r", NAN, 0, "distance from the first weights to the best, at most"),
    [L] = DSC_OPTION_REAL_ABOVE("L", NAN, 0, "norm of the gradients, at most"),
    [T] = DSC_OPTION_STEPS("T", NAN, 1, "steps of the run"),
};

const dsc_schedule_row dsc_schedule_row_known_horizon = {
    .info = {.name = "known_horizon",
             .title = "r / (L sqrt T)",
             .source = D2L "12.4 (convergence analysis for convex objectives)",
             .formula = "r / (L sqrt(T)), whatever the base is",
             DSC_SCHEDULE_OPTIONS(horizon_options),
             .length = "T",
             .length_from_total = true},
    .value = horizon,
};
