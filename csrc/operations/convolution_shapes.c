/* What the operations on convolutions take, and the geometry that their kernels get. */
#include "operations/convolution_shapes.h"

#include <string.h>

/* Extents, steps and amounts from here on are refused: products of two of them, and their sums, are far from
 * overflowing. */
static const size_t LARGEST = (size_t)1 << 31;

/* ---- Checks ---- */

static dsc_status check_option(const dsc_operation *operation, const char *name, size_t d, size_t value,
                               size_t least) {
    if (value >= least && value < LARGEST)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s[%zu] is %zu, must be in [%zu, 2^31)", operation->name, name,
                    d, value, least);
}

static dsc_status check_padding(const dsc_operation *operation, const char *name, size_t d, int64_t value) {
    if (value > -(int64_t)LARGEST && value < (int64_t)LARGEST)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s[%zu] is %lld, must be in (-2^31, 2^31)", operation->name,
                    name, d, (long long)value);
}

dsc_status dsc_conv_check_options(const dsc_operation *operation, const dsc_convolution_options *o) {
    if (o == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: options is NULL", operation->name);
    if (o->rank < 1 || o->rank > DSC_CONVOLUTION_DIMENSIONS)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: rank is %zu, must be 1, 2 or 3", operation->name, o->rank);
    for (size_t d = 0; d < o->rank; ++d) {
        DSC_TRY(check_option(operation, "stride", d, o->stride[d], 1));
        DSC_TRY(check_option(operation, "dilation", d, o->dilation[d], 1));
        DSC_TRY(check_padding(operation, "padding", d, o->padding[d]));
        DSC_TRY(check_padding(operation, "padding_after", d, o->padding_after[d]));
    }
    if (o->groups == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: groups is 0, must be 1 at least", operation->name);
    return DSC_OK;
}

static dsc_status check_place(const char *function, const dsc_convolution_options *o, size_t dimension) {
    if (o == NULL)
        return dsc_fail_null(function, "options");
    if (dimension >= o->rank || dimension >= DSC_CONVOLUTION_DIMENSIONS)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: dimension is %zu, of %zu", function, dimension, o->rank);
    return DSC_OK;
}

dsc_status dsc_convolution_pad_same(dsc_convolution_options *o, size_t dimension, size_t kernel) {
    DSC_TRY(check_place(__func__, o, dimension));
    if (o->stride[dimension] != 1)
        return dsc_fail(DSC_ERROR_OPTION, "convolution: padding is same, which needs a stride of 1, not %zu",
                        o->stride[dimension]);
    const size_t dilation = o->dilation[dimension];
    if (kernel == 0 || (kernel > 1 && dilation > LARGEST / (kernel - 1)))
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "convolution: padding is same, with a kernel of %zu, dilation %zu", kernel, dilation);
    const size_t reach = dilation * (kernel - 1);
    o->padding[dimension] = (int64_t)(reach / 2);
    o->padding_after[dimension] = (int64_t)(reach - reach / 2);
    return DSC_OK;
}

dsc_status dsc_convolution_pad_output(dsc_convolution_options *o, size_t dimension, int64_t output_padding) {
    DSC_TRY(check_place(__func__, o, dimension));
    const size_t stride = o->stride[dimension], dilation = o->dilation[dimension];
    if (output_padding < 0 || ((uint64_t)output_padding >= stride && (uint64_t)output_padding >= dilation))
        return dsc_fail(DSC_ERROR_OPTION,
                        "convolution_transpose: output_padding is %lld, must be at least 0, and below the "
                        "stride of %zu or the dilation of %zu",
                        (long long)output_padding, stride, dilation);
    o->padding_after[dimension] = o->padding[dimension] - output_padding;
    return DSC_OK;
}

/* x or y: numbers in every channel, with a batch or without. */
dsc_status dsc_conv_check_image(const dsc_operation *operation, const char *name, const dsc_tensor *x,
                                const dsc_convolution_options *o) {
    DSC_TRY(dsc_check_real(operation, x));
    bool fits = x->rank == o->rank + 1 || x->rank == o->rank + 2;
    for (size_t d = 0; fits && d <= o->rank; ++d)
        fits = x->shape[x->rank - 1 - d] > 0 && x->shape[x->rank - 1 - d] < LARGEST;
    if (fits)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE,
                    "%s: %s is of shape %s, must be [N, C, ...] or [C, ...] with %zu dimensions of space and "
                    "numbers in each channel",
                    operation->name, name, dsc_shape_text(x->rank, x->shape).text, o->rank);
}

static dsc_status check_kernel(const dsc_operation *operation, const size_t *kernel,
                               const dsc_convolution_options *o) {
    for (size_t d = 0; d < o->rank; ++d) {
        DSC_TRY(check_option(operation, "kernel", d, kernel[d], 1));
        if ((kernel[d] - 1) * o->dilation[d] >= LARGEST)
            return dsc_fail(DSC_ERROR_OVERFLOW, "%s: a kernel of %zu with dilation %zu is too wide",
                            operation->name, kernel[d], o->dilation[d]);
    }
    return DSC_OK;
}

dsc_status dsc_conv_check_weight(const dsc_operation *operation, const dsc_tensor *image,
                                 const dsc_tensor *weight, const dsc_convolution_options *o) {
    DSC_TRY(dsc_check_same_dtype(operation, image, weight));
    if (weight->rank != o->rank + 2 || weight->count == 0)
        return dsc_fail(DSC_ERROR_SIZE,
                        "%s: weight is of shape %s, must be [O, C / groups, kernel] with %zu extents of the "
                        "kernel, and have numbers",
                        operation->name, dsc_shape_text(weight->rank, weight->shape).text, o->rank);
    if (weight->shape[0] % o->groups != 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: the weight's %zu output channels are not divided by %zu groups",
                        operation->name, weight->shape[0], o->groups);
    return check_kernel(operation, weight->shape + 2, o);
}

dsc_status dsc_conv_check_channels(const dsc_operation *operation, const char *name, const dsc_tensor *image,
                                   const dsc_tensor *weight, size_t channels,
                                   const dsc_convolution_options *o) {
    if (dsc_conv_channels(image, o) == channels)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE,
                    "%s: %s is of shape %s, must have %zu channels for a weight of shape %s "
                    "and %zu groups",
                    operation->name, name, dsc_shape_text(image->rank, image->shape).text, channels,
                    dsc_shape_text(weight->rank, weight->shape).text, o->groups);
}

dsc_status dsc_conv_check_bias(const dsc_operation *operation, const dsc_tensor *image,
                               const dsc_tensor *bias, size_t channels) {
    if (bias == NULL)
        return DSC_OK;
    DSC_TRY(dsc_check_same_dtype(operation, image, bias));
    if (bias->rank == 1 && bias->shape[0] == channels)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "%s: bias is of shape %s, must be [%zu]", operation->name,
                    dsc_shape_text(bias->rank, bias->shape).text, channels);
}

/* ---- Geometry ---- */

/* What the kernels need, but for the extents of x and y. */
dsc_conv dsc_conv_geometry(const dsc_tensor *image, size_t y_channels, size_t x_channels,
                           const size_t *kernel, const dsc_convolution_options *o) {
    dsc_conv c = {.dtype = image->dtype,
                  .batch = image->rank == o->rank + 2 ? image->shape[0] : 1,
                  .groups = o->groups,
                  .x_channels = x_channels / o->groups,
                  .y_channels = y_channels / o->groups};
    for (size_t i = 0; i < DSC_CONV_AXES; ++i)
        c.axes[i] = (dsc_conv_axis){1, 1, 1, 1, 1, 0};
    for (size_t d = 0; d < o->rank; ++d)
        c.axes[DSC_CONV_AXES - o->rank + d] = (dsc_conv_axis){
            .kernel = kernel[d], .stride = o->stride[d], .dilation = o->dilation[d], .before = o->padding[d]};
    return c;
}

static int64_t reach(const dsc_conv_axis *a) {
    return (int64_t)((a->kernel - 1) * a->dilation) + 1;
}

/* Sets both extents of each dimension from x's. */
dsc_status dsc_conv_extents_of_x(const dsc_operation *operation, const dsc_tensor *x,
                                 const dsc_convolution_options *o, dsc_conv *c) {
    for (size_t d = 0; d < o->rank; ++d) {
        dsc_conv_axis *a = dsc_conv_axis_of(c, o, d);
        a->x = dsc_conv_extent(x, o, d);
        const int64_t padded = (int64_t)a->x + o->padding[d] + o->padding_after[d];
        if (padded < reach(a))
            return dsc_fail(DSC_ERROR_SIZE,
                            "%s: the kernel reaches over %lld numbers of dimension %zu, x of shape %s has "
                            "%lld with its padding",
                            operation->name, (long long)reach(a), d, dsc_shape_text(x->rank, x->shape).text,
                            (long long)padded);
        a->y = (size_t)(padded - reach(a)) / a->stride + 1;
    }
    return DSC_OK;
}

/* ... from y's. */
dsc_status dsc_conv_extents_of_y(const dsc_operation *operation, const dsc_tensor *y,
                                 const dsc_convolution_options *o, dsc_conv *c) {
    for (size_t d = 0; d < o->rank; ++d) {
        dsc_conv_axis *a = dsc_conv_axis_of(c, o, d);
        a->y = dsc_conv_extent(y, o, d);
        const int64_t x = (int64_t)((a->y - 1) * a->stride) + reach(a) - o->padding[d] - o->padding_after[d];
        if (x < 1 || x >= (int64_t)1 << 62)
            return dsc_fail(DSC_ERROR_SIZE,
                            "%s: dimension %zu of the result would have %lld numbers, must have 1 at least",
                            operation->name, d, (long long)x);
        a->x = (size_t)x;
    }
    return DSC_OK;
}

/* The shape of an image like another, with other channels and extents. */
void dsc_conv_shape(const dsc_tensor *image, size_t channels, dsc_conv *c, const dsc_convolution_options *o,
                    bool is_x, size_t *shape) {
    shape[0] = image->shape[0];
    shape[image->rank - o->rank - 1] = channels;
    for (size_t d = 0; d < o->rank; ++d) {
        const dsc_conv_axis *a = dsc_conv_axis_of(c, o, d);
        shape[image->rank - o->rank + d] = is_x ? a->x : a->y;
    }
}

dsc_status dsc_conv_check_pair(const dsc_operation *operation, const dsc_tensor *x, const dsc_tensor *y,
                               const size_t *kernel, const dsc_convolution_options *o, dsc_conv *c) {
    DSC_TRY(dsc_conv_check_options(operation, o));
    DSC_TRY(dsc_conv_check_image(operation, "x", x, o));
    DSC_TRY(dsc_conv_check_image(operation, "y", y, o));
    DSC_TRY(dsc_check_same_dtype(operation, x, y));
    if (kernel == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: kernel is NULL", operation->name);
    DSC_TRY(check_kernel(operation, kernel, o));
    if (dsc_conv_channels(x, o) % o->groups != 0 || dsc_conv_channels(y, o) % o->groups != 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: %zu groups do not divide the %zu and %zu channels of x and y",
                        operation->name, o->groups, dsc_conv_channels(x, o), dsc_conv_channels(y, o));
    *c = dsc_conv_geometry(x, dsc_conv_channels(y, o), dsc_conv_channels(x, o), kernel, o);
    DSC_TRY(dsc_conv_extents_of_x(operation, x, o, c));
    size_t shape[DSC_MAX_RANK];
    dsc_conv_shape(x, dsc_conv_channels(y, o), c, o, false, shape);
    bool fits = x->rank == y->rank;
    for (size_t d = 0; fits && d < x->rank; ++d)
        fits = shape[d] == y->shape[d];
    if (!fits)
        return dsc_fail(DSC_ERROR_SIZE, "%s: y is of shape %s, must be %s", operation->name,
                        dsc_shape_text(y->rank, y->shape).text, dsc_shape_text(x->rank, shape).text);
    return DSC_OK;
}
