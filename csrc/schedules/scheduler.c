#include "schedules/scheduler.h"

#include <stdlib.h>
#include <string.h>

dsc_status dsc_scheduler_create(dsc_optimizer *optimizer, dsc_scheduler **scheduler) {
    DSC_CHECK_NOT_NULL(optimizer);
    DSC_CHECK_NOT_NULL(scheduler);
    dsc_scheduler *made = calloc(1, sizeof *made);
    if (made == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    made->optimizer = optimizer;
    *scheduler = made;
    return DSC_OK;
}

static void release_from(dsc_scheduler *s, size_t first) {
    for (size_t i = first; i < s->count; ++i) {
        dsc_schedule_release(s->bindings[i].schedule);
        free(s->bindings[i].cursors);
    }
    s->count = first;
}

void dsc_scheduler_destroy(dsc_scheduler *s) {
    if (s == NULL)
        return;
    release_from(s, 0);
    free(s->bindings);
    free(s->options);
    free(s);
}

/* ---- What options will be ---- */

/* The scheduled value, before a plateau scales it. */
static dsc_status evaluate(dsc_binding *b, int64_t steps, int64_t epochs, double *value) {
    const int64_t step = b->unit == DSC_BY_STEP ? steps : epochs;
    if (b->is_momentum)
        return dsc_schedule_momentum_at(b->schedule, step, value);
    return dsc_schedule_evaluate(b->schedule, b->base, step, b->cursors, value);
}

/* Sets `fresh` and `fresh_plateau` of every due binding as they will be at those counts, with its plateau as
 * it is. */
static dsc_status prepare(dsc_scheduler *s, int64_t steps, int64_t epochs) {
    for (size_t i = 0; i < s->count; ++i) {
        dsc_binding *b = &s->bindings[i];
        if (!b->is_due)
            continue;
        DSC_TRY(evaluate(b, steps, epochs, &b->fresh));
        b->fresh *= b->plateau.scale;
        b->fresh_plateau = b->plateau;
    }
    return DSC_OK;
}

/* ---- Setting them ---- */

/* Due bindings from `first` on that are of one group; those after them begin at *end. */
static size_t collect(dsc_scheduler *s, size_t first, size_t *end, bool previous) {
    size_t count = 0, i = first;
    for (; i < s->count && s->bindings[i].group == s->bindings[first].group; ++i) {
        const dsc_binding *b = &s->bindings[i];
        if (b->is_due)
            s->options[count++] = (dsc_option){b->option, previous ? b->previous : b->fresh};
    }
    *end = i;
    return count;
}

static void set_back(dsc_scheduler *s, size_t end) {
    for (size_t i = 0; i < end;) {
        size_t group = s->bindings[i].group, count = collect(s, i, &i, true);
        dsc_optimizer_set_options(s->optimizer, group, count, s->options);
    }
}

static dsc_status set(dsc_scheduler *s) {
    for (size_t i = 0, end; i < s->count; i = end) {
        size_t count = collect(s, i, &end, false);
        if (count == 0)
            continue;
        dsc_status status = dsc_optimizer_set_options(s->optimizer, s->bindings[i].group, count, s->options);
        if (status != DSC_OK) {
            set_back(s, i);
            return status;
        }
    }
    return DSC_OK;
}

/* Sets the due bindings' options to `fresh`, all or none. */
static dsc_status commit(dsc_scheduler *s) {
    for (size_t i = 0; i < s->count; ++i) {
        dsc_binding *b = &s->bindings[i];
        if (b->is_due)
            DSC_TRY(dsc_optimizer_get_option(s->optimizer, b->group, b->option, &b->previous));
    }
    DSC_TRY(set(s));
    for (size_t i = 0; i < s->count; ++i) {
        dsc_binding *b = &s->bindings[i];
        if (b->is_due) {
            b->value = b->fresh;
            b->plateau = b->fresh_plateau;
        }
    }
    return DSC_OK;
}

static dsc_status go_to(dsc_scheduler *s, int64_t steps, int64_t epochs) {
    DSC_TRY(prepare(s, steps, epochs));
    DSC_TRY(commit(s));
    s->steps = steps;
    s->epochs = epochs;
    return DSC_OK;
}

static dsc_status advance(const char *function, dsc_scheduler *s, dsc_schedule_unit unit) {
    if (s == NULL)
        return dsc_fail_null(function, "scheduler");
    for (size_t i = 0; i < s->count; ++i)
        s->bindings[i].is_due = s->bindings[i].unit == unit;
    int64_t steps = s->steps + (unit == DSC_BY_STEP), epochs = s->epochs + (unit == DSC_BY_EPOCH);
    DSC_TRY(dsc_schedule_check_step(function, steps));
    DSC_TRY(dsc_schedule_check_step(function, epochs));
    return go_to(s, steps, epochs);
}

dsc_status dsc_scheduler_step(dsc_scheduler *scheduler) {
    return advance(__func__, scheduler, DSC_BY_STEP);
}

dsc_status dsc_scheduler_epoch(dsc_scheduler *scheduler) {
    return advance(__func__, scheduler, DSC_BY_EPOCH);
}

dsc_status dsc_scheduler_metric(dsc_scheduler *s, double metric) {
    if (s == NULL)
        return dsc_fail_null(__func__, "scheduler");
    for (size_t i = 0; i < s->count; ++i) {
        dsc_binding *b = &s->bindings[i];
        b->is_due = b->plateau_part != NULL;
        if (!b->is_due)
            continue;
        double value;
        DSC_TRY(evaluate(b, s->steps, s->epochs, &value));
        b->fresh_plateau = b->plateau;
        DSC_TRY(dsc_plateau_step(b->plateau_part, &b->fresh_plateau, metric, value));
        b->fresh = value * b->fresh_plateau.scale;
    }
    return commit(s);
}

dsc_status dsc_scheduler_set_counts(dsc_scheduler *s, int64_t steps, int64_t epochs) {
    if (s == NULL)
        return dsc_fail_null(__func__, "scheduler");
    DSC_TRY(dsc_schedule_check_step(__func__, steps));
    DSC_TRY(dsc_schedule_check_step(__func__, epochs));
    for (size_t i = 0; i < s->count; ++i)
        s->bindings[i].is_due = true;
    return go_to(s, steps, epochs);
}

dsc_status dsc_scheduler_set_base(dsc_scheduler *scheduler, size_t index, double base) {
    DSC_CHECK_NOT_NULL(scheduler);
    if (index >= scheduler->count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: index is %zu, must be below %zu", __func__, index,
                        scheduler->count);
    if (!isfinite(base))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: base is %g, must be finite", __func__, base);
    for (size_t i = 0; i < scheduler->count; ++i)
        scheduler->bindings[i].is_due = i == index;
    const double before = scheduler->bindings[index].base;
    scheduler->bindings[index].base = base;
    dsc_status status = go_to(scheduler, scheduler->steps, scheduler->epochs);
    if (status != DSC_OK)
        scheduler->bindings[index].base = before;
    return status;
}

/* ---- Binding ---- */

static dsc_status append(dsc_scheduler *s, size_t group, const char *option, const dsc_schedule *schedule,
                         dsc_schedule_unit unit, bool is_momentum) {
    const dsc_rule_info *rule = &s->optimizer->groups[group].rule->info;
    size_t index = 0;
    DSC_TRY(dsc_option_find(rule->name, rule->options, rule->option_count, option, &index));
    const char *name = rule->options[index].name;
    if (rule->options[index].kind != DSC_OPTION_REAL)
        return dsc_fail(DSC_ERROR_OPTION, "dsc_scheduler_bind: %s of %s is no real number", name, rule->name);
    for (size_t i = 0; i < s->count; ++i)
        if (s->bindings[i].group == group && strcmp(s->bindings[i].option, name) == 0)
            return dsc_fail(DSC_ERROR_ARGUMENT,
                            "dsc_scheduler_bind: %s of group %zu has a schedule already, \"%.200s\"", name,
                            group, s->bindings[i].schedule->text);
    dsc_binding *bindings = realloc(s->bindings, (s->count + 1) * sizeof *bindings);
    if (bindings != NULL)
        s->bindings = bindings;
    dsc_option *options = realloc(s->options, (s->count + 1) * sizeof *options);
    if (options != NULL)
        s->options = options;
    dsc_cursor *cursors = malloc((schedule->cursors + 1) * sizeof *cursors);
    if (bindings == NULL || options == NULL || cursors == NULL) {
        free(cursors);
        return dsc_fail(DSC_ERROR_MEMORY, "dsc_scheduler_bind: out of memory");
    }
    for (size_t i = 0; i < schedule->cursors; ++i)
        cursors[i] = dsc_no_cursor;
    double base = s->optimizer->groups[group].options[index];
    bindings[s->count++] = (dsc_binding){.group = group,
                                         .option = name,
                                         .schedule = dsc_schedule_retain(schedule),
                                         .unit = unit,
                                         .base = base,
                                         .value = base,
                                         .is_momentum = is_momentum,
                                         .plateau = {.scale = 1},
                                         .cursors = cursors};
    return DSC_OK;
}

static bool has_option(const dsc_rule_info *rule, const char *name) {
    for (size_t i = 0; i < rule->option_count; ++i)
        if (dsc_option_has_name(&rule->options[i], name))
            return true;
    return false;
}

static void begin_plateau(dsc_binding *b) {
    const dsc_schedule *s = b->schedule;
    if (!s->has_plateau)
        return;
    b->plateau_part = s;
    for (size_t i = 0; i < s->part_count; ++i)
        if (s->parts[i]->has_plateau)
            b->plateau_part = s->parts[i];
    dsc_plateau_begin(b->plateau_part, &b->plateau);
}

static dsc_status bind_group(dsc_scheduler *s, size_t group, const char *option, const dsc_schedule *schedule,
                             dsc_schedule_unit unit) {
    DSC_TRY(append(s, group, option, schedule, unit, false));
    begin_plateau(&s->bindings[s->count - 1]);
    if (!schedule->cycles_momentum || strcmp(option, "lr") != 0)
        return DSC_OK;
    const dsc_rule_info *rule = &s->optimizer->groups[group].rule->info;
    const char *momentum = has_option(rule, "momentum") ? "momentum" : "beta1";
    if (!has_option(rule, momentum))
        return dsc_fail(
            DSC_ERROR_OPTION,
            "dsc_scheduler_bind: \"%.200s\" cycles momentum, and %s has neither momentum nor beta1",
            schedule->text, rule->name);
    return append(s, group, momentum, schedule, unit, true);
}

static dsc_status bind_groups(dsc_scheduler *s, size_t first, size_t end, const char *option,
                              const dsc_schedule *schedule, dsc_schedule_unit unit) {
    size_t before = s->count;
    for (size_t group = first; group < end; ++group)
        DSC_TRY(bind_group(s, group, option, schedule, unit));
    for (size_t i = 0; i < s->count; ++i)
        s->bindings[i].is_due = i >= before;
    return go_to(s, s->steps, s->epochs);
}

dsc_status dsc_scheduler_bind(dsc_scheduler *scheduler, size_t group, const char *option,
                              const dsc_schedule *schedule, dsc_schedule_unit unit) {
    DSC_CHECK_NOT_NULL(scheduler);
    DSC_CHECK_NOT_NULL(option);
    DSC_CHECK_NOT_NULL(schedule);
    if ((int)unit != DSC_BY_STEP && (int)unit != DSC_BY_EPOCH)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: unit is %d, must be 0 (by step) or 1 (by epoch)", __func__,
                        (int)unit);
    DSC_TRY(dsc_schedule_check_complete(__func__, schedule));
    const size_t groups = scheduler->optimizer->group_count;
    const bool is_every = group == DSC_EVERY_GROUP;
    if (is_every ? groups == 0 : group >= groups)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: the optimizer has %zu groups, and so no group %zu", __func__,
                        groups, is_every ? 0 : group);
    size_t before = scheduler->count;
    dsc_status status =
        bind_groups(scheduler, is_every ? 0 : group, is_every ? groups : group + 1, option, schedule, unit);
    if (status != DSC_OK)
        release_from(scheduler, before);
    return status;
}
