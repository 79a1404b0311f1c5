#ifndef DSC_LAYERS_RELU_H
#define DSC_LAYERS_RELU_H

#include "core/internal.h"

#define DSC_DECLARE(row_dtype, real, suffix, ...)                                                            \
    void dsc_relu_forward_range_##suffix(size_t n, const real *x, real *y);
DSC_EVERY_REAL(DSC_DECLARE, DSC_DECLARE)
#undef DSC_DECLARE

#endif
