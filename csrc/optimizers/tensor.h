/* What rules over whole tensors share: passes over tiles whose partial sums are added in order. */
#ifndef DSC_OPTIMIZERS_TENSOR_H
#define DSC_OPTIMIZERS_TENSOR_H

#include "optimizers/engine.h"

/* Works on elements [start, start + n) of the tensor; adds to partials, which are 0 at first. */
typedef void (*dsc_tensor_kernel)(const dsc_tensor_step *step, const double *argument, size_t start, size_t n,
                                  double *partials);

/* Runs a kernel, DSC_PICK(step->dtype, verb), over all tiles; sums, if not NULL, become the partials' sums.
 */
void dsc_tensor_run(const dsc_tensor_step *step, dsc_tensor_kernel kernel, const double *argument,
                    double sums[DSC_PARTIALS]);

/* The norms of the tensor's weights and of its gradient. */
void dsc_tensor_norms(const dsc_tensor_step *step, double *weights, double *gradient);

#endif
