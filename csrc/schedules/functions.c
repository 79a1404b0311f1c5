/* Schedules by a function of the caller's. */
#include "schedules/schedule.h"

static double lambda(const dsc_schedule *s, double base, double step) {
    return base * s->function.call(s->function.user, (int64_t)step);
}

/* By value, not by factor: PyTorch's sets the rate, whatever others in a chain made of it. */
const dsc_schedule_row dsc_schedule_row_lambda = {
    .info = {.name = "lambda",
             .title = "LambdaLR",
             .source = "torch.optim.lr_scheduler.LambdaLR",
             .formula = "base f(t)",
             .kind = DSC_SCHEDULE_OF_FUNCTION,
             .takes_function = true},
    .is_torch = true,
    .value = lambda,
};

static dsc_status multiply(const dsc_schedule *s, double base, int64_t step, dsc_cursor *cursor,
                           double *value) {
    dsc_cursor own = dsc_no_cursor;
    dsc_cursor *c = cursor == NULL ? &own : cursor;
    if (c->step < 0 || c->step > step || c->base != base)
        *c = (dsc_cursor){0, base, base};
    for (; c->step < step; ++c->step)
        c->current *= s->function.call(s->function.user, c->step + 1);
    *value = c->current;
    return DSC_OK;
}

static dsc_status advance(const dsc_schedule *s, double base, double current, int64_t step, double *value) {
    (void)base;
    *value = step == 0 ? current : current * s->function.call(s->function.user, step);
    return DSC_OK;
}

const dsc_schedule_row dsc_schedule_row_multiplicative = {
    .info = {.name = "multiplicative",
             .title = "MultiplicativeLR",
             .source = "torch.optim.lr_scheduler.MultiplicativeLR",
             .formula = "base f(1) f(2) ... f(t)",
             .kind = DSC_SCHEDULE_OF_FUNCTION,
             .takes_function = true},
    .is_torch = true,
    .is_replayed = true,
    .evaluate = multiply,
    .advance = advance,
};
