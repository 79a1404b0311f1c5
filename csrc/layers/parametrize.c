/* Makes a parameter of a layer one that is computed. */
#include <stdio.h>
#include <stdlib.h>

#include "layers/parametrization.h"

/* ---- The table ---- */

extern const dsc_parametrization_row dsc_parametrization_weight_norm, dsc_parametrization_spectral_norm;
static const dsc_parametrization_row *const rows[] = {&dsc_parametrization_weight_norm,
                                                      &dsc_parametrization_spectral_norm};

size_t dsc_parametrization_count(void) {
    return sizeof rows / sizeof *rows;
}

const dsc_parametrization_info *dsc_parametrization_at(size_t index) {
    return index < dsc_parametrization_count() ? &rows[index]->info : NULL;
}

static const dsc_parametrization_row *row_named(const char *name) {
    for (size_t i = 0; i < dsc_parametrization_count(); ++i)
        if (name != NULL && strcmp(rows[i]->info.name, name) == 0)
            return rows[i];
    return NULL;
}

const dsc_parametrization_info *dsc_parametrization_find(const char *name) {
    const dsc_parametrization_row *row = row_named(name);
    return row == NULL ? NULL : &row->info;
}

/* ---- Finding and parametrizing one ---- */

/* Where a parameter is: in the layer itself, or in one of its parts, and which of its tensors. */
typedef struct place {
    dsc_layer *layer;
    size_t index;
} place;

static bool find(dsc_layer *layer, const dsc_layer_tensor *names, const char *name, place *found) {
    const size_t own = dsc_layer_own_count(layer);
    for (size_t i = 0; i < own; ++i)
        if (strcmp(names[i].name, name) == 0) {
            *found = (place){layer, i};
            return true;
        }
    names += own;
    for (size_t i = 0; i < layer->part_count; names += layer->parts[i++]->count)
        if (find(layer->parts[i], names, name, found))
            return true;
    return false;
}

static dsc_status find_parameter(const dsc_layer *layer, const char *name, place *found) {
    dsc_layer *own = (dsc_layer *)(uintptr_t)layer;
    if (name == NULL || !find(own, layer->tensors, name, found))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s has no parameter '%s'", layer->row->info.name,
                        name == NULL ? "(null)" : name);
    return DSC_OK;
}

void dsc_computed_destroy(dsc_computed *c) {
    for (size_t i = 0; i < DSC_PARAMETRIZATION_MOST; ++i) {
        dsc_tensor_release(c->tensors[i]);
        free(c->names[i]);
    }
    free(c);
}

/* "linear1.weight": "linear1.parametrizations.weight.original0", ... */
static dsc_status set_names(dsc_computed *c, const char *parameter) {
    const char *point = strrchr(parameter, '.'), *last = point == NULL ? parameter : point + 1;
    for (size_t i = 0; i < c->count; ++i) {
        const size_t size = strlen(parameter) + strlen(c->row->names[i]) + sizeof "parametrizations..";
        if ((c->names[i] = malloc(size)) == NULL)
            return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", c->row->info.name);
        snprintf(c->names[i], size, "%.*sparametrizations.%s.%s", (int)(last - parameter), parameter, last,
                 c->row->names[i]);
    }
    return DSC_OK;
}

static dsc_status make(dsc_computed *c, dsc_tensor *tensor, const char *parameter, size_t option_count,
                       const dsc_option *options, dsc_random *random) {
    const dsc_parametrization_info *info = &c->row->info;
    dsc_options_begin(info->options, info->option_count, c->values);
    DSC_TRY(dsc_options_set(info->name, info->options, info->option_count, option_count, options, c->values));
    DSC_TRY(c->row->make(c, tensor, random));
    return set_names(c, parameter);
}

static dsc_status add(const place *at, const char *parameter, const dsc_parametrization_row *row,
                      size_t option_count, const dsc_option *options, dsc_random *random) {
    dsc_layer *layer = at->layer;
    dsc_computed **list = realloc(layer->computed, (layer->computed_count + 1) * sizeof(dsc_computed *));
    if (list != NULL)
        layer->computed = list;
    dsc_computed *c = calloc(1, sizeof *c);
    if (list == NULL || c == NULL) {
        free(c);
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", row->info.name);
    }
    c->row = row;
    c->layer = layer->row;
    c->index = at->index;
    dsc_status status = make(c, layer->tensors[at->index].tensor, parameter, option_count, options, random);
    if (status == DSC_OK)
        list[layer->computed_count++] = c;
    else
        dsc_computed_destroy(c);
    return status;
}

/* The layer, and those on the way to the one that has the parameter. */
static bool mark(dsc_layer *layer, const dsc_layer *target) {
    bool leads = layer == target;
    for (size_t i = 0; i < layer->part_count; ++i)
        leads |= mark(layer->parts[i], target);
    layer->is_parametrized |= leads;
    return leads;
}

dsc_status dsc_layer_parametrize(dsc_layer *layer, const char *parameter, const char *name,
                                 size_t option_count, const dsc_option *options, dsc_random *random) {
    DSC_CHECK_NOT_NULL(layer);
    DSC_CHECK_NOT_NULL(parameter);
    const dsc_parametrization_row *row = row_named(name);
    if (row == NULL)
        return dsc_fail(DSC_ERROR_OPTION, "unknown parametrization '%s'; there are %s and %s",
                        name == NULL ? "(null)" : name, rows[0]->info.name, rows[1]->info.name);
    place at = {NULL, 0};
    DSC_TRY(find_parameter(layer, parameter, &at));
    const dsc_layer_tensor *tensor = &at.layer->tensors[at.index];
    const char *why = !tensor->is_parameter                         ? "is a buffer"
                      : dsc_computed_at(at.layer, at.index) != NULL ? "is computed already"
                      : tensor->tensor->owner != NULL               ? "belongs to an optimizer"
                                                                    : NULL;
    if (why != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s of %s %s", row->info.name, parameter,
                        layer->row->info.name, why);
    DSC_TRY(add(&at, parameter, row, option_count, options, random));
    mark(layer, at.layer);
    return DSC_OK;
}

dsc_status dsc_layer_parameter(const dsc_layer *layer, const char *parameter, dsc_tensor **value) {
    DSC_CHECK_NOT_NULL(layer);
    DSC_CHECK_NOT_NULL(value);
    place at = {NULL, 0};
    DSC_TRY(find_parameter(layer, parameter, &at));
    const dsc_computed *c = dsc_computed_at(at.layer, at.index);
    if (c != NULL)
        return c->row->evaluate(c, false, value);
    *value = dsc_tensor_retain(at.layer->tensors[at.index].tensor);
    return DSC_OK;
}
