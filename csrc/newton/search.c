/* Newton's direction, made one of descent, and how far to go along it: also along the path that bounds bend.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/line_search.h"
#include "newton/newton.h"

/* -H'^-1 g for the free elements, H' with the eigenvalues' absolute values, at least a little above 0. The
 * others go the rest of the way to their bounds. */
static dsc_status find_direction(dsc_newton *m) {
    size_t k = m->free_count;
    double *g = m->scratch, *s = m->scratch + m->n;
    for (size_t i = 0; i < k; ++i)
        s[i] = -(g[i] = m->gradient[m->free[i]]);
    m->is_definite = dsc_newton_factorize(m, 0);
    if (m->is_definite) {
        dsc_newton_solve(m, s);
    } else {
        DSC_TRY(dsc_newton_decompose(m, m->hessian, true)); /* its integers overwrite g and s */
        double least = fmax(dsc_newton_largest(k, m->eigenvalues), 1) * sqrt(DBL_EPSILON) * 1e-2;
        for (size_t i = 0; i < k; ++i)
            g[i] = m->gradient[m->free[i]];
        memset(s, 0, k * sizeof *s);
        for (size_t j = 0; j < k; ++j) {
            const double *q = m->eigenvectors + j * k;
            double factor = -dsc_newton_dot(k, q, g) / fmax(fabs(m->eigenvalues[j]), least);
            for (size_t i = 0; i < k; ++i)
                s[i] += factor * q[i];
        }
    }
    for (size_t i = 0; i < m->n; ++i)
        m->step[i] = dsc_newton_project(m, i, m->gradient[i] > 0 ? -INFINITY : INFINITY) - m->x[i];
    for (size_t i = 0; i < k; ++i)
        m->step[m->free[i]] = s[i];
    return DSC_OK;
}

static dsc_status evaluate_on_line(void *user, dsc_line_point *point) {
    dsc_newton *m = user;
    dsc_newton_try(m, point->t);
    DSC_PASS(dsc_newton_value(m, m->trial, &point->f));
    if (!isfinite(point->f) && point->f != -INFINITY)
        point->f = INFINITY;      /* too far */
    double *gradient = m->factor; /* not needed meanwhile */
    dsc_status status =
        isfinite(point->f) ? dsc_newton_gradient(m, m->trial, gradient) : DSC_NEWTON_NON_FINITE_GRADIENT;
    point->slope = status == DSC_OK ? dsc_newton_dot(m->n, gradient, m->step) : INFINITY;
    return status == DSC_NEWTON_NON_FINITE_GRADIENT ? DSC_OK : status;
}

/* Nothing lower was found. That is the end where rounding would hide what a step promises. */
static dsc_status fail(const dsc_newton *m, double gain) {
    bool is_hidden = gain <= 1e3 * DBL_EPSILON * fabs(m->value);
    return is_hidden ? DSC_NEWTON_EXACT : DSC_NEWTON_LINE_SEARCH_FAILED;
}

/* Halves, or better, until the value falls by a share of what the gradient promises: Bertsekas 1982. */
static dsc_status backtrack(dsc_newton *m, double slope, double gain, double *value) {
    for (double t = 1;;) {
        dsc_newton_try(m, t);
        double promised = 0;
        for (size_t i = 0; i < m->n; ++i)
            promised += m->gradient[i] * (m->x[i] - m->trial[i]);
        if (memcmp(m->trial, m->x, m->n * sizeof *m->x) == 0)
            return fail(m, gain);
        DSC_PASS(dsc_newton_value(m, m->trial, value));
        if (*value == -INFINITY || (promised > 0 && m->value - *value >= DSC_LINE_DECREASE * promised))
            return DSC_OK;
        double better = -slope * t * t / (2 * (*value - m->value - slope * t));
        t = isfinite(better) ? fmin(fmax(better, 0.1 * t), 0.5 * t) : 0.5 * t;
    }
}

static dsc_status search_wolfe(dsc_newton *m, double slope, double gain, double *value) {
    dsc_line_search search = {.evaluate = evaluate_on_line,
                              .user = m,
                              .direction_size = dsc_newton_largest(m->n, m->step),
                              .tolerance_change = 1e-16 * fmax(1, dsc_newton_largest(m->n, m->x)),
                              .most = 60};
    dsc_line_point found, start = {.f = m->value, .slope = slope};
    if (m->options.search == DSC_NEWTON_MORE_THUENTE)
        DSC_PASS(dsc_more_thuente_run(&search, start, 1, &found));
    else
        DSC_PASS(dsc_line_search_run(&search, start, 1, &found));
    if (!(found.f < m->value))
        return fail(m, gain);
    m->result->bad_index = SIZE_MAX; /* of points that were too far */
    dsc_newton_try(m, found.t);
    *value = found.f;
    return DSC_OK;
}

dsc_status dsc_newton_search_step(dsc_newton *m) {
    DSC_TRY(find_direction(m));
    /* What the gradient promises of a full step, bent at the bounds. */
    double slope = 0, value, promised = 0;
    dsc_newton_try(m, 1);
    for (size_t i = 0; i < m->n; ++i) {
        promised += m->gradient[i] * (m->x[i] - m->trial[i]);
        slope += m->gradient[i] * m->step[i] * (m->step[i] != 0 && m->gradient[i] != 0);
    }
    bool is_bent = m->options.method == DSC_NEWTON_PROJECTED;
    /* Nothing a step could gain can be seen in the value; where no curvature says how long a step should be,
     * none as long as x. */
    double longer = fmax(1, dsc_newton_norm(m->n, m->x)) / dsc_newton_norm(m->n, m->step);
    double gain = fmax(-slope, promised) * (m->is_definite ? 1 : fmax(1, longer));
    if (!(gain > 4 * DBL_EPSILON * fabs(m->value)))
        return DSC_NEWTON_EXACT;
    bool backtracks = is_bent || m->options.search == DSC_NEWTON_ARMIJO;
    DSC_PASS(backtracks ? backtrack(m, slope, gain, &value) : search_wolfe(m, slope, gain, &value));
    for (size_t i = 0; i < m->n; ++i)
        m->step[i] = m->trial[i] - m->x[i];
    return dsc_newton_accept(m, value);
}
