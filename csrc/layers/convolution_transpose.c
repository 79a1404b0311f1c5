/* Transposed convolutions. */
#include "layers/convolution.h"

#include <string.h>

#define STRIDE(r) (DSC_CONV_KERNEL + (r))
#define PADDING(r) (DSC_CONV_KERNEL + 2 * (r))
#define OUTPUT_PADDING(r) (DSC_CONV_KERNEL + 3 * (r))
#define GROUPS(r) (DSC_CONV_KERNEL + 4 * (r))
#define BIAS(r) (GROUPS(r) + 1)
#define DILATION(r) (GROUPS(r) + 2)

#define STRIDE_OPTION(name) DSC_CONV_OPTION(name, 1, 1, "of the convolution that this is the transpose of")
#define PADDING_OPTION(name) DSC_CONV_OPTION(name, 0, 0, "numbers taken away on both sides")
#define OUTPUT_PADDING_OPTION(name)                                                                          \
    DSC_CONV_OPTION(name, 0, 0, "numbers more at the end; below the stride or the dilation")
static const dsc_option_info options1[] = {
    DSC_CONV_CHANNEL_OPTIONS,
    DSC_CONV_KERNEL_OPTION("kernel_size"),
    STRIDE_OPTION("stride"),
    PADDING_OPTION("padding"),
    OUTPUT_PADDING_OPTION("output_padding"),
    DSC_CONV_GROUP_OPTIONS,
    DSC_CONV_DILATION_OPTION("dilation"),
};
static const dsc_option_info options2[] = {
    DSC_CONV_CHANNEL_OPTIONS,
    DSC_CONV_TWO(DSC_CONV_KERNEL_OPTION, "kernel_size"),
    DSC_CONV_TWO(STRIDE_OPTION, "stride"),
    DSC_CONV_TWO(PADDING_OPTION, "padding"),
    DSC_CONV_TWO(OUTPUT_PADDING_OPTION, "output_padding"),
    DSC_CONV_GROUP_OPTIONS,
    DSC_CONV_TWO(DSC_CONV_DILATION_OPTION, "dilation"),
};

/* Dimensions of space. */
static size_t dimensions_of(const dsc_layer *layer) {
    return (layer->row->info.option_count - 4) / 5;
}

static dsc_status plan(const dsc_layer *layer, dsc_convolution_options *o) {
    const size_t r = dimensions_of(layer);
    *o = (dsc_convolution_options)DSC_CONVOLUTION_OPTIONS(r);
    o->groups = dsc_conv_value(layer, GROUPS(r));
    for (size_t d = 0; d < r; ++d) {
        o->stride[d] = dsc_conv_value(layer, STRIDE(r) + d);
        o->dilation[d] = dsc_conv_value(layer, DILATION(r) + d);
        o->padding[d] = (int64_t)layer->values[PADDING(r) + d];
        DSC_TRY(dsc_convolution_pad_output(o, d, (int64_t)layer->values[OUTPUT_PADDING(r) + d]));
    }
    return DSC_OK;
}

static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    const size_t r = dimensions_of(layer);
    dsc_convolution_options o;
    DSC_TRY(plan(layer, &o));
    return dsc_conv_make(layer, context, dtype, random, r, DSC_CONV_IN, DSC_CONV_OUT, o.groups,
                         layer->values[BIAS(r)] != 0);
}

static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    dsc_convolution_options o;
    DSC_TRY(plan(layer, &o));
    DSC_TRY(dsc_conv_check_input(layer, o.rank, *rank, shape));
    *flops = dsc_conv_flops(layer, *rank, shape, dsc_conv_value(layer, DSC_CONV_OUT), o.rank, o.groups);
    for (size_t d = 0; d < o.rank; ++d) {
        size_t *extent = &shape[*rank - o.rank + d];
        const int64_t made = (int64_t)((*extent - 1) * o.stride[d] +
                                       o.dilation[d] * (dsc_conv_value(layer, DSC_CONV_KERNEL + d) - 1)) +
                             1 - o.padding[d] - o.padding_after[d];
        if (made < 1)
            return dsc_fail(DSC_ERROR_SIZE,
                            "%s: dimension %zu of an input of shape %s becomes %lld numbers, must be 1 at "
                            "least",
                            layer->row->info.name, *rank - o.rank + d, dsc_shape_text(*rank, shape).text,
                            (long long)made);
        *extent = (size_t)made;
    }
    shape[*rank - o.rank - 1] = dsc_conv_value(layer, DSC_CONV_OUT);
    return DSC_OK;
}

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    (void)mode;
    size_t rank = x->rank, shape[DSC_MAX_RANK];
    double flops;
    memcpy(shape, x->shape, sizeof shape);
    DSC_TRY(shape_of(layer, &rank, shape, &flops));
    dsc_convolution_options o;
    DSC_TRY(plan(layer, &o));
    dsc_tensor *bias = layer->count > 1 ? layer->tensors[1].tensor : NULL;
    return dsc_convolution_transpose(x, layer->tensors[0].tensor, bias, &o, y);
}

#define TRANSPOSE(text, module, table, dimensions, from, to)                                                 \
    const dsc_layer_row dsc_layer_##text = {DSC_CONV_ROW(text, module,                                       \
                                                         "the transpose of a convolution, and b", table,     \
                                                         dimensions, from, to, .fuses_activation = false),   \
                                            .output_dimension = 1};

TRANSPOSE(conv_transpose1d, "ConvTranspose1d", options1, 1, "[N, in_channels, length]",
          "[N, out_channels, length']")
TRANSPOSE(conv_transpose2d, "ConvTranspose2d", options2, 2, "[N, in_channels, height, width]",
          "[N, out_channels, height', width']")
