#include "layers/norm.h"

dsc_status dsc_layer_add_full(dsc_layer *layer, const char *name, bool is_parameter,
                              const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                              double value) {
    dsc_tensor *made = NULL;
    dsc_status status = dsc_tensor_full(context, dtype, rank, shape, value, &made);
    return dsc_layer_add(layer, name, is_parameter, status, made);
}

dsc_status dsc_layer_add_norm(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, size_t features,
                              bool is_affine, bool tracks) {
    if (is_affine) {
        DSC_TRY(dsc_layer_add_full(layer, "weight", true, context, dtype, 1, &features, 1));
        DSC_TRY(dsc_layer_add_full(layer, "bias", true, context, dtype, 1, &features, 0));
    }
    if (!tracks)
        return DSC_OK;
    DSC_TRY(dsc_layer_add_full(layer, "running_mean", false, context, dtype, 1, &features, 0));
    DSC_TRY(dsc_layer_add_full(layer, "running_var", false, context, dtype, 1, &features, 1));
    return dsc_layer_add_full(layer, "num_batches_tracked", false, context, DSC_INT64, 0, NULL, 0);
}

dsc_norm_tensors dsc_norm_tensors_of(const dsc_layer *layer) {
    dsc_norm_tensors found = {.weight = NULL};
    size_t at = 0;
    if (layer->count == 2 || layer->count == 5) {
        found.weight = layer->tensors[at++].tensor;
        found.bias = layer->tensors[at++].tensor;
    }
    if (layer->count >= 3) {
        found.mean = layer->tensors[at++].tensor;
        found.variance = layer->tensors[at++].tensor;
        found.batches = layer->tensors[at].tensor;
    }
    return found;
}
