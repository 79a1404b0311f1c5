/* Products of a few rows with a matrix, which is read once, where it is. */
#ifndef DSC_LINALG_FEW_ROWS_H
#define DSC_LINALG_FEW_ROWS_H

#include "core/internal.h"

/* With more of them, packing pays. */
enum { DSC_FEW_ROWS = 16 };

/* c (rows x columns) = a b, or that added to c: up to DSC_FEW_ROWS rows of a, of k numbers and lda apart;
 * rows of b and c are `ld` apart. */
void dsc_few_rows(dsc_dtype dtype, size_t rows, size_t columns, size_t k, const void *a, size_t lda,
                  const void *b, bool add, void *c, size_t ld);

#endif
