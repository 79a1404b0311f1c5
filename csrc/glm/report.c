/* What a fit reports, for the inputs as they were given. */
#include <cblas.h>
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "glm/glm.h"

dsc_wide dsc_glm_constant(const dsc_glm_run *m, size_t row) {
    size_t at = row * m->columns;
    if (!m->problem->intercept)
        return (dsc_wide){0, 0};
    dsc_wide constant = {m->beta[at + m->features], m->beta_low[at + m->features]};
    for (size_t j = 0; j < m->features; ++j)
        constant = dsc_wide_subtract_product(constant, (dsc_wide){m->beta[at + j], m->beta_low[at + j]},
                                             (dsc_wide){m->means[j], 0});
    return constant;
}

void dsc_glm_write_coefficients(const dsc_glm_run *m, double *coefficients) {
    double mean = 0;
    memcpy(coefficients, m->beta, m->size * sizeof *coefficients);
    for (size_t k = 0; k < m->rows && m->problem->intercept; ++k) {
        double *constant = coefficients + k * m->columns + m->features;
        *constant = dsc_glm_constant(m, k).high;
        mean += *constant / (double)m->rows;
    }
    for (size_t k = 0; k < m->rows && m->problem->intercept && m->rows > 1; ++k)
        coefficients[k * m->columns + m->features] -= mean;
}

/* The intercepts' rows and columns, for inputs whose means are not taken off. They may be small differences:
 * so they are solved for, and variances are sums of squares. */
static void move_means(dsc_glm_run *m, double *covariance) {
    size_t n = m->size, p = m->features;
    for (size_t k = 0; k < m->rows && m->problem->intercept; ++k) {
        double *x = m->step, *half = m->hessian + k * n; /* which is not needed any more */
        memset(x, 0, n * sizeof *x);
        x[k * m->columns + p] = m->diagonal[k * m->columns + p];
        for (size_t j = 0; j < p; ++j)
            x[k * m->columns + j] = -m->means[j] * m->diagonal[k * m->columns + j];
        dsc_glm_solve(m, x, half);
        size_t at = k * m->columns + p;
        for (size_t i = 0; i < n; ++i)
            if (i % m->columns < p)
                covariance[i * n + at] = covariance[at * n + i] =
                    m->result->dispersion * m->diagonal[i] * x[i];
        for (size_t l = 0; l <= k; ++l) {
            double product = cblas_ddot((int)n, half, 1, m->hessian + l * n, 1);
            size_t to = l * m->columns + p;
            covariance[at * n + to] = covariance[to * n + at] = m->result->dispersion * product;
        }
    }
}

/* Takes out what all classes have in common, in the columns that no penalty holds. */
static void drop_sums(const dsc_glm_run *m, double *a, size_t down, size_t along) {
    for (size_t j = 0; j < m->columns && m->rows > 1; ++j) {
        if (dsc_glm_is_penalized(m, j) && m->options.l2 > 0)
            continue;
        for (size_t i = 0; i < m->size; ++i) {
            double mean = 0;
            for (size_t k = 0; k < m->rows; ++k)
                mean += a[(k * m->columns + j) * down + i * along] / (double)m->rows;
            for (size_t k = 0; k < m->rows; ++k)
                a[(k * m->columns + j) * down + i * along] -= mean;
        }
    }
}

void dsc_glm_write_covariance(dsc_glm_run *m, dsc_status status, double *covariance) {
    size_t n = m->size;
    for (size_t i = 0; i < n * n; ++i)
        covariance[i] = NAN;
    bool is_known = (status == DSC_NEWTON_GRADIENT || status == DSC_NEWTON_EXACT) && m->options.l1 == 0;
    if (status == DSC_NEWTON_EXACT && is_known) /* the factor is the last step's */
        is_known = dsc_glm_factor(m) == DSC_OK;
    if (!is_known)
        return;
    move_means(m, covariance);
    if (LAPACKE_dpotri(LAPACK_COL_MAJOR, 'L', (lapack_int)n, m->factor, (lapack_int)n) != 0)
        return;
    for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j <= i; ++j)
            if (!m->problem->intercept || (dsc_glm_is_penalized(m, i) && dsc_glm_is_penalized(m, j)))
                covariance[i * n + j] = covariance[j * n + i] =
                    m->result->dispersion * m->factor[j * n + i] * m->diagonal[i] * m->diagonal[j];
    drop_sums(m, covariance, n, 1);
    drop_sums(m, covariance, 1, n);
}

static double find_residual(const dsc_glm_run *m, size_t sample, dsc_wide constant) {
    const double *x = m->problem->inputs + sample * m->features;
    dsc_wide residual = dsc_wide_add(constant, (dsc_wide){-m->problem->targets[sample], 0});
    for (size_t j = 0; j < m->features; ++j)
        residual = dsc_wide_subtract_product(residual, (dsc_wide){-m->beta[j], -m->beta_low[j]},
                                             (dsc_wide){x[j], 0});
    return residual.high;
}

/* Whether LINEAR's residuals are no more than what the rounding of targets and inputs may leave of nothing:
 * they say nothing of errors then. */
static bool is_exact_fit(const dsc_glm_run *m) {
    dsc_wide constant = dsc_glm_constant(m, 0);
    double size = m->target_scale + (m->problem->intercept ? fabs(m->beta[m->features]) : 0);
    for (size_t j = 0; j < m->features; ++j)
        size += fabs(m->beta[j]) * hypot(m->means[j], m->scales[j]);
    for (size_t i = 0; i < m->n; ++i)
        if (dsc_glm_weight(m, i) > 0 && !(fabs(find_residual(m, i, constant)) <= 4 * DBL_EPSILON * size))
            return false;
    return true;
}

static void summarize_linear(dsc_glm_run *m) {
    dsc_glm_result *r = m->result;
    const double *weights = m->problem->weights;
    double count = (double)m->samples, square = is_exact_fit(m) ? 0 : 2 * m->loss;
    r->dispersion = r->degrees_of_freedom > 0 ? square / (double)r->degrees_of_freedom : NAN;
    r->log_likelihood = -count / 2 * (log(2 * M_PI * square / count) + 1);
    for (size_t i = 0; i < m->n && weights != NULL; ++i)
        r->log_likelihood += weights[i] > 0 ? log(weights[i]) / 2 : 0;
}

void dsc_glm_summarize(dsc_glm_run *m) {
    dsc_glm_result *r = m->result;
    const dsc_glm *p = m->problem;
    size_t free = m->rows > 1 ? (m->rows - 1) * m->columns : m->columns;
    r->value = m->value;
    r->gradient_norm = m->gradient_norm;
    r->degrees_of_freedom = m->samples - (int64_t)free;
    r->dispersion = 1;
    r->log_likelihood = -m->loss;
    if (p->family == DSC_GLM_LINEAR)
        summarize_linear(m);
    for (size_t i = 0; i < m->n && p->family == DSC_GLM_POISSON; ++i)
        r->log_likelihood -= dsc_glm_weight(m, i) * lgamma(p->targets[i] + 1);
}
