/* The products of a recurrence over all of its steps at once, as those of a linear layer: many rows, and
 * weights that are packed once for all of them. */
#ifndef DSC_RECURRENT_PRODUCTS_H
#define DSC_RECURRENT_PRODUCTS_H

#include "core/internal.h"
#include "descent/layer_kernels.h"

/* How far rows of y and dy are best apart, in numbers: at a power of two the same column of many rows would
 * be in a few sets of the caches. Less than DSC_STRIDE_MORE longer than they are. */
enum { DSC_STRIDE_MORE = 32 };
size_t dsc_products_stride(dsc_dtype dtype, size_t batch, size_t outputs);
/* Numbers of `workspace`; of few rows none. */
size_t dsc_products_workspace(const dsc_linear_call *layer);
/* As dsc_linear_run and dsc_linear_run_back, without an activation, but for the stride of y and dy: that, or
 * `outputs`. */
dsc_status dsc_products_forward(const dsc_context *context, const dsc_linear_call *layer, size_t stride,
                                void *workspace);
dsc_status dsc_products_backward(const dsc_context *context, const dsc_linear_call *layer,
                                 const dsc_linear_gradients *gradients, size_t stride, void *workspace);

#endif
