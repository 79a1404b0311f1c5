/* Linear layers whose arguments were checked, as tensors' are: what dsc_linear_forward and
 * dsc_linear_backward do after their checks. */
#ifndef DSC_LINALG_LINEAR_H
#define DSC_LINALG_LINEAR_H

#include "descent/layer_kernels.h"

dsc_status dsc_linear_run(const dsc_context *context, const dsc_linear_call *layer);
dsc_status dsc_linear_run_back(const dsc_context *context, const dsc_linear_call *layer,
                               const dsc_linear_gradients *gradients);

#endif
