/* The Newton step from X^T W X, and with an l1 penalty the proximal one. */
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "glm/glm.h"
#include "linalg/blas.h"

/* Softmax rows may all be moved alike, where no penalty holds them: the Hessian is singular there and the
 * gradient 0. What is added keeps the step's sum over the classes 0, and changes nothing else. */
static void hold_sums(dsc_glm_run *m, double *h) {
    for (size_t j = 0; j < m->columns && m->rows > 1; ++j) {
        if (dsc_glm_is_penalized(m, j) && m->options.l2 > 0)
            continue;
        double mean = 0;
        for (size_t k = 0; k < m->rows; ++k)
            mean += h[(k * m->columns + j) * (m->size + 1)] / (double)m->rows;
        for (size_t k = 0; k < m->rows; ++k)
            for (size_t l = 0; l < m->rows; ++l)
                h[(k * m->columns + j) * m->size + l * m->columns + j] += mean;
    }
}

static dsc_status fail_at(dsc_glm_run *m, size_t j) {
    m->result->bad_index = j % m->columns;
    return DSC_NEWTON_SINGULAR;
}

dsc_status dsc_glm_newton_step(dsc_glm_run *m) {
    size_t n = m->size;
    double *d = m->diagonal, norm = 0;
    memcpy(m->factor, m->hessian, n * n * sizeof *m->factor);
    hold_sums(m, m->factor);
    for (size_t j = 0; j < n; ++j) {
        double square = m->factor[j * n + j];
        if (!(square > 0))
            return fail_at(m, j);
        d[j] = 1 / sqrt(square);
    }
    for (size_t i = 0; i < n; ++i) {
        double sum = 0;
        for (size_t j = 0; j < n; ++j)
            sum += fabs(m->factor[i * n + j] *= d[i] * d[j]);
        norm = fmax(norm, sum);
    }
    lapack_int failed = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'L', (lapack_int)n, m->factor, (lapack_int)n);
    if (failed < 0)
        return dsc_fail(DSC_ERROR_MEMORY, "LAPACK's dpotrf failed with %d", (int)failed);
    if (failed > 0)
        return fail_at(m, (size_t)failed - 1);
    for (size_t j = 0; j < n; ++j) {
        /* 1 - R^2 of a column by those before it. */
        double pivot = m->factor[j * n + j];
        if (pivot * pivot <= 16 * DBL_EPSILON * (double)n)
            return fail_at(m, j);
        m->step[j] = -m->gradient[j] * d[j];
    }
    LAPACKE_dpotrs(LAPACK_COL_MAJOR, 'L', (lapack_int)n, 1, m->factor, (lapack_int)n, m->step, (lapack_int)n);
    for (size_t j = 0; j < n; ++j)
        m->step[j] *= d[j];
    double reciprocal = 0;
    LAPACKE_dpocon(LAPACK_COL_MAJOR, 'L', (lapack_int)n, m->factor, (lapack_int)n, norm, &reciprocal);
    m->result->condition = 1 / reciprocal;
    return DSC_OK;
}

/* Friedman, Hastie and Tibshirani 2010: one coefficient after another goes to its own minimum. */
void dsc_glm_proximal_step(dsc_glm_run *m) {
    size_t n = m->size;
    double *product = m->diagonal, first = 0; /* H step */
    memset(m->step, 0, n * sizeof *m->step);
    memset(product, 0, n * sizeof *product);
    for (int sweep = 0; sweep < 1000; ++sweep) {
        double largest = 0;
        for (size_t j = 0; j < n; ++j) {
            const double *column = m->hessian + j * n;
            double curvature = column[j], now = m->beta[j] + m->step[j];
            if (!(curvature > 0))
                continue;
            double free = now - (m->gradient[j] + product[j]) / curvature;
            double threshold = dsc_glm_is_penalized(m, j) ? m->options.l1 / curvature : 0;
            double next = free > threshold ? free - threshold : free < -threshold ? free + threshold : 0;
            double change = next - now;
            if (change == 0)
                continue;
            m->step[j] += change;
            for (size_t i = 0; i < n; ++i)
                product[i] += change * column[i];
            largest = fmax(largest, fabs(change) * sqrt(curvature));
        }
        first = fmax(first, largest);
        if (largest <= 1e-12 * first)
            break;
    }
}
