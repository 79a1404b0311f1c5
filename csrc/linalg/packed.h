/* A linear layer's products of many rows, with operands that are packed once for all of them. For
 * linalg/linear.c, which decides. */
#ifndef DSC_LINALG_PACKED_H
#define DSC_LINALG_PACKED_H

#include "core/internal.h"
#include "descent/layer_kernels.h"

/* Whether packing pays for so many rows, and all sums are short enough to be made in their own type. */
bool dsc_packs(size_t batch, size_t inputs, size_t outputs);

/* As dsc_linear_run and dsc_linear_run_back; y, dy and dz have rows `stride` apart. dz: dy behind the
 * activation. */
dsc_status dsc_packed_forward(const dsc_context *context, const dsc_linear_call *layer, size_t stride);
dsc_status dsc_packed_backward(const dsc_context *context, const dsc_linear_call *layer,
                               const dsc_linear_gradients *gradients, const void *dz, size_t stride);

#endif
