/* Layers made from the table's rows. */
#include "layers/layer.h"

#include <stdio.h>
#include <stdlib.h>

static dsc_status unknown(const char *name) {
    char known[512];
    size_t used = 0;
    for (size_t i = 0; i < dsc_layer_count() && used < sizeof known; ++i)
        used += (size_t)snprintf(known + used, sizeof known - used, "%s%s", i == 0 ? "" : ", ",
                                 dsc_layer_at(i)->name);
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
    for (size_t i = 0; layer != NULL && i < layer->count; ++i)
        dsc_tensor_release(layer->tensors[i].tensor);
    free(layer);
}

dsc_status dsc_layer_set_option(dsc_layer *layer, const char *name, double value) {
    DSC_CHECK_NOT_NULL(layer);
    const dsc_layer_info *info = &layer->row->info;
    size_t index;
    DSC_TRY(dsc_option_find(info->name, info->options, info->option_count, name, &index));
    if (isnan(info->options[index].initial))
        return dsc_fail(DSC_ERROR_OPTION, "%s: %s stays as it was when the layer was made", info->name, name);
    return dsc_options_set(info->name, info->options, info->option_count, 1, &(dsc_option){name, value},
                           layer->values);
}

size_t dsc_layer_tensor_count(const dsc_layer *layer) {
    return layer == NULL ? 0 : layer->count;
}

dsc_status dsc_layer_tensor_at(const dsc_layer *layer, size_t index, dsc_layer_tensor *tensor) {
    DSC_CHECK_NOT_NULL(layer);
    DSC_CHECK_NOT_NULL(tensor);
    if (index >= layer->count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: index is %zu, must be below %zu", __func__, index,
                        layer->count);
    *tensor = layer->tensors[index];
    return DSC_OK;
}

dsc_status dsc_layer_forward(const dsc_layer *layer, bool is_training, dsc_activation activation,
                             dsc_tensor *x, dsc_tensor **y) {
    DSC_CHECK_NOT_NULL(layer);
    DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(y);
    if (activation != DSC_ACTIVATION_NONE && !layer->row->info.fuses_activation)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s applies no activation", __func__, layer->row->info.name);
    return layer->row->forward(layer, &(dsc_layer_mode){is_training, activation}, x, y);
}
