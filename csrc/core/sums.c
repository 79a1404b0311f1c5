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

#endif
