/* Gauss and Newton's method, and Levenberg and Marquardt's with Nielsen's damping (1999, Damping Parameter in
 * Marquardt's Method). */
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "linalg/blas.h"
#include "newton/newton.h"

typedef struct fit {
    const dsc_least_squares *problem;
    dsc_least_squares_options options;
    dsc_least_squares_result *result;
    size_t m, n;
    double *x;
    double *residuals, *jacobian; /* at x; the Jacobian column by column, as LAPACK has it */
    double *scale;                /* the largest norms that the columns have had */
    double *stacked, *right;      /* (m + n) x n and m + n */
    double *trial, *trial_residuals, *rows;
    double damping, growth;
} fit;

static dsc_status first_bad(fit *f, size_t count, const double *numbers, dsc_status reason) {
    return dsc_newton_first_bad(count, numbers, reason, &f->result->bad_index);
}

static dsc_status evaluate(fit *f, const double *x, double *residuals) {
    ++f->result->evaluations;
    return f->problem->evaluate(f->problem->user, x, residuals);
}

static dsc_status differ(fit *f) {
    double *high = f->right, *low = f->trial_residuals;
    f->result->differs_jacobian = true;
    memcpy(f->trial, f->x, f->n * sizeof *f->x);
    for (size_t j = 0; j < f->n; ++j) {
        double h = cbrt(DBL_EPSILON) * (f->x[j] == 0 ? 1 : fabs(f->x[j]));
        f->trial[j] = f->x[j] + h;
        DSC_TRY(evaluate(f, f->trial, high));
        f->trial[j] = f->x[j] - h;
        DSC_TRY(evaluate(f, f->trial, low));
        f->trial[j] = f->x[j];
        for (size_t i = 0; i < f->m; ++i)
            f->jacobian[j * f->m + i] = (high[i] - low[i]) / (2 * h);
    }
    return DSC_OK;
}

static dsc_status find_jacobian(fit *f) {
    if (f->problem->jacobian == NULL) {
        DSC_TRY(differ(f));
    } else {
        ++f->result->jacobians;
        DSC_TRY(f->problem->jacobian(f->problem->user, f->x, f->rows));
        for (size_t i = 0; i < f->m; ++i)
            for (size_t j = 0; j < f->n; ++j)
                f->jacobian[j * f->m + i] = f->rows[i * f->n + j];
    }
    DSC_TRY(first_bad(f, f->m * f->n, f->jacobian, DSC_NEWTON_NON_FINITE_GRADIENT));
    if (f->result->bad_index != SIZE_MAX)
        return DSC_NEWTON_NON_FINITE_GRADIENT;
    for (size_t j = 0; j < f->n; ++j)
        f->scale[j] = fmax(f->scale[j], dsc_newton_norm(f->m, f->jacobian + j * f->m));
    return DSC_OK;
}

/* The largest cosine between the residuals and a column: 0 at a minimum, whatever the units. */
static double find_cosine(const fit *f) {
    double largest = 0, length = dsc_newton_norm(f->m, f->residuals);
    for (size_t j = 0; j < f->n && length > 0; ++j) {
        const double *column = f->jacobian + j * f->m;
        double size = dsc_newton_norm(f->m, column);
        largest = size == 0
                      ? largest
                      : fmax(largest, fabs(dsc_newton_dot(f->m, column, f->residuals)) / (size * length));
    }
    return largest;
}

/* right[0..n) = the step, damped unless the damping is 0. A column that the others make up: _SINGULAR. */
static dsc_status solve(fit *f) {
    bool is_damped = f->damping > 0;
    size_t rows = f->m + (is_damped ? f->n : 0);
    for (size_t j = 0; j < f->n; ++j) {
        double *column = f->stacked + j * rows;
        memcpy(column, f->jacobian + j * f->m, f->m * sizeof *column);
        if (is_damped) {
            memset(column + f->m, 0, f->n * sizeof *column);
            column[f->m + j] = sqrt(f->damping) * (f->scale[j] > 0 ? f->scale[j] : 1);
        }
    }
    for (size_t i = 0; i < f->m; ++i)
        f->right[i] = -f->residuals[i];
    memset(f->right + f->m, 0, f->n * sizeof *f->right);
    dsc_blas_prepare();
    lapack_int failed = LAPACKE_dgels(LAPACK_COL_MAJOR, 'N', (lapack_int)rows, (lapack_int)f->n, 1,
                                      f->stacked, (lapack_int)rows, f->right, (lapack_int)rows);
    if (failed < 0)
        return dsc_fail(DSC_ERROR_MEMORY, "LAPACK's dgels failed with %d", (int)failed);
    for (size_t j = 0; j < f->n && !is_damped; ++j)
        if (!(fabs(f->stacked[j * rows + j]) >
              DBL_EPSILON * (double)f->m * dsc_newton_norm(f->m, f->jacobian + j * f->m))) {
            f->result->bad_index = j;
            return DSC_NEWTON_SINGULAR;
        }
    return DSC_OK;
}

/* What the linear model says that the step in `right` gains. */
static double predicted_gain(const fit *f) {
    double gain = 0;
    for (size_t j = 0; j < f->n; ++j) {
        double slope = dsc_newton_dot(f->m, f->jacobian + j * f->m, f->residuals),
               scaled = f->scale[j] * f->right[j];
        gain += f->damping * scaled * scaled - slope * f->right[j];
    }
    return gain;
}

/* The step was too long. */
static dsc_status shorten(fit *f, double *share) {
    if (f->options.method == DSC_LEVENBERG_MARQUARDT) {
        f->damping *= f->growth;
        f->growth *= 2;
        return solve(f);
    }
    *share /= 2;
    return *share < 1e-15 ? DSC_NEWTON_LINE_SEARCH_FAILED : DSC_OK;
}

/* One accepted step; a reason if it is the last. */
static dsc_status iterate(fit *f) {
    double before = f->result->sum_of_squares, share = 1;
    dsc_status status = solve(f);
    for (; status == DSC_OK; status = shorten(f, &share)) {
        double gain = predicted_gain(f), step = 0, length = 0;
        for (size_t j = 0; j < f->n; ++j) {
            f->trial[j] = f->x[j] + share * f->right[j];
            step = hypot(step, f->scale[j] * share * f->right[j]);
            length = hypot(length, f->scale[j] * f->x[j]);
        }
        bool is_still = memcmp(f->trial, f->x, f->n * sizeof *f->x) == 0;
        if (is_still || gain <= DBL_EPSILON * DBL_EPSILON * before || f->damping > 1e100)
            return DSC_NEWTON_EXACT;
        DSC_TRY(evaluate(f, f->trial, f->trial_residuals));
        double after = dsc_newton_dot(f->m, f->trial_residuals, f->trial_residuals);
        double ratio = (before - after) / gain;
        /* Where the gain is lost in rounding, a full step may still bring the parameters nearer. */
        bool is_lost = gain <= 16 * DBL_EPSILON * before && after <= before * (1 + 16 * DBL_EPSILON);
        if (!isfinite(after) || (!(ratio > 0) && !is_lost))
            continue;
        double shrink = 2 * ratio - 1;
        f->damping *= is_lost ? 0.1 : fmax(1.0 / 3, 1 - shrink * shrink * shrink);
        f->growth = 2;
        memcpy(f->x, f->trial, f->n * sizeof *f->x);
        memcpy(f->residuals, f->trial_residuals, f->m * sizeof *f->residuals);
        f->result->sum_of_squares = after;
        status = find_jacobian(f);
        if (status != DSC_OK)
            return status;
        return step <= f->options.step_tolerance * length ? DSC_NEWTON_STEP : DSC_OK;
    }
    return status;
}

static dsc_status run(fit *f) {
    DSC_TRY(evaluate(f, f->x, f->residuals));
    dsc_status status = first_bad(f, f->m, f->residuals, DSC_NEWTON_NON_FINITE_VALUE);
    if (status != DSC_OK)
        return status;
    f->result->sum_of_squares = dsc_newton_dot(f->m, f->residuals, f->residuals);
    status = find_jacobian(f);
    while (status == DSC_OK) {
        f->result->cosine = find_cosine(f);
        if (f->result->cosine <= f->options.gradient_tolerance)
            return DSC_NEWTON_GRADIENT;
        if (f->result->iterations == f->options.max_iterations)
            return DSC_NEWTON_MAX_ITERATIONS;
        ++f->result->iterations;
        status = iterate(f);
    }
    f->result->cosine = find_cosine(f);
    return status;
}

/* deviation^2 (R^T R)^-1, R from the Jacobian's QR with columns of length 1. */
static void find_covariance(fit *f, double *covariance) {
    size_t m = f->m, n = f->n;
    double variance = f->result->deviation * f->result->deviation;
    for (size_t i = 0; i < n * n; ++i)
        covariance[i] = NAN;
    for (size_t j = 0; j < n; ++j) {
        f->scale[j] = dsc_newton_norm(m, f->jacobian + j * m);
        for (size_t i = 0; i < m; ++i)
            f->stacked[j * m + i] = f->jacobian[j * m + i] / f->scale[j];
    }
    if (LAPACKE_dgeqrf(LAPACK_COL_MAJOR, (lapack_int)m, (lapack_int)n, f->stacked, (lapack_int)m, f->right) !=
        0)
        return;
    for (size_t j = 0; j < n; ++j)
        if (!(fabs(f->stacked[j * m + j]) > DBL_EPSILON * (double)n))
            return; /* not of full rank */
    LAPACKE_dtrtri(LAPACK_COL_MAJOR, 'U', 'N', (lapack_int)n, f->stacked, (lapack_int)m);
    for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j < n; ++j) {
            double sum = 0;
            for (size_t k = i > j ? i : j; k < n; ++k)
                sum += f->stacked[k * m + i] * f->stacked[k * m + j];
            covariance[i * n + j] = variance * sum / (f->scale[i] * f->scale[j]);
        }
}

static dsc_status check(const dsc_least_squares *problem, const dsc_least_squares_options *o,
                        const double *x) {
    DSC_CHECK_NOT_NULL(problem);
    DSC_CHECK_NOT_NULL(problem->evaluate);
    DSC_CHECK_NOT_NULL(x);
    size_t m = problem->residuals, n = problem->parameters;
    if (n == 0 || m < n)
        return dsc_fail(DSC_ERROR_SIZE,
                        "%zu residuals for %zu parameters; there must be a parameter, and no fewer residuals",
                        m, n);
    if (n > 30000 || m > INT32_MAX / 2 || m + n > INT32_MAX / n)
        return dsc_fail(DSC_ERROR_SIZE, "%zu residuals of %zu parameters overflow LAPACK's int", m, n);
    for (size_t i = 0; i < n; ++i)
        if (!isfinite(x[i]))
            return dsc_fail(DSC_ERROR_ARGUMENT, "element %zu of the start is %g, must be finite", i, x[i]);
    if (o != NULL && (unsigned)o->method > DSC_GAUSS_NEWTON)
        return dsc_fail(DSC_ERROR_OPTION, "unknown method %d", (int)o->method);
    if (o != NULL && !(o->gradient_tolerance >= 0 && o->step_tolerance >= 0 && o->damping >= 0 &&
                       isfinite(o->damping) && o->max_iterations >= 0))
        return dsc_fail(DSC_ERROR_OPTION,
                        "tolerances %g and %g, damping %g and max_iterations %lld must not be negative",
                        o->gradient_tolerance, o->step_tolerance, o->damping, (long long)o->max_iterations);
    return DSC_OK;
}

dsc_status dsc_least_squares_fit(const dsc_least_squares *problem, const dsc_least_squares_options *options,
                                 double *x, double *covariance, dsc_least_squares_result *result) {
    DSC_TRY(check(problem, options, x));
    size_t m = problem->residuals, n = problem->parameters;
    dsc_least_squares_result unused;
    result = result == NULL ? &unused : result;
    *result = (dsc_least_squares_result){
        .sum_of_squares = NAN, .deviation = NAN, .cosine = NAN, .bad_index = SIZE_MAX};
    double *memory = calloc(2 * m * n + (m + n) * n + 3 * m + 3 * n, sizeof *memory);
    if (memory == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: matrices of %zu x %zu are not to be had", __func__, m, n);
    fit f = {.problem = problem, .result = result, .m = m, .n = n, .x = x, .growth = 2};
    if (options != NULL)
        f.options = *options;
    if (f.options.gradient_tolerance == 0)
        f.options.gradient_tolerance = 1e-12;
    if (f.options.step_tolerance == 0)
        f.options.step_tolerance = 1e-14;
    if (f.options.max_iterations == 0)
        f.options.max_iterations = 2000;
    if (f.options.method == DSC_LEVENBERG_MARQUARDT)
        f.damping = f.options.damping > 0 ? f.options.damping : 0.1;
    f.jacobian = memory;
    f.rows = memory + m * n;
    f.stacked = memory + 2 * m * n;
    f.right = f.stacked + (m + n) * n;
    f.residuals = f.right + m + n;
    f.trial_residuals = f.residuals + m;
    f.scale = f.trial_residuals + m;
    f.trial = f.scale + n;
    dsc_status status = run(&f);
    if (status > 0 && m > n)
        result->deviation = sqrt(result->sum_of_squares / (double)(m - n));
    if (status > 0 && covariance != NULL)
        find_covariance(&f, covariance);
    free(memory);
    return status;
}
