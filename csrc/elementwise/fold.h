/* Sums of functions of numbers, in double: what norms and variances are made of. */
#ifndef DSC_ELEMENTWISE_FOLD_H
#define DSC_ELEMENTWISE_FOLD_H

#include "core/internal.h"

typedef enum dsc_fold {
    DSC_FOLD_SUM,
    DSC_FOLD_COUNT,  /* how many are not 0 */
    DSC_FOLD_ABS,    /* sum |x| */
    DSC_FOLD_SQUARE, /* sum (x - center)^2 */
    DSC_FOLD_POWER   /* sum |x|^power */
} dsc_fold;

/* Over j, for each o and i, x being outer x n x inner: out[o][i] = the sum of the function of x[o][j][i].
 * centers: as many as there are results, or NULL for 0. The order is dsc_sum_run's. */
void dsc_fold_run(const dsc_context *context, dsc_dtype dtype, dsc_fold fold, double power, size_t outer,
                  size_t n, size_t inner, const void *x, const double *centers, double *out);

#endif
