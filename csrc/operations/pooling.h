/* Which windows a pooling has: for the operations, and for layers that tell their output's shape. */
#ifndef DSC_OPERATIONS_POOLING_H
#define DSC_OPERATIONS_POOLING_H

#include "descent/pooling.h"
#include "pooling/pooling.h"
#include "tensor/tensor.h"

/* What a pooling makes of an input, and its result's shape. */
typedef struct dsc_pool_plan {
    dsc_pooling pooling; /* but for the type */
    size_t rank, shape[DSC_MAX_RANK];
} dsc_pool_plan;

/* Each names `owner`, the operation or the layer, where it refuses. */
dsc_status dsc_plan_max_pool(const char *owner, size_t rank, const size_t *shape, size_t count,
                             const dsc_max_pool_options *options, dsc_pool_plan *plan);
dsc_status dsc_plan_avg_pool(const char *owner, size_t rank, const size_t *shape, size_t count,
                             const dsc_avg_pool_options *options, dsc_pool_plan *plan);
/* lacks_channels: whether C may be 0. */
dsc_status dsc_plan_adaptive_pool(const char *owner, size_t rank, const size_t *shape, size_t count,
                                  const size_t *sizes, bool lacks_channels, dsc_pool_plan *plan);

#endif
