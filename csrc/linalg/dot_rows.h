/* Products of rows with rows, where they are. */
#ifndef DSC_LINALG_DOT_ROWS_H
#define DSC_LINALG_DOT_ROWS_H

#include "core/internal.h"

/* c (rows x columns, ldc apart) = a b^T, or that added to c. Rows of a and b have k numbers and are `ld`
 * apart. Each number is a sum of as many sums as a vector has lanes, by pieces of 64 vectors. */
void dsc_dot_rows(dsc_dtype dtype, size_t rows, size_t columns, size_t k, size_t ld, const void *a,
                  const void *b, bool add, void *c, size_t ldc);

#endif
