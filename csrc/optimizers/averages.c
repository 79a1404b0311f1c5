/* Weights made of other weights: running averages, SAM's neighbours, what a schedule-free model is evaluated
 * with. */
#ifdef DSC_REAL

#include "core/real_math.h"

/* In place: with a third pointer that may be one of the others, the loop would take one number at a time. */
DSC_MULTIVERSION
static void DSC_NAME(average)(size_t n, DSC_REAL weight, const DSC_REAL *current, DSC_REAL *average) {
    for (size_t i = 0; i < n; ++i)
        average[i] = DSC_NAME(dsc_lerp)(average[i], current[i], weight);
}

/* Squares of w g. */
DSC_MULTIVERSION
static double DSC_NAME(weighted_squares)(size_t n, const DSC_REAL *p, const DSC_REAL *g) {
    DSC_WIDE sum = 0;
    for (size_t i = 0; i < n; ++i)
        sum += ((DSC_WIDE)p[i] * (DSC_WIDE)g[i]) * ((DSC_WIDE)p[i] * (DSC_WIDE)g[i]);
    return sum;
}

DSC_MULTIVERSION
static void DSC_NAME(climb)(size_t n, DSC_REAL scale, bool adaptive, DSC_REAL *p, const DSC_REAL *g) {
    for (size_t i = 0; i < n; ++i)
        p[i] += adaptive ? p[i] * p[i] * g[i] * scale : g[i] * scale;
}

#else

#include <math.h>
#include <string.h>

#include "optimizers/rows.h"

#define DSC_TEMPLATE "optimizers/averages.c"
#include "core/instantiate.h"

void dsc_average_numbers(dsc_dtype dtype, size_t n, double weight, const void *current, void *average) {
    DSC_CALL(dtype, average, n, weight, current, average);
}

typedef struct average_job {
    dsc_dtype dtype;
    size_t n;
    double weight;
    const void *current;
    void *average;
} average_job;

static void average_tile(void *argument, size_t tile) {
    const average_job *job = argument;
    size_t at = tile * DSC_TILE, n = dsc_min_size(DSC_TILE, job->n - at);
    size_t offset = at * dsc_size_of(job->dtype);
    dsc_average_numbers(job->dtype, n, job->weight, (const char *)job->current + offset,
                        (char *)job->average + offset);
}

static void run_average(const dsc_context *context, average_job job) {
    dsc_parallel_for(context, dsc_ceil_div(job.n, DSC_TILE), average_tile, &job);
}

dsc_status dsc_average_update(const dsc_context *context, dsc_dtype dtype, size_t n, double weight,
                              const void *current, void *average) {
    DSC_CHECK_DTYPE(dtype);
    DSC_CHECK_COUNT(n, dtype);
    if (n > 0) {
        DSC_CHECK_NOT_NULL(current);
        DSC_CHECK_NOT_NULL(average);
    }
    run_average(context, (average_job){dtype, n, weight, current, average});
    return DSC_OK;
}

/* ---- An average in a step's own pass ---- */

dsc_status dsc_optimizer_set_average(dsc_optimizer *o, void *average, double weight) {
    DSC_CHECK_NOT_NULL(o);
    if (average != NULL && !(weight >= 0 && weight <= 1))
        return dsc_fail(DSC_ERROR_OPTION, "the weight of what an average takes in is %g, must be in [0, 1]",
                        weight);
    o->average = average;
    o->average_weight = weight;
    return DSC_OK;
}

void dsc_average_rest(const dsc_context *context, const dsc_optimizer *o, const dsc_step *step,
                      bool has_updated) {
    if (o->average == NULL)
        return;
    /* Neighbours together. */
    for (size_t i = 0, next; i < o->tensor_count; i = next) {
        average_job job = {.dtype = o->dtype, .weight = o->average_weight};
        for (next = i; next < o->tensor_count; ++next) {
            const dsc_parameter *t = &o->tensors[next];
            if (has_updated && t->takes_part && t->run != NULL && dsc_is_averaged_in(o, t->run))
                break;
            job.n += t->length;
        }
        job.current = dsc_offset(o, step->parameters, o->tensors[i].start);
        job.average = dsc_offset(o, o->average, o->tensors[i].start);
        if (job.n > 0)
            run_average(context, job);
        next += next == i;
    }
}

/* ---- Schedule-free evaluation ---- */

bool dsc_optimizer_has_evaluation_weights(const dsc_optimizer *o) {
    for (size_t g = 0; o != NULL && g < o->group_count; ++g)
        if (o->groups[g].rule->evaluation_weight != NULL)
            return true;
    return false;
}

/* Whether slot 0 holds state in a row. */
static bool is_begun(const dsc_parameter *t, size_t row) {
    return (dsc_missing_in_row(t, row) & 1) == 0;
}

dsc_status dsc_optimizer_evaluation_weights(const dsc_context *context, const dsc_optimizer *o,
                                            const void *parameters, void *out) {
    DSC_CHECK_NOT_NULL(o);
    if (o->total > 0) {
        DSC_CHECK_NOT_NULL(parameters);
        DSC_CHECK_NOT_NULL(out);
        memcpy(out, parameters, o->total * dsc_dtype_size(o->dtype));
    }
    for (size_t i = 0; i < o->tensor_count; ++i) {
        const dsc_parameter *t = &o->tensors[i];
        const dsc_group *group = t->group == SIZE_MAX ? NULL : &o->groups[t->group];
        if (group == NULL || group->rule->evaluation_weight == NULL || t->length == 0)
            continue;
        average_job job = {.dtype = o->dtype, .weight = group->rule->evaluation_weight(group->options)};
        /* As many rows at once as have state, or have none. */
        size_t rows = t->partial != 0 ? t->shape[0] : 1, width = t->length / rows;
        for (size_t row = 0, next; row < rows; row = next) {
            bool has_state = is_begun(t, row);
            for (next = row + 1; next < rows && is_begun(t, next) == has_state;)
                ++next;
            size_t at = t->start + row * width;
            job.n = (next - row) * width;
            job.current = dsc_offset(o, o->planes[0], at);
            job.average = dsc_offset(o, out, at); /* the weights, until now */
            if (has_state)
                run_average(context, job);
        }
    }
    return DSC_OK;
}

/* ---- SAM ---- */

typedef struct climb_job {
    const dsc_optimizer *optimizer;
    const dsc_step *step;
    const dsc_run_list *list;
    bool adaptive, measures;
    double scale;
} climb_job;

static void climb_tile(void *argument, size_t tile) {
    const climb_job *job = argument;
    const dsc_optimizer *o = job->optimizer;
    size_t offset, n;
    const dsc_run *run = dsc_run_of_tile(job->list, tile, &offset, &n);
    void *p = dsc_offset(o, job->step->parameters, run->start + offset);
    const void *g = dsc_offset(o, run->gradients, offset);
    double *sum = o->partials + tile * DSC_PARTIALS;
    if (job->measures)
        *sum = DSC_CALL(o->dtype, weighted_squares, n, p, g);
    else
        DSC_CALL(o->dtype, climb, n, job->scale, job->adaptive, p, g);
}

dsc_status dsc_optimizer_perturb(const dsc_context *context, dsc_optimizer *o, const dsc_step *step,
                                 double rho, bool adaptive, void *saved) {
    DSC_CHECK_NOT_NULL(o);
    DSC_CHECK_NOT_NULL(step);
    if (!(rho >= 0 && isfinite(rho)))
        return dsc_fail(DSC_ERROR_OPTION, "SAM: rho is %g, must be in [0, inf)", rho);
    if (o->lbfgs != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "SAM does not go around lbfgs, which evaluates the objective itself");
    if (step->row_gradients != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "SAM takes no row gradients");
    dsc_run_list list;
    DSC_TRY(dsc_find_runs(context, o, step, &list));
    if (o->total > 0) {
        DSC_CHECK_NOT_NULL(step->parameters);
        DSC_CHECK_NOT_NULL(step->gradients);
        DSC_CHECK_NOT_NULL(saved);
        memcpy(saved, step->parameters, o->total * dsc_dtype_size(o->dtype));
    }
    climb_job job = {o, step, &list, adaptive, adaptive, 0};
    double norm;
    if (adaptive) {
        double sum = 0;
        dsc_for_tiles(context, &list, climb_tile, &job);
        for (size_t i = 0; i < list.tiles; ++i)
            sum += o->partials[i * DSC_PARTIALS];
        norm = sqrt(sum);
    } else {
        norm = dsc_measure_gradients(context, o, &list).norm;
    }
    job.measures = false;
    job.scale = rho / (norm + 1e-12);
    dsc_for_tiles(context, &list, climb_tile, &job);
    return DSC_OK;
}

#endif
