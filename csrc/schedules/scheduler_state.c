/* What a scheduler is and has been. */
#include <stdlib.h>
#include <string.h>

#include "schedules/scheduler.h"

size_t dsc_scheduler_binding_count(const dsc_scheduler *s) {
    return s == NULL ? 0 : s->count;
}

dsc_status dsc_scheduler_get_binding(const dsc_scheduler *scheduler, size_t index,
                                     dsc_scheduler_binding *binding) {
    DSC_CHECK_NOT_NULL(scheduler);
    DSC_CHECK_NOT_NULL(binding);
    if (index >= scheduler->count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: index is %zu, must be below %zu", __func__, index,
                        scheduler->count);
    const dsc_binding *b = &scheduler->bindings[index];
    *binding = (dsc_scheduler_binding){.group = b->group,
                                       .option = b->option,
                                       .schedule = b->schedule,
                                       .unit = b->unit,
                                       .base = b->base,
                                       .value = b->value,
                                       .is_momentum = b->is_momentum,
                                       .has_plateau = b->plateau_part != NULL,
                                       .plateau = b->plateau};
    return DSC_OK;
}

dsc_status dsc_scheduler_get_counts(const dsc_scheduler *scheduler, int64_t *steps, int64_t *epochs) {
    DSC_CHECK_NOT_NULL(scheduler);
    DSC_CHECK_NOT_NULL(steps);
    DSC_CHECK_NOT_NULL(epochs);
    *steps = scheduler->steps;
    *epochs = scheduler->epochs;
    return DSC_OK;
}

/* ---- As numbers ---- */

enum { STEPS, EPOCHS, HEAD };
enum { BASE, BEST, SCALE, BAD_COUNT, COOLDOWN_LEFT, EACH };

size_t dsc_scheduler_state_count(const dsc_scheduler *s) {
    return s == NULL ? 0 : HEAD + EACH * s->count;
}

static dsc_status check_count(const char *function, const dsc_scheduler *s, size_t count) {
    size_t own = dsc_scheduler_state_count(s);
    if (count != own)
        return dsc_fail(DSC_ERROR_SIZE, "%s: count is %zu, must be %zu, for %zu bindings", function, count,
                        own, s->count);
    return DSC_OK;
}

dsc_status dsc_scheduler_export_state(const dsc_scheduler *scheduler, size_t count, double *state) {
    DSC_CHECK_NOT_NULL(scheduler);
    DSC_CHECK_NOT_NULL(state);
    DSC_TRY(check_count(__func__, scheduler, count));
    state[STEPS] = (double)scheduler->steps;
    state[EPOCHS] = (double)scheduler->epochs;
    for (size_t i = 0; i < scheduler->count; ++i) {
        const dsc_binding *b = &scheduler->bindings[i];
        double *of = state + HEAD + EACH * i;
        of[BASE] = b->base;
        of[BEST] = b->plateau.best;
        of[SCALE] = b->plateau.scale;
        of[BAD_COUNT] = (double)b->plateau.bad_count;
        of[COOLDOWN_LEFT] = (double)b->plateau.cooldown_left;
    }
    return DSC_OK;
}

static bool is_count(double value) {
    return value >= 0 && value <= 0x1p48 && value == floor(value);
}

static dsc_status check_state(const dsc_scheduler *s, const double *state) {
    if (!is_count(state[STEPS]) || !is_count(state[EPOCHS]))
        return dsc_fail(DSC_ERROR_ARGUMENT, "a scheduler's state: %g steps and %g epochs", state[STEPS],
                        state[EPOCHS]);
    for (size_t i = 0; i < s->count; ++i) {
        const double *of = state + HEAD + EACH * i;
        if (!isfinite(of[BASE]) || isnan(of[BEST]) || !isfinite(of[SCALE]) || !is_count(of[BAD_COUNT]) ||
            !is_count(of[COOLDOWN_LEFT]))
            return dsc_fail(
                DSC_ERROR_ARGUMENT,
                "a scheduler's state: binding %zu has base %g, and a plateau of best %g, scale %g, "
                "bad_count %g, cooldown_left %g",
                i, of[BASE], of[BEST], of[SCALE], of[BAD_COUNT], of[COOLDOWN_LEFT]);
    }
    return DSC_OK;
}

dsc_status dsc_scheduler_import_state(dsc_scheduler *scheduler, size_t count, const double *state) {
    DSC_CHECK_NOT_NULL(scheduler);
    DSC_CHECK_NOT_NULL(state);
    DSC_TRY(check_count(__func__, scheduler, count));
    DSC_TRY(check_state(scheduler, state));
    dsc_binding *before = malloc((scheduler->count + 1) * sizeof *before);
    if (before == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    for (size_t i = 0; i < scheduler->count; ++i) {
        dsc_binding *b = &scheduler->bindings[i];
        const double *of = state + HEAD + EACH * i;
        before[i] = *b;
        b->base = of[BASE];
        b->plateau = (dsc_plateau){of[BEST], of[SCALE], (int64_t)of[BAD_COUNT], (int64_t)of[COOLDOWN_LEFT]};
    }
    dsc_status status = dsc_scheduler_set_counts(scheduler, (int64_t)state[STEPS], (int64_t)state[EPOCHS]);
    if (status != DSC_OK)
        memcpy(scheduler->bindings, before, scheduler->count * sizeof *before);
    free(before);
    return status;
}
