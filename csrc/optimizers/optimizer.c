#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "optimizers/lbfgs.h"

/* A rule's workspace holds at most so many numbers for each parameter. */
enum { MOST_COPIES = 8 };

/* Makes room for what a step needs, for as many tensors and elements as there are. */
static dsc_status allocate_lists(dsc_optimizer *o) {
    /* A run has at least one tensor, and at most one tile more than its length fills. */
    size_t tiles = o->total / DSC_TILE + o->tensor_count + 1;
    dsc_run *runs = calloc(o->tensor_count + 1, sizeof *runs);
    double *partials = calloc(tiles * DSC_PARTIALS, sizeof *partials);
    size_t *order = calloc(tiles, sizeof *order);
    if (runs == NULL || partials == NULL || order == NULL) {
        free(runs);
        free(partials);
        free(order);
        return dsc_fail(DSC_ERROR_MEMORY, "an optimizer's lists for %zu tensors could not be allocated",
                        o->tensor_count);
    }
    free(o->runs);
    free(o->partials);
    free(o->order);
    o->runs = runs;
    o->partials = partials;
    o->order = order;
    return DSC_OK;
}

size_t dsc_workspace_bytes(const dsc_optimizer *o, const dsc_rule *rule, const dsc_parameter *t) {
    if (rule->step_tensor == NULL)
        return 0;
    size_t columns = t->rank > 0 ? t->shape[t->rank - 1] : 1, rows = t->rank > 1 ? t->shape[t->rank - 2] : 1;
    size_t batch = t->length == 0 ? 0 : t->length / (rows * columns);
    size_t elements = 2 * t->length + (rule->workspace != NULL ? rule->workspace(batch, rows, columns) : 0);
    size_t partials = dsc_ceil_div(t->length, DSC_TILE) * DSC_PARTIALS * sizeof(double);
    return elements * dsc_dtype_size(o->dtype) + partials;
}

dsc_status dsc_allocate_workspace(dsc_optimizer *o, size_t bytes) {
    if (bytes <= o->workspace_bytes)
        return DSC_OK;
    void *fresh;
    DSC_TRY(dsc_allocate(bytes, &fresh));
    dsc_free(o->workspace);
    o->workspace = fresh;
    o->workspace_bytes = bytes;
    return DSC_OK;
}

/* The tensors' list with `count` more at its end, and *total with their lengths; the caller takes them over
 * by setting tensor_count and total. */
static dsc_status append_tensors(dsc_optimizer *o, size_t count, const size_t *lengths,
                                 const char *const *names, size_t *total) {
    if (count > PTRDIFF_MAX / sizeof(dsc_parameter) - o->tensor_count - 1)
        return dsc_fail(DSC_ERROR_OVERFLOW, "%zu more tensors overflow", count);
    dsc_parameter *tensors = realloc(o->tensors, (o->tensor_count + count + 1) * sizeof *tensors);
    if (tensors == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "an optimizer of %zu tensors could not be allocated",
                        o->tensor_count + count);
    o->tensors = tensors;
    for (size_t i = 0; i < count; ++i) {
        tensors[o->tensor_count + i] = (dsc_parameter){
            .start = *total, .length = lengths[i], .rank = 1, .shape = {lengths[i]}, .group = SIZE_MAX};
        if (__builtin_add_overflow(*total, lengths[i], total) ||
            dsc_product_overflows(*total, MOST_COPIES, o->dtype))
            return dsc_fail(DSC_ERROR_OVERFLOW, "the lengths up to tensor %zu overflow", o->tensor_count + i);
    }
    for (size_t i = 0; names != NULL && i < count; ++i)
        if (names[i] != NULL && (tensors[o->tensor_count + i].name = strdup(names[i])) == NULL) {
            while (i-- > 0)
                free(tensors[o->tensor_count + i].name);
            return dsc_fail(DSC_ERROR_MEMORY, "out of memory for the tensors' names");
        }
    return DSC_OK;
}

dsc_status dsc_optimizer_create(dsc_dtype dtype, size_t tensors, const size_t *lengths,
                                const char *const *names, dsc_optimizer **optimizer) {
    DSC_CHECK_DTYPE(dtype);
    DSC_CHECK_NOT_NULL(optimizer);
    dsc_optimizer *o = calloc(1, sizeof *o);
    if (o == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    o->dtype = dtype;
    o->clipping = (dsc_clipping){.max_norm = INFINITY, .norm_type = 2};
    o->clip_value = INFINITY;
    dsc_status status = dsc_optimizer_add_tensors(o, tensors, lengths, names);
    if (status != DSC_OK) {
        dsc_optimizer_destroy(o);
        return status;
    }
    *optimizer = o;
    return DSC_OK;
}

static uint64_t next_layout(void) {
    static _Atomic uint64_t layouts;
    return atomic_fetch_add_explicit(&layouts, 1, memory_order_relaxed) + 1;
}

dsc_status dsc_optimizer_add_tensors(dsc_optimizer *o, size_t count, const size_t *lengths,
                                     const char *const *names) {
    DSC_CHECK_NOT_NULL(o);
    if (count > 0)
        DSC_CHECK_NOT_NULL(lengths);
    if (o->lbfgs != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "lbfgs must be the only group, of all tensors");
    dsc_optimizer old = *o;
    size_t total = o->total;
    DSC_TRY(append_tensors(o, count, lengths, names, &total));
    old.tensors = o->tensors;
    o->tensor_count += count;
    o->total = total;
    dsc_status status = allocate_lists(o);
    if (status == DSC_OK)
        status = dsc_grow_planes(o, old.total);
    if (status == DSC_OK) {
        o->layout = next_layout();
        o->average = NULL; /* it is too short now */
        return DSC_OK;
    }
    for (size_t i = old.tensor_count; i < o->tensor_count; ++i)
        free(o->tensors[i].name);
    o->tensor_count = old.tensor_count; /* the lists may stay larger than needed */
    o->total = old.total;
    return status;
}

dsc_status dsc_optimizer_set_shape(dsc_optimizer *o, size_t tensor, size_t rank, const size_t *shape) {
    DSC_CHECK_NOT_NULL(o);
    if (rank > 0)
        DSC_CHECK_NOT_NULL(shape);
    if (tensor >= o->tensor_count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "there is no tensor %zu, only %zu", tensor, o->tensor_count);
    dsc_parameter *t = &o->tensors[tensor];
    char buffer[32];
    const char *name = dsc_tensor_name(o, tensor, buffer, sizeof buffer);
    if (rank > DSC_MAX_RANK)
        return dsc_fail(DSC_ERROR_SIZE, "%s: rank is %zu, at most %d is possible", name, rank, DSC_MAX_RANK);
    if (t->group != SIZE_MAX)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s is in a group already; its shape must be set before", name);
    size_t length = 1;
    bool overflows = false;
    for (size_t i = 0; i < rank; ++i)
        overflows = overflows || __builtin_mul_overflow(length, shape[i], &length);
    if (overflows || length != t->length)
        return dsc_fail(DSC_ERROR_SIZE, "%s has %zu elements, the shape another number", name, t->length);
    t->rank = rank;
    for (size_t i = 0; i < rank; ++i)
        t->shape[i] = shape[i];
    return DSC_OK;
}

dsc_status dsc_optimizer_set_frozen(dsc_optimizer *o, size_t tensor, bool frozen) {
    DSC_CHECK_NOT_NULL(o);
    if (tensor >= o->tensor_count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "there is no tensor %zu, only %zu", tensor, o->tensor_count);
    o->tensors[tensor].frozen = frozen;
    return DSC_OK;
}

void dsc_optimizer_destroy(dsc_optimizer *o) {
    if (o == NULL)
        return;
    for (size_t i = 0; i < o->tensor_count; ++i) {
        free(o->tensors[i].name);
        free(o->tensors[i].begun);
    }
    dsc_free_planes(o);
    dsc_lbfgs_destroy(o->lbfgs);
    dsc_free(o->workspace);
    free(o->tensors);
    free(o->groups);
    free(o->runs);
    free(o->partials);
    free(o->order);
    free(o);
}

const char *dsc_tensor_name(const dsc_optimizer *o, size_t tensor, char *buffer, size_t size) {
    if (o->tensors[tensor].name != NULL)
        return o->tensors[tensor].name;
    snprintf(buffer, size, "tensor %zu", tensor);
    return buffer;
}

dsc_status dsc_optimizer_set_clip_norm(dsc_optimizer *o, dsc_clipping clipping) {
    DSC_CHECK_NOT_NULL(o);
    if (!(clipping.max_norm >= 0))
        return dsc_fail(DSC_ERROR_OPTION, "clip norm is %g, must be >= 0 (infinity = off)",
                        clipping.max_norm);
    if (!(clipping.norm_type > 0))
        return dsc_fail(DSC_ERROR_OPTION, "norm type is %g, must be > 0 (infinity = the largest element)",
                        clipping.norm_type);
    o->clipping = clipping;
    return DSC_OK;
}

dsc_status dsc_optimizer_set_clip_value(dsc_optimizer *o, double max) {
    DSC_CHECK_NOT_NULL(o);
    if (!(max >= 0))
        return dsc_fail(DSC_ERROR_OPTION, "clip value is %g, must be >= 0 (infinity = off)", max);
    o->clip_value = max;
    return DSC_OK;
}

dsc_status dsc_optimizer_set_guard(dsc_optimizer *o, dsc_guard guard) {
    DSC_CHECK_NOT_NULL(o);
    if ((unsigned)guard > DSC_GUARD_STOP)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: unknown guard %d", __func__, (int)guard);
    o->guard = guard;
    return DSC_OK;
}

dsc_status dsc_optimizer_set_statistics(dsc_optimizer *o, bool on) {
    DSC_CHECK_NOT_NULL(o);
    for (size_t g = 0; g < o->group_count; ++g)
        o->groups[g].statistics = dsc_no_statistics;
    o->statistics = on;
    return DSC_OK;
}

dsc_status dsc_optimizer_set_hooks(dsc_optimizer *o, dsc_step_hooks hooks) {
    DSC_CHECK_NOT_NULL(o);
    o->hooks = hooks;
    return DSC_OK;
}
