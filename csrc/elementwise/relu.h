#ifndef DSC_LAYERS_RELU_H
#define DSC_LAYERS_RELU_H

#include "core/internal.h"

void dsc_relu_forward_range_f32(size_t n, const float *x, float *y);
void dsc_relu_forward_range_f64(size_t n, const double *x, double *y);

#endif
