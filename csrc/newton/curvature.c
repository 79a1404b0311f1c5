/* Whether a point whose gradient vanishes is a minimum. An eigenvalue is held against what can be told in its
 * own direction: the Hessian is looked at in units that make its rows alike, which leaves the signs of its
 * eigenvalues as they are (Sylvester), and curvature that may be rounding, or the rest of a gradient that has
 * not quite vanished, counts if values along it fall. */
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "linalg/blas.h"
#include "newton/newton.h"

/* ---- Values along a direction ---- */

/* The values' changes at distance t, forth and back. The trial becomes the lower of the two points. */
static dsc_status find_changes(dsc_newton *m, double t, double changes[2]) {
    double values[2];
    for (int side = 0; side < 2; ++side) {
        dsc_newton_try(m, side == 0 ? t : -t);
        DSC_PASS(dsc_newton_value(m, m->trial, &values[side]));
        changes[side] = values[side] - m->value;
    }
    m->trial_value = fmin(values[0], values[1]);
    if (values[0] < values[1])
        dsc_newton_try(m, t);
    return DSC_OK;
}

/* Looks along m->step, of length 1, where the curvature is said to be negative: *is_lower if the values fall
 * by more than they are uneven by and, if strictly, steeper than the gradient's tolerance and what is left of
 * the gradient. Leaves the trial at the lowest point seen, and the step to it. */
static dsc_status look_along(dsc_newton *m, double curvature, bool is_strict, bool *is_lower) {
    double reach = fmax(1, dsc_newton_norm(m->n, m->x)), size = fabs(curvature), best = 0, best_fall = 0,
           changes[2];
    double slope = m->options.gradient_tolerance + fabs(dsc_newton_dot(m->n, m->gradient, m->step));
    DSC_PASS(find_changes(m, 1e-9 * reach, changes));
    double noise = 4 * fmax(4 * DBL_EPSILON * fabs(m->value), fmax(fabs(changes[0]), fabs(changes[1])));
    double first = fmax(4 * sqrt(noise / size), is_strict ? 4 * slope / size : 0);
    for (double t = fmax(first, 1e-8 * reach); t <= reach; t *= 4) {
        DSC_PASS(find_changes(m, t, changes));
        double fall = -fmin(changes[0], changes[1]);
        if (!(fall >= best_fall))
            break; /* past the lowest point, or in a hollow */
        if (fall > fmax(noise, is_strict ? slope * t : 0)) {
            best = t;
            best_fall = fall;
        }
    }
    *is_lower = best > 0;
    if (*is_lower) {
        DSC_PASS(find_changes(m, best, changes));
        for (size_t i = 0; i < m->n; ++i)
            m->step[i] = m->trial[i] - m->x[i];
    }
    return DSC_OK;
}

/* ---- Eigenvalues ---- */

/* factor = the free part of the Hessian in units d that make the largest element of each row 1: Ruiz 2001. */
static void equilibrate(dsc_newton *m, const double *hessian, double *d) {
    size_t k = m->free_count;
    for (size_t i = 0; i < k; ++i)
        d[i] = 1;
    for (int pass = 0; pass < 16; ++pass) {
        for (size_t i = 0; i < k; ++i) {
            double largest = 0;
            for (size_t j = 0; j < k; ++j)
                largest = fmax(largest, fabs(hessian[m->free[i] * m->n + m->free[j]] / d[i] / d[j]));
            m->work[i] = largest > 0 ? sqrt(largest) : 1;
        }
        for (size_t i = 0; i < k; ++i)
            d[i] *= m->work[i];
    }
    for (size_t i = 0; i < k; ++i)
        for (size_t j = 0; j < k; ++j)
            m->factor[i * k + j] = hessian[m->free[i] * m->n + m->free[j]] / d[i] / d[j];
}

static void count_signs(dsc_newton *m, size_t count, double nothing) {
    dsc_newton_result *r = m->result;
    r->positive = r->zero = r->negative = 0;
    for (size_t k = 0; k < count; ++k) {
        r->positive += m->eigenvalues[k] > nothing;
        r->negative += m->eigenvalues[k] < -nothing;
    }
    r->zero = (int64_t)count - r->positive - r->negative;
}

static void set_condition(dsc_newton *m, size_t count) {
    double smallest = INFINITY;
    for (size_t k = 0; k < count; ++k)
        smallest = fmin(smallest, fabs(m->eigenvalues[k]));
    m->result->condition = count > 0 ? dsc_newton_largest(count, m->eigenvalues) / smallest : 1;
}

/* The directions that are negative beyond rounding, the most negative first, until one leads down. */
static dsc_status look_below(dsc_newton *m, bool is_strict, dsc_curvature *curvature) {
    bool is_dense = m->hessian != NULL || m->small != NULL; /* else there is one direction, at hand */
    size_t k = m->free_count, most = is_dense ? 16 : 1;
    for (size_t i = 0; i < dsc_min_size((size_t)m->result->negative, most); ++i) {
        memset(m->step, 0, m->n * sizeof *m->step);
        for (size_t j = 0; j < k; ++j)
            m->step[m->free[j]] = is_dense ? m->eigenvectors[i * k + j] / m->direction[j] : m->direction[j];
        double length = dsc_newton_norm(m->n, m->step);
        for (size_t j = 0; j < m->n; ++j)
            m->step[j] /= length;
        bool is_lower;
        DSC_PASS(look_along(m, m->eigenvalues[i] / (length * length), is_strict, &is_lower));
        if (is_lower) {
            *curvature = DSC_CURVATURE_LOWER;
            return DSC_OK;
        }
    }
    *curvature = is_strict ? DSC_CURVATURE_MINIMUM : DSC_CURVATURE_SADDLE;
    return DSC_OK;
}

/* Sets the result, the units d, and in these the eigenvalues and vectors. */
static dsc_status describe_dense(dsc_newton *m, const double *hessian, double *lowest) {
    size_t k = m->free_count;
    DSC_PASS(dsc_newton_decompose(m, hessian, false));
    set_condition(m, k);
    count_signs(m, k, 0);
    if (k == 0)
        return DSC_OK;
    *lowest = m->eigenvalues[0] / dsc_newton_largest(k, m->eigenvalues);
    equilibrate(m, hessian, m->direction);
    DSC_PASS(dsc_newton_eigenvalues(m, true));
    count_signs(m, k, dsc_newton_largest(k, m->eigenvalues) * (double)m->n * DBL_EPSILON);
    return DSC_OK;
}

/* The whole Hessian by as many products as it has columns. */
static dsc_status fill_small(dsc_newton *m) {
    size_t n = m->n;
    for (size_t j = 0; j < n; ++j) {
        for (size_t i = 0; i < n; ++i)
            m->direction[i] = i == j;
        DSC_PASS(dsc_newton_product(m, m->direction, m->small + j * n));
    }
    for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j < i; ++j)
            m->small[i * n + j] = m->small[j * n + i] = m->small[i * n + j] / 2 + m->small[j * n + i] / 2;
    return DSC_OK;
}

static dsc_status describe_lanczos(dsc_newton *m, double *lowest) {
    size_t count;
    DSC_PASS(dsc_newton_lanczos(m, &count));
    double largest = dsc_newton_largest(count, m->eigenvalues);
    set_condition(m, count);
    count_signs(m, count, largest * (double)m->n * DBL_EPSILON);
    *lowest = m->eigenvalues[0] / largest;
    return DSC_OK;
}

/* *lowest: the lowest eigenvalue as a share of the largest. */
static dsc_status describe(dsc_newton *m, double *lowest) {
    *lowest = 0;
    m->is_judged = true;
    if (m->hessian != NULL)
        return describe_dense(m, m->hessian, lowest);
    if (m->small == NULL)
        return describe_lanczos(m, lowest);
    DSC_PASS(fill_small(m));
    return describe_dense(m, m->small, lowest);
}

dsc_status dsc_newton_describe(dsc_newton *m) {
    double lowest;
    return describe(m, &lowest);
}

dsc_status dsc_newton_judge(dsc_newton *m, dsc_curvature *curvature) {
    double lowest;
    DSC_PASS(describe(m, &lowest));
    *curvature = DSC_CURVATURE_MINIMUM;
    if (m->result->negative == 0)
        return DSC_OK;
    /* Of exact derivatives such an eigenvalue is negative whatever the values show. */
    bool is_clear = !m->result->differenced_hessian && lowest < -1e-8;
    DSC_PASS(look_below(m, !is_clear, curvature));
    if (*curvature == DSC_CURVATURE_MINIMUM) { /* nothing that can be told from 0 */
        m->result->zero += m->result->negative;
        m->result->negative = 0;
    }
    return DSC_OK;
}
