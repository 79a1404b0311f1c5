/* Which tensors a step changes, and which of them it can treat as one. */
#include <math.h>
#include <string.h>

#include "optimizers/rows.h"

dsc_run *dsc_run_of_tile(const dsc_run_list *list, size_t tile, size_t *offset, size_t *length) {
    size_t low = 0, high = list->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (list->runs[middle].first_tile <= tile)
            low = middle;
        else
            high = middle;
    }
    dsc_run *run = &list->runs[low];
    *offset = (tile - run->first_tile) * DSC_TILE;
    *length = dsc_min_size(DSC_TILE, run->length - *offset);
    return run;
}

static const dsc_row_gradient *rows_of(const dsc_step *step, size_t tensor) {
    return step->row_gradients == NULL ? NULL : step->row_gradients[tensor];
}

static bool takes_part(const dsc_parameter *t, const dsc_step *step, size_t index) {
    return t->group != SIZE_MAX && !t->frozen &&
           (step->has_gradient == NULL || step->has_gradient[index] != 0);
}

/* Whether a tensor's rows are to be looked at one by one. */
static bool goes_by_rows(const dsc_parameter *t, const dsc_row_gradient *rows) {
    return rows != NULL || (t->partial & t->slots) != 0;
}

/* A new run for tensor `index`, at its coming step. */
static void begin_run(const dsc_optimizer *o, dsc_run *run, size_t index, const dsc_step *step) {
    const dsc_parameter *t = &o->tensors[index];
    const dsc_group *group = &o->groups[t->group];
    run->start = t->start;
    run->length = 0;
    run->tensor = t;
    run->group = t->group;
    run->missing = t->slots & ~t->filled;
    run->rows = rows_of(step, index);
    run->by_rows = goes_by_rows(t, run->rows);
    run->gradients = run->rows != NULL ? run->rows->values : dsc_offset(o, step->gradients, t->start);
    run->looks_ahead = group->lookahead_steps > 0 && (t->step + 1) % group->lookahead_steps == 0;
    run->norm = run->clip_norm = NAN;
    run->scale = 1;
    if ((t->filled & DSC_SCALARS_SET) != 0)
        memcpy(run->coefficients.scalar, t->scalars, sizeof t->scalars);
    else if (group->rule->start != NULL)
        group->rule->start(group->options, run->coefficients.scalar);
    run->coefficients.shrink = group->shrink;
    run->coefficients.fresh = dsc_is_fresh(run->missing);
    group->rule->prepare(group->options, t->step + 1, &run->coefficients);
}

/* Whether a tensor right after another can be part of its run. */
static bool joins(const dsc_optimizer *o, const dsc_parameter *last, const dsc_parameter *t) {
    const dsc_rule *rule = o->groups[t->group].rule;
    return last->start + last->length == t->start && last->group == t->group && last->step == t->step &&
           last->filled == t->filled && last->slots == t->slots && rule->info.kind == DSC_RULE_ELEMENTWISE &&
           !o->clipping.per_tensor &&
           (rule->start == NULL || memcmp(last->scalars, t->scalars, sizeof t->scalars) == 0);
}

dsc_status dsc_find_runs(dsc_optimizer *o, const dsc_step *step, dsc_run_list *list) {
    *list = (dsc_run_list){.runs = o->runs};
    const dsc_parameter *last = NULL;
    for (size_t i = 0; i < o->tensor_count; ++i) {
        const dsc_parameter *t = &o->tensors[i];
        if (!takes_part(t, step, i))
            continue;
        const dsc_row_gradient *rows = rows_of(step, i);
        if (rows != NULL)
            DSC_TRY(dsc_check_rows(o, i, rows));
        if (t->length == 0)
            continue;
        bool by_rows = goes_by_rows(t, rows);
        if (last == NULL || by_rows || !joins(o, last, t))
            begin_run(o, &list->runs[list->count++], i, step);
        list->runs[list->count - 1].length += rows != NULL ? rows->count * dsc_row_width(t) : t->length;
        last = by_rows ? NULL : t;
    }
    for (size_t r = 0; r < list->count; ++r) {
        list->runs[r].first_tile = list->tiles;
        list->tiles += dsc_ceil_div(list->runs[r].length, DSC_TILE);
        list->elements += list->runs[r].length;
    }
    return DSC_OK;
}

void dsc_count_step(dsc_optimizer *o, const dsc_step *step, const dsc_run_list *list) {
    size_t next = 0;
    for (size_t i = 0; i < o->tensor_count; ++i) {
        dsc_parameter *t = &o->tensors[i];
        if (!takes_part(t, step, i))
            continue;
        ++t->step;
        const dsc_row_gradient *rows = rows_of(step, i);
        if (rows != NULL && t->length > 0)
            dsc_begin_rows(t, rows);
        else if ((t->slots & ~t->filled) != 0)
            dsc_fill_planes(t, t->slots);
        if (next < list->count && list->runs[next].tensor == t)
            ++next;
        if (t->length > 0 && o->groups[t->group].rule->start != NULL) {
            memcpy(t->scalars, list->runs[next - 1].coefficients.scalar, sizeof t->scalars);
            t->filled |= DSC_SCALARS_SET;
        }
    }
}
