/* The lecture's step. */
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "linalg/blas.h"
#include "newton/newton.h"

dsc_status dsc_newton_pure_step(dsc_newton *m) {
    lapack_int n = (lapack_int)m->n;
    memcpy(m->factor, m->hessian, m->n * m->n * sizeof *m->factor);
    for (size_t i = 0; i < m->n; ++i)
        m->step[i] = -m->gradient[i];
    dsc_blas_prepare();
    lapack_int failed =
        LAPACKE_dsysv(LAPACK_COL_MAJOR, 'L', n, 1, m->factor, n, (lapack_int *)m->scratch, m->step, n);
    if (failed < 0)
        return dsc_fail(DSC_ERROR_MEMORY, "no memory for LAPACK's dsysv: it ended with %d", (int)failed);
    if (failed > 0)
        return DSC_NEWTON_SINGULAR;
    if (!isfinite(dsc_newton_norm(m->n, m->step)))
        return DSC_NEWTON_SINGULAR;
    double value;
    dsc_newton_try(m, 1);
    DSC_PASS(dsc_newton_value(m, m->trial, &value));
    return isfinite(value) ? dsc_newton_accept(m, value) : DSC_NEWTON_NON_FINITE_VALUE;
}
