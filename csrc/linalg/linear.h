/* Linear layers whose arguments were checked, as tensors' are: what dsc_linear_forward and
 * dsc_linear_backward do after their checks. */
#ifndef DSC_LINALG_LINEAR_H
#define DSC_LINALG_LINEAR_H

#include "descent/layer_kernels.h"

/* How far rows of y and dy may be apart, in numbers, instead of `outputs`, which is right always: at a power
 * of two the same column of many rows is in a few sets of the caches. Less than DSC_STRIDE_MORE more. */
enum { DSC_STRIDE_MORE = 32 };
size_t dsc_linear_stride(dsc_dtype dtype, size_t batch, size_t inputs, size_t outputs);

dsc_status dsc_linear_run(const dsc_context *context, const dsc_linear_call *layer, size_t stride);
/* Without an activation where the stride is not `outputs`. */
dsc_status dsc_linear_run_back(const dsc_context *context, const dsc_linear_call *layer,
                               const dsc_linear_gradients *gradients, size_t stride);

/* Parts of it: dz, where there is an activation; db in blocks of columns, for dz of rows `stride` apart. */
void dsc_linear_pass_activation(const dsc_context *context, const dsc_linear_call *layer,
                                const dsc_linear_gradients *gradients);
size_t dsc_linear_bias_blocks(const dsc_linear_call *layer, const dsc_linear_gradients *gradients);
void dsc_linear_bias_block(const dsc_linear_call *layer, const dsc_linear_gradients *gradients,
                           const void *dz, size_t stride, size_t block);

#endif
