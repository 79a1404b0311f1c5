/* What initializers share, and layers use of them. */
#ifndef DSC_LAYERS_INITIALIZE_H
#define DSC_LAYERS_INITIALIZE_H

#include "tensor/tensor.h"

/* The bound of dsc_initialize_kaiming_uniform with leaky_relu's gain. */
double dsc_kaiming_bound(double slope, double fan);

/* What dsc_initialize_xavier_normal and dsc_initialize_xavier_uniform draw with at a gain of 1. */
double dsc_xavier_deviation(double in, double out);
double dsc_xavier_bound(double in, double out);

/* Contiguous room for the tensor's numbers: its own where they are so. The end has them copied, and the
 * change noted, where the status is DSC_OK. */
dsc_status dsc_begin_initializing(const char *function, dsc_tensor *tensor, dsc_tensor **numbers);
dsc_status dsc_end_initializing(dsc_status status, dsc_tensor *tensor, dsc_tensor *numbers);

#endif
