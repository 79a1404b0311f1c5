/* A layer's activation: in place on its result, and back through it. */
#ifndef DSC_ELEMENTWISE_ACTIVATE_H
#define DSC_ELEMENTWISE_ACTIVATE_H

#include "core/internal.h"
#include "descent/layer_kernels.h"

/* Refuses what is none. */
dsc_status dsc_check_activation(const char *function, dsc_activation activation);
/* y = f(y), by the calling thread alone: for a tile that has just been made. */
void dsc_activate(dsc_dtype dtype, dsc_activation activation, size_t n, void *y);
/* The same for rows that stand `stride` numbers apart. */
void dsc_activate_rows(dsc_dtype dtype, dsc_activation activation, size_t rows, size_t columns, size_t stride,
                       void *y);
/* dz = f' dy, f' by the result y; dz may be dy. Nothing for DSC_ACTIVATION_NONE. */
void dsc_activation_back(const dsc_context *context, dsc_dtype dtype, dsc_activation activation, size_t n,
                         const void *y, const void *dy, void *dz);

#endif
