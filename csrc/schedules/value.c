/* What schedules are at a step. */
#include <stdlib.h>

#include "schedules/schedule.h"

dsc_status dsc_schedule_evaluate(const dsc_schedule *s, double base, int64_t step, dsc_cursor *cursor,
                                 double *value) {
    const dsc_schedule_row *row = s->row;
    if (row->evaluate != NULL)
        return row->evaluate(s, base, step, cursor, value);
    if (row->refuse != NULL)
        DSC_TRY(row->refuse(s, step));
    *value = row->factor != NULL ? base * row->factor(s, (double)step) : row->value(s, base, (double)step);
    return DSC_OK;
}

dsc_status dsc_schedule_share(const dsc_schedule *s, double base, int64_t step, dsc_cursor *cursor,
                              double *share) {
    if (s->row->factor != NULL) {
        *share = s->row->factor(s, (double)step);
        return DSC_OK;
    }
    if (base == 0) /* whatever it has a share of is 0 */
        base = 1;
    double value;
    DSC_TRY(dsc_schedule_evaluate(s, base, step, cursor, &value));
    *share = value / base;
    return DSC_OK;
}

bool dsc_schedule_sets(const dsc_schedule *s) {
    return s->row->advance == NULL && s->row->factor == NULL;
}

dsc_status dsc_schedule_advance(const dsc_schedule *s, double base, double current, int64_t step,
                                double *value) {
    if (s->row->advance != NULL)
        return s->row->advance(s, base, current, step, value);
    if (dsc_schedule_sets(s))
        return dsc_schedule_evaluate(s, base, step, NULL, value);
    double now = s->row->factor(s, (double)step);
    double before = step == 0 ? 1 : s->row->factor(s, (double)(step - 1));
    /* From 0 there is no way by multiplication: PyTorch divides by it. */
    *value = now == before ? current : before == 0 ? base * now : current * (now / before);
    return DSC_OK;
}

dsc_status dsc_schedule_momentum_at(const dsc_schedule *s, int64_t step, double *momentum) {
    return s->row->momentum(s, step, momentum);
}

/* ---- For callers ---- */

dsc_status dsc_schedule_check_step(const char *function, int64_t step) {
    if (step < 0 || step > DSC_LARGEST_SCHEDULE_STEP)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: step is %lld, must be in [0, 2^48]", function,
                        (long long)step);
    return DSC_OK;
}

dsc_status dsc_schedule_check_complete(const char *function, const dsc_schedule *s) {
    if (!s->is_complete)
        return dsc_fail(DSC_ERROR_OPTION, "%s: \"%.200s\" needs the total number of steps: dsc_schedule_over",
                        function, s->text);
    return DSC_OK;
}

dsc_status dsc_schedule_value(const dsc_schedule *schedule, double base, int64_t step, double *value) {
    return dsc_schedule_values(schedule, base, step, 1, value);
}

static dsc_status evaluate_all(const dsc_schedule *s, double base, int64_t first, size_t count,
                               dsc_cursor *cursors, double *values) {
    for (size_t i = 0; i < count; ++i)
        DSC_TRY(dsc_schedule_evaluate(s, base, first + (int64_t)i, cursors, &values[i]));
    return DSC_OK;
}

dsc_status dsc_schedule_values(const dsc_schedule *schedule, double base, int64_t first, size_t count,
                               double *values) {
    DSC_CHECK_NOT_NULL(schedule);
    DSC_CHECK_NOT_NULL(values);
    DSC_CHECK_COUNT(count, DSC_FLOAT64);
    DSC_TRY(dsc_schedule_check_step(__func__, first));
    if (count > 1)
        DSC_TRY(dsc_schedule_check_step(__func__, first + (int64_t)(count - 1)));
    DSC_TRY(dsc_schedule_check_complete(__func__, schedule));
    if (count == 0)
        return DSC_OK;
    /* Refusals are about steps that are too late: the last one tells whether any is refused. */
    double last;
    DSC_TRY(dsc_schedule_evaluate(schedule, base, first + (int64_t)(count - 1), NULL, &last));
    if (count == 1) {
        *values = last;
        return DSC_OK;
    }
    dsc_cursor *cursors = malloc((schedule->cursors + 1) * sizeof *cursors);
    if (cursors == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    for (size_t i = 0; i < schedule->cursors; ++i)
        cursors[i] = dsc_no_cursor;
    dsc_status status = evaluate_all(schedule, base, first, count, cursors, values);
    free(cursors);
    return status;
}

dsc_status dsc_schedule_momentum(const dsc_schedule *schedule, int64_t step, double *momentum) {
    DSC_CHECK_NOT_NULL(schedule);
    DSC_CHECK_NOT_NULL(momentum);
    DSC_TRY(dsc_schedule_check_step(__func__, step));
    DSC_TRY(dsc_schedule_check_complete(__func__, schedule));
    if (!schedule->cycles_momentum)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: \"%.200s\" has no momentum", __func__, schedule->text);
    double found;
    DSC_TRY(dsc_schedule_momentum_at(schedule, step, &found));
    *momentum = found;
    return DSC_OK;
}
