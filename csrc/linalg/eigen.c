/* Eigenvalues of symmetric matrices. */
#include "linalg/eigen.h"

#include <lapacke.h>
#include <limits.h>
#include <math.h>
#include <string.h>

#include "descent/linalg.h"
#include "linalg/blas.h"

dsc_status dsc_symmetric_eigen_inside(size_t n, double *matrix, double *values, double *vectors,
                                      int *support) {
    dsc_blas_prepare();
    lapack_int k = (lapack_int)n, found;
    /* What is a lower triangle for LAPACK is the upper one of rows, and its vectors, which are columns, are
     * rows. */
    lapack_int failed = LAPACKE_dsyevr(LAPACK_COL_MAJOR, vectors != NULL ? 'V' : 'N', 'A', 'L', k, matrix, k,
                                       0, 0, 0, 0, 0, &found, values, vectors, k, support);
    return failed == 0 ? DSC_OK : dsc_fail(DSC_ERROR_MEMORY, "LAPACK's dsyevr failed with %d", (int)failed);
}

static dsc_status check(size_t n, const double *matrix) {
    for (size_t i = 0; i < n; ++i)
        for (size_t j = i; j < n; ++j)
            if (!isfinite(matrix[i * n + j]))
                return dsc_fail(DSC_ERROR_NON_FINITE, "dsc_symmetric_eigen: matrix[%zu][%zu] is %s", i, j,
                                dsc_digits(DSC_FLOAT64, matrix[i * n + j]).text);
    return DSC_OK;
}

dsc_status dsc_symmetric_eigen(size_t n, const double *matrix, double *values, double *vectors) {
    if (n > INT_MAX / 2)
        return dsc_fail(DSC_ERROR_OVERFLOW, "dsc_symmetric_eigen: n = %zu exceeds LAPACK's int", n);
    DSC_CHECK_PRODUCT(n, n + 1, DSC_FLOAT64);
    if (n == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(matrix);
    DSC_CHECK_NOT_NULL(values);
    DSC_TRY(check(n, matrix));
    /* The results wait here, so that a failure leaves the caller's buffers alone. */
    size_t squares = n * n, kept = vectors != NULL ? squares : 0;
    void *memory = NULL;
    DSC_CHECK_PRODUCT(squares + 1, 3, DSC_FLOAT64);
    DSC_TRY(dsc_allocate((squares + kept + n) * sizeof(double) + 2 * n * sizeof(int), &memory));
    double *copy = memory, *found = copy + squares, *rows = found + n;
    memcpy(copy, matrix, squares * sizeof(double));
    dsc_status status =
        dsc_symmetric_eigen_inside(n, copy, found, vectors != NULL ? rows : NULL, (int *)(rows + kept));
    if (status == DSC_OK) {
        memcpy(values, found, n * sizeof(double));
        if (vectors != NULL)
            memcpy(vectors, rows, kept * sizeof(double));
    }
    dsc_free(memory);
    return status;
}
