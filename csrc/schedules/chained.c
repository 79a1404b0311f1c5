/* Schedules that act together. */
#include "schedules/schedule.h"

static dsc_cursor *after(dsc_cursor *cursor, size_t count) {
    return cursor == NULL ? NULL : cursor + count;
}

/* What PyTorch's chain would be made of. */
typedef struct chain {
    size_t count;       /* of its parts */
    bool is_product;    /* of their factors, at any step */
    size_t last_to_set; /* the part behind which alone matters; SIZE_MAX: there is none */
} chain;

static chain look(const dsc_schedule *s) {
    chain c = {.is_product = true, .last_to_set = SIZE_MAX};
    for (size_t i = 0; i < s->part_count; ++i) {
        const dsc_schedule *part = s->parts[i];
        if (!part->steps_as_torch)
            continue;
        ++c.count;
        c.is_product = c.is_product && part->row->factor != NULL;
        if (dsc_schedule_sets(part))
            c.last_to_set = i;
    }
    return c;
}

/* One step of the parts from `first` on. */
static dsc_status step_parts(const dsc_schedule *s, size_t first, double base, int64_t step,
                             double *current) {
    for (size_t i = first; i < s->part_count; ++i)
        if (s->parts[i]->steps_as_torch)
            DSC_TRY(dsc_schedule_advance(s->parts[i], base, *current, step, current));
    return DSC_OK;
}

static dsc_status replay(const dsc_schedule *s, double base, int64_t step, dsc_cursor *cursor,
                         double *value) {
    dsc_cursor own = dsc_no_cursor;
    dsc_cursor *c = cursor == NULL ? &own : cursor;
    if (c->step < 0 || c->step > step || c->base != base)
        *c = (dsc_cursor){-1, base, base};
    while (c->step < step) {
        double next = c->current;
        DSC_TRY(step_parts(s, 0, base, c->step + 1, &next));
        c->current = next;
        ++c->step;
    }
    *value = c->current;
    return DSC_OK;
}

/* What PyTorch's chain makes of the base, or the base where it has no part of it. A product, and a part
 * alone, are for multiply(). */
static dsc_status begin(const dsc_schedule *s, const chain *c, double base, int64_t step, dsc_cursor *cursor,
                        double *value) {
    *value = base;
    if (c->is_product)
        return DSC_OK;
    if (c->count == 1) {
        dsc_cursor *at = after(cursor, 1);
        for (size_t i = 0; i < s->part_count; at = after(at, s->parts[i++]->cursors))
            if (s->parts[i]->steps_as_torch)
                return dsc_schedule_evaluate(s->parts[i], base, step, at, value);
    }
    if (c->last_to_set != SIZE_MAX)
        return step_parts(s, c->last_to_set, base, step, value);
    return replay(s, base, step, cursor, value);
}

static dsc_status evaluate(const dsc_schedule *s, double base, int64_t step, dsc_cursor *cursor,
                           double *value) {
    const chain c = look(s);
    double result;
    DSC_TRY(begin(s, &c, base, step, cursor, &result));
    dsc_cursor *at = after(cursor, 1);
    for (size_t i = 0; i < s->part_count; at = after(at, s->parts[i++]->cursors)) {
        if (s->parts[i]->steps_as_torch && !c.is_product)
            continue;
        double share;
        DSC_TRY(dsc_schedule_share(s->parts[i], base, step, at, &share));
        result *= share;
    }
    *value = result;
    return DSC_OK;
}

static dsc_status advance(const dsc_schedule *s, double base, double current, int64_t step, double *value) {
    double next = current;
    DSC_TRY(step_parts(s, 0, base, step, &next));
    *value = next;
    return DSC_OK;
}

/* The last part that has it is the last to set it. */
static dsc_status momentum(const dsc_schedule *s, int64_t step, double *value) {
    size_t i = s->part_count - 1;
    while (!s->parts[i]->cycles_momentum)
        --i;
    return dsc_schedule_momentum_at(s->parts[i], step, value);
}

/* That of the part that ends last. */
static int64_t length(const dsc_schedule *s) {
    int64_t longest = -1;
    for (size_t i = 0; i < s->part_count; ++i) {
        int64_t own = dsc_schedule_length(s->parts[i]);
        longest = own > longest ? own : longest;
    }
    return longest;
}

static dsc_status check(dsc_schedule *s) {
    size_t plateaus = 0;
    for (size_t i = 0; i < s->part_count; ++i)
        plateaus += s->parts[i]->has_plateau;
    if (plateaus > 1)
        return dsc_fail(DSC_ERROR_ARGUMENT, "chained: %zu parts are reduce_lr_on_plateau, at most one can be",
                        plateaus);
    return DSC_OK;
}

/* A chain in a chain is no more than its parts. */
static dsc_status compose(dsc_schedule *made, size_t count, dsc_schedule *const *parts,
                          const int64_t *milestones) {
    (void)milestones;
    for (size_t i = 0; i < count; ++i) {
        if (parts[i]->row == &dsc_schedule_row_chained)
            DSC_TRY(compose(made, parts[i]->part_count, parts[i]->parts, NULL));
        else
            DSC_TRY(dsc_schedule_append_part(made, parts[i]));
    }
    return DSC_OK;
}

const dsc_schedule_row dsc_schedule_row_chained = {
    .info = {.name = "chained",
             .title = "ChainedScheduler",
             .source = "torch.optim.lr_scheduler.ChainedScheduler",
             .formula =
                 "each part's step, one after another; base times the parts' factors, where they have one",
             .kind = DSC_SCHEDULE_OF_PARTS},
    .is_torch = true,
    .is_replayed = true,
    .evaluate = evaluate,
    .advance = advance,
    .momentum = momentum,
    .check = check,
    .length = length,
    .compose = compose,
};

dsc_status dsc_schedule_chained(size_t count, dsc_schedule *const *parts, dsc_schedule **schedule) {
    return dsc_schedule_compose(__func__, &dsc_schedule_row_chained, count, parts, NULL, schedule);
}
