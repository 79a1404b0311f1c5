/* The pass of a step that changes the parameters: everything that rules have in common, around the rule's
 * loop. */
#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static void DSC_NAME(shape_gradient)(const dsc_run *run, const dsc_group *group, DSC_REAL limit, size_t n,
                                     const DSC_REAL *p, const DSC_REAL *g, DSC_REAL *shaped) {
    const DSC_REAL scale = (DSC_REAL)run->scale;
    const DSC_REAL sign = group->maximize ? -1 : 1, decay = (DSC_REAL)group->weight_decay;
    for (size_t i = 0; i < n; ++i)
        shaped[i] = g[i] * scale;
    if (isfinite(limit))
        for (size_t i = 0; i < n; ++i) {
            DSC_REAL x = shaped[i];
            x = x < -limit ? -limit : x; /* NaN passes */
            shaped[i] = x > limit ? limit : x;
        }
    if (decay != 0)
        for (size_t i = 0; i < n; ++i)
            shaped[i] = sign * shaped[i] + decay * p[i];
    else if (group->maximize)
        for (size_t i = 0; i < n; ++i)
            shaped[i] = -shaped[i];
    const DSC_REAL l1 = (DSC_REAL)group->penalty_l1, l2 = (DSC_REAL)group->penalty_l2;
    if (group->is_penalized)
        for (size_t i = 0; i < n; ++i)
            shaped[i] += l2 * p[i] + (p[i] > 0 ? l1 : p[i] < 0 ? -l1 : 0);
}

/* The penalty of n weights: partials[3] has the sum. */
static void DSC_NAME(add_penalty)(const dsc_group *group, size_t n, const DSC_REAL *p, double *partials) {
    DSC_WIDE sizes = 0, squares = 0;
    for (size_t i = 0; i < n; ++i) {
        sizes += fabs((DSC_WIDE)p[i]);
        squares += (DSC_WIDE)p[i] * (DSC_WIDE)p[i];
    }
    partials[3] += group->penalty_l1 * sizes + group->penalty_l2 / 2 * squares;
}

DSC_MULTIVERSION
static void DSC_NAME(shrink)(size_t n, DSC_REAL factor, DSC_REAL *p) {
    for (size_t i = 0; i < n; ++i)
        p[i] *= factor;
}

DSC_MULTIVERSION
static void DSC_NAME(pull_back)(size_t n, DSC_REAL alpha, DSC_REAL *restrict p, DSC_REAL *restrict slow) {
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL pulled = DSC_NAME(dsc_lerp)(slow[i], p[i], alpha);
        slow[i] = pulled;
        p[i] = pulled;
    }
}

static size_t DSC_NAME(count_clipped)(size_t n, const DSC_REAL *g, double scale, double limit) {
    size_t clipped = 0;
    for (size_t i = 0; i < n; ++i)
        clipped += fabs((double)g[i] * scale) > limit;
    return scale == 1 ? clipped : n; /* NaN too changes all */
}

/* partials: squares of the weights, squares of their changes, clipped gradients. */
DSC_MULTIVERSION
static void DSC_NAME(compare)(size_t n, const DSC_REAL *before, const DSC_REAL *after, double *partials) {
    for (size_t i = 0; i < n; ++i) {
        double change = (double)after[i] - (double)before[i];
        partials[0] += (double)before[i] * (double)before[i];
        partials[1] += change * change;
    }
}

/* What must be in the missing planes before the first step; they are 0. */
static void DSC_NAME(begin_state)(const dsc_group *group, uint32_t missing, size_t n, const DSC_REAL *p,
                                  DSC_REAL *const *state) {
    if ((missing >> DSC_SLOW & 1) != 0)
        memcpy(state[DSC_SLOW], p, n * sizeof *p);
    for (size_t k = 0; k < DSC_MAX_SLOTS && group->rule->initial != NULL; ++k) {
        DSC_REAL value = (DSC_REAL)group->rule->initial(group->options, k);
        if ((missing >> k & 1) != 0 && value != 0)
            for (size_t i = 0; i < n; ++i)
                state[k][i] = value;
    }
}

/* The planes that a run uses, from `at` on. */
static void DSC_NAME(find_state)(const dsc_optimizer *o, const dsc_run *run, size_t at, DSC_REAL **state) {
    size_t k = 0;
    for (uint32_t slots = run->tensor->slots; slots != 0; slots >>= 1, ++k)
        if ((slots & 1) != 0)
            state[k] = (DSC_REAL *)o->planes[k] + at;
}

/* n parameters from `at` on, at most BLOCK unless there is one pass, whose missing planes are these. */
static void DSC_NAME(update_block)(const update_job *job, const dsc_run *run, uint32_t missing, size_t at,
                                   size_t n, const DSC_REAL *g, double *partials) {
    const dsc_optimizer *o = job->optimizer;
    const dsc_group *group = dsc_group_of(o, run);
    DSC_REAL shaped[BLOCK], before[BLOCK], *state[DSC_PLANES] = {NULL};
    DSC_REAL *p = (DSC_REAL *)job->step->parameters + at;
    DSC_NAME(find_state)(o, run, at, state);
    bool plain = is_plain(o, run);
    if (group->is_penalized)
        DSC_NAME(add_penalty)(group, n, p, partials);
    if (o->statistics) {
        memcpy(before, p, n * sizeof *p);
        partials[2] += (double)DSC_NAME(count_clipped)(n, g, run->scale, o->clip_value);
    }
    if (missing != 0)
        DSC_NAME(begin_state)(group, missing, n, p, state);
    dsc_coefficients other;
    const dsc_coefficients *c = &run->coefficients;
    if (c->fresh != dsc_is_fresh(missing)) {
        other = *c;
        other.fresh = !c->fresh;
        c = &other;
    }
    if (!plain)
        DSC_NAME(shape_gradient)(run, group, (DSC_REAL)o->clip_value, n, p, g, shaped);
    if (group->shrink != 1 && !group->rule->shrinks)
        DSC_NAME(shrink)(n, (DSC_REAL)group->shrink, p);
    group->rule->DSC_NAME(update)(c, n, p, plain ? g : shaped, state);
    if (run->looks_ahead)
        DSC_NAME(pull_back)(n, (DSC_REAL)group->lookahead_alpha, p, state[DSC_SLOW]);
    if (dsc_is_averaged_in(o, run))
        dsc_average_numbers(o->dtype, n, o->average_weight, p, (DSC_REAL *)o->average + at);
    if (o->statistics)
        DSC_NAME(compare)(n, before, p, partials);
}

static void DSC_NAME(update)(const update_job *job, const dsc_run *run, size_t offset, size_t length,
                             double *partials) {
    DSC_REAL *g = (DSC_REAL *)(uintptr_t)run->gradients;
    size_t width = run->by_rows ? dsc_row_width(run->tensor) : 0;
    const DSC_REAL *p = (const DSC_REAL *)job->step->parameters + run->start;
    const size_t most = is_one_pass(job, run) ? DSC_TILE : BLOCK;
    for (size_t i = offset; i < offset + length;) {
        /* Blocks begin at cache lines of the parameters and the state; the first is what comes before one. */
        size_t lead = run->by_rows ? 0 : (uintptr_t)(p + i) / sizeof *p % LANES;
        size_t block = lead == 0 ? most : LANES - lead;
        size_t n = dsc_min_size(block, offset + length - i), at = run->start + i;
        uint32_t missing = run->missing;
        if (run->by_rows) {
            size_t row = i / width, column = i % width;
            if (run->rows != NULL)
                row = (size_t)run->rows->rows[row];
            n = dsc_min_size(n, width - column);
            at = run->start + row * width + column;
            missing = dsc_missing_in_row(run->tensor, row);
        }
        DSC_NAME(update_block)(job, run, missing, at, n, g + i, partials);
        if (job->step->zero_gradients && run->rows == NULL)
            memset(g + i, 0, n * sizeof *g);
        i += n;
    }
}

/* The passes around the step of a rule over tensors: the gradient made ready, and what follows. */
static void DSC_NAME(before_tensor)(const tensor_job *job, size_t offset, size_t n, double *partials) {
    const dsc_optimizer *o = job->update->optimizer;
    const dsc_run *run = job->run;
    const dsc_group *group = dsc_group_of(o, run);
    DSC_REAL *p = (DSC_REAL *)job->update->step->parameters + run->start + offset,
             *state[DSC_PLANES] = {NULL};
    const DSC_REAL *g = (const DSC_REAL *)run->gradients + offset;
    DSC_NAME(find_state)(o, run, run->start + offset, state);
    if (run->missing != 0)
        DSC_NAME(begin_state)(group, run->missing, n, p, state);
    if (group->is_penalized)
        DSC_NAME(add_penalty)(group, n, p, partials);
    if (job->before != NULL) {
        memcpy((DSC_REAL *)job->before + offset, p, n * sizeof *p);
        partials[2] += (double)DSC_NAME(count_clipped)(n, g, run->scale, o->clip_value);
    }
    if (job->shaped != NULL)
        DSC_NAME(shape_gradient)
    (run, group, (DSC_REAL)o->clip_value, n, p, g, (DSC_REAL *)job->shaped + offset);
    if (group->shrink != 1)
        DSC_NAME(shrink)(n, (DSC_REAL)group->shrink, p);
}

static void DSC_NAME(after_tensor)(const tensor_job *job, size_t offset, size_t n, double *partials) {
    const dsc_optimizer *o = job->update->optimizer;
    const dsc_run *run = job->run;
    DSC_REAL *p = (DSC_REAL *)job->update->step->parameters + run->start + offset;
    if (run->looks_ahead)
        DSC_NAME(pull_back)
    (n, (DSC_REAL)dsc_group_of(o, run)->lookahead_alpha, p,
     (DSC_REAL *)o->planes[DSC_SLOW] + run->start + offset);
    if (dsc_is_averaged_in(o, run))
        dsc_average_numbers(o->dtype, n, o->average_weight, p, (DSC_REAL *)o->average + run->start + offset);
    if (job->before != NULL)
        DSC_NAME(compare)(n, (const DSC_REAL *)job->before + offset, p, partials);
    if (job->update->step->zero_gradients)
        memset((DSC_REAL *)(uintptr_t)run->gradients + offset, 0, n * sizeof *p);
}

#else

#include <math.h>
#include <string.h>

#include "optimizers/rows.h"

enum { BLOCK = 2048 };
#define LANES (64 / sizeof(DSC_REAL))

typedef struct update_job {
    dsc_optimizer *optimizer;
    const dsc_step *step;
    const dsc_run_list *list;
} update_job;

/* A tensor whose rule looks at all of it. */
typedef struct tensor_job {
    const update_job *update;
    const dsc_run *run;
    void *shaped, *before; /* NULL: not needed */
    bool is_after;
} tensor_job;

/* Whether the rule may see the gradient as it is. */
static bool is_plain(const dsc_optimizer *o, const dsc_run *run) {
    return run->scale == 1 && !dsc_group_of(o, run)->shapes_gradient && !isfinite(o->clip_value);
}

/* Whether the rule's loop is all that a run's numbers see: then it need not be cut into blocks. */
static bool is_one_pass(const update_job *job, const dsc_run *run) {
    const dsc_optimizer *o = job->optimizer;
    const dsc_group *group = dsc_group_of(o, run);
    return is_plain(o, run) && run->missing == 0 && !run->looks_ahead && !o->statistics &&
           !dsc_is_averaged_in(o, run) && !group->is_penalized &&
           (group->shrink == 1 || group->rule->shrinks) && !job->step->zero_gradients;
}

#define DSC_TEMPLATE "optimizers/update.c"
#include "core/instantiate.h"

static bool is_elementwise(const dsc_optimizer *o, const dsc_run *run) {
    return dsc_group_of(o, run)->rule->info.kind == DSC_RULE_ELEMENTWISE;
}

static void update_tile(void *argument, size_t tile) {
    const update_job *job = argument;
    const dsc_optimizer *o = job->optimizer;
    size_t offset, length;
    const dsc_run *run = dsc_run_of_tile(job->list, tile, &offset, &length);
    if (!is_elementwise(o, run))
        return;
    double *partials = o->partials + tile * DSC_PARTIALS;
    if (o->statistics || dsc_group_of(o, run)->is_penalized)
        memset(partials, 0, DSC_PARTIALS * sizeof *partials);
    DSC_CALL(o->dtype, update, job, run, offset, length, partials);
}

static void around_tile(void *argument, size_t tile) {
    const tensor_job *job = argument;
    const dsc_optimizer *o = job->update->optimizer;
    size_t offset = tile * DSC_TILE, n = dsc_min_size(DSC_TILE, job->run->length - offset);
    double *partials = o->partials + (job->run->first_tile + tile) * DSC_PARTIALS;
    if (!job->is_after)
        memset(partials, 0, DSC_PARTIALS * sizeof *partials);
    if (job->is_after)
        DSC_CALL(o->dtype, after_tensor, job, offset, n, partials);
    else
        DSC_CALL(o->dtype, before_tensor, job, offset, n, partials);
}

/* One tensor whose rule looks at all of it. */
static void update_tensor(const dsc_context *context, const update_job *job, dsc_run *run) {
    dsc_optimizer *o = job->optimizer;
    const dsc_group *group = dsc_group_of(o, run);
    size_t tiles = dsc_ceil_div(run->length, DSC_TILE);
    bool plain = is_plain(o, run);
    /* The workspace: the shaped gradient, the weights before, partial sums, then the rule's. */
    tensor_job around = {.update = job, .run = run};
    around.shaped = plain ? NULL : o->workspace;
    around.before = o->statistics ? dsc_offset(o, o->workspace, run->length) : NULL;
    if (!plain || o->statistics || group->shrink != 1 || run->missing != 0)
        dsc_parallel_for(context, tiles, around_tile, &around);
    const dsc_parameter *t = run->tensor;
    dsc_tensor_step step = {.context = context,
                            .dtype = o->dtype,
                            .coefficients = &run->coefficients,
                            .length = run->length,
                            .is_matrix = dsc_is_matrix(t),
                            .p = dsc_offset(o, job->step->parameters, run->start),
                            .g = plain ? run->gradients : around.shaped,
                            .partials = dsc_offset(o, o->workspace, 2 * run->length)};
    step.columns = t->rank > 0 ? t->shape[t->rank - 1] : 1;
    step.rows = t->rank > 1 ? t->shape[t->rank - 2] : 1;
    step.batch = run->length / (step.rows * step.columns);
    step.workspace = step.partials + tiles * DSC_PARTIALS;
    for (size_t k = 0; k < DSC_MAX_SLOTS; ++k)
        step.state[k] = dsc_offset(o, o->planes[k], run->start);
    group->rule->step_tensor(&step);
    around.is_after = true;
    if (run->looks_ahead || o->statistics || dsc_is_averaged_in(o, run) || job->step->zero_gradients)
        dsc_parallel_for(context, tiles, around_tile, &around);
}

/* Adds the tiles' sums up, by group. */
static void collect_statistics(dsc_optimizer *o, const dsc_run_list *list) {
    for (size_t g = 0; g < o->group_count; ++g)
        o->groups[g].statistics = (dsc_group_statistics){0};
    for (size_t r = 0; r < list->count; ++r) {
        const dsc_run *run = &list->runs[r];
        dsc_group_statistics *s = &o->groups[run->group].statistics;
        s->elements += run->length;
        s->gradient_norm = dsc_hypot(s->gradient_norm, run->norm);
        for (size_t tile = 0; tile < dsc_ceil_div(run->length, DSC_TILE); ++tile) {
            const double *partials = o->partials + (run->first_tile + tile) * DSC_PARTIALS;
            s->weight_norm += partials[0];
            s->update_norm += partials[1];
            s->clipped_share += partials[2];
        }
    }
    for (size_t g = 0; g < o->group_count; ++g) {
        dsc_group_statistics *s = &o->groups[g].statistics;
        s->weight_norm = sqrt(s->weight_norm);
        s->update_norm = sqrt(s->update_norm);
        s->clipped_share /= (double)s->elements;
        if (s->elements == 0)
            *s = dsc_no_statistics;
    }
}

/* The penalties that the tiles have seen. */
static double collect_penalties(const dsc_optimizer *o, const dsc_run_list *list) {
    double sum = 0;
    for (size_t r = 0; r < list->count; ++r)
        if (dsc_group_of(o, &list->runs[r])->is_penalized)
            for (size_t tile = 0; tile < dsc_ceil_div(list->runs[r].length, DSC_TILE); ++tile)
                sum += o->partials[(list->runs[r].first_tile + tile) * DSC_PARTIALS + 3];
    return sum;
}

double dsc_update_runs(const dsc_context *context, dsc_optimizer *o, const dsc_step *step,
                       dsc_run_list *list) {
    update_job job = {o, step, list};
    dsc_for_tiles(context, list, update_tile, &job);
    for (size_t r = 0; r < list->count; ++r)
        if (!is_elementwise(o, &list->runs[r]))
            update_tensor(context, &job, &list->runs[r]);
    if (o->statistics)
        collect_statistics(o, list);
    return collect_penalties(o, list);
}

#endif
