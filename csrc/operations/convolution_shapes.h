/* What the operations on convolutions take, and the geometry that their kernels get. */
#ifndef DSC_OPERATIONS_CONVOLUTION_SHAPES_H
#define DSC_OPERATIONS_CONVOLUTION_SHAPES_H

#include "convolution/convolution.h"
#include "descent/convolution.h"
#include "operations/table.h"

/* The channels' dimension. */
static inline size_t dsc_conv_channels(const dsc_tensor *x, const dsc_convolution_options *o) {
    return x->shape[x->rank - o->rank - 1];
}

static inline dsc_conv_axis *dsc_conv_axis_of(dsc_conv *c, const dsc_convolution_options *o, size_t d) {
    return &c->axes[DSC_CONV_AXES - o->rank + d];
}

static inline size_t dsc_conv_extent(const dsc_tensor *x, const dsc_convolution_options *o, size_t d) {
    return x->shape[x->rank - o->rank + d];
}

/* ---- Refusals ---- */

dsc_status dsc_conv_check_options(const dsc_operation *operation, const dsc_convolution_options *o);
/* x or y: numbers in every channel, with a batch or without. */
dsc_status dsc_conv_check_image(const dsc_operation *operation, const char *name, const dsc_tensor *x,
                                const dsc_convolution_options *o);
dsc_status dsc_conv_check_weight(const dsc_operation *operation, const dsc_tensor *image,
                                 const dsc_tensor *weight, const dsc_convolution_options *o);
dsc_status dsc_conv_check_channels(const dsc_operation *operation, const char *name, const dsc_tensor *image,
                                   const dsc_tensor *weight, size_t channels,
                                   const dsc_convolution_options *o);
dsc_status dsc_conv_check_bias(const dsc_operation *operation, const dsc_tensor *image,
                               const dsc_tensor *bias, size_t channels);
/* x and y of one convolution, whose geometry it leaves. */
dsc_status dsc_conv_check_pair(const dsc_operation *operation, const dsc_tensor *x, const dsc_tensor *y,
                               const size_t *kernel, const dsc_convolution_options *o, dsc_conv *c);

/* ---- Geometry ---- */

/* All but the extents of x and y. */
dsc_conv dsc_conv_geometry(const dsc_tensor *image, size_t y_channels, size_t x_channels,
                           const size_t *kernel, const dsc_convolution_options *o);
/* Those, from x's or from y's. */
dsc_status dsc_conv_extents_of_x(const dsc_operation *operation, const dsc_tensor *x,
                                 const dsc_convolution_options *o, dsc_conv *c);
dsc_status dsc_conv_extents_of_y(const dsc_operation *operation, const dsc_tensor *y,
                                 const dsc_convolution_options *o, dsc_conv *c);
/* The shape of x, or of y, with these channels, and a batch where the other has one. */
void dsc_conv_shape(const dsc_tensor *image, size_t channels, dsc_conv *c, const dsc_convolution_options *o,
                    bool is_x, size_t *shape);

#endif
