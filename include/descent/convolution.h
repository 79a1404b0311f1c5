/* Convolutions, in one to three dimensions of space. Operations, as those of operations.h: recorded, with
 * derivatives of every order.
 *
 * Shapes: x [N, C, x...] or, without a batch, [C, x...]; y the same with O channels; weight
 * [O, C / groups, kernel...]. Output channel o sums over the input channels of its group,
 *
 *     y[n, o, i] = bias[o] + sum over c, t of x[n, c, i stride + t dilation - padding] weight[o, c, t]
 *
 * with zeros where x has no numbers (products with these may be left out: whether a weight that is NaN or
 * infinite shows at an edge depends on the extents and the processor); y's extents are
 *
 *     (x + padding + padding_after - dilation (kernel - 1) - 1) / stride + 1, rounded down.
 *
 * Refused by all: x and y without numbers in a channel, channels that do not fit the weight or that the
 * groups do not divide, a kernel that is larger than the padded x, options that are 0 where they must not be.
 * A batch may be empty. float32 and float64; products are added up some hundred at a time.
 *
 * Sources: torch.nn.functional.conv1d to conv3d, conv_transpose1d to conv_transpose3d. */
#ifndef DESCENT_CONVOLUTION_H
#define DESCENT_CONVOLUTION_H

#include "layer_kernels.h"
#include "tensor.h"

DSC_BEGIN_API

enum { DSC_CONVOLUTION_DIMENSIONS = 3 };

/* A number for each dimension of space, in their order: of those that are there only the first `rank` are
 * read. */
typedef struct dsc_convolution_options {
    size_t rank; /* dimensions of space: 1, 2 or 3 */
    size_t stride[DSC_CONVOLUTION_DIMENSIONS], dilation[DSC_CONVOLUTION_DIMENSIONS];
    /* Zeros before x's numbers and after them; negative: so many numbers less. */
    int64_t padding[DSC_CONVOLUTION_DIMENSIONS], padding_after[DSC_CONVOLUTION_DIMENSIONS];
    size_t groups;
} dsc_convolution_options;
#define DSC_CONVOLUTION_OPTIONS(dimensions)                                                                  \
    { .rank = (dimensions), .stride = {1, 1, 1}, .dilation = {1, 1, 1}, .groups = 1 }

/* Sets a dimension's padding so that y has x's extent: dilation (kernel - 1) zeros in all, the odd one after
 * x, as PyTorch's padding="same". Refused: options NULL, a dimension that is not there, kernel 0, too many
 * zeros; a stride other than 1 (DSC_ERROR_OPTION). */
dsc_status dsc_convolution_pad_same(dsc_convolution_options *options, size_t dimension, size_t kernel);
/* Sets a dimension's padding_after of a transpose from its padding and PyTorch's output_padding, which is the
 * numbers that x has more at its end. Refused likewise; and what is below 0, or neither below the stride nor
 * below the dilation (DSC_ERROR_OPTION). */
dsc_status dsc_convolution_pad_output(dsc_convolution_options *options, size_t dimension,
                                      int64_t output_padding);

/* activation(y), the activation in the same pass. bias: [O], or NULL. */
dsc_status dsc_convolution(dsc_tensor *x, dsc_tensor *weight, dsc_tensor *bias,
                           const dsc_convolution_options *options, dsc_activation activation,
                           dsc_tensor **result);

/* The transposed convolution: x of y, that is y's gradient carried back to x, plus bias [C] or NULL. x's
 * extents are
 *
 *     (y - 1) stride + dilation (kernel - 1) + 1 - padding - padding_after
 *
 * Refused besides: extents below 1. */
dsc_status dsc_convolution_transpose(dsc_tensor *y, dsc_tensor *weight, dsc_tensor *bias,
                                     const dsc_convolution_options *options, dsc_tensor **result);

/* The weight's gradient from x and that of y: sum over n, i of x[n, c, i stride + t dilation - padding]
 * y[n, o, i], as [O, C / groups, kernel...]. kernel: an extent for each dimension. Refused besides: y's
 * extents that are not those of x. */
dsc_status dsc_convolution_weight(dsc_tensor *x, dsc_tensor *y, const size_t *kernel,
                                  const dsc_convolution_options *options, dsc_tensor **result);

DSC_END_API
#endif
