/* Tensors walked side by side: rows of the innermost dimension, after dimensions that stand next to each
 * other in all of them were made one. Contiguous tensors of one shape are a single row. */
#ifndef DSC_TENSOR_ROWS_H
#define DSC_TENSOR_ROWS_H

#include "tensor/tensor.h"

enum { DSC_ROWS_TENSORS = 4 };

typedef struct dsc_rows {
    size_t tensors, n; /* numbers in a row */
    char *at[DSC_ROWS_TENSORS];
    size_t strides[DSC_ROWS_TENSORS]; /* within a row, in elements */
    size_t rank, shape[DSC_MAX_RANK], index[DSC_MAX_RANK];
    size_t outer[DSC_ROWS_TENSORS][DSC_MAX_RANK]; /* in bytes */
} dsc_rows;

/* The tensors broadcast to the shape. false: there is no element. */
bool dsc_rows_begin(dsc_rows *rows, size_t rank, const size_t *shape, size_t tensors,
                    const dsc_tensor *const *list);
/* false: that was the last row. */
bool dsc_rows_next(dsc_rows *rows);

#endif
