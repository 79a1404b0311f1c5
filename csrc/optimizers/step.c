#ifdef DSC_REAL

/* The gradient as the rule is to see it, in PyTorch's order: clipped, turned round for maximize,
 * then with the weight decay. A block at a time, so that it stays in the first-level cache. */
DSC_MULTIVERSION
static void DSC_NAME(shape_gradient)(const step_job *job, const dsc_run *run, size_t n, const DSC_REAL *p,
                                     const DSC_REAL *g, DSC_REAL *shaped) {
    const DSC_REAL scale = (DSC_REAL)job->scale, limit = (DSC_REAL)job->optimizer->clip_value;
    const DSC_REAL sign = run->group->maximize ? -1 : 1, decay = (DSC_REAL)run->group->weight_decay;
    bool clips = isfinite(job->optimizer->clip_value);
    for (size_t i = 0; i < n; ++i)
        shaped[i] = g[i] * scale;
    if (clips)
        for (size_t i = 0; i < n; ++i) {
            DSC_REAL x = shaped[i];
            x = x < -limit ? -limit : x; /* NaN passes */
            shaped[i] = x > limit ? limit : x;
        }
    if (decay != 0)
        for (size_t i = 0; i < n; ++i)
            shaped[i] = sign * shaped[i] + decay * p[i];
    else if (run->group->maximize)
        for (size_t i = 0; i < n; ++i)
            shaped[i] = -shaped[i];
}

DSC_MULTIVERSION
static void DSC_NAME(shrink)(size_t n, DSC_REAL factor, DSC_REAL *p) {
    for (size_t i = 0; i < n; ++i)
        p[i] *= factor;
}

static void DSC_NAME(update)(const step_job *job, const dsc_run *run, size_t start, size_t length) {
    const dsc_optimizer *o = job->optimizer;
    bool plain =
        job->scale == 1 && !isfinite(o->clip_value) && !run->group->maximize && run->group->weight_decay == 0;
    DSC_REAL shaped[BLOCK];
    for (size_t at = start; at < start + length; at += BLOCK) {
        size_t n = dsc_min_size(BLOCK, start + length - at);
        DSC_REAL *p = (DSC_REAL *)job->step->parameters + at, *g = (DSC_REAL *)job->step->gradients + at;
        DSC_REAL *state[DSC_MAX_SLOTS];
        for (size_t k = 0; k < DSC_MAX_SLOTS; ++k)
            state[k] = o->planes[k] == NULL ? NULL : (DSC_REAL *)o->planes[k] + at;
        if (run->group->shrink != 1)
            DSC_NAME(shrink)(n, (DSC_REAL)run->group->shrink, p);
        if (!plain)
            DSC_NAME(shape_gradient)(job, run, n, p, g, shaped);
        run->group->rule->DSC_NAME(update)(&run->coefficients, n, p, plain ? g : shaped, state);
        if (job->step->zero_gradients)
            memset(g, 0, n * sizeof *g);
    }
}

#else

#include <math.h>
#include <string.h>

#include "optimizers/engine.h"

enum { BLOCK = 2048 };

typedef struct step_job {
    const dsc_optimizer *optimizer;
    const dsc_step *step;
    dsc_run_list list;
    double scale;
} step_job;

#define DSC_TEMPLATE "optimizers/step.c"
#include "core/instantiate.h"

const dsc_run *dsc_run_of_tile(const dsc_run_list *list, size_t tile, size_t *start, size_t *length) {
    size_t low = 0, high = list->count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (list->runs[middle].first_tile <= tile)
            low = middle;
        else
            high = middle;
    }
    const dsc_run *run = &list->runs[low];
    size_t offset = (tile - run->first_tile) * DSC_TILE;
    *start = run->start + offset;
    *length = dsc_min_size(DSC_TILE, run->length - offset);
    return run;
}

static void step_tile(void *argument, size_t tile) {
    const step_job *job = argument;
    size_t start, length;
    const dsc_run *run = dsc_run_of_tile(&job->list, tile, &start, &length);
    if (job->optimizer->dtype == DSC_FLOAT32)
        update_f32(job, run, start, length);
    else
        update_f64(job, run, start, length);
}

/* A new run for `tensor`, at its coming step. */
static void begin_run(dsc_run *run, const dsc_group *group, const dsc_tensor *tensor) {
    run->start = tensor->start;
    run->length = 0;
    run->group = group;
    run->coefficients.fresh = (tensor->filled & group->slots) != group->slots;
    group->rule->prepare(group->options, tensor->step + 1, &run->coefficients);
}

static bool takes_part(const dsc_tensor *tensor, const dsc_step *step, size_t index) {
    return tensor->group != SIZE_MAX && tensor->length > 0 &&
           (step->has_gradient == NULL || step->has_gradient[index] != 0);
}

/* Neighbours with the same group, step and state become one run. */
static dsc_run_list find_runs(const dsc_optimizer *o, const dsc_step *step) {
    dsc_run_list list = {o->runs, 0, 0, 0};
    const dsc_tensor *last = NULL;
    for (size_t i = 0; i < o->tensor_count; ++i) {
        const dsc_tensor *t = &o->tensors[i];
        if (!takes_part(t, step, i))
            continue;
        bool joins = last != NULL && last->start + last->length == t->start && last->group == t->group &&
                     last->step == t->step && last->filled == t->filled;
        if (!joins)
            begin_run(&list.runs[list.count++], &o->groups[t->group], t);
        list.runs[list.count - 1].length += t->length;
        last = t;
    }
    for (size_t r = 0; r < list.count; ++r) {
        list.runs[r].first_tile = list.tiles;
        list.tiles += dsc_ceil_div(list.runs[r].length, DSC_TILE);
        list.elements += list.runs[r].length;
    }
    return list;
}

/* Names the tensor of a flat index in the report; the status that the guard asks for. */
static dsc_status refuse(dsc_optimizer *o, size_t flat, dsc_step_report *report) {
    size_t tensor = 0;
    while (flat >= o->tensors[tensor].start + o->tensors[tensor].length)
        ++tensor;
    report->bad_tensor = tensor;
    report->bad_element = flat - o->tensors[tensor].start;
    if (o->guard == DSC_GUARD_PROPAGATE)
        return DSC_OK;
    char buffer[32];
    dsc_status status = o->guard == DSC_GUARD_SKIP ? DSC_STEP_SKIPPED : DSC_ERROR_NON_FINITE;
    o->skipped_steps += o->guard == DSC_GUARD_SKIP;
    report->skipped_steps = o->skipped_steps;
    return dsc_fail(status, "the gradient of %s is not finite at element %zu",
                    dsc_tensor_name(o, tensor, buffer, sizeof buffer), report->bad_element);
}

dsc_status dsc_optimizer_step(const dsc_context *context, dsc_optimizer *o, const dsc_step *step,
                              dsc_step_report *report) {
    DSC_CHECK_NOT_NULL(o);
    DSC_CHECK_NOT_NULL(step);
    step_job job = {.optimizer = o, .step = step, .list = find_runs(o, step), .scale = 1};
    if (job.list.count > 0) {
        DSC_CHECK_NOT_NULL(step->parameters);
        DSC_CHECK_NOT_NULL(step->gradients);
    }
    dsc_step_report unused;
    if (report == NULL)
        report = &unused;
    *report = (dsc_step_report){.gradient_norm = NAN,
                                .gradient_largest = NAN,
                                .clip_scale = 1,
                                .skipped_steps = o->skipped_steps,
                                .bad_tensor = SIZE_MAX,
                                .bad_element = SIZE_MAX};
    if (isfinite(o->clip_norm) || o->guard != DSC_GUARD_PROPAGATE || o->statistics) {
        size_t bad;
        dsc_measure_gradients(context, o, &job.list, step->gradients, &report->gradient_norm,
                              &report->gradient_largest, &bad);
        if (bad != SIZE_MAX) {
            dsc_status status = refuse(o, bad, report);
            if (status != DSC_OK)
                return status;
        }
        if (isfinite(o->clip_norm)) {
            double scale = o->clip_norm / (report->gradient_norm + 1e-6);
            job.scale = scale >= 1 ? 1 : scale; /* NaN passes, as in PyTorch */
        }
    }
    report->clip_scale = job.scale;
    report->updated = job.list.elements;
    dsc_parallel_for(context, job.list.tiles, step_tile, &job);
    for (size_t i = 0; i < o->tensor_count; ++i) {
        dsc_tensor *t = &o->tensors[i];
        if (t->group == SIZE_MAX || (step->has_gradient != NULL && step->has_gradient[i] == 0))
            continue;
        ++t->step;
        t->filled |= o->groups[t->group].slots;
    }
    return DSC_OK;
}

#endif
