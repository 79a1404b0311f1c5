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

/* Whether a tensor's rows are to be looked at one by one. */
static bool goes_by_rows(const dsc_parameter *t, const dsc_row_gradient *rows) {
    return rows != NULL || (t->partial & t->slots) != 0;
}

/* A new run for a tensor, at its coming step. */
__attribute__((noinline)) static void begin_run(const dsc_optimizer *o, dsc_run *run, const dsc_parameter *t,
                                                const dsc_step *step, const dsc_row_gradient *rows) {
    const dsc_group *group = &o->groups[t->group];
    run->start = t->start;
    run->length = 0;
    run->tensor = t;
    run->group = t->group;
    run->missing = t->slots & ~t->filled;
    run->rows = rows;
    run->by_rows = goes_by_rows(t, rows);
    run->gradients = rows != NULL ? rows->values : dsc_offset(o, step->gradients, t->start);
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

/* Whether a run may have other tensors than its first. */
static bool takes_more(const dsc_optimizer *o, const dsc_run *run) {
    return !run->by_rows && !o->clipping.per_tensor &&
           o->groups[run->group].rule->info.kind == DSC_RULE_ELEMENTWISE;
}

/* Whether a tensor can be part of the run of the one before it. */
static bool joins(const dsc_parameter *last, const dsc_parameter *t) {
    return last->start + last->length == t->start && last->group == t->group && last->step == t->step &&
           last->filled == t->filled && last->slots == t->slots &&
           ((t->filled & DSC_SCALARS_SET) == 0 || memcmp(last->scalars, t->scalars, sizeof t->scalars) == 0);
}

/* A guess at the thread that computed the gradients of a run's tile and has them in its cache: most layers
 * share a tensor out among the threads in equal parts. *tensor: the tile's, as that of an earlier one. */
static size_t thread_of_tile(const dsc_run *run, size_t tile, size_t threads, const dsc_parameter **tensor) {
    size_t middle = tile * DSC_TILE + dsc_min_size(DSC_TILE, run->length - tile * DSC_TILE) / 2;
    if (run->rows != NULL)
        return middle * threads / run->length;
    const dsc_parameter *t = *tensor;
    while (run->start + middle >= t->start + t->length)
        ++t;
    *tensor = t;
    return (run->start + middle - t->start) * threads / t->length;
}

/* Puts the tiles of the first thread first, then those of the second, and so on. */
static void order_tiles(const dsc_optimizer *o, size_t threads, dsc_run_list *list) {
    size_t ends[DSC_MAX_THREADS + 1] = {0};
    for (int pass = 0; pass < 2; ++pass) {
        for (size_t r = 0; r < list->count; ++r) {
            const dsc_run *run = &list->runs[r];
            const dsc_parameter *tensor = run->tensor;
            for (size_t i = 0, tiles = dsc_ceil_div(run->length, DSC_TILE); i < tiles; ++i) {
                size_t thread = thread_of_tile(run, i, threads, &tensor);
                if (pass == 0)
                    ++ends[thread + 1];
                else
                    o->order[ends[thread]++] = run->first_tile + i;
            }
        }
        for (size_t t = 1; pass == 0 && t < threads; ++t)
            ends[t] += ends[t - 1];
    }
    list->order = o->order;
}

typedef struct tiles_job {
    const size_t *order;
    dsc_task task;
    void *argument;
} tiles_job;

static void take_tile(void *argument, size_t place) {
    const tiles_job *job = argument;
    job->task(job->argument, job->order[place]);
}

void dsc_for_tiles(const dsc_context *context, const dsc_run_list *list, dsc_task task, void *argument) {
    tiles_job job = {list->order, task, argument};
    if (list->order == NULL)
        dsc_parallel_for(context, list->tiles, task, argument);
    else
        dsc_parallel_for(context, list->tiles, take_tile, &job);
}

dsc_status dsc_find_runs(const dsc_context *context, dsc_optimizer *o, const dsc_step *step,
                         dsc_run_list *list) {
    const uint8_t *has_gradient = step->has_gradient;
    const dsc_row_gradient *const *row_gradients = step->row_gradients;
    dsc_run *run = NULL; /* the last */
    size_t count = 0;
    const dsc_parameter *last = NULL; /* the run's last, where it takes more */
    dsc_parameter *t = o->tensors;
    for (size_t i = 0, tensors = o->tensor_count; i < tensors; ++i, ++t) {
        t->takes_part = t->group != SIZE_MAX && !t->frozen && (has_gradient == NULL || has_gradient[i] != 0);
        t->run = NULL;
        if (!t->takes_part)
            continue;
        const dsc_row_gradient *rows = row_gradients == NULL ? NULL : row_gradients[i];
        if (rows != NULL)
            DSC_TRY(dsc_check_rows(o, i, rows));
        if (t->length == 0)
            continue;
        if (last == NULL || goes_by_rows(t, rows) || !joins(last, t)) {
            run = &o->runs[count++];
            begin_run(o, run, t, step, rows);
            last = takes_more(o, run) ? t : NULL;
        } else {
            last = t;
        }
        run->length += rows != NULL ? rows->count * dsc_row_width(t) : t->length;
        t->run = run;
    }
    *list = (dsc_run_list){.runs = o->runs, .count = count};
    for (size_t r = 0; r < list->count; ++r) {
        list->runs[r].first_tile = list->tiles;
        list->tiles += dsc_ceil_div(list->runs[r].length, DSC_TILE);
        list->elements += list->runs[r].length;
    }
    size_t threads = (size_t)dsc_context_threads(context);
    if (threads > 1 && list->tiles > 1)
        order_tiles(o, threads, list);
    return DSC_OK;
}

void dsc_count_step(dsc_optimizer *o) {
    for (dsc_parameter *t = o->tensors, *end = t + o->tensor_count; t < end; ++t) {
        if (!t->takes_part)
            continue;
        ++t->step;
        const dsc_run *run = t->run;
        if (run != NULL && run->rows != NULL)
            dsc_begin_rows(t, run->rows);
        else if ((t->slots & ~t->filled) != 0)
            dsc_fill_planes(t, t->slots);
        if (run != NULL && dsc_group_of(o, run)->rule->start != NULL) {
            memcpy(t->scalars, run->coefficients.scalar, sizeof t->scalars);
            t->filled |= DSC_SCALARS_SET;
        }
    }
}
