/* Batches out of data that stays compact in memory. */
#ifndef DESCENT_DATA_H
#define DESCENT_DATA_H

#include "context.h"
#include "status.h"

DSC_BEGIN_API

/* out[b] = row indices[b] of bytes, each byte / 255 as float32: what torchvision's ToTensor makes
 * of 8-bit images. bytes: rows x row; out: count x row. Refused: an index outside [0, rows). */
dsc_status dsc_gather_bytes(const dsc_context *context, size_t rows, size_t row, const uint8_t *bytes,
                            size_t count, const int64_t *indices, float *out);

/* out[b] = row indices[b] of data, rows of `row` bytes of any type. Refused: an index outside. */
dsc_status dsc_gather_rows(const dsc_context *context, size_t rows, size_t row, const void *data,
                           size_t count, const int64_t *indices, void *out);

typedef enum dsc_half {
    DSC_HALF_FLOAT16 = 0, /* IEEE 754's binary16 */
    DSC_HALF_BFLOAT16 = 1 /* the upper half of a float32 */
} dsc_half;

/* out[i] = x[i], n numbers of 16 bits, exactly. A NaN keeps its sign and its bits. */
dsc_status dsc_widen(dsc_half kind, size_t n, const void *x, float *out);

/* ---- Statistics of columns, batch by batch: what scalers are made of ----
 *
 * x: rows x columns of float32 or float64. What is added up, in double, begins with *count = 0, whatever the
 * rest holds then; *count counts rows. A number of x that is not finite is refused (DSC_ERROR_NON_FINITE),
 * with its row and column; then nothing is added. */

/* Means and variances (divided by the count, without correction). A batch's are found in two passes, and
 * merged (Chan, Golub and LeVeque 1979). Refused: counts beyond 2^53. */
dsc_status dsc_moments_add(dsc_dtype dtype, size_t rows, size_t columns, const void *x, int64_t *count,
                           double *mean, double *variance);
/* scale[j] = the standard deviation of a column, or 1 where it is constant: where its variance is no more
 * than rounding gives, count eps variance + (count mean eps)^2, as in scikit-learn's StandardScaler. */
dsc_status dsc_moments_scale(size_t columns, int64_t count, const double *mean, const double *variance,
                             double *scale);

/* The least and the largest number of each column. */
dsc_status dsc_ranges_add(dsc_dtype dtype, size_t rows, size_t columns, const void *x, int64_t *count,
                          double *least, double *largest);
/* What takes each column to low ... high: x scale + offset. A column whose range is below 10 eps counts as
 * one of range 1, as in scikit-learn's MinMaxScaler. Refused: low and high that are not finite and ascending.
 */
dsc_status dsc_ranges_scale(size_t columns, double low, double high, const double *least,
                            const double *largest, double *scale, double *offset);

DSC_END_API
#endif
