/* Pooling, and planes in another size. */
#ifndef DESCENT_POOLING_H
#define DESCENT_POOLING_H

#include "tensor.h"

DSC_BEGIN_API

/* All of these go over the last `count` dimensions of x, one or two, which they treat as a line or a plane of
 * numbers: x is [N, C, L] or [N, C, H, W], or the same without N, float32 or float64. N may be 0. Arrays in
 * options have a number for each dimension, in order; the second does not count where count is 1. Refused
 * besides: another count, x without such dimensions or with an extent of 0 that is not N's, results that
 * would have none. */
enum { DSC_POOL_DIMENSIONS = 2 };

/* ---- Largest numbers ---- */

/* A dimension of extent n gets ceil or floor((n + 2 padding - dilation (kernel_size - 1) - 1) / stride) + 1
 * windows; rounded up, one that would begin in the padding behind is left out. Padding is -infinity. */
typedef struct dsc_max_pool_options {
    size_t kernel_size[DSC_POOL_DIMENSIONS]; /* 1 to 2^31 - 1, as all but padding */
    size_t stride[DSC_POOL_DIMENSIONS];      /* 0: kernel_size */
    size_t padding[DSC_POOL_DIMENSIONS];     /* at most half of kernel_size */
    size_t dilation[DSC_POOL_DIMENSIONS];    /* 0: 1 */
    bool ceil_mode;                          /* round up */
} dsc_max_pool_options;

/* The largest number of each window, the first of equal ones; NaN counts as largest, the last of several.
 * indices, which may be NULL, becomes int64: where it is in its plane, row by row. The gradient goes there.
 * Refused besides: options NULL, kernel sizes 0, a window that padding and dilation leave without any number.
 * Sources: torch.nn.functional.max_pool1d, max_pool2d. */
dsc_status dsc_max_pool(dsc_tensor *x, size_t count, const dsc_max_pool_options *options, dsc_tensor **result,
                        dsc_tensor **indices);
/* The same with sizes[d] windows, from floor(i n / size) to ceil((i + 1) n / size) each. A size may be 0.
 * Sources: torch.nn.functional.adaptive_max_pool1d, adaptive_max_pool2d. */
dsc_status dsc_adaptive_max_pool(dsc_tensor *x, size_t count, const size_t *sizes, dsc_tensor **result,
                                 dsc_tensor **indices);

/* ---- Means ---- */

/* Windows as above, without dilation. Padding is 0. */
typedef struct dsc_avg_pool_options {
    size_t kernel_size[DSC_POOL_DIMENSIONS];
    size_t stride[DSC_POOL_DIMENSIONS];
    size_t padding[DSC_POOL_DIMENSIONS];
    bool ceil_mode;
    bool excludes_padding;    /* from the count that a sum is divided by */
    int64_t divisor_override; /* what it is divided by instead; 0: nothing instead */
} dsc_avg_pool_options;

/* The mean of each window. Of up to 256 numbers they are summed in their own type, row by row, as PyTorch
 * does; of more, in double. Sources: torch.nn.functional.avg_pool1d, avg_pool2d. */
dsc_status dsc_avg_pool(dsc_tensor *x, size_t count, const dsc_avg_pool_options *options,
                        dsc_tensor **result);
/* The transpose of that linear map, for x with the extents given: each number is divided as its window's sum
 * and added to all of the window's numbers. Refused besides: y of another shape than dsc_avg_pool would give.
 */
dsc_status dsc_avg_pool_transposed(dsc_tensor *y, size_t count, const size_t *extents,
                                   const dsc_avg_pool_options *options, dsc_tensor **result);
/* The means of windows as dsc_adaptive_max_pool's, and the transpose. C may be 0 here.
 * Sources: torch.nn.functional.adaptive_avg_pool1d, adaptive_avg_pool2d. */
dsc_status dsc_adaptive_avg_pool(dsc_tensor *x, size_t count, const size_t *sizes, dsc_tensor **result);
dsc_status dsc_adaptive_avg_pool_transposed(dsc_tensor *y, size_t count, const size_t *extents,
                                            dsc_tensor **result);

/* ---- Planes in another size ---- */

typedef enum dsc_interpolation {
    DSC_INTERPOLATE_NEAREST, /* the number at floor(i / scale) */
    DSC_INTERPOLATE_LINEAR   /* between the two next to it in each dimension, by distance */
} dsc_interpolation;

typedef struct dsc_interpolate_options {
    dsc_interpolation mode;
    /* Of DSC_INTERPOLATE_LINEAR: whether first and last numbers keep their places, i being at
     * i (n - 1) / (size - 1); else numbers are as wide as one step and i is at (i + 1/2) / scale - 1/2, from
     * 0 on.
     */
    bool align_corners;
    double scales[DSC_POOL_DIMENSIONS]; /* 0: size / n */
} dsc_interpolate_options;

/* The last `count` dimensions in the sizes given. Positions are computed in float32 (linear ones of float64
 * in float64), as PyTorch does. The nearest number is that of
 * PyTorch's gradients, with which its values disagree for some factors, such as 1.1 of an extent below 10.
 * x: [N, C, L] or [N, C, H, W], with N. Refused besides: sizes 0, an unknown
 * mode, scales below 0 or not finite. Source: torch.nn.functional.interpolate, of modes "nearest", "linear"
 * and "bilinear". */
dsc_status dsc_interpolate(dsc_tensor *x, size_t count, const size_t *sizes,
                           const dsc_interpolate_options *options, dsc_tensor **result);
/* The transpose of that linear map, for x with the extents given. */
dsc_status dsc_interpolate_transposed(dsc_tensor *y, size_t count, const size_t *extents,
                                      const dsc_interpolate_options *options, dsc_tensor **result);

/* x [..., C r^2, H, W] as [..., C, r H, r W]: r^2 channels become the numbers of an r by r square. Any type.
 * Refused: r = 0, fewer than three dimensions, channels that r^2 does not divide.
 * Source: torch.nn.functional.pixel_shuffle. */
dsc_status dsc_pixel_shuffle(dsc_tensor *x, size_t r, dsc_tensor **result);

DSC_END_API
#endif
