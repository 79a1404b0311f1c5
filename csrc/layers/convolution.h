/* What convolutions and their transposes share. */
#ifndef DSC_LAYERS_CONVOLUTION_H
#define DSC_LAYERS_CONVOLUTION_H

#include "descent/convolution.h"
#include "layers/layer.h"

/* The first options of both, and that of the first dimension's kernel. */
enum { DSC_CONV_IN, DSC_CONV_OUT, DSC_CONV_KERNEL };

#define DSC_CONV_OPTION(name, initial, least, summary)                                                       \
    { name, DSC_OPTION_INTEGER, initial, least, 0x1p31 - 1, false, false, summary, NULL }

#define DSC_CONV_CHANNEL_OPTIONS                                                                             \
    DSC_OPTION_SIZE("in_channels", "channels of the input"),                                                 \
        DSC_OPTION_SIZE("out_channels", "channels of the output")
#define DSC_CONV_KERNEL_OPTION(name) DSC_CONV_OPTION(name, NAN, 1, "the kernel's extent")
#define DSC_CONV_DILATION_OPTION(name)                                                                       \
    DSC_CONV_OPTION(name, 1, 1, "from one number of the kernel to the next")
#define DSC_CONV_GROUP_OPTIONS                                                                               \
    DSC_CONV_OPTION("groups", 1, 1, "parts that the channels are in, each convolved for itself"),            \
        DSC_OPTION_BIAS
/* The rows of one name, for two and three dimensions. */
#define DSC_CONV_TWO(option, name) option(name "[0]"), option(name "[1]")
#define DSC_CONV_THREE(option, name) DSC_CONV_TWO(option, name), option(name "[2]")

#define DSC_CONV_ROW(text, module, formula_text, table, dimensions, from, to, ...)                           \
    .info = {.name = #text,                                                                                  \
             .title = module,                                                                                \
             .source = "torch.nn." module,                                                                   \
             .formula = formula_text,                                                                        \
             .shapes = from ", and " to "; also without N",                                                  \
             .infers_input = true,                                                                           \
             .input_dimension = -(dimensions)-1,                                                             \
             DSC_LAYER_OPTIONS(table),                                                                       \
             __VA_ARGS__},                                                                                   \
    .make = make, .forward = forward, .shape = shape_of

static inline size_t dsc_conv_value(const dsc_layer *layer, size_t option) {
    return (size_t)layer->values[option];
}

/* Weight, [first, second / groups, kernel], and bias if there is one, as PyTorch draws them. first, second:
 * which options the channels are. Refuses groups that do not divide them. */
dsc_status dsc_conv_make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random,
                         size_t dimensions, int first, int second, size_t groups, bool has_bias);
/* Refuses inputs that are not [N, C, ...] or [C, ...]. */
dsc_status dsc_conv_check_input(const dsc_layer *layer, size_t dimensions, size_t rank, const size_t *shape);
/* 2 products for each number of the output; or of the input, of the transpose. */
double dsc_conv_flops(const dsc_layer *layer, size_t rank, const size_t *shape, size_t other_channels,
                      size_t dimensions, size_t groups);

#endif
