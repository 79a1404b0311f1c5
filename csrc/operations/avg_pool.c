/* Means of windows: linear maps, and their transposes. */
#include <string.h>

#include "operations/pooling.h"
#include "operations/table.h"

_Static_assert(sizeof(dsc_avg_pool_options) <= sizeof((dsc_options *)0)->own, "kept in a node");

static dsc_average average_of(const dsc_avg_pool_options *options) {
    return (dsc_average){.divisor = (double)options->divisor_override,
                         .counts_padding = !options->excludes_padding};
}

/* Runs a plan, one way or the other: from `from`, into a result of the shape given. */
static dsc_status run(const dsc_operation *operation, const dsc_pool_plan *plan, const dsc_average *average,
                      bool transposes, dsc_tensor *from, const size_t *shape, const dsc_options *options,
                      dsc_tensor **result) {
    dsc_tensor *const inputs[] = {from};
    dsc_tensor *dense, *made = NULL;
    dsc_pooling pooling = plan->pooling;
    pooling.dtype = from->dtype;
    DSC_TRY(dsc_check_shape(operation->name, from->dtype, plan->rank, shape));
    DSC_TRY(dsc_contiguous_of(from, &dense));
    dsc_status status = dsc_make(dsc_context_of(from), from->dtype, plan->rank, shape, &made);
    if (status == DSC_OK && from->count > 0 && made->count > 0) {
        if (transposes)
            dsc_average_transposed_run(dsc_context_of(from), &pooling, average, dsc_data(dense),
                                       dsc_data(made));
        else
            dsc_average_run(dsc_context_of(from), &pooling, average, dsc_data(dense), dsc_data(made));
    } else if (status == DSC_OK) {
        status = dsc_tensor_fill(made, 0); /* windows of which there is none give nothing */
    }
    dsc_tensor_release(dense);
    return dsc_finish(&(dsc_record){.operation = operation, .count = 1, .inputs = inputs, .options = options},
                      status, made, result);
}

/* Whether y is of the shape that a pooling gives. */
static dsc_status check_pooled(const dsc_operation *operation, const dsc_tensor *y,
                               const dsc_pool_plan *plan) {
    if (memcmp(y->shape, plan->shape, plan->rank * sizeof *y->shape) == 0)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must be %s", operation->name,
                    dsc_shape_text(y->rank, y->shape).text, dsc_shape_text(plan->rank, plan->shape).text);
}

static dsc_status check_call(const dsc_operation *operation, const dsc_tensor *x, const void *argument,
                             const char *name) {
    DSC_TRY(dsc_check_real(operation, x));
    return argument != NULL ? DSC_OK : dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s is NULL", operation->name, name);
}

/* The shape of x whose last `count` extents are these. */
static dsc_status widened(const dsc_operation *operation, const dsc_tensor *y, size_t count,
                          const size_t *extents, size_t *shape) {
    memcpy(shape, y->shape, sizeof y->shape);
    for (size_t i = 0; i < count && count <= y->rank; ++i)
        shape[y->rank - count + i] = extents[i];
    return dsc_check_shape(operation->name, y->dtype, y->rank, shape);
}

static dsc_options kept(size_t count, const dsc_avg_pool_options *o) {
    dsc_options options = {.rank = count};
    if (o != NULL)
        memcpy(options.own, o, sizeof *o);
    return options;
}

dsc_status dsc_avg_pool(dsc_tensor *x, size_t count, const dsc_avg_pool_options *options,
                        dsc_tensor **result) {
    DSC_BEGIN(avg_pool, x);
    (void)input_count;
    DSC_TRY(check_call(operation, x, options, "options"));
    dsc_pool_plan plan;
    DSC_TRY(dsc_plan_avg_pool(operation->name, x->rank, x->shape, count, options, &plan));
    const dsc_average average = average_of(options);
    const dsc_options own = kept(count, options);
    return run(operation, &plan, &average, false, x, plan.shape, &own, result);
}

dsc_status dsc_avg_pool_transposed(dsc_tensor *y, size_t count, const size_t *extents,
                                   const dsc_avg_pool_options *options, dsc_tensor **result) {
    DSC_BEGIN(avg_pool_transposed, y);
    (void)input_count;
    DSC_TRY(check_call(operation, y, options, "options"));
    DSC_TRY(check_call(operation, y, extents, "extents"));
    dsc_pool_plan plan;
    size_t shape[DSC_MAX_RANK];
    DSC_TRY(widened(operation, y, count, extents, shape));
    DSC_TRY(dsc_plan_avg_pool(operation->name, y->rank, shape, count, options, &plan));
    DSC_TRY(check_pooled(operation, y, &plan));
    const dsc_average average = average_of(options);
    const dsc_options own = kept(count, options);
    return run(operation, &plan, &average, true, y, shape, &own, result);
}

dsc_status dsc_adaptive_avg_pool(dsc_tensor *x, size_t count, const size_t *sizes, dsc_tensor **result) {
    DSC_BEGIN(adaptive_avg_pool, x);
    (void)input_count;
    DSC_TRY(check_call(operation, x, sizes, "sizes"));
    dsc_pool_plan plan;
    DSC_TRY(dsc_plan_adaptive_pool(operation->name, x->rank, x->shape, count, sizes, true, &plan));
    const dsc_options own = kept(count, NULL);
    return run(operation, &plan, &(dsc_average){.divisor = 0}, false, x, plan.shape, &own, result);
}

dsc_status dsc_adaptive_avg_pool_transposed(dsc_tensor *y, size_t count, const size_t *extents,
                                            dsc_tensor **result) {
    DSC_BEGIN(adaptive_avg_pool_transposed, y);
    (void)input_count;
    DSC_TRY(check_call(operation, y, extents, "extents"));
    dsc_pool_plan plan;
    size_t shape[DSC_MAX_RANK];
    DSC_TRY(widened(operation, y, count, extents, shape));
    const size_t *sizes = y->rank < count ? y->shape : y->shape + (y->rank - count);
    DSC_TRY(dsc_plan_adaptive_pool(operation->name, y->rank, shape, count, sizes, true, &plan));
    const dsc_options own = kept(count, NULL);
    return run(operation, &plan, &(dsc_average){.divisor = 0}, true, y, shape, &own, result);
}

/* ---- Derivatives: each is the other's ---- */

static const size_t *last_extents(const dsc_tensor *x, size_t count) {
    return x->shape + (x->rank - count);
}

void dsc_pull_back_avg_pool(dsc_pullback *p) {
    const dsc_options *o = &p->node->options;
    dsc_avg_pool_options own;
    memcpy(&own, o->own, sizeof own);
    const size_t *extents = last_extents(dsc_input_shape(p, 0), o->rank);
    dsc_tensor *made = NULL;
    dsc_give(p, 0, x_call(p, made, dsc_avg_pool_transposed(p->upstream, o->rank, extents, &own, &made)));
}

void dsc_pull_back_avg_pool_transposed(dsc_pullback *p) {
    const dsc_options *o = &p->node->options;
    dsc_avg_pool_options own;
    memcpy(&own, o->own, sizeof own);
    dsc_tensor *made = NULL;
    dsc_give(p, 0, x_call(p, made, dsc_avg_pool(p->upstream, o->rank, &own, &made)));
}

void dsc_pull_back_adaptive_avg_pool(dsc_pullback *p) {
    const size_t count = p->node->options.rank, *extents = last_extents(dsc_input_shape(p, 0), count);
    dsc_tensor *made = NULL;
    dsc_give(p, 0, x_call(p, made, dsc_adaptive_avg_pool_transposed(p->upstream, count, extents, &made)));
}

void dsc_pull_back_adaptive_avg_pool_transposed(dsc_pullback *p) {
    const size_t count = p->node->options.rank, *sizes = last_extents(dsc_input_shape(p, 0), count);
    dsc_tensor *made = NULL;
    dsc_give(p, 0, x_call(p, made, dsc_adaptive_avg_pool(p->upstream, count, sizes, &made)));
}
