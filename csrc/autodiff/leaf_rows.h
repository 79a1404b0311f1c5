/* Leaves' gradients that are kept as rows. */
#ifndef DSC_AUTODIFF_LEAF_ROWS_H
#define DSC_AUTODIFF_LEAF_ROWS_H

#include "tensor/tensor.h"

/* What dsc_tensor has as `rows`, where it has no dense gradient. */
struct dsc_leaf_rows {
    dsc_tensor *index;  /* int64 [n], strictly rising */
    dsc_tensor *values; /* [n, ...] */
};

/* Adds n rows, one after the other, which may repeat, to those there are; those whose index is `skipped` not.
 */
dsc_status dsc_leaf_add_rows(dsc_tensor *leaf, size_t n, const int64_t *index, const void *source,
                             int64_t skipped);
/* From rows to a dense gradient, in the leaf's place for one. */
dsc_status dsc_leaf_make_dense(dsc_tensor *leaf);
void dsc_leaf_forget_rows(dsc_tensor *leaf);

#endif
