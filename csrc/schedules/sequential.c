/* One schedule after another. */
#include "schedules/schedule.h"

/* The part that a step belongs to, and its own step there. */
static size_t part_at(const dsc_schedule *s, int64_t step, int64_t *own) {
    size_t i = s->part_count - 1;
    while (i > 0 && (double)step < s->lists[0].values[i - 1])
        --i;
    *own = i == 0 ? step : step - (int64_t)s->lists[0].values[i - 1];
    return i;
}

static dsc_cursor *cursor_of(const dsc_schedule *s, dsc_cursor *cursor, size_t part) {
    for (size_t i = 0; cursor != NULL && i < part; ++i)
        cursor += s->parts[i]->cursors;
    return cursor;
}

static dsc_status evaluate(const dsc_schedule *s, double base, int64_t step, dsc_cursor *cursor,
                           double *value) {
    int64_t own;
    size_t i = part_at(s, step, &own);
    const dsc_schedule *part = s->parts[i];
    /* PyTorch's multiplicative multiplies whatever it finds. */
    if (part->row == &dsc_schedule_row_multiplicative && i > 0 && step > own) {
        double before;
        DSC_TRY(evaluate(s, base, step - own - 1, cursor, &before));
        base = before * part->function.call(part->function.user, 0);
    }
    return dsc_schedule_evaluate(part, base, own, cursor_of(s, cursor, i), value);
}

static dsc_status advance(const dsc_schedule *s, double base, double current, int64_t step, double *value) {
    int64_t own;
    const dsc_schedule *part = s->parts[part_at(s, step, &own)];
    if (own > 0)
        return dsc_schedule_advance(part, base, current, own, value);
    /* A part begins with its closed form, if it has one, and not where the one before ended. */
    if (part->row == &dsc_schedule_row_multiplicative && step > 0) {
        *value = current * part->function.call(part->function.user, 0);
        return DSC_OK;
    }
    return dsc_schedule_evaluate(part, base, 0, NULL, value);
}

/* Of a part without it: what the parts before left, or the first after begins with. */
static dsc_status momentum(const dsc_schedule *s, int64_t step, double *value) {
    int64_t own;
    size_t i = part_at(s, step, &own);
    for (; !s->parts[i]->cycles_momentum && i > 0; --i)
        own = (int64_t)s->lists[0].values[i - 1] - (i > 1 ? (int64_t)s->lists[0].values[i - 2] : 0) - 1;
    for (; !s->parts[i]->cycles_momentum; ++i)
        own = -1;
    return dsc_schedule_momentum_at(s->parts[i], own < 0 ? 0 : own, value);
}

static int64_t length(const dsc_schedule *s) {
    int64_t last = dsc_schedule_length(s->parts[s->part_count - 1]);
    return last < 0 || s->part_count == 1 ? last : last + (int64_t)s->lists[0].values[s->part_count - 2];
}

static dsc_status check(dsc_schedule *s) {
    for (size_t i = 0; i < s->part_count; ++i)
        if (s->parts[i]->has_plateau)
            return dsc_fail(
                DSC_ERROR_ARGUMENT,
                "sequential: part %zu, \"%.200s\", needs a metric: chain it with the whole instead", i,
                s->parts[i]->text);
    return DSC_OK;
}

/* ---- Making them ---- */

static dsc_status find_milestone(const dsc_schedule *part, int64_t begin, int64_t given, int64_t *end) {
    if (given >= 0) {
        if (given < begin || given > DSC_LARGEST_SCHEDULE_STEP)
            return dsc_fail(DSC_ERROR_ARGUMENT, "sequential: milestone %lld must be in [%lld, 2^48]",
                            (long long)given, (long long)begin);
        *end = given;
        return DSC_OK;
    }
    int64_t own = dsc_schedule_length(part);
    if (given != -1)
        return dsc_fail(DSC_ERROR_ARGUMENT, "sequential: milestone %lld must be at least 0",
                        (long long)given);
    if (own < 0)
        return dsc_fail(
            DSC_ERROR_ARGUMENT,
            "\"%.200s\" does not say where it ends: say where the next begins, as in \"%.100s @ 100 "
            "...\"",
            part->text, part->text);
    if (own > DSC_LARGEST_SCHEDULE_STEP - begin)
        return dsc_fail(DSC_ERROR_OVERFLOW, "sequential: \"%.200s\" ends after 2^48 steps", part->text);
    *end = begin + own;
    return DSC_OK;
}

static dsc_status compose(dsc_schedule *made, size_t count, dsc_schedule *const *parts,
                          const int64_t *milestones) {
    int64_t begin = 0;
    for (size_t i = 0; i + 1 < count; ++i) {
        int64_t end = begin;
        DSC_TRY(find_milestone(parts[i], begin, milestones == NULL ? -1 : milestones[i], &end));
        dsc_schedule *part = NULL;
        DSC_TRY(dsc_schedule_over(parts[i], end - begin, &part));
        dsc_status status = dsc_schedule_append_part(made, part);
        dsc_schedule_release(part);
        DSC_TRY(status);
        DSC_TRY(dsc_schedule_append(made, 0, (double)end));
        begin = end;
    }
    return dsc_schedule_append_part(made, parts[count - 1]);
}

const dsc_schedule_row dsc_schedule_row_sequential = {
    .info = {.name = "sequential",
             .title = "SequentialLR",
             .source = "torch.optim.lr_scheduler.SequentialLR",
             .formula = "part i at step t - milestone i, from there to the next milestone",
             .kind = DSC_SCHEDULE_OF_PARTS},
    .is_torch = true,
    .evaluate = evaluate,
    .advance = advance,
    .momentum = momentum,
    .check = check,
    .length = length,
    .compose = compose,
};

dsc_status dsc_schedule_sequential(size_t count, dsc_schedule *const *parts, const int64_t *milestones,
                                   dsc_schedule **schedule) {
    return dsc_schedule_compose(__func__, &dsc_schedule_row_sequential, count, parts, milestones, schedule);
}
