/* The model by conjugate gradients, for which products with the Hessian are enough. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "newton/newton.h"

/* Conjugate gradients on H s = -g until they are good enough for the gradient's size, leave the ball, or meet
 * negative curvature, which is followed to the boundary. Steihaug 1983. */
dsc_status dsc_newton_steihaug_model(dsc_newton *m, bool is_first, double *gain, bool *on_boundary) {
    (void)is_first;
    size_t n = m->n;
    double *r = m->scratch, *p = m->scratch + n, *product = m->scratch + 2 * n;
    double size = dsc_newton_norm(n, m->gradient), enough = size * fmin(0.1, sqrt(size)), square;
    memset(m->step, 0, n * sizeof *m->step);
    *gain = 0;
    *on_boundary = false;
    for (size_t i = 0; i < n; ++i) {
        r[i] = m->gradient[i];
        p[i] = -r[i];
    }
    square = dsc_newton_dot(n, r, r);
    for (size_t iteration = 0; iteration < 2 * n + 10; ++iteration) {
        DSC_PASS(dsc_newton_product(m, p, product));
        double curvature = dsc_newton_dot(n, p, product), slope = dsc_newton_dot(n, r, p);
        double t = -slope / curvature, edge = dsc_newton_reach(m, m->step, p);
        *on_boundary = !(curvature > 0) || t >= edge;
        t = *on_boundary ? edge : t;
        *gain -= t * slope + t * t * curvature / 2;
        for (size_t i = 0; i < n; ++i) {
            m->step[i] += t * p[i];
            r[i] += t * product[i];
        }
        double next = dsc_newton_dot(n, r, r);
        /* In a badly conditioned model a small residual may hide most of the gain. */
        bool is_seen = *gain > 4 * DBL_EPSILON * fabs(m->value);
        if (*on_boundary || next == 0 || (sqrt(next) <= enough && is_seen))
            return DSC_OK;
        for (size_t i = 0; i < n; ++i)
            p[i] = next / square * p[i] - r[i];
        square = next;
    }
    bool is_solved = sqrt(square) <= 1e-6 * size || *gain > 4 * DBL_EPSILON * fabs(m->value);
    return is_solved ? DSC_OK : DSC_NEWTON_SINGULAR;
}
