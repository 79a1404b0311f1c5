#include "layers/norm.h"

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

dsc_status dsc_norm_check_eps(const dsc_layer *layer, double eps) {
    return eps > 0 ? DSC_OK
                   : dsc_fail(DSC_ERROR_OPTION, "%s: eps is %g, must be above 0 without running statistics",
                              layer->row->info.name, eps);
}

dsc_status dsc_norm_check_values(const dsc_layer *layer, size_t rank, const size_t *shape, size_t sets,
                                 const char *set) {
    size_t count = 1;
    for (size_t d = 0; d < rank; ++d)
        count *= shape[d];
    return count == 0 || count != sets
               ? DSC_OK
               : dsc_fail(DSC_ERROR_SIZE,
                          "%s: the input is of shape %s, must have more than one value for each %s",
                          layer->row->info.name, dsc_shape_text(rank, shape).text, set);
}
