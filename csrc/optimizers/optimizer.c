#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "optimizers/engine.h"

static bool allocate_lists(dsc_optimizer *o) {
    /* A run has at least one tensor, and at most one tile more than its length fills. */
    size_t tiles = o->total / DSC_TILE + o->tensor_count + 1;
    o->runs = calloc(o->tensor_count + 1, sizeof *o->runs);
    o->sums = calloc(tiles, sizeof *o->sums);
    o->maxima = calloc(tiles, sizeof *o->maxima);
    return o->runs != NULL && o->sums != NULL && o->maxima != NULL;
}

dsc_status dsc_optimizer_create(dsc_dtype dtype, size_t tensors, const size_t *lengths,
                                const char *const *names, dsc_optimizer **optimizer) {
    DSC_CHECK_DTYPE(dtype);
    DSC_CHECK_NOT_NULL(optimizer);
    if (tensors > 0)
        DSC_CHECK_NOT_NULL(lengths);
    dsc_optimizer *o = calloc(1, sizeof *o);
    bool complete = o != NULL && (o->tensors = calloc(tensors + 1, sizeof *o->tensors)) != NULL;
    for (size_t i = 0; complete && i < tensors; ++i) {
        dsc_tensor *t = &o->tensors[i];
        *t = (dsc_tensor){.start = o->total, .length = lengths[i], .group = SIZE_MAX};
        if (__builtin_add_overflow(o->total, lengths[i], &o->total) ||
            dsc_product_overflows(o->total, 1, dtype)) {
            dsc_optimizer_destroy(o);
            return dsc_fail(DSC_ERROR_OVERFLOW, "%s: the lengths up to tensor %zu overflow", __func__, i);
        }
        o->tensor_count = i + 1;
        if (names != NULL && names[i] != NULL)
            complete = (t->name = strdup(names[i])) != NULL;
    }
    if (!complete || !allocate_lists(o)) {
        dsc_optimizer_destroy(o);
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    }
    o->dtype = dtype;
    o->clip_norm = o->clip_value = INFINITY;
    *optimizer = o;
    return DSC_OK;
}

void dsc_optimizer_destroy(dsc_optimizer *o) {
    if (o == NULL)
        return;
    for (size_t i = 0; i < o->tensor_count; ++i)
        free(o->tensors[i].name);
    for (size_t k = 0; k < DSC_MAX_SLOTS; ++k)
        free(o->planes[k]);
    free(o->tensors);
    free(o->groups);
    free(o->runs);
    free(o->sums);
    free(o->maxima);
    free(o);
}

const char *dsc_tensor_name(const dsc_optimizer *o, size_t tensor, char *buffer, size_t size) {
    if (o->tensors[tensor].name != NULL)
        return o->tensors[tensor].name;
    snprintf(buffer, size, "tensor %zu", tensor);
    return buffer;
}

dsc_status dsc_optimizer_set_clip_norm(dsc_optimizer *o, double max_norm) {
    DSC_CHECK_NOT_NULL(o);
    if (!(max_norm >= 0))
        return dsc_fail(DSC_ERROR_OPTION, "clip norm is %g, must be >= 0 (infinity = off)", max_norm);
    o->clip_norm = max_norm;
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
    o->statistics = on;
    return DSC_OK;
}
