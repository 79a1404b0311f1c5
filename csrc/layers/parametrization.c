#include "layers/parametrization.h"

#include <stdlib.h>

/* ---- A layer's tensors ---- */

size_t dsc_layer_own_count(const dsc_layer *layer) {
    size_t count = layer->count;
    for (size_t i = 0; i < layer->part_count; ++i)
        count -= layer->parts[i]->count;
    return count;
}

const dsc_computed *dsc_computed_at(const dsc_layer *layer, size_t index) {
    for (size_t i = 0; i < layer->computed_count; ++i)
        if (layer->computed[i]->index == index)
            return layer->computed[i];
    return NULL;
}

typedef struct search {
    size_t index, seen; /* what is looked for, and how many were before */
    dsc_layer_tensor found;
} search;

static void see(search *s, dsc_layer_tensor tensor) {
    if (s->seen++ == s->index)
        s->found = tensor;
}

/* names: the layer's tensors, as the outermost layer calls them. */
static void look(const dsc_layer *layer, const dsc_layer_tensor *names, search *s) {
    const size_t own = dsc_layer_own_count(layer);
    for (size_t i = 0; i < own; ++i)
        if (dsc_computed_at(layer, i) == NULL)
            see(s, names[i]);
    names += own;
    for (size_t i = 0; i < layer->part_count; names += layer->parts[i++]->count)
        look(layer->parts[i], names, s);
    for (size_t i = 0; i < layer->computed_count; ++i) {
        const dsc_computed *c = layer->computed[i];
        for (size_t k = 0; k < c->count; ++k)
            see(s, (dsc_layer_tensor){c->names[k], c->tensors[k], k < c->row->parameters});
    }
}

size_t dsc_layer_tensor_count(const dsc_layer *layer) {
    if (layer == NULL || !layer->is_parametrized)
        return layer == NULL ? 0 : layer->count;
    search s = {.index = SIZE_MAX};
    look(layer, layer->tensors, &s);
    return s.seen;
}

dsc_status dsc_layer_tensor_at(const dsc_layer *layer, size_t index, dsc_layer_tensor *tensor) {
    DSC_CHECK_NOT_NULL(layer);
    DSC_CHECK_NOT_NULL(tensor);
    const size_t count = dsc_layer_tensor_count(layer);
    if (index >= count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: index is %zu, must be below %zu", __func__, index, count);
    search s = {.index = index};
    if (layer->is_parametrized)
        look(layer, layer->tensors, &s);
    *tensor = layer->is_parametrized ? s.found : layer->tensors[index];
    return DSC_OK;
}

/* ---- As a call reads it ---- */

void dsc_layer_end_resolved(const dsc_layer *layer, const dsc_layer *resolved) {
    if (resolved == layer || resolved == NULL)
        return;
    for (size_t i = 0; i < layer->computed_count; ++i)
        dsc_tensor_release(resolved->tensors[layer->computed[i]->index].tensor);
    for (size_t i = 0; i < layer->part_count; ++i)
        dsc_layer_end_resolved(layer->parts[i], resolved->parts[i]);
    free(resolved->tensors);
    free(resolved->parts);
    free((void *)(uintptr_t)resolved);
}

/* Puts what is computed into the copy, and copies of the parts. */
static dsc_status compute(const dsc_layer *layer, bool is_training, dsc_layer *copy) {
    for (size_t i = 0; i < layer->part_count; ++i) {
        const dsc_layer *part;
        DSC_TRY(dsc_layer_resolve(layer->parts[i], is_training, &part));
        copy->parts[i] = (dsc_layer *)(uintptr_t)part;
    }
    for (size_t i = 0; i < layer->computed_count; ++i) {
        const dsc_computed *c = layer->computed[i];
        DSC_TRY(c->row->evaluate(c, is_training, &copy->tensors[c->index].tensor));
    }
    return DSC_OK;
}

dsc_status dsc_layer_resolve(const dsc_layer *layer, bool is_training, const dsc_layer **resolved) {
    *resolved = layer;
    if (!layer->is_parametrized)
        return DSC_OK;
    dsc_layer *copy = malloc(sizeof *copy);
    dsc_layer_tensor *tensors = malloc((layer->count + 1) * sizeof *tensors);
    dsc_layer **parts = calloc(layer->part_count + 1, sizeof *parts);
    if (copy == NULL || tensors == NULL || parts == NULL) {
        free(copy);
        free(tensors);
        free(parts);
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", layer->row->info.name);
    }
    *copy = *layer;
    copy->tensors = memcpy(tensors, layer->tensors, layer->count * sizeof *tensors);
    copy->parts = parts;
    copy->computed_count = 0;
    copy->is_parametrized = false;
    for (size_t i = 0; i < layer->computed_count; ++i)
        tensors[layer->computed[i]->index].tensor = NULL;
    dsc_status status = compute(layer, is_training, copy);
    if (status == DSC_OK)
        *resolved = copy;
    else
        dsc_layer_end_resolved(layer, copy);
    return status;
}

/* ---- For rows ---- */

dsc_tensor *x_matrix(dsc_pullback *p, dsc_tensor *t, size_t dimension) {
    if (t == NULL)
        return NULL;
    dsc_tensor *first = t, *made = NULL;
    if (dimension > 0) {
        int64_t order[DSC_MAX_RANK] = {(int64_t)dimension};
        for (size_t d = 0, at = 1; d < t->rank; ++d)
            if (d != dimension)
                order[at++] = (int64_t)d;
        first = x_call(p, made, dsc_permute(t, t->rank, order, &made));
    }
    const size_t count = t->shape[dimension];
    return x_reshape(p, first, 2, (const size_t[]){count, t->count / count});
}

dsc_tensor *x_norm(dsc_pullback *p, dsc_tensor *t, size_t count, const int64_t *dimensions) {
    dsc_tensor *made = NULL;
    return t == NULL ? NULL : x_call(p, made, dsc_norm(t, 2, count, dimensions, false, &made));
}

dsc_tensor *x_direction(dsc_pullback *p, dsc_tensor *t, double eps) {
    dsc_tensor *norm = x_norm(p, t, 0, NULL), *made = NULL;
    return norm == NULL ? NULL : x_divide(p, t, x_call(p, made, dsc_clamp(norm, eps, INFINITY, &made)));
}
