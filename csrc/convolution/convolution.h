/* Convolutions over plain buffers, in one to three dimensions of space.
 *
 * One geometry serves three products. With y_i = sum over taps of x_(i stride + tap dilation - before) w_tap:
 *
 *     y from x and w      the convolution
 *     x from y and w      its transpose, which is x's gradient from y's
 *     w from x and y      w's gradient from y's
 *
 *     x [batch, groups * x_channels, x...], y [batch, groups * y_channels, y...],
 *     w [groups * y_channels, x_channels, kernel...] */
#ifndef DSC_CONVOLUTION_CONVOLUTION_H
#define DSC_CONVOLUTION_CONVOLUTION_H

#include "core/internal.h"
#include "descent/layer_kernels.h"

enum { DSC_CONV_AXES = 3 };

/* A dimension of space. Those that are not there have extents, kernel and steps of 1. What is before and
 * behind x's numbers counts as 0. */
typedef struct dsc_conv_axis {
    size_t x, y, kernel, stride, dilation;
    int64_t before;
} dsc_conv_axis;

typedef struct dsc_conv {
    dsc_dtype dtype;
    size_t batch, groups, x_channels, y_channels; /* channels of a group */
    dsc_conv_axis axes[DSC_CONV_AXES];
} dsc_conv;

/* The products of the extents. */
static inline size_t dsc_conv_x_count(const dsc_conv *c) {
    return c->axes[0].x * c->axes[1].x * c->axes[2].x;
}
static inline size_t dsc_conv_y_count(const dsc_conv *c) {
    return c->axes[0].y * c->axes[1].y * c->axes[2].y;
}
static inline size_t dsc_conv_taps(const dsc_conv *c) {
    return c->axes[0].kernel * c->axes[1].kernel * c->axes[2].kernel;
}
static inline size_t dsc_conv_w_count(const dsc_conv *c) {
    return c->groups * c->y_channels * c->x_channels * dsc_conv_taps(c);
}

/* All refuse only where there is no memory for what they keep beside. A bias may be NULL. */

/* y = activation(x w + b) */
dsc_status dsc_conv_forward(const dsc_context *context, const dsc_conv *conv, dsc_activation activation,
                            const void *x, const void *w, const void *b, void *y);
/* x = y w^T + b */
dsc_status dsc_conv_transpose(const dsc_context *context, const dsc_conv *conv, const void *y, const void *w,
                              const void *b, void *x);

/* The gradients of x w + b, in one parallel section. Those that are NULL are not wanted; db's sums are in
 * double. */
typedef struct dsc_conv_gradients {
    const void *x, *w, *dy;
    void *dx, *dw, *db;
    bool add_dw, add_db; /* to what is there */
} dsc_conv_gradients;
dsc_status dsc_conv_backward(const dsc_context *context, const dsc_conv *conv,
                             const dsc_conv_gradients *gradients);

#endif
