/* Products of a matrix with itself. */
#ifndef DSC_LINALG_GRAM_H
#define DSC_LINALG_GRAM_H

#include "core/internal.h"

enum { DSC_GRAM_GRAIN = 8 };

/* How long rows of n numbers best are: an odd multiple of DSC_GRAM_GRAIN. Numbers of a column that stand a
 * power of two apart would all be in a few sets of the first cache. */
static inline size_t dsc_gram_stride(size_t n) {
    return (dsc_ceil_div(n, DSC_GRAM_GRAIN) | 1) * DSC_GRAM_GRAIN;
}

/* Lower triangle of c (n x n) += sign a^T a, for a of `rows` rows: few enough for the second-level cache.
 * Rows of a are lda long, a multiple of DSC_GRAM_GRAIN; elements beyond n are 0. Fastest at the beginning of
 * a cache line. */
void dsc_gram_add(size_t rows, size_t n, const double *a, size_t lda, double sign, double *c, size_t ldc);

#endif
