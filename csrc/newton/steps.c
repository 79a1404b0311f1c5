/* One iteration of each method. */
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "core/line_search.h"
#include "linalg/blas.h"
#include "newton/newton.h"

double dsc_newton_norm(size_t n, const double *x) {
    double norm = 0;
    for (size_t i = 0; i < n; ++i)
        norm = hypot(norm, x[i]);
    return norm;
}

double dsc_newton_largest(size_t n, const double *x) {
    double largest = 0;
    for (size_t i = 0; i < n; ++i)
        largest = fabs(x[i]) > largest || isnan(x[i]) ? fabs(x[i]) : largest;
    return largest;
}

static double dot(size_t n, const double *a, const double *b) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i)
        sum += a[i] * b[i];
    return sum;
}

dsc_status dsc_newton_decompose(dsc_newton *m) {
    lapack_int n = (lapack_int)m->n, found;
    memcpy(m->square, m->hessian, m->n * m->n * sizeof *m->square);
    dsc_blas_prepare();
    lapack_int failed = LAPACKE_dsyevr(LAPACK_COL_MAJOR, 'V', 'A', 'L', n, m->square, n, 0, 0, 0, 0, 0,
                                       &found, m->eigenvalues, m->eigenvectors, n, (lapack_int *)m->scratch);
    return failed == 0 ? DSC_OK : dsc_fail(DSC_ERROR_MEMORY, "LAPACK's dsyevr failed with %d", (int)failed);
}

dsc_status dsc_newton_accept(dsc_newton *m, double value) {
    memcpy(m->x, m->trial, m->n * sizeof *m->x);
    m->value = value;
    m->step_norm = dsc_newton_norm(m->n, m->step);
    dsc_status status = dsc_newton_gradient(m, m->x, m->gradient);
    return status != DSC_OK ? status : dsc_newton_hessian(m, m->x, m->hessian);
}

static void try_step(dsc_newton *m, double t) {
    for (size_t i = 0; i < m->n; ++i)
        m->trial[i] = m->x[i] + t * m->step[i];
}

/* ---- Pure ---- */

dsc_status dsc_newton_pure_step(dsc_newton *m) {
    lapack_int n = (lapack_int)m->n;
    memcpy(m->square, m->hessian, m->n * m->n * sizeof *m->square);
    for (size_t i = 0; i < m->n; ++i)
        m->step[i] = -m->gradient[i];
    dsc_blas_prepare();
    if (LAPACKE_dsysv(LAPACK_COL_MAJOR, 'L', n, 1, m->square, n, (lapack_int *)m->scratch, m->step, n) != 0)
        return DSC_NEWTON_SINGULAR;
    if (!isfinite(dsc_newton_norm(m->n, m->step)))
        return DSC_NEWTON_SINGULAR;
    double value;
    try_step(m, 1);
    DSC_TRY(dsc_newton_value(m, m->trial, &value));
    return isfinite(value) ? dsc_newton_accept(m, value) : DSC_NEWTON_NON_FINITE_VALUE;
}

/* ---- Line search ---- */

/* step = -H'^-1 g, H' with the eigenvalues' absolute values, at least a little above 0. */
static void find_descent(dsc_newton *m) {
    double least = fmax(dsc_newton_largest(m->n, m->eigenvalues), 1) * sqrt(DBL_EPSILON) * 1e-2;
    memset(m->step, 0, m->n * sizeof *m->step);
    for (size_t k = 0; k < m->n; ++k) {
        const double *q = m->eigenvectors + k * m->n;
        double factor = -dot(m->n, q, m->gradient) / fmax(fabs(m->eigenvalues[k]), least);
        for (size_t i = 0; i < m->n; ++i)
            m->step[i] += factor * q[i];
    }
}

static dsc_status evaluate_on_line(void *user, dsc_line_point *point) {
    dsc_newton *m = user;
    try_step(m, point->t);
    DSC_TRY(dsc_newton_value(m, m->trial, &point->f));
    if (!isfinite(point->f))
        point->f = INFINITY;      /* too far */
    double *gradient = m->square; /* not needed meanwhile */
    dsc_status status = isfinite(point->f) ? dsc_newton_gradient(m, m->trial, gradient) : DSC_OK;
    if (status < 0)
        return status;
    point->slope = isfinite(point->f) && status == DSC_OK ? dot(m->n, gradient, m->step) : INFINITY;
    return DSC_OK;
}

dsc_status dsc_newton_search_step(dsc_newton *m) {
    DSC_TRY(dsc_newton_decompose(m));
    find_descent(m);
    dsc_line_search search = {.evaluate = evaluate_on_line,
                              .user = m,
                              .direction_size = dsc_newton_largest(m->n, m->step),
                              .tolerance_change = 1e-16 * fmax(1, dsc_newton_largest(m->n, m->x)),
                              .most = 60};
    dsc_line_point found, start = {.f = m->value, .slope = dot(m->n, m->gradient, m->step)};
    /* Nothing a step could gain can be seen in the value. */
    if (-start.slope <= 4 * DBL_EPSILON * fabs(m->value))
        return DSC_NEWTON_EXACT;
    DSC_TRY(dsc_line_search_run(&search, start, 1, &found));
    if (!(found.f < m->value))
        return DSC_NEWTON_LINE_SEARCH_FAILED;
    m->result->bad_index = SIZE_MAX; /* of points that were too far */
    try_step(m, found.t);
    for (size_t i = 0; i < m->n; ++i)
        m->step[i] *= found.t;
    return dsc_newton_accept(m, found.f);
}

/* ---- Trust region ---- */

/* |(H + mu I)^-1 g| in the eigenvectors' coordinates; infinite at a pole that g reaches. */
static double shifted_norm(const dsc_newton *m, const double *c, double mu) {
    double norm = 0;
    for (size_t k = 0; k < m->n; ++k)
        norm = hypot(norm, c[k] == 0 ? 0 : c[k] / (m->eigenvalues[k] + mu));
    return norm;
}

/* The shift for which the step reaches the boundary: 1 / |s(mu)| is nearly linear, and Newton's method on it,
 * kept between bounds, needs a few steps: More and Sorensen 1983. */
static double find_shift(const dsc_newton *m, const double *c, double low) {
    double high = low + dsc_newton_norm(m->n, c) / m->radius + DBL_EPSILON * fabs(low), mu = high;
    for (int i = 0; i < 100; ++i) {
        double norm = 0, slope = 0;
        for (size_t k = 0; k < m->n; ++k) {
            double s = c[k] == 0 ? 0 : c[k] / (m->eigenvalues[k] + mu);
            norm += s * s;
            slope += s == 0 ? 0 : s * s / (m->eigenvalues[k] + mu);
        }
        norm = sqrt(norm);
        if (fabs(norm - m->radius) <= 1e-10 * m->radius)
            break;
        if (norm > m->radius)
            low = mu;
        else
            high = mu;
        double next = mu + (norm - m->radius) / m->radius * norm * norm / slope;
        mu = next > low && next < high ? next : low + (high - low) / 2;
        if (mu == low || mu == high)
            break;
    }
    return mu;
}

/* The minimizer of g s + s H s / 2 within the radius; what it is to gain. */
static double solve_model(dsc_newton *m, bool *on_boundary) {
    size_t n = m->n;
    double *c = m->scratch, least = m->eigenvalues[0], size = dsc_newton_largest(n, m->eigenvalues);
    for (size_t k = 0; k < n; ++k) {
        c[k] = dot(n, m->eigenvectors + k * n, m->gradient);
        /* Along the lowest curvature, where it is no minimum's, a part that is rounding alone is none: the
         * hard case. */
        bool is_lowest = least <= 0 && m->eigenvalues[k] <= least + DBL_EPSILON * size * (double)n;
        if (is_lowest && fabs(c[k]) <= 4 * DBL_EPSILON * dsc_newton_norm(n, m->gradient))
            c[k] = 0;
    }
    double pole = fmax(0, -least), mu = 0, extra = 0;
    double inside = least > 0 ? shifted_norm(m, c, 0) : INFINITY;
    *on_boundary = !(inside <= m->radius);
    if (*on_boundary) {
        double at_pole = shifted_norm(m, c, pole); /* terms with c = 0 count for nothing */
        if (at_pole < m->radius) {
            /* The hard case: the rest of the way goes along the lowest curvature. */
            mu = pole;
            extra = sqrt(m->radius * m->radius - at_pole * at_pole);
        } else {
            mu = find_shift(m, c, pole);
        }
    }
    memset(m->step, 0, n * sizeof *m->step);
    double gain = 0;
    for (size_t k = 0; k < n; ++k) {
        double s = c[k] == 0 ? 0 : -c[k] / (m->eigenvalues[k] + mu);
        if (k == 0)
            s += extra;
        gain -= c[k] * s + m->eigenvalues[k] * s * s / 2;
        for (size_t i = 0; i < n; ++i)
            m->step[i] += s * m->eigenvectors[k * n + i];
    }
    return gain;
}

dsc_status dsc_newton_region_step(dsc_newton *m) {
    DSC_TRY(dsc_newton_decompose(m));
    for (;;) {
        bool on_boundary;
        double gain = solve_model(m, &on_boundary), norm = dsc_newton_norm(m->n, m->step), value;
        if (gain <= 4 * DBL_EPSILON * fabs(m->value))
            return DSC_NEWTON_EXACT;
        try_step(m, 1);
        if (memcmp(m->trial, m->x, m->n * sizeof *m->x) == 0)
            return m->radius < DBL_EPSILON * dsc_newton_norm(m->n, m->x) ? DSC_NEWTON_RADIUS_TOO_SMALL
                                                                         : DSC_NEWTON_EXACT;
        DSC_TRY(dsc_newton_value(m, m->trial, &value));
        double ratio = isfinite(value) || value == -INFINITY ? (m->value - value) / gain : -1;
        if (ratio < 0.25)
            m->radius = 0.25 * fmin(norm, m->radius);
        else if (ratio > 0.75 && on_boundary)
            m->radius *= 2;
        if (ratio > 1e-4)
            return dsc_newton_accept(m, value);
        if (m->radius < 1e-300)
            return DSC_NEWTON_RADIUS_TOO_SMALL;
        if (m->options.max_evaluations > 0 && m->result->value_evaluations >= m->options.max_evaluations)
            return DSC_NEWTON_MAX_EVALUATIONS;
    }
}
