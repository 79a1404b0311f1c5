/* convolution.h, and the layers that are made of it */
#include "rows.h"

/* [1, 2, 3] and [2, 3] of the world's numbers; a kernel [2, 2, 3]. */
static dsc_tensor *image, *weight, *filter, *wide;

static dsc_tensor *over(size_t rank, const size_t *shape) {
    dsc_tensor *tensor = NULL;
    dsc_tensor_wrap(NULL, DSC_FLOAT32, rank, shape, NULL, w.numbers, NULL, NULL, &tensor);
    return tensor;
}

static void make(void) {
    image = over(3, (size_t[]){1, 2, 3});
    weight = over(3, (size_t[]){2, 2, 3});
    filter = over(3, (size_t[]){2, 1, 2});
    wide = over(3, (size_t[]){1, 3, 3});
}

typedef dsc_convolution_options options_t;

static options_t plain(void) {
    return (options_t)DSC_CONVOLUTION_OPTIONS(1);
}
static options_t of_rank(size_t rank) {
    return (options_t)DSC_CONVOLUTION_OPTIONS(rank);
}
static options_t strides(size_t stride) {
    options_t o = plain();
    o.stride[0] = stride;
    return o;
}
static options_t dilations(size_t dilation) {
    options_t o = plain();
    o.dilation[0] = dilation;
    return o;
}
static options_t groups(size_t count) {
    options_t o = plain();
    o.groups = count;
    return o;
}
static options_t paddings(int64_t before, int64_t after) {
    options_t o = plain();
    o.padding[0] = before;
    o.padding_after[0] = after;
    return o;
}

static dsc_status convolve(dsc_tensor *x, dsc_tensor *k, dsc_tensor *b, options_t o) {
    return dsc_convolution(x, k, b, &o, DSC_ACTIVATION_NONE, w.made);
}
static dsc_status carry(dsc_tensor *y, dsc_tensor *k, dsc_tensor *b, options_t o) {
    return dsc_convolution_transpose(y, k, b, &o, w.made);
}
static dsc_status slopes(dsc_tensor *x, dsc_tensor *y, size_t kernel, options_t o) {
    return dsc_convolution_weight(x, y, &kernel, &o, w.made);
}

/* Images of one number, and nothing behind them: what a vector would read is not theirs. */
static void small_rows(void) {
    static float numbers[2] = {1, 2}, one[1] = {3};
    const size_t images[] = {2, 1, 1}, kernel[] = {1, 1, 1};
    dsc_tensor *x = NULL, *k = NULL;
    dsc_tensor_wrap(NULL, DSC_FLOAT32, 3, images, NULL, numbers, NULL, NULL, &x);
    dsc_tensor_wrap(NULL, DSC_FLOAT32, 3, kernel, NULL, one, NULL, NULL, &k);
    ACCEPTED(convolve(x, k, NULL, plain()));
    ACCEPTED(carry(x, k, NULL, plain()));
    dsc_tensor_release(x);
    dsc_tensor_release(k);
}

static void forward_rows(void) {
    const options_t o = plain();
    const dsc_activation none = DSC_ACTIVATION_NONE;
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", convolve(NULL, weight, NULL, o));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", convolve(image, NULL, NULL, o));
    REFUSED(DSC_ERROR_ARGUMENT, "options is NULL", dsc_convolution(image, weight, NULL, NULL, none, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_convolution(image, weight, NULL, &o, none, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "activation 7",
            dsc_convolution(image, weight, NULL, &o, (dsc_activation)7, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "rank is 0", convolve(image, weight, NULL, of_rank(0)));
    REFUSED(DSC_ERROR_ARGUMENT, "rank is 4", convolve(image, weight, NULL, of_rank(4)));
    REFUSED(DSC_ERROR_ARGUMENT, "18446744073709551615", convolve(image, weight, NULL, of_rank(MOST)));
    REFUSED(DSC_ERROR_ARGUMENT, "stride[0] is 0", convolve(image, weight, NULL, strides(0)));
    REFUSED(DSC_ERROR_ARGUMENT, "stride[0]", convolve(image, weight, NULL, strides(MOST)));
    REFUSED(DSC_ERROR_ARGUMENT, "dilation[0] is 0", convolve(image, weight, NULL, dilations(0)));
    REFUSED(DSC_ERROR_ARGUMENT, "dilation[0]", convolve(image, weight, NULL, dilations(WRAPS)));
    REFUSED(DSC_ERROR_OVERFLOW, "too wide", convolve(image, weight, NULL, dilations(1u << 31 >> 1)));
    REFUSED(DSC_ERROR_ARGUMENT, "padding[0]", convolve(image, weight, NULL, paddings(INT64_MAX, 0)));
    REFUSED(DSC_ERROR_ARGUMENT, "padding_after[0]", convolve(image, weight, NULL, paddings(0, INT64_MIN)));
    REFUSED(DSC_ERROR_SIZE, "over 3 numbers", convolve(image, weight, NULL, paddings(-1, 0)));
    REFUSED(DSC_ERROR_SIZE, "over 3 numbers", convolve(image, weight, NULL, paddings(0, -9)));
    REFUSED(DSC_ERROR_SIZE, "over 5 numbers", convolve(image, weight, NULL, dilations(2)));
    REFUSED(DSC_ERROR_ARGUMENT, "groups is 0", convolve(image, weight, NULL, groups(0)));
    REFUSED(DSC_ERROR_SIZE, "must have 4 channels", convolve(image, weight, NULL, groups(2)));
    REFUSED(DSC_ERROR_SIZE, "not divided by 3 groups", convolve(wide, filter, NULL, groups(3)));
    REFUSED(DSC_ERROR_SIZE, "must have 2 channels", convolve(wide, weight, NULL, o));
    REFUSED(DSC_ERROR_DTYPE, "int64", convolve(w.whole, weight, NULL, o));
    REFUSED(DSC_ERROR_DTYPE, "float64", convolve(w.doubles, weight, NULL, o));
    REFUSED(DSC_ERROR_DTYPE, "float64", convolve(image, weight, w.doubles, o));
    REFUSED(DSC_ERROR_SIZE, "bias is of shape [2, 3]", convolve(image, weight, w.real, o));
    REFUSED(DSC_ERROR_SIZE, "[0, 3]", convolve(w.empty, weight, NULL, o));
    REFUSED(DSC_ERROR_SIZE, "x is of shape [3]", convolve(w.vector, weight, NULL, o));
    REFUSED(DSC_ERROR_SIZE, "weight is of shape [2, 3]", convolve(image, w.real, NULL, o));
    ACCEPTED(convolve(image, weight, NULL, o));
    ACCEPTED(convolve(w.real, weight, NULL, paddings(5, -1)));
    ACCEPTED(convolve(image, filter, NULL, groups(2)));
    ACCEPTED(convolve(image, filter, NULL,
                      (options_t){.rank = 1,
                                  .stride = {1},
                                  .dilation = {1 << 30},
                                  .padding = {1 << 29},
                                  .padding_after = {1 << 29},
                                  .groups = 2}));
}

static void other_rows(void) {
    const options_t o = plain();
    const size_t three = 3, vast[] = {MOST, MOST, MOST};
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", carry(NULL, weight, NULL, o));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", carry(image, NULL, NULL, o));
    REFUSED(DSC_ERROR_ARGUMENT, "options is NULL",
            dsc_convolution_transpose(image, weight, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_convolution_transpose(image, weight, NULL, &o, NULL));
    REFUSED(DSC_ERROR_SIZE, "must have 2 channels", carry(wide, weight, NULL, o));
    REFUSED(DSC_ERROR_SIZE, "must have 1 at least", carry(image, weight, NULL, paddings(4, 4)));
    REFUSED(DSC_ERROR_SIZE, "bias is of shape [3]", carry(image, weight, w.vector, o));
    REFUSED(DSC_ERROR_DTYPE, "bool", carry(w.truth, weight, NULL, o));
    REFUSED(DSC_ERROR_ARGUMENT, "stride[0] is 0", carry(image, weight, NULL, strides(0)));
    ACCEPTED(carry(image, weight, NULL, o));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", slopes(NULL, image, 3, o));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", slopes(image, NULL, 3, o));
    REFUSED(DSC_ERROR_ARGUMENT, "kernel is NULL", dsc_convolution_weight(image, image, NULL, &o, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "options is NULL",
            dsc_convolution_weight(image, image, &three, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_convolution_weight(image, image, &three, &o, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "kernel[0] is 0", slopes(image, image, 0, o));
    REFUSED(DSC_ERROR_ARGUMENT, "kernel[0]", dsc_convolution_weight(image, image, vast, &o, w.made));
    REFUSED(DSC_ERROR_SIZE, "must be [1, 2, 1]", slopes(image, image, 3, o));
    REFUSED(DSC_ERROR_SIZE, "over 4 numbers", slopes(image, image, 4, o));
    REFUSED(DSC_ERROR_SIZE, "2 groups do not divide", slopes(wide, image, 1, groups(2)));
    REFUSED(DSC_ERROR_DTYPE, "int64", slopes(w.whole, image, 3, o));
    ACCEPTED(slopes(image, image, 1, o));
}

/* What a network of these layers says of an input. */
static dsc_status shape_after(const char *text, size_t rank, const size_t *shape) {
    dsc_network *network = NULL;
    dsc_random random;
    dsc_random_seed(&random, 0);
    dsc_network_create(NULL, DSC_FLOAT32, &network);
    return dsc_network_parse_for(network, text, rank, shape, &random);
}

static void padding_rows(void) {
    options_t o = plain(), far = strides(2);
    REFUSED(DSC_ERROR_ARGUMENT, "options is NULL", dsc_convolution_pad_same(NULL, 0, 3));
    REFUSED(DSC_ERROR_ARGUMENT, "dimension is 1, of 1", dsc_convolution_pad_same(&o, 1, 3));
    REFUSED(DSC_ERROR_ARGUMENT, "kernel of 0", dsc_convolution_pad_same(&o, 0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "kernel of", dsc_convolution_pad_same(&o, 0, MOST));
    REFUSED(DSC_ERROR_OPTION, "a stride of 1, not 2", dsc_convolution_pad_same(&far, 0, 3));
    REFUSED(DSC_ERROR_ARGUMENT, "options is NULL", dsc_convolution_pad_output(NULL, 0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "dimension is 1, of 1", dsc_convolution_pad_output(&o, 1, 0));
    REFUSED(DSC_ERROR_OPTION, "output_padding is -1", dsc_convolution_pad_output(&o, 0, -1));
    REFUSED(DSC_ERROR_OPTION, "below the stride of 1", dsc_convolution_pad_output(&o, 0, 1));
    HOLDS(dsc_convolution_pad_same(&o, 0, 4) == DSC_OK && o.padding[0] == 1 && o.padding_after[0] == 2);
    HOLDS(dsc_convolution_pad_output(&far, 0, 1) == DSC_OK && far.padding_after[0] == far.padding[0] - 1);
}

static void layer_rows(void) {
    const size_t flat[] = {2, 3}, cube[] = {1, 3, 5, 5};
    REFUSED(DSC_ERROR_OPTION, "needs a value for out_channels", shape_after("conv2d(3)", 2, flat));
    REFUSED(DSC_ERROR_OPTION, "3 groups do not divide", shape_after("conv1d(4, 6, 3, groups=3)", 2, flat));
    REFUSED(DSC_ERROR_OPTION, "2 groups do not divide", shape_after("conv1d(4, 5, 3, groups=2)", 2, flat));
    REFUSED(DSC_ERROR_OPTION, "stride of 1", shape_after("conv1d(2, 2, 3, stride=2, padding=same)", 2, flat));
    REFUSED(DSC_ERROR_OPTION, "padding", shape_after("conv1d(2, 2, 3, padding=-2)", 2, flat));
    REFUSED(DSC_ERROR_OPTION, "kernel_size", shape_after("conv2d(2, 2, (0, 3))", 2, flat));
    REFUSED(DSC_ERROR_OPTION, "below the stride",
            shape_after("conv_transpose1d(2, 2, 3, output_padding=1)", 2, flat));
    REFUSED(DSC_ERROR_SIZE, "must be [N, 4, ...]", shape_after("conv1d(4, 6, 3)", 2, flat));
    REFUSED(DSC_ERROR_SIZE, "over 4 numbers", shape_after("conv1d(2, 6, 4)", 2, flat));
    REFUSED(DSC_ERROR_SIZE, "at most 2",
            shape_after("conv1d(2, 6, 4, padding=3, padding_mode=reflect)", 2, flat));
    REFUSED(DSC_ERROR_SIZE, "at most 3",
            shape_after("conv1d(2, 6, 4, padding=4, padding_mode=circular)", 2, flat));
    REFUSED(DSC_ERROR_SIZE, "1 at least", shape_after("conv_transpose1d(2, 6, 1, padding=2)", 2, flat));
    REFUSED(DSC_ERROR_ARGUMENT, "bilinear needs 2 inputs", shape_after("bilinear(4, 2, 3)", 2, flat));
    ACCEPTED(shape_after("conv2d(6, 3, padding=same) conv_transpose2d(2, 3, stride=2)", 4, cube));
    ACCEPTED(shape_after("conv3d(1, 2, 3, padding=(1, 1, 1))", 4, (size_t[]){1, 3, 3, 3}));
}

void convolution_rows(void) {
    make();
    small_rows();
    forward_rows();
    other_rows();
    padding_rows();
    layer_rows();
}
