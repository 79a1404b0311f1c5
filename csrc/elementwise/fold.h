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

/* The most columns that are gone over side by side. */
enum { DSC_FOLD_COLUMNS = 256 };

/* Over j, for each o and i, x being outer x n x inner: out[o][i] = the sum of the function of x[o][j][i].
 * centers: as many as there are results, or NULL for 0. The order is dsc_sum_run's. */
void dsc_fold_run(const dsc_context *context, dsc_dtype dtype, dsc_fold fold, double power, size_t outer,
                  size_t n, size_t inner, const void *x, const double *centers, double *out);

/* What that is made of, by the caller alone: a row, and up to DSC_FOLD_COLUMNS columns, whose rows are
 * `stride` numbers apart. */
double dsc_fold_row(dsc_dtype dtype, dsc_fold fold, double power, double center, size_t n, const void *x);
void dsc_fold_columns(dsc_dtype dtype, dsc_fold fold, double power, const double *centers, size_t rows,
                      size_t stride, size_t columns, const void *x, double *out);

#endif
