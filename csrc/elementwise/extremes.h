/* The largest or smallest of many, and where it is. */
#ifndef DSC_ELEMENTWISE_EXTREMES_H
#define DSC_ELEMENTWISE_EXTREMES_H

#include "core/internal.h"

/* Over j, for each o and i, of x[o][j][i], x being outer x n x inner, of any type but float16 and bfloat16:
 * the extreme, and the first j where it is. NaN is more extreme than any number. values or indices may be
 * NULL. n must not be 0. */
void dsc_extremes_run(const dsc_context *context, dsc_dtype dtype, bool smallest, size_t outer, size_t n,
                      size_t inner, const void *x, void *values, int64_t *indices);

#endif
