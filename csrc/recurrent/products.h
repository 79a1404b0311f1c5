/* The products of a recurrence over all of its steps at once, as those of a linear layer: many rows, and
 * weights that are packed once for all of them. */
#ifndef DSC_RECURRENT_PRODUCTS_H
#define DSC_RECURRENT_PRODUCTS_H

#include "core/internal.h"
#include "descent/layer_kernels.h"

/* Numbers of `workspace`; of few rows none. */
size_t dsc_products_workspace(const dsc_linear_call *layer);
/* As dsc_linear_run and dsc_linear_run_back, without an activation. */
dsc_status dsc_products_forward(const dsc_context *context, const dsc_linear_call *layer, void *workspace);
dsc_status dsc_products_backward(const dsc_context *context, const dsc_linear_call *layer,
                                 const dsc_linear_gradients *gradients, void *workspace);

#endif
