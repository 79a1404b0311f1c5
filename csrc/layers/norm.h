/* What normalizations with running statistics share: their tensors. */
#ifndef DSC_LAYERS_NORM_H
#define DSC_LAYERS_NORM_H

#include "descent/normalization.h"
#include "layers/layer.h"

/* Adds weight and bias if it is affine; running_mean, running_var and num_batches_tracked if it tracks. */
dsc_status dsc_layer_add_norm(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, size_t features,
                              bool is_affine, bool tracks);

/* Those of a layer so made; NULL where it has none. */
typedef struct dsc_norm_tensors {
    dsc_tensor *weight, *bias, *mean, *variance, *batches;
} dsc_norm_tensors;
dsc_norm_tensors dsc_norm_tensors_of(const dsc_layer *layer);

/* What statistics of the input's own ask for: an eps above 0, and more than one value in each of so many
 * sets; `set`: their name. */
dsc_status dsc_norm_check_eps(const dsc_layer *layer, double eps);
dsc_status dsc_norm_check_values(const dsc_layer *layer, size_t rank, const size_t *shape, size_t sets,
                                 const char *set);

#endif
