#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static double DSC_NAME(piece)(size_t n, const DSC_REAL *x) {
    DSC_WIDE lanes[DSC_LANES] = {0}, sum = 0;
    size_t whole = n - n % DSC_LANES;
    for (size_t i = 0; i < whole; i += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l)
            lanes[l] += (DSC_WIDE)x[i + l];
    for (size_t l = 0; l < DSC_LANES; ++l)
        sum += lanes[l];
    for (size_t i = whole; i < n; ++i)
        sum += (DSC_WIDE)x[i];
    return sum;
}

static double DSC_NAME(of_row)(size_t n, const DSC_REAL *x) {
    DSC_WIDE sum = 0;
    for (size_t i = 0; i < n; i += DSC_PIECE * DSC_LANES)
        sum += DSC_NAME(piece)(dsc_min_size(DSC_PIECE * DSC_LANES, n - i), x + i);
    return sum;
}

DSC_MULTIVERSION
static void DSC_NAME(add)(size_t n, const DSC_REAL *x, double *sums) {
    for (size_t i = 0; i < n; ++i)
        sums[i] += (DSC_WIDE)x[i];
}

DSC_MULTIVERSION
static void DSC_NAME(store)(size_t n, const double *sums, DSC_REAL *x) {
    for (size_t i = 0; i < n; ++i)
        x[i] = (DSC_REAL)sums[i];
}

DSC_MULTIVERSION
static void DSC_NAME(add_rows)(size_t rows, size_t stride, size_t columns, const DSC_REAL *x, double *sums) {
    size_t j = 0;
    for (; j + DSC_ROWS <= rows; j += DSC_ROWS)
        for (size_t i = 0; i < columns; ++i) {
            DSC_WIDE sum = sums[i];
            for (size_t k = 0; k < DSC_ROWS; ++k)
                sum += (DSC_WIDE)x[(j + k) * stride + i];
            sums[i] = sum;
        }
    for (; j < rows; ++j)
        for (size_t i = 0; i < columns; ++i)
            sums[i] += (DSC_WIDE)x[j * stride + i];
}

/* The pieces after the first. */
__attribute__((noinline)) static void DSC_NAME(add_pieces)(size_t rows, size_t stride, size_t columns,
                                                           const DSC_REAL *x, double *sums) {
    for (size_t start = DSC_PIECE; start < rows; start += DSC_PIECE) {
        double piece[DSC_SUM_COLUMNS] = {0};
        DSC_NAME(add_rows)(dsc_min_size(DSC_PIECE, rows - start), stride, columns, x + start * stride, piece);
        for (size_t i = 0; i < columns; ++i)
            sums[i] += piece[i];
    }
}

static void DSC_NAME(of_columns)(size_t rows, size_t stride, size_t columns, const DSC_REAL *x,
                                 double *sums) {
    for (size_t i = 0; i < columns; ++i)
        sums[i] = 0;
    DSC_NAME(add_rows)(dsc_min_size(rows, DSC_PIECE), stride, columns, x, sums);
    if (rows > DSC_PIECE)
        DSC_NAME(add_pieces)(rows, stride, columns, x, sums);
}

#else

#include "core/sums.h"

#define DSC_TEMPLATE "core/sums.c"
#include "core/instantiate.h"

void dsc_sums_add(dsc_dtype dtype, size_t n, const void *x, double *sums) {
    DSC_CALL(dtype, add, n, x, sums);
}

void dsc_sums_store(dsc_dtype dtype, size_t n, const double *sums, void *x) {
    DSC_CALL(dtype, store, n, sums, x);
}

double dsc_sums_of_row(dsc_dtype dtype, size_t n, const void *x) {
    return DSC_CALL(dtype, of_row, n, x);
}

void dsc_sums_of_columns(dsc_dtype dtype, size_t rows, size_t stride, size_t columns, const void *x,
                         double *sums) {
    DSC_CALL(dtype, of_columns, rows, stride, columns, x, sums);
}

#endif
