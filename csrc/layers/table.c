#include <string.h>

#include "layers/layer.h"

extern const dsc_layer_row dsc_layer_linear, dsc_layer_flatten, dsc_layer_batch_norm1d, dsc_layer_relu,
    dsc_layer_sigmoid, dsc_layer_log_sigmoid, dsc_layer_tanh, dsc_layer_softplus, dsc_layer_softmax,
    dsc_layer_log_softmax;

const dsc_layer_row *const dsc_layers[] = {
    &dsc_layer_linear,  &dsc_layer_flatten,     &dsc_layer_batch_norm1d, &dsc_layer_relu,
    &dsc_layer_sigmoid, &dsc_layer_log_sigmoid, &dsc_layer_tanh,         &dsc_layer_softplus,
    &dsc_layer_softmax, &dsc_layer_log_softmax,
};

size_t dsc_layer_count(void) {
    return sizeof dsc_layers / sizeof *dsc_layers;
}

const dsc_layer_info *dsc_layer_at(size_t index) {
    return index < dsc_layer_count() ? &dsc_layers[index]->info : NULL;
}

const dsc_layer_row *dsc_layer_named(const char *name) {
    for (size_t i = 0; i < dsc_layer_count(); ++i)
        if (name != NULL && strcmp(dsc_layers[i]->info.name, name) == 0)
            return dsc_layers[i];
    return NULL;
}

const dsc_layer_info *dsc_layer_find(const char *name) {
    const dsc_layer_row *row = dsc_layer_named(name);
    return row == NULL ? NULL : &row->info;
}

dsc_status dsc_layer_add(dsc_layer *layer, const char *name, bool is_parameter, dsc_status status,
                         dsc_tensor *tensor) {
    if (status != DSC_OK)
        return status;
    tensor->requires_grad = is_parameter;
    layer->tensors[layer->count].name = name;
    layer->tensors[layer->count].tensor = tensor;
    layer->tensors[layer->count++].is_parameter = is_parameter;
    return DSC_OK;
}
