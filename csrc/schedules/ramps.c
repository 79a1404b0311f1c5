/* PyTorch's schedules of so many steps: constant, linear, polynomial. With 0 of them they are as PyTorch's
 * chainable forms: constant and linear stay at their first factor. */
#include "schedules/schedule.h"

enum { CONSTANT_FACTOR, CONSTANT_STEPS };

static double constant(const dsc_schedule *s, double step) {
    const double steps = s->values[CONSTANT_STEPS];
    return steps > 0 && step >= steps ? 1 : s->values[CONSTANT_FACTOR];
}

static const dsc_option_info constant_options[] = {
    [CONSTANT_FACTOR] = DSC_OPTION("factor", DSC_OPTION_REAL, 1.0 / 3, 0, 1, false, false,
                                   "what the base is multiplied by at first", NULL),
    [CONSTANT_STEPS] = DSC_OPTION_STEPS("total_iters", 5, 0, "steps of that; 0: all of them"),
};

const dsc_schedule_row dsc_schedule_row_constant = {
    .info = {.name = "constant",
             .title = "ConstantLR",
             .source = "torch.optim.lr_scheduler.ConstantLR",
             .formula = "base factor for t < total_iters, then base",
             DSC_SCHEDULE_OPTIONS(constant_options),
             .length = "total_iters"},
    .is_torch = true,
    .factor = constant,
};

enum { START, END, LINEAR_STEPS };

static double linear(const dsc_schedule *s, double step) {
    const double steps = s->values[LINEAR_STEPS], start = s->values[START], end = s->values[END];
    return steps == 0 ? start : start + (end - start) * fmin(steps, step) / steps;
}

static const dsc_option_info linear_options[] = {
    [START] = DSC_OPTION("start_factor", DSC_OPTION_REAL, 1.0 / 3, 0, 1, true, false,
                         "what the base is multiplied by at first", NULL),
    [END] = DSC_OPTION("end_factor", DSC_OPTION_REAL, 1, 0, 1, false, false, "and in the end", NULL),
    [LINEAR_STEPS] =
        DSC_OPTION_STEPS("total_iters", 5, 0, "steps from one to the other; 0: it stays at first"),
};

const dsc_schedule_row dsc_schedule_row_linear = {
    .info = {.name = "linear",
             .title = "LinearLR",
             .source = "torch.optim.lr_scheduler.LinearLR",
             .formula = "base (start_factor + (end_factor - start_factor) min(t, total_iters) / total_iters)",
             DSC_SCHEDULE_OPTIONS(linear_options),
             .length = "total_iters"},
    .is_torch = true,
    .factor = linear,
};

enum { POLYNOMIAL_STEPS, POWER };

static double polynomial(const dsc_schedule *s, double step) {
    const double steps = s->values[POLYNOMIAL_STEPS];
    return steps == 0 ? 1 : pow(1 - fmin(steps, step) / steps, s->values[POWER]);
}

static const dsc_option_info polynomial_options[] = {
    [POLYNOMIAL_STEPS] = DSC_OPTION_STEPS("total_iters", 5, 0, "steps to 0; 0: it stays at the base"),
    [POWER] = DSC_OPTION_REAL_FROM("power", 1, 0, "degree of the polynomial"),
};

const dsc_schedule_row dsc_schedule_row_polynomial = {
    .info = {.name = "polynomial",
             .title = "PolynomialLR",
             .source = "torch.optim.lr_scheduler.PolynomialLR",
             .formula = "base (1 - min(t, total_iters) / total_iters)^power",
             DSC_SCHEDULE_OPTIONS(polynomial_options),
             .length = "total_iters"},
    .is_torch = true,
    .factor = polynomial,
};
