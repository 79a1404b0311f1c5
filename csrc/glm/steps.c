/* The Newton step from X^T W X, and with an l1 penalty the proximal one. */
#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "glm/glm.h"

/* A Hessian of this condition, its diagonal scaled to 1, takes eight of Cholesky's sixteen digits. */
static const double BAD_CONDITION = 1e8;

/* Softmax rows may all be moved alike, where no penalty holds them: the Hessian is singular there and the
 * gradient 0. What is added keeps the step's sum over the classes 0, and changes nothing else. */
static void hold_sums(dsc_glm_run *m, double *h) {
    for (size_t j = 0; j < m->columns && m->rows > 1; ++j) {
        m->held[j] = 0;
        if (dsc_glm_is_penalized(m, j) && m->options.l2 > 0)
            continue;
        for (size_t k = 0; k < m->rows; ++k)
            m->held[j] += h[(k * m->columns + j) * (m->size + 1)] / (double)m->rows;
        for (size_t k = 0; k < m->rows; ++k)
            for (size_t l = 0; l < m->rows; ++l)
                h[(k * m->columns + j) * m->size + l * m->columns + j] += m->held[j];
    }
}

static dsc_status fail_at(dsc_glm_run *m, size_t j) {
    m->result->bad_index = j % m->columns;
    return DSC_NEWTON_SINGULAR;
}

static void find_condition(dsc_glm_run *m, double norm) {
    double reciprocal = 0;
    lapack_int n = (lapack_int)m->size;
    LAPACKE_dpocon(LAPACK_COL_MAJOR, 'L', n, m->factor, n, norm, &reciprocal);
    m->result->condition = 1 / reciprocal;
}

/* How large column j's rounding is beside the column, in units of input_rounding: centring enlarges it. */
static double find_rounding(const dsc_glm_run *m, size_t j) {
    size_t column = j % m->columns;
    if (column == m->features || !m->problem->intercept)
        return 1;
    return 1 + fabs(m->means[column]) * m->diagonal[j] / m->diagonal[j - column + m->features];
}

/* A column may be a combination of those before it if what is left of it, which the factor's diagonal says,
 * is no more than the rounding of the column and of that combination. */
static dsc_status check_rank(dsc_glm_run *m) {
    size_t n = m->size;
    double *combination = m->step;
    for (size_t j = 0; j < n; ++j) {
        double rounding = find_rounding(m, j);
        for (size_t k = 0; k < j; ++k)
            combination[k] = m->factor[j + k * n];
        if (j > 0)
            cblas_dtrsv(CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, (int)j, m->factor, (int)n,
                        combination, 1);
        for (size_t k = 0; k < j; ++k)
            rounding += fabs(combination[k]) * find_rounding(m, k);
        if (!(fabs(m->factor[j * n + j]) > 16 * m->options.input_rounding * rounding))
            return fail_at(m, j);
    }
    return DSC_OK;
}

dsc_status dsc_glm_factor(dsc_glm_run *m) {
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
    if (failed == 0)
        find_condition(m, norm);
    m->is_wide = failed != 0 || !(m->result->condition <= BAD_CONDITION);
    if (!m->is_wide)
        return DSC_OK;
    size_t column = 0;
    DSC_TRY(dsc_glm_wide_factor(m, &column));
    if (column < n)
        return fail_at(m, column);
    find_condition(m, norm);
    return check_rank(m);
}

void dsc_glm_solve(const dsc_glm_run *m, double *x, double *half) {
    int n = (int)m->size;
    if (m->is_wide) {
        dsc_glm_wide_solve(m, x, half);
        return;
    }
    cblas_dtrsv(CblasColMajor, CblasLower, CblasNoTrans, CblasNonUnit, n, m->factor, n, x, 1);
    if (half != NULL)
        memcpy(half, x, m->size * sizeof *x);
    cblas_dtrsv(CblasColMajor, CblasLower, CblasTrans, CblasNonUnit, n, m->factor, n, x, 1);
}

void dsc_glm_newton_step(dsc_glm_run *m) {
    for (size_t j = 0; j < m->size; ++j)
        m->step[j] = -m->gradient[j] * m->diagonal[j];
    dsc_glm_solve(m, m->step, NULL);
    for (size_t j = 0; j < m->size; ++j)
        m->step[j] *= m->diagonal[j];
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
