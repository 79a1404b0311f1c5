/* The largest numbers of windows, whose places are kept: the gradient goes there. */
#include <string.h>

#include "operations/indices.h"
#include "operations/pooling.h"

/* What a node keeps: the windows' numbers, or that they are adaptive. */
static dsc_options kept(size_t count, const dsc_max_pool_options *o) {
    dsc_options options = {.integer = (int64_t)count, .flag = o == NULL};
    if (o == NULL)
        return options;
    for (size_t i = 0; i < count; ++i) {
        size_t *sizes = options.sizes + 4 * i;
        sizes[0] = o->kernel_size[i];
        sizes[1] = o->stride[i];
        sizes[2] = o->padding[i];
        sizes[3] = o->dilation[i];
    }
    options.other_flag = o->ceil_mode;
    return options;
}

/* The plan again. */
static dsc_status plan_of(dsc_pullback *p, dsc_pool_plan *plan) {
    const dsc_options *o = &p->node->options;
    const dsc_tensor *x = dsc_input_shape(p, 0);
    const size_t count = (size_t)o->integer;
    const char *name = p->node->operation->name;
    if (o->flag) {
        const dsc_tensor *y = p->upstream;
        return dsc_plan_adaptive_pool(name, x->rank, x->shape, count, y->shape + (y->rank - count), false,
                                      plan);
    }
    dsc_max_pool_options own = {.ceil_mode = o->other_flag};
    for (size_t i = 0; i < count; ++i) {
        const size_t *sizes = o->sizes + 4 * i;
        own.kernel_size[i] = sizes[0];
        own.stride[i] = sizes[1];
        own.padding[i] = sizes[2];
        own.dilation[i] = sizes[3];
    }
    return dsc_plan_max_pool(name, x->rank, x->shape, count, &own, plan);
}

static dsc_status make_indices(const dsc_tensor *x, const dsc_pooling *pooling, const dsc_tensor *places,
                               dsc_tensor **indices) {
    DSC_TRY(dsc_make(dsc_context_of(x), DSC_INT64, places->rank, places->shape, indices));
    if (places->count > 0)
        dsc_maximum_indices(dsc_context_of(x), pooling, dsc_data(places), dsc_data(*indices));
    return DSC_OK;
}

static dsc_status run(const dsc_operation *operation, dsc_pool_plan *plan, dsc_tensor *x,
                      const dsc_options *options, dsc_tensor **result, dsc_tensor **indices) {
    dsc_tensor *const inputs[] = {x};
    dsc_tensor *dense, *made = NULL, *places = NULL, *where = NULL, *finished = NULL;
    plan->pooling.dtype = x->dtype;
    DSC_TRY(dsc_check_shape(operation->name, DSC_INT64, plan->rank, plan->shape));
    DSC_TRY(dsc_contiguous_of(x, &dense));
    dsc_status status = dsc_make(dsc_context_of(x), x->dtype, plan->rank, plan->shape, &made);
    if (status == DSC_OK && (indices != NULL || dsc_records(1, inputs)))
        status = dsc_make(dsc_context_of(x), dsc_places_are_bytes(&plan->pooling) ? DSC_UINT8 : DSC_INT64,
                          plan->rank, plan->shape, &places);
    if (status == DSC_OK && made->count > 0)
        dsc_maximum_run(dsc_context_of(x), &plan->pooling, dsc_data(dense), dsc_data(made),
                        places == NULL ? NULL : dsc_data(places));
    if (status == DSC_OK && indices != NULL)
        status = make_indices(x, &plan->pooling, places, &where);
    dsc_tensor_release(dense);
    status = dsc_finish(
        &(dsc_record){
            .operation = operation, .count = 1, .inputs = inputs, .options = options, .saved = {places}},
        status, made, &finished);
    dsc_tensor_release(places);
    if (status != DSC_OK) {
        dsc_tensor_release(where);
        return status;
    }
    *result = finished;
    if (indices != NULL)
        *indices = where;
    return DSC_OK;
}

dsc_status dsc_max_pool(dsc_tensor *x, size_t count, const dsc_max_pool_options *options, dsc_tensor **result,
                        dsc_tensor **indices) {
    DSC_BEGIN(max_pool, x);
    (void)input_count;
    DSC_TRY(dsc_check_real(operation, x));
    if (options == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "max_pool: options is NULL");
    dsc_pool_plan plan;
    DSC_TRY(dsc_plan_max_pool(operation->name, x->rank, x->shape, count, options, &plan));
    const dsc_options own = kept(count, options);
    return run(operation, &plan, x, &own, result, indices);
}

dsc_status dsc_adaptive_max_pool(dsc_tensor *x, size_t count, const size_t *sizes, dsc_tensor **result,
                                 dsc_tensor **indices) {
    DSC_BEGIN(adaptive_max_pool, x);
    (void)input_count;
    DSC_TRY(dsc_check_real(operation, x));
    if (sizes == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "adaptive_max_pool: sizes is NULL");
    dsc_pool_plan plan;
    DSC_TRY(dsc_plan_adaptive_pool(operation->name, x->rank, x->shape, count, sizes, false, &plan));
    const dsc_options own = kept(count, NULL);
    return run(operation, &plan, x, &own, result, indices);
}

/* ---- Derivatives ---- */

/* The kernel's, which nothing is recorded of. */
static dsc_tensor *fused(dsc_pullback *p, const dsc_pooling *pooling, const dsc_tensor *places) {
    const dsc_tensor *x = dsc_input_shape(p, 0);
    dsc_tensor *dense = NULL, *made = NULL;
    dense = x_call(p, dense, dsc_contiguous_of(p->upstream, &dense));
    made = x_call(p, made, dsc_make_like(x, x->dtype, &made));
    if (p->status != DSC_OK)
        return NULL;
    if (dense->count == 0)
        p->status = dsc_tensor_fill(made, 0);
    else
        dsc_maximum_scatter(dsc_context_of(x), pooling, dsc_data(places), dsc_data(dense), dsc_data(made));
    return made;
}

/* The same in operations, over planes as rows: numbers are added in the same order. */
static dsc_tensor *composed(dsc_pullback *p, const dsc_pooling *pooling, const dsc_tensor *places) {
    const dsc_tensor *x = dsc_input_shape(p, 0);
    const size_t planes = pooling->planes;
    const size_t whole[] = {planes, planes == 0 ? 0 : x->count / planes};
    const size_t pooled[] = {planes, planes == 0 ? 0 : places->count / planes};
    dsc_tensor *indices = NULL, *rows = NULL, *values = NULL, *zeros = NULL, *made = NULL;
    indices = x_call(p, indices, make_indices(x, pooling, places, &indices));
    if (indices != NULL)
        rows = x_call(p, rows, dsc_reshape(indices, 2, pooled, &rows));
    values = x_call(p, values, dsc_reshape(p->upstream, 2, pooled, &values));
    zeros = x_call(p, zeros, dsc_tensor_full(dsc_context_of(x), x->dtype, 2, whole, 0, &zeros));
    return p->status != DSC_OK
               ? NULL
               : x_reshape_like(p, x_call(p, made, dsc_scatter_add(zeros, 1, rows, values, &made)), x);
}

static void pull_back(dsc_pullback *p) {
    const dsc_tensor *places = dsc_saved(p, 0);
    if (places == NULL)
        return;
    dsc_pool_plan plan;
    p->status = plan_of(p, &plan);
    plan.pooling.dtype = dsc_input_shape(p, 0)->dtype;
    if (p->status == DSC_OK)
        dsc_give(p, 0,
                 p->creates_graph ? composed(p, &plan.pooling, places) : fused(p, &plan.pooling, places));
}

void dsc_pull_back_max_pool(dsc_pullback *p) {
    pull_back(p);
}

void dsc_pull_back_adaptive_max_pool(dsc_pullback *p) {
    pull_back(p);
}
