/* What convolutions and their transposes share. */
#ifndef DSC_LAYERS_CONVOLUTION_H
#define DSC_LAYERS_CONVOLUTION_H

#include "descent/convolution.h"
#include "layers/layer.h"

/* The first options of both, and that of the first dimension's kernel. */
enum { DSC_CONV_IN, DSC_CONV_OUT, DSC_CONV_KERNEL };

#define DSC_CONV_OPTION(name, initial, least, summary)                                                       \
    { name, DSC_OPTION_INTEGER, initial, least, 0x1p31 - 1, false, false, summary, NULL }

/* Weight, and bias if there is one, as PyTorch draws them. shape: the weight's. */
dsc_status dsc_conv_make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random,
                         size_t rank, const size_t *shape, bool has_bias);
/* Refuses groups that do not divide the channels. */
dsc_status dsc_conv_check_groups(const dsc_layer *layer, size_t groups);
/* Refuses inputs that are not [N, C, ...] or [C, ...]. */
dsc_status dsc_conv_check_input(const dsc_layer *layer, size_t dimensions, size_t rank, const size_t *shape);
/* 2 products for each number of the output; or of the input, of the transpose. */
double dsc_conv_flops(const dsc_layer *layer, size_t rank, const size_t *shape, size_t other_channels,
                      size_t dimensions, size_t groups);

#endif
