/* Layers made from the table's rows. */
#include "layers/parametrization.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* With those of its first letter, or all there are. */
static dsc_status unknown(const char *name) {
    char known[1024];
    size_t used = 0;
    for (int all = 0; all < 2 && used == 0; ++all)
        for (size_t i = 0; i < dsc_layer_count() && used < sizeof known; ++i) {
            const char *other = dsc_layer_at(i)->name;
            if (all || (name != NULL && tolower((unsigned char)*name) == *other))
                used +=
                    (size_t)snprintf(known + used, sizeof known - used, "%s%s", used == 0 ? "" : ", ", other);
        }
    return dsc_fail(DSC_ERROR_OPTION, "unknown layer '%s'; there are %s", name != NULL ? name : "(null)",
                    known);
}

/* The row's tensors, by the options that were given. */
static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, size_t option_count,
                       const dsc_option *options, dsc_random *random) {
    const dsc_layer_row *row = layer->row;
    const dsc_layer_info *info = &row->info;
    dsc_options_begin(info->options, info->option_count, layer->values);
    DSC_TRY(
        dsc_options_set(info->name, info->options, info->option_count, option_count, options, layer->values));
    DSC_TRY(dsc_options_check_given(info->name, info->options, info->option_count, layer->values));
    if (row->make == NULL)
        return DSC_OK;
    if (random == NULL)
        return dsc_fail_null("dsc_layer_create", "random");
    return row->make(layer, context, dtype, random);
}

dsc_status dsc_layer_create(const dsc_context *context, dsc_dtype dtype, const char *name,
                            size_t option_count, const dsc_option *options, dsc_random *random,
                            dsc_layer **layer) {
    DSC_CHECK_NOT_NULL(layer);
    DSC_CHECK_DTYPE(dtype);
    const dsc_layer_row *row = dsc_layer_named(name);
    if (row == NULL)
        return unknown(name);
    dsc_layer *made = calloc(1, sizeof *made);
    if (made == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "a layer: out of memory");
    made->row = row;
    dsc_status status = make(made, context, dtype, option_count, options, random);
    if (status == DSC_OK)
        *layer = made;
    else
        dsc_layer_destroy(made);
    return status;
}

void dsc_layer_destroy(dsc_layer *layer) {
    if (layer == NULL)
        return;
    for (size_t i = 0; i < layer->count; ++i) {
        dsc_tensor_release(layer->tensors[i].tensor);
        free((void *)(uintptr_t)layer->tensors[i].name);
    }
    for (size_t i = 0; i < layer->part_count; ++i)
        dsc_layer_destroy(layer->parts[i]);
    for (size_t i = 0; i < layer->computed_count; ++i)
        dsc_computed_destroy(layer->computed[i]);
    free(layer->computed);
    free(layer->tensors);
    free(layer->parts);
    free(layer);
}

/* ---- What rows make them of ---- */

static dsc_status refuse_memory(const dsc_layer *layer) {
    return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", layer->row->info.name);
}

/* prefix: NULL, or what stands before the name, with a point. */
static dsc_status append(dsc_layer *layer, const char *prefix, const char *name, bool is_parameter,
                         dsc_tensor *tensor) {
    size_t size = strlen(name) + 1 + (prefix == NULL ? 0 : strlen(prefix) + 1);
    char *own = malloc(size);
    dsc_layer_tensor *tensors = realloc(layer->tensors, (layer->count + 1) * sizeof *tensors);
    if (tensors != NULL)
        layer->tensors = tensors;
    if (own == NULL || tensors == NULL) {
        free(own);
        dsc_tensor_release(tensor);
        return refuse_memory(layer);
    }
    snprintf(own, size, "%s%s%s", prefix == NULL ? "" : prefix, prefix == NULL ? "" : ".", name);
    tensors[layer->count++] = (dsc_layer_tensor){.name = own, .tensor = tensor, .is_parameter = is_parameter};
    return DSC_OK;
}

dsc_status dsc_layer_add(dsc_layer *layer, const char *name, bool is_parameter, dsc_status status,
                         dsc_tensor *tensor) {
    if (status != DSC_OK)
        return status;
    tensor->requires_grad = is_parameter;
    return append(layer, NULL, name, is_parameter, tensor);
}

dsc_status dsc_layer_add_full(dsc_layer *layer, const char *name, bool is_parameter,
                              const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                              double value) {
    dsc_tensor *made = NULL;
    dsc_status status = dsc_tensor_full(context, dtype, rank, shape, value, &made);
    return dsc_layer_add(layer, name, is_parameter, status, made);
}

dsc_status dsc_layer_add_uniform(dsc_layer *layer, const char *name, const dsc_context *context,
                                 dsc_dtype dtype, dsc_random *random, size_t rank, const size_t *shape,
                                 double bound) {
    dsc_tensor *made = NULL;
    dsc_status status = dsc_tensor_uniform(context, dtype, rank, shape, random, -bound, bound, &made);
    return dsc_layer_add(layer, name, true, status, made);
}

dsc_status dsc_layer_add_part(dsc_layer *layer, const char *name, const dsc_context *context, dsc_dtype dtype,
                              const char *row, size_t option_count, const dsc_option *options,
                              dsc_random *random) {
    dsc_layer **parts = realloc(layer->parts, (layer->part_count + 1) * sizeof *parts);
    if (parts == NULL)
        return refuse_memory(layer);
    layer->parts = parts;
    dsc_layer *part;
    DSC_TRY(dsc_layer_create(context, dtype, row, option_count, options, random, &part));
    parts[layer->part_count++] = part;
    for (size_t i = 0; i < part->count; ++i) {
        const dsc_layer_tensor *t = &part->tensors[i];
        DSC_TRY(append(layer, name, t->name, t->is_parameter, dsc_tensor_retain(t->tensor)));
    }
    return DSC_OK;
}

/* ---- Changing them ---- */

/* Sets options that may change. */
static dsc_status change(const dsc_layer_row *row, size_t count, const dsc_option *options, double *values) {
    const dsc_layer_info *info = &row->info;
    for (size_t i = 0; options != NULL && i < count; ++i) {
        const char *name = options[i].name;
        size_t index = 0;
        DSC_TRY(dsc_option_find(info->name, info->options, info->option_count, name, &index));
        if ((row->changeable >> index & 1) == 0)
            return dsc_fail(DSC_ERROR_OPTION, "%s: %s stays as it was when the layer was made", info->name,
                            name);
    }
    return dsc_options_set(info->name, info->options, info->option_count, count, options, values);
}

dsc_status dsc_layer_set_option(dsc_layer *layer, const char *name, double value) {
    DSC_CHECK_NOT_NULL(layer);
    return change(layer->row, 1, &(dsc_option){name, value}, layer->values);
}

const dsc_layer_info *dsc_layer_info_of(const dsc_layer *layer) {
    return layer == NULL ? NULL : &layer->row->info;
}

dsc_status dsc_layer_option(const dsc_layer *layer, const char *name, double *value) {
    DSC_CHECK_NOT_NULL(layer);
    DSC_CHECK_NOT_NULL(value);
    const dsc_layer_info *info = &layer->row->info;
    size_t index = 0;
    DSC_TRY(dsc_option_find(info->name, info->options, info->option_count, name, &index));
    *value = layer->values[index];
    return DSC_OK;
}

/* ---- Forward ---- */

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    const dsc_layer *resolved;
    DSC_TRY(dsc_layer_resolve(layer, mode->is_training, &resolved));
    dsc_status status = layer->row->forward(resolved, mode, x, y);
    dsc_layer_end_resolved(layer, resolved);
    return status;
}

static dsc_status call(const dsc_layer *layer, const dsc_layer_mode *mode, size_t input_count,
                       dsc_tensor *const *inputs, dsc_tensor **outputs) {
    const dsc_layer_info *info = &layer->row->info;
    dsc_tensor *x[DSC_LAYER_MOST] = {NULL};
    for (size_t i = 0; i < input_count; ++i)
        x[i] = inputs[i];
    for (size_t i = 0; i < info->required_count; ++i)
        if (x[i] == NULL)
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s is NULL", info->name, info->inputs[i]);
    const dsc_layer *resolved;
    DSC_TRY(dsc_layer_resolve(layer, mode->is_training, &resolved));
    dsc_status status = layer->row->call(resolved, mode, x, outputs);
    dsc_layer_end_resolved(layer, resolved);
    for (size_t i = 0; status != DSC_OK && i < DSC_LAYER_MOST; ++i) {
        dsc_tensor_release(outputs[i]);
        outputs[i] = NULL;
    }
    return status;
}

dsc_status dsc_layer_forward(const dsc_layer *layer, bool is_training, dsc_activation activation,
                             dsc_tensor *x, dsc_tensor **y) {
    DSC_CHECK_NOT_NULL(layer);
    DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(y);
    const dsc_layer_row *row = layer->row;
    if (activation != DSC_ACTIVATION_NONE && !row->info.fuses_activation)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s applies no activation", __func__, row->info.name);
    const dsc_layer_mode mode = {is_training, 1, activation};
    if (row->call == NULL)
        return forward(layer, &mode, x, y);
    dsc_tensor *outputs[DSC_LAYER_MOST] = {NULL};
    DSC_TRY(call(layer, &mode, 1, &x, outputs));
    for (size_t i = 1; i < DSC_LAYER_MOST; ++i)
        dsc_tensor_release(outputs[i]);
    *y = outputs[0];
    return DSC_OK;
}

dsc_status dsc_layer_call(const dsc_layer *layer, bool is_training, size_t option_count,
                          const dsc_option *options, size_t input_count, dsc_tensor *const *inputs,
                          size_t output_count, dsc_tensor **outputs) {
    DSC_CHECK_NOT_NULL(layer);
    DSC_CHECK_NOT_NULL(inputs);
    DSC_CHECK_NOT_NULL(outputs);
    const dsc_layer_info *info = &layer->row->info;
    const size_t most_inputs = dsc_max_size(info->input_count, 1);
    const size_t most_outputs = dsc_max_size(info->output_count, 1);
    if (input_count == 0 || input_count > most_inputs || output_count == 0 || output_count > most_outputs)
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "%s: %s takes 1 to %zu inputs and gives 1 to %zu outputs, not %zu and %zu", __func__,
                        info->name, most_inputs, most_outputs, input_count, output_count);
    /* The layer as this call has it; others may be going on in the layer itself. */
    dsc_layer own = *layer;
    DSC_TRY(change(own.row, option_count, options, own.values));
    if (own.row->call == NULL)
        return dsc_layer_forward(&own, is_training, DSC_ACTIVATION_NONE, inputs[0], outputs);
    const dsc_layer_mode mode = {is_training, output_count, DSC_ACTIVATION_NONE};
    dsc_tensor *made[DSC_LAYER_MOST] = {NULL};
    DSC_TRY(call(&own, &mode, input_count, inputs, made));
    for (size_t i = 0; i < DSC_LAYER_MOST; ++i)
        if (i < output_count)
            outputs[i] = made[i];
        else
            dsc_tensor_release(made[i]);
    return DSC_OK;
}

/* What forward says to an input of this shape in which there is nothing to do. */
static dsc_status ask(const dsc_layer *layer, dsc_dtype dtype, size_t rank, const size_t *shape) {
    size_t nothing[DSC_MAX_RANK] = {0};
    for (size_t d = 1; d < rank; ++d)
        nothing[d] = shape[d];
    dsc_tensor *x, *y = NULL;
    DSC_TRY(dsc_tensor_full(NULL, dtype, rank, nothing, 0, &x));
    dsc_status status = dsc_layer_forward(layer, false, DSC_ACTIVATION_NONE, x, &y);
    dsc_tensor_release(x);
    dsc_tensor_release(y);
    return status;
}

dsc_status dsc_layer_shape(const dsc_layer *layer, dsc_dtype dtype, size_t *rank, size_t *shape,
                           double *flops) {
    *flops = 0;
    return layer->row->shape == NULL ? ask(layer, dtype, *rank, shape)
                                     : layer->row->shape(layer, rank, shape, flops);
}
