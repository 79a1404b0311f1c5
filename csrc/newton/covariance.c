/* What a least-squares fit says of its parameters. */
#include <float.h>
#include <lapacke.h>
#include <math.h>

#include "newton/least_squares.h"

/* deviation^2 (R^T R)^-1, R from the Jacobian's QR with columns of length 1. */
void dsc_fit_covariance(dsc_fit *f, double *covariance) {
    size_t m = f->m, n = f->n;
    double variance = f->result->deviation * f->result->deviation;
    for (size_t i = 0; i < n * n; ++i)
        covariance[i] = NAN;
    for (size_t j = 0; j < n; ++j)
        for (size_t i = 0; i < m; ++i)
            f->factor[j * m + i] = f->here.jacobian[j * m + i] / f->lengths[j];
    if (LAPACKE_dgeqrf(LAPACK_COL_MAJOR, (lapack_int)m, (lapack_int)n, f->factor, (lapack_int)m, f->tau) != 0)
        return;
    for (size_t j = 0; j < n; ++j)
        if (!(fabs(f->factor[j * m + j]) > DBL_EPSILON * (double)n))
            return; /* not of full rank */
    LAPACKE_dtrtri(LAPACK_COL_MAJOR, 'U', 'N', (lapack_int)n, f->factor, (lapack_int)m);
    for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j < n; ++j) {
            double sum = 0;
            for (size_t k = i > j ? i : j; k < n; ++k)
                sum += f->factor[k * m + i] * f->factor[k * m + j];
            covariance[i * n + j] = variance * sum / (f->lengths[i] * f->lengths[j]);
        }
}
