/* The model's minimizer within a ball, exact: More and Sorensen 1983, Computing a Trust Region Step. It
 * solves (H + mu) s = -g with a mu >= 0 that leaves nothing negative; 1 / |s| is nearly linear in mu. */
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "newton/newton.h"

static const double CLOSE = 1e-10; /* to the radius, relative */

/* ---- H positive definite: by Cholesky factors of H + mu ---- */

/* step = -(H + mu)^-1 g by the factor at hand; its length. */
static double shifted_step(dsc_newton *m) {
    for (size_t i = 0; i < m->n; ++i)
        m->step[i] = -m->gradient[i];
    dsc_newton_solve(m, m->step);
    return dsc_newton_norm(m->n, m->step);
}

/* Newton's method on 1 / radius - 1 / |s(mu)|, which from below comes no nearer to mu than it should. */
static double next_shift(dsc_newton *m, double mu, double norm) {
    lapack_int n = (lapack_int)m->n;
    double *q = m->work;
    memcpy(q, m->step, m->n * sizeof *q);
    LAPACKE_dtrtrs(LAPACK_COL_MAJOR, 'L', 'N', 'N', n, 1, m->factor, n, q, n);
    double share = norm / dsc_newton_norm(m->n, q);
    return mu + share * share * (norm - m->radius) / m->radius;
}

static void solve_definite(dsc_newton *m, double *gain, bool *on_boundary) {
    double mu = 0, norm = shifted_step(m);
    *on_boundary = norm > m->radius;
    for (int i = 0; i < 100 && norm > m->radius * (1 + CLOSE); ++i) {
        double next = next_shift(m, mu, norm);
        if (!(next > mu) || !dsc_newton_factorize(m, next))
            break;
        mu = next;
        norm = shifted_step(m);
    }
    if (mu > 0)
        dsc_newton_factorize(m, 0); /* for the next, smaller radius */
    *gain = (mu * norm * norm - dsc_newton_dot(m->n, m->gradient, m->step)) / 2;
}

/* ---- Else: in the eigenvectors' coordinates, where every mu costs n ---- */

/* What a divisor lambda + mu is, mu being `beyond` the pole: near the pole only their difference counts. */
static double divisor(const dsc_newton *m, size_t k, double pole, double beyond) {
    return (m->eigenvalues[k] + pole) + beyond;
}

/* |(H + mu)^-1 g|; infinite at a pole that g reaches. */
static double shifted_norm(const dsc_newton *m, const double *c, double pole, double beyond) {
    double norm = 0;
    for (size_t k = 0; k < m->n; ++k)
        norm = hypot(norm, c[k] == 0 ? 0 : c[k] / divisor(m, k, pole, beyond));
    return norm;
}

/* How far beyond the pole the step reaches the boundary; Newton's method, kept between bounds. */
static double find_shift(const dsc_newton *m, const double *c, double pole) {
    double low = 0, high = dsc_newton_norm(m->n, c) / m->radius, at = high;
    for (int i = 0; i < 200; ++i) {
        double norm = 0, slope = 0;
        for (size_t k = 0; k < m->n; ++k) {
            double s = c[k] == 0 ? 0 : c[k] / divisor(m, k, pole, at);
            norm += s * s;
            slope += s == 0 ? 0 : s * s / divisor(m, k, pole, at);
        }
        norm = sqrt(norm);
        if (fabs(norm - m->radius) <= CLOSE * m->radius)
            break;
        if (norm > m->radius)
            low = at;
        else
            high = at;
        double next = at + (norm - m->radius) / m->radius * norm * norm / slope;
        at = next > low && next < high ? next : low + (high - low) / 2;
        if (at == low || at == high)
            break;
    }
    return at;
}

/* Curvature that rounding cannot tell from none is none: else its signs, which are chance, would lead. */
static void drop_rounding(dsc_newton *m) {
    double nothing = dsc_newton_largest(m->n, m->eigenvalues) * (double)m->n * DBL_EPSILON;
    for (size_t k = 0; k < m->n; ++k)
        if (fabs(m->eigenvalues[k]) <= nothing)
            m->eigenvalues[k] = 0;
}

static void solve_indefinite(dsc_newton *m, double *gain, bool *on_boundary) {
    size_t n = m->n;
    double *c = m->scratch, least = m->eigenvalues[0], size = dsc_newton_largest(n, m->eigenvalues);
    double gradient_norm = dsc_newton_norm(n, m->gradient);
    for (size_t k = 0; k < n; ++k) {
        c[k] = dsc_newton_dot(n, m->eigenvectors + k * n, m->gradient);
        /* Along the lowest curvature, where it is no minimum's, a part that is rounding alone is none: the
         * hard case. */
        bool is_lowest = least <= 0 && m->eigenvalues[k] <= least + DBL_EPSILON * size * (double)n;
        if (is_lowest && fabs(c[k]) <= 4 * DBL_EPSILON * gradient_norm)
            c[k] = 0;
    }
    double pole = fmax(0, -least), beyond = 0, extra = 0;
    double inside = shifted_norm(m, c, pole, 0); /* terms with c = 0 count for nothing */
    *on_boundary = least < 0 || !(inside <= m->radius);
    if (inside > m->radius)
        beyond = find_shift(m, c, pole);
    else if (least < 0) /* the hard case: the rest of the way goes along the lowest curvature */
        extra = sqrt(m->radius * m->radius - inside * inside);
    memset(m->step, 0, n * sizeof *m->step);
    *gain = 0;
    for (size_t k = 0; k < n; ++k) {
        double s = c[k] == 0 ? 0 : -c[k] / divisor(m, k, pole, beyond);
        if (k == 0)
            s += extra;
        *gain -= c[k] * s + m->eigenvalues[k] * s * s / 2;
        for (size_t i = 0; i < n; ++i)
            m->step[i] += s * m->eigenvectors[k * n + i];
    }
}

dsc_status dsc_newton_exact_model(dsc_newton *m, bool is_first, double *gain, bool *on_boundary) {
    if (is_first) {
        m->is_definite = dsc_newton_factorize(m, 0);
        if (!m->is_definite) {
            DSC_TRY(dsc_newton_decompose(m, m->hessian, true));
            drop_rounding(m);
        }
    }
    if (m->is_definite)
        solve_definite(m, gain, on_boundary);
    else
        solve_indefinite(m, gain, on_boundary);
    return DSC_OK;
}
