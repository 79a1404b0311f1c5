/* LAPACK on the part of the Hessian that belongs to the free elements. */
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "linalg/blas.h"
#include "linalg/eigen.h"
#include "newton/newton.h"

static void gather(dsc_newton *m, const double *hessian) {
    size_t k = m->free_count;
    for (size_t i = 0; i < k; ++i)
        for (size_t j = 0; j < k; ++j)
            m->factor[i * k + j] = hessian[m->free[i] * m->n + m->free[j]];
}

bool dsc_newton_factorize(dsc_newton *m, double shift) {
    size_t k = m->free_count;
    gather(m, m->hessian);
    for (size_t i = 0; i < k; ++i)
        m->factor[i * k + i] += shift;
    dsc_blas_prepare();
    return k > 0 && LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', (lapack_int)k, m->factor, (lapack_int)k) == 0;
}

void dsc_newton_solve(const dsc_newton *m, double *v) {
    lapack_int k = (lapack_int)m->free_count;
    LAPACKE_dpotrs(LAPACK_COL_MAJOR, 'L', k, 1, m->factor, k, v, k);
}

dsc_status dsc_newton_eigenvalues(dsc_newton *m, bool with_vectors) {
    return m->free_count == 0
               ? DSC_OK
               : dsc_symmetric_eigen_inside(m->free_count, m->factor, m->eigenvalues,
                                            with_vectors ? m->eigenvectors : NULL, (int *)m->scratch);
}

dsc_status dsc_newton_decompose(dsc_newton *m, const double *hessian, bool with_vectors) {
    gather(m, hessian);
    return dsc_newton_eigenvalues(m, with_vectors);
}

/* w -= (its parts along the first `count` rows of the basis), twice: once leaves rounding's part. */
static void orthogonalize(const dsc_newton *m, size_t count, double *w) {
    for (int pass = 0; pass < 2; ++pass)
        for (size_t j = 0; j < count; ++j) {
            const double *q = m->eigenvectors + j * m->n;
            double part = dsc_newton_dot(m->n, q, w);
            for (size_t i = 0; i < m->n; ++i)
                w[i] -= part * q[i];
        }
}

dsc_status dsc_newton_lanczos(dsc_newton *m, size_t *count) {
    size_t n = m->n, most = dsc_min_size(n, DSC_LANCZOS_STEPS), k = 0;
    double *basis = m->eigenvectors, *w = m->direction, below[DSC_LANCZOS_STEPS];
    double vectors[DSC_LANCZOS_STEPS * DSC_LANCZOS_STEPS], size = 0;
    /* A start without structure, and the same every time: multiples of the golden ratio. */
    for (size_t i = 0; i < n; ++i)
        w[i] = fmod((double)(i + 1) * 0.6180339887498949, 1) - 0.5;
    double norm = dsc_newton_norm(n, w);
    while (k < most && norm > size * DBL_EPSILON * (double)n) {
        double *q = basis + k * n;
        for (size_t i = 0; i < n; ++i)
            q[i] = w[i] / norm;
        DSC_PASS(dsc_newton_product(m, q, w));
        size = fmax(size, dsc_newton_norm(n, w));
        m->eigenvalues[k] = dsc_newton_dot(n, q, w);
        orthogonalize(m, ++k, w);
        norm = below[k - 1] = dsc_newton_norm(n, w);
    }
    dsc_blas_prepare();
    lapack_int failed =
        LAPACKE_dstev(LAPACK_COL_MAJOR, 'V', (lapack_int)k, m->eigenvalues, below, vectors, (lapack_int)k);
    if (failed != 0)
        return dsc_fail(DSC_ERROR_MEMORY, "LAPACK's dstev failed with %d", (int)failed);
    memset(w, 0, n * sizeof *w);
    for (size_t j = 0; j < k; ++j)
        for (size_t i = 0; i < n; ++i)
            w[i] += vectors[j] * basis[j * n + i];
    *count = k;
    return DSC_OK;
}
