/* Convolutions in one to three dimensions: one row for each. */
#include "layers/convolution.h"

#include <string.h>

#include "layers/initialize.h"

/* The options of each dimension follow one another: R of them. */
#define STRIDE(r) (DSC_CONV_KERNEL + (r))
#define PADDING(r) (DSC_CONV_KERNEL + 2 * (r))
#define DILATION(r) (DSC_CONV_KERNEL + 3 * (r))
#define GROUPS(r) (DSC_CONV_KERNEL + 4 * (r))
#define BIAS(r) (GROUPS(r) + 1)
#define MODE(r) (GROUPS(r) + 2)

static const char *const modes[] = {"zeros", "reflect", "replicate", "circular"};
static const char *const same[] = {"same"};

#define STRIDE_OPTION(name) DSC_CONV_OPTION(name, 1, 1, "from one place of the kernel to the next")
#define PADDING_OPTION(name)                                                                                 \
    {                                                                                                        \
        name, DSC_OPTION_INTEGER, 0, -1, 0x1p31 - 1, false, false,                                           \
            "numbers added on both sides; same: as many as keep the extent", same                            \
    }
#define LAST_OPTIONS                                                                                         \
    DSC_CONV_GROUP_OPTIONS, {                                                                                \
        "padding_mode", DSC_OPTION_CHOICE, 0, 0, 3, false, false, "what is added", modes                     \
    }

static const dsc_option_info options1[] = {
    DSC_CONV_CHANNEL_OPTIONS,  DSC_CONV_KERNEL_OPTION("kernel_size"), STRIDE_OPTION("stride"),
    PADDING_OPTION("padding"), DSC_CONV_DILATION_OPTION("dilation"),  LAST_OPTIONS};
static const dsc_option_info options2[] = {DSC_CONV_CHANNEL_OPTIONS,
                                           DSC_CONV_TWO(DSC_CONV_KERNEL_OPTION, "kernel_size"),
                                           DSC_CONV_TWO(STRIDE_OPTION, "stride"),
                                           DSC_CONV_TWO(PADDING_OPTION, "padding"),
                                           DSC_CONV_TWO(DSC_CONV_DILATION_OPTION, "dilation"),
                                           LAST_OPTIONS};
static const dsc_option_info options3[] = {DSC_CONV_CHANNEL_OPTIONS,
                                           DSC_CONV_THREE(DSC_CONV_KERNEL_OPTION, "kernel_size"),
                                           DSC_CONV_THREE(STRIDE_OPTION, "stride"),
                                           DSC_CONV_THREE(PADDING_OPTION, "padding"),
                                           DSC_CONV_THREE(DSC_CONV_DILATION_OPTION, "dilation"),
                                           LAST_OPTIONS};

/* Dimensions of space. */
static size_t dimensions_of(const dsc_layer *layer) {
    return (layer->row->info.option_count - 5) / 4;
}

/* What the operation is called with, zeros around; the amounts around, as dsc_pad takes them. */
static dsc_status plan(const dsc_layer *layer, int64_t *amounts, dsc_convolution_options *o) {
    const size_t r = dimensions_of(layer);
    *o = (dsc_convolution_options)DSC_CONVOLUTION_OPTIONS(r);
    o->groups = dsc_conv_value(layer, GROUPS(r));
    for (size_t d = 0; d < r; ++d) {
        o->stride[d] = dsc_conv_value(layer, STRIDE(r) + d);
        o->dilation[d] = dsc_conv_value(layer, DILATION(r) + d);
        o->padding[d] = o->padding_after[d] = (int64_t)layer->values[PADDING(r) + d];
        if (o->padding[d] < 0)
            DSC_TRY(dsc_convolution_pad_same(o, d, dsc_conv_value(layer, DSC_CONV_KERNEL + d)));
        amounts[2 * (r - 1 - d)] = o->padding[d];
        amounts[2 * (r - 1 - d) + 1] = o->padding_after[d];
    }
    return DSC_OK;
}

static dsc_status make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random) {
    const size_t r = dimensions_of(layer);
    int64_t amounts[2 * DSC_CONVOLUTION_DIMENSIONS];
    dsc_convolution_options o;
    DSC_TRY(plan(layer, amounts, &o));
    return dsc_conv_make(layer, context, dtype, random, r, DSC_CONV_OUT, DSC_CONV_IN, o.groups,
                         layer->values[BIAS(r)] != 0);
}

static bool pads_with_zeros(const dsc_layer *layer) {
    return layer->values[MODE(dimensions_of(layer))] == 0;
}

/* What numbers there must be for the mode to take them from. */
static dsc_status check_padding(const dsc_layer *layer, const dsc_convolution_options *o, size_t rank,
                                const size_t *shape) {
    const size_t mode = dsc_conv_value(layer, MODE(o->rank));
    for (size_t d = 0; d < o->rank; ++d) {
        const int64_t extent = (int64_t)shape[rank - o->rank + d], most = o->padding_after[d];
        const int64_t limit = mode == 1 ? extent - 1 : mode == 3 ? extent : INT64_MAX;
        if (most > limit)
            return dsc_fail(DSC_ERROR_SIZE,
                            "%s: %lld numbers of padding for dimension %zu of shape %s, %s: at most %lld",
                            layer->row->info.name, (long long)most, rank - o->rank + d,
                            dsc_shape_text(rank, shape).text, modes[mode], (long long)limit);
    }
    return DSC_OK;
}

static dsc_status shape_of(const dsc_layer *layer, size_t *rank, size_t *shape, double *flops) {
    int64_t amounts[2 * DSC_CONVOLUTION_DIMENSIONS];
    dsc_convolution_options o;
    DSC_TRY(plan(layer, amounts, &o));
    DSC_TRY(dsc_conv_check_input(layer, o.rank, *rank, shape));
    DSC_TRY(check_padding(layer, &o, *rank, shape));
    for (size_t d = 0; d < o.rank; ++d) {
        size_t *extent = &shape[*rank - o.rank + d];
        const int64_t reach = (int64_t)(o.dilation[d] * (dsc_conv_value(layer, DSC_CONV_KERNEL + d) - 1)) + 1;
        const int64_t padded = (int64_t)*extent + o.padding[d] + o.padding_after[d];
        if (padded < reach)
            return dsc_fail(DSC_ERROR_SIZE,
                            "%s: the kernel reaches over %lld numbers of dimension %zu, the input of shape "
                            "%s has %lld with its padding",
                            layer->row->info.name, (long long)reach, *rank - o.rank + d,
                            dsc_shape_text(*rank, shape).text, (long long)padded);
        *extent = (size_t)(padded - reach) / o.stride[d] + 1;
    }
    shape[*rank - o.rank - 1] = dsc_conv_value(layer, DSC_CONV_OUT);
    *flops = dsc_conv_flops(layer, *rank, shape, dsc_conv_value(layer, DSC_CONV_IN), o.rank, o.groups);
    return DSC_OK;
}

static dsc_status forward(const dsc_layer *layer, const dsc_layer_mode *mode, dsc_tensor *x, dsc_tensor **y) {
    size_t rank = x->rank, shape[DSC_MAX_RANK];
    double flops;
    memcpy(shape, x->shape, sizeof shape);
    DSC_TRY(shape_of(layer, &rank, shape, &flops));
    int64_t amounts[2 * DSC_CONVOLUTION_DIMENSIONS];
    dsc_convolution_options o;
    DSC_TRY(plan(layer, amounts, &o));
    dsc_tensor *bias = layer->count > 1 ? layer->tensors[1].tensor : NULL;
    if (pads_with_zeros(layer))
        return dsc_convolution(x, layer->tensors[0].tensor, bias, &o, mode->activation, y);
    static const dsc_padding paddings[] = {DSC_PAD_CONSTANT, DSC_PAD_REFLECT, DSC_PAD_REPLICATE,
                                           DSC_PAD_CIRCULAR};
    dsc_tensor *padded = NULL;
    DSC_TRY(dsc_pad(x, o.rank, amounts, paddings[dsc_conv_value(layer, MODE(o.rank))], 0, &padded));
    memset(o.padding, 0, sizeof o.padding);
    memset(o.padding_after, 0, sizeof o.padding_after);
    dsc_status status = dsc_convolution(padded, layer->tensors[0].tensor, bias, &o, mode->activation, y);
    dsc_tensor_release(padded);
    return status;
}

#define CONVOLUTION(text, module, table, dimensions, from, to)                                               \
    const dsc_layer_row dsc_layer_##text = {                                                                 \
        DSC_CONV_ROW(text, module, "y_o = b_o + sum over c of x_c * w_(o, c), * the cross-correlation",      \
                     table, dimensions, from, to, .fuses_activation = true)};

CONVOLUTION(conv1d, "Conv1d", options1, 1, "[N, in_channels, length]", "[N, out_channels, length']")
CONVOLUTION(conv2d, "Conv2d", options2, 2, "[N, in_channels, height, width]",
            "[N, out_channels, height', width']")
CONVOLUTION(conv3d, "Conv3d", options3, 3, "[N, in_channels, depth, height, width]",
            "[N, out_channels, depth', height', width']")

/* ---- What transposes share ---- */

static dsc_status check_groups(const dsc_layer *layer, size_t groups) {
    for (size_t i = DSC_CONV_IN; i <= DSC_CONV_OUT; ++i)
        if (dsc_conv_value(layer, i) % groups != 0)
            return dsc_fail(DSC_ERROR_OPTION, "%s: %s is %g, which %zu groups do not divide",
                            layer->row->info.name, layer->row->info.options[i].name, layer->values[i],
                            groups);
    return DSC_OK;
}

dsc_status dsc_conv_make(dsc_layer *layer, const dsc_context *context, dsc_dtype dtype, dsc_random *random,
                         size_t dimensions, int first, int second, size_t groups, bool has_bias) {
    DSC_TRY(check_groups(layer, groups));
    const size_t rank = 2 + dimensions;
    size_t shape[DSC_MAX_RANK] = {dsc_conv_value(layer, first), dsc_conv_value(layer, second) / groups};
    for (size_t d = 2; d < rank; ++d)
        shape[d] = dsc_conv_value(layer, DSC_CONV_KERNEL + d - 2);
    double inputs = 1;
    for (size_t d = 1; d < rank; ++d)
        inputs *= (double)shape[d];
    DSC_TRY(dsc_layer_add_uniform(layer, "weight", context, dtype, random, rank, shape,
                                  dsc_kaiming_bound(sqrt(5), inputs)));
    if (!has_bias)
        return DSC_OK;
    const size_t channels = dsc_conv_value(layer, DSC_CONV_OUT);
    return dsc_layer_add_uniform(layer, "bias", context, dtype, random, 1, &channels, 1 / sqrt(inputs));
}

dsc_status dsc_conv_check_input(const dsc_layer *layer, size_t dimensions, size_t rank, const size_t *shape) {
    bool fits = rank == dimensions + 1 || rank == dimensions + 2;
    for (size_t d = 0; fits && d < dimensions; ++d)
        fits = shape[rank - 1 - d] > 0 && (double)shape[rank - 1 - d] < 0x1p31;
    fits = fits && (double)shape[rank - dimensions - 1] == layer->values[DSC_CONV_IN];
    if (fits)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE,
                    "%s: the input is of shape %s, must be [N, %g, ...] or [%g, ...] with %zu dimensions of "
                    "space and numbers in each channel",
                    layer->row->info.name, dsc_shape_text(rank, shape).text, layer->values[DSC_CONV_IN],
                    layer->values[DSC_CONV_IN], dimensions);
}

double dsc_conv_flops(const dsc_layer *layer, size_t rank, const size_t *shape, size_t other_channels,
                      size_t dimensions, size_t groups) {
    double flops = 2 * (double)other_channels / (double)groups;
    for (size_t d = 0; d < rank; ++d)
        flops *= (double)shape[d];
    for (size_t d = 0; d < dimensions; ++d)
        flops *= layer->values[DSC_CONV_KERNEL + d];
    return flops;
}
