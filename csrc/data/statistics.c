#ifdef DSC_REAL

/* The first number that is not finite; `n` if there is none. */
static size_t DSC_NAME(first_bad)(size_t n, const DSC_REAL *x) {
    for (size_t i = 0; i < n; ++i)
        if (!isfinite(x[i]))
            return i;
    return n;
}

DSC_MULTIVERSION
static void DSC_NAME(sum_rows)(size_t rows, size_t columns, const DSC_REAL *x, double *sum) {
    for (size_t j = 0; j < columns; ++j)
        sum[j] = 0;
    for (size_t i = 0; i < rows; ++i)
        for (size_t j = 0; j < columns; ++j)
            sum[j] += (double)x[i * columns + j];
}

/* Sums of x - mean and of its square. The former would be 0 but for rounding, and corrects the latter. */
DSC_MULTIVERSION
static void DSC_NAME(sum_deviations)(size_t rows, size_t columns, const DSC_REAL *x, const double *mean,
                                     double *sum, double *squares) {
    for (size_t j = 0; j < columns; ++j)
        sum[j] = squares[j] = 0;
    for (size_t i = 0; i < rows; ++i)
        for (size_t j = 0; j < columns; ++j) {
            double off = (double)x[i * columns + j] - mean[j];
            sum[j] += off;
            squares[j] += off * off;
        }
}

DSC_MULTIVERSION
static void DSC_NAME(widen_ranges)(size_t rows, size_t columns, const DSC_REAL *x, double *least,
                                   double *largest) {
    for (size_t i = 0; i < rows; ++i)
        for (size_t j = 0; j < columns; ++j) {
            double value = (double)x[i * columns + j];
            least[j] = value < least[j] ? value : least[j];
            largest[j] = value > largest[j] ? value : largest[j];
        }
}

static void DSC_NAME(first_row)(size_t columns, const DSC_REAL *x, double *out) {
    for (size_t j = 0; j < columns; ++j)
        out[j] = (double)x[j];
}

#else

#include <float.h>
#include <math.h>

#include "core/internal.h"
#include "descent/data.h"

#define DSC_TEMPLATE "data/statistics.c"
#include "core/instantiate.h"

/* Rows that are added up at once: sums of more lose digits. */
enum { BAND = 256 };
/* Up to here a double counts by ones. */
#define MOST_ROWS (INT64_C(1) << 53)

static dsc_status check_batch(const char *function, dsc_dtype dtype, size_t rows, size_t columns,
                              const void *x, const int64_t *count) {
    if (!dsc_is_real(dtype))
        return dsc_fail_dtype(function, dtype);
    if (dsc_product_overflows(rows, columns, DSC_FLOAT64))
        return dsc_fail_product(function, "rows", rows, "columns", columns);
    if (count == NULL)
        return dsc_fail_null(function, "count");
    if (*count < 0 || *count > MOST_ROWS || rows > (size_t)(MOST_ROWS - *count))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: count is %lld and rows %zu, must be 0 ... 2^53 together",
                        function, (long long)*count, rows);
    if (rows == 0 || columns == 0)
        return DSC_OK;
    if (x == NULL)
        return dsc_fail_null(function, "x");
    size_t bad = DSC_CALL(dtype, first_bad, rows * columns, x);
    if (bad < rows * columns)
        return dsc_fail(DSC_ERROR_NON_FINITE, "%s: the number in row %zu, column %zu is not finite", function,
                        bad / columns, bad % columns);
    return DSC_OK;
}

/* Sums of a batch's rows, for each column. */
typedef struct batch_sums {
    double *mean, *deviation, *squares, *part, *part_of_squares;
} batch_sums;

static void add_to(size_t n, const double *part, double *total) {
    for (size_t j = 0; j < n; ++j)
        total[j] += part[j];
}

/* The batch's mean and its sum of squared deviations, band by band. What rounding left of the mean shows as a
 * sum of deviations, which corrects both. */
static void sum_batch(dsc_dtype dtype, size_t rows, size_t columns, const void *x, batch_sums *s) {
    const size_t row = columns * dsc_size_of(dtype);
    for (size_t j = 0; j < columns; ++j)
        s->mean[j] = s->deviation[j] = s->squares[j] = 0;
    for (size_t start = 0; start < rows; start += BAND) {
        const void *band = (const char *)x + start * row;
        DSC_CALL(dtype, sum_rows, dsc_min_size(BAND, rows - start), columns, band, s->part);
        add_to(columns, s->part, s->mean);
    }
    for (size_t j = 0; j < columns; ++j)
        s->mean[j] /= (double)rows;
    for (size_t start = 0; start < rows; start += BAND) {
        const void *band = (const char *)x + start * row;
        DSC_CALL(dtype, sum_deviations, dsc_min_size(BAND, rows - start), columns, band, s->mean, s->part,
                 s->part_of_squares);
        add_to(columns, s->part, s->deviation);
        add_to(columns, s->part_of_squares, s->squares);
    }
    for (size_t j = 0; j < columns; ++j)
        s->squares[j] -= s->deviation[j] * (s->deviation[j] / (double)rows);
}

/* With `earlier` rows, of which mean and variance are, go the batch's. */
static void merge(size_t columns, double earlier, double rows, const batch_sums *s, double *mean,
                  double *variance) {
    const double all = earlier + rows;
    for (size_t j = 0; j < columns; ++j) {
        const double lacking = s->deviation[j] / rows;
        if (earlier == 0) {
            mean[j] = s->mean[j] + lacking;
            variance[j] = s->squares[j] / rows;
            continue;
        }
        const double off = (s->mean[j] - mean[j]) + lacking;
        mean[j] += off * (rows / all);
        variance[j] = (variance[j] * earlier + s->squares[j] + off * off * (earlier * (rows / all))) / all;
    }
}

dsc_status dsc_moments_add(dsc_dtype dtype, size_t rows, size_t columns, const void *x, int64_t *count,
                           double *mean, double *variance) {
    DSC_TRY(check_batch(__func__, dtype, rows, columns, x, count));
    if (rows > 0 && columns > 0) {
        DSC_CHECK_NOT_NULL(mean);
        DSC_CHECK_NOT_NULL(variance);
        DSC_CHECK_PRODUCT(columns, 5, DSC_FLOAT64);
        double *memory = NULL;
        DSC_TRY(dsc_allocate(columns * 5 * sizeof *memory, (void **)&memory));
        batch_sums sums = {memory, memory + columns, memory + 2 * columns, memory + 3 * columns,
                           memory + 4 * columns};
        sum_batch(dtype, rows, columns, x, &sums);
        merge(columns, (double)*count, (double)rows, &sums, mean, variance);
        dsc_free(memory);
    }
    *count += (int64_t)rows;
    return DSC_OK;
}

dsc_status dsc_moments_scale(size_t columns, int64_t count, const double *mean, const double *variance,
                             double *scale) {
    DSC_CHECK_COUNT(columns, DSC_FLOAT64);
    if (count < 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: count is %lld, must be at least 0", __func__,
                        (long long)count);
    if (columns == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(mean);
    DSC_CHECK_NOT_NULL(variance);
    DSC_CHECK_NOT_NULL(scale);
    const double n = (double)count;
    for (size_t j = 0; j < columns; ++j) {
        double of_mean = n * mean[j] * DBL_EPSILON;
        bool is_constant = variance[j] <= n * DBL_EPSILON * variance[j] + of_mean * of_mean;
        scale[j] = is_constant ? 1 : sqrt(variance[j]);
    }
    return DSC_OK;
}

dsc_status dsc_ranges_add(dsc_dtype dtype, size_t rows, size_t columns, const void *x, int64_t *count,
                          double *least, double *largest) {
    DSC_TRY(check_batch(__func__, dtype, rows, columns, x, count));
    if (rows > 0 && columns > 0) {
        DSC_CHECK_NOT_NULL(least);
        DSC_CHECK_NOT_NULL(largest);
        if (*count == 0) {
            DSC_CALL(dtype, first_row, columns, x, least);
            DSC_CALL(dtype, first_row, columns, x, largest);
        }
        DSC_CALL(dtype, widen_ranges, rows, columns, x, least, largest);
    }
    *count += (int64_t)rows;
    return DSC_OK;
}

dsc_status dsc_ranges_scale(size_t columns, double low, double high, const double *least,
                            const double *largest, double *scale, double *offset) {
    DSC_CHECK_COUNT(columns, DSC_FLOAT64);
    if (!isfinite(low) || !isfinite(high) || !(low < high) || !isfinite(high - low))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: the range is %g ... %g, must be finite and ascending",
                        __func__, low, high);
    if (columns == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(least);
    DSC_CHECK_NOT_NULL(largest);
    DSC_CHECK_NOT_NULL(scale);
    DSC_CHECK_NOT_NULL(offset);
    for (size_t j = 0; j < columns; ++j) {
        double range = largest[j] - least[j];
        scale[j] = (high - low) / (range < 10 * DBL_EPSILON ? 1 : range);
        offset[j] = low - least[j] * scale[j];
    }
    return DSC_OK;
}

#endif
