#ifdef DSC_REAL

DSC_MULTIVERSION
static void DSC_NAME(add)(size_t n, const DSC_REAL *x, double *sums) {
    for (size_t i = 0; i < n; ++i)
        sums[i] += (double)x[i];
}

DSC_MULTIVERSION
static void DSC_NAME(store)(size_t n, const double *sums, DSC_REAL *x) {
    for (size_t i = 0; i < n; ++i)
        x[i] = (DSC_REAL)sums[i];
}

DSC_MULTIVERSION
static void DSC_NAME(add_rows)(size_t rows, size_t stride, size_t columns, const DSC_REAL *x, double *sums) {
    for (size_t j = 0; j < rows; ++j)
        for (size_t i = 0; i < columns; ++i)
            sums[i] += (double)x[j * stride + i];
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
    if (dtype == DSC_FLOAT32)
        add_f32(n, x, sums);
    else
        add_f64(n, x, sums);
}

void dsc_sums_store(dsc_dtype dtype, size_t n, const double *sums, void *x) {
    if (dtype == DSC_FLOAT32)
        store_f32(n, sums, x);
    else
        store_f64(n, sums, x);
}

void dsc_sums_of_columns(dsc_dtype dtype, size_t rows, size_t stride, size_t columns, const void *x,
                         double *sums) {
    if (dtype == DSC_FLOAT32)
        of_columns_f32(rows, stride, columns, x, sums);
    else
        of_columns_f64(rows, stride, columns, x, sums);
}

#endif
