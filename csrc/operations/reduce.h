/* Sets of dimensions that an operation goes over. */
#ifndef DSC_OPERATIONS_REDUCE_H
#define DSC_OPERATIONS_REDUCE_H

#include "operations/table.h"

typedef struct dsc_reduction_plan {
    bool is_reduced[DSC_MAX_RANK];
    size_t count;                     /* numbers behind each result */
    size_t rank, shape[DSC_MAX_RANK]; /* the result's, as asked for */
    size_t kept_shape[DSC_MAX_RANK];  /* with extents of 1 where it was reduced */
} dsc_reduction_plan;

/* 0 dimensions: all of them. */
dsc_status dsc_plan_reduction(const dsc_operation *operation, const dsc_tensor *x, size_t count,
                              const int64_t *dimensions, bool keeps, dsc_reduction_plan *plan);

/* The numbers of x as outer x count x inner, contiguously: `dense` is x itself, retained, where its order
 * allows, else a copy with the reduced dimensions last. */
dsc_status dsc_reduction_layout(dsc_tensor *x, const dsc_reduction_plan *plan, dsc_tensor **dense,
                                size_t *outer, size_t *inner);

/* What the pull-back of a reduction needs to know: the shape with the reduced dimensions kept. */
dsc_options dsc_reduction_options(const dsc_tensor *x, const dsc_reduction_plan *plan);
/* Something of the result's shape, or of that shape, with the reduced dimensions kept. */
dsc_tensor *dsc_kept(dsc_pullback *p, dsc_tensor *t);
/* The sum over the dimensions that were reduced, which stay. */
dsc_tensor *dsc_sum_kept(dsc_pullback *p, dsc_tensor *t);

#endif
