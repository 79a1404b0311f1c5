/* How sums are shared out: a fixed number of tiles at most, each with a partial sum in double. */
#ifndef DSC_CORE_PARTIALS_H
#define DSC_CORE_PARTIALS_H

#include <math.h>

#include "core/internal.h"
#include "descent/loss_kernels.h"

enum { DSC_MOST_PARTIALS = 64 };

/* Rows in a tile, given the elements in a row. */
static inline size_t dsc_rows_per_tile(size_t rows, size_t row) {
    return dsc_max_size(dsc_max_size(DSC_TILE / dsc_max_size(row, 1), 1),
                        dsc_ceil_div(rows, DSC_MOST_PARTIALS));
}

static inline double dsc_sum_partials(size_t count, const double *partials) {
    double sum = 0;
    for (size_t i = 0; i < count; ++i)
        sum += partials[i];
    return sum;
}

static inline dsc_status dsc_check_reduction(dsc_reduction reduction) {
    if (reduction != DSC_REDUCTION_NONE && reduction != DSC_REDUCTION_MEAN && reduction != DSC_REDUCTION_SUM)
        return reduction == DSC_REDUCTION_BATCH_MEAN
                   ? dsc_fail(DSC_ERROR_ARGUMENT, "the reduction is the batch mean, which only kl_div has")
                   : dsc_fail(DSC_ERROR_ARGUMENT, "unknown reduction %d", (int)reduction);
    return DSC_OK;
}

/* What a reduction multiplies the values by. The mean over nothing, or over weights of 0, is NaN. */
static inline double dsc_reduction_scale(dsc_reduction reduction, double divisor) {
    return reduction != DSC_REDUCTION_MEAN ? 1 : divisor == 0 ? NAN : 1 / divisor;
}

/* Stores a sum of losses as its reduction asks; without one the values are there already. value may be NULL.
 */
static inline void dsc_store_reduced(dsc_dtype dtype, dsc_reduction reduction, double sum, double divisor,
                                     void *value) {
    if (value == NULL || reduction == DSC_REDUCTION_NONE)
        return;
    bool is_mean = reduction == DSC_REDUCTION_MEAN;
    dsc_store_real(dtype, value, 0, !is_mean ? sum : divisor == 0 ? NAN : sum / divisor);
}

#endif
