/* The dogleg: from the model's minimum along steepest descent straight to the Newton step, as far as the
 * radius allows. Powell 1970. */
#include <math.h>
#include <string.h>

#include "newton/newton.h"

dsc_status dsc_newton_dogleg_model(dsc_newton *m, bool is_first, double *gain, bool *on_boundary) {
    size_t n = m->n;
    const double *g = m->gradient;
    double *newton = m->direction, *product = m->work;
    if (is_first && dsc_newton_factorize(m, 0)) {
        m->is_definite = true;
        for (size_t i = 0; i < n; ++i)
            newton[i] = -g[i];
        dsc_newton_solve(m, newton);
    } else if (is_first || !m->is_definite) {
        return dsc_newton_exact_model(m, is_first, gain, on_boundary);
    }
    *on_boundary = dsc_newton_norm(n, newton) > m->radius;
    if (!*on_boundary) {
        memcpy(m->step, newton, n * sizeof *newton);
        *gain = -dsc_newton_dot(n, g, newton) / 2;
        return DSC_OK;
    }
    DSC_PASS(dsc_newton_product(m, g, product));
    double length = dsc_newton_norm(n, g), curvature = dsc_newton_dot(n, g, product);
    double t = dsc_newton_dot(n, g, g) / curvature;
    if (t * length >= m->radius) {
        t = m->radius / length;
        for (size_t i = 0; i < n; ++i)
            m->step[i] = -t * g[i];
    } else {
        double *bend = m->scratch, *leg = m->scratch + n;
        for (size_t i = 0; i < n; ++i) {
            bend[i] = -t * g[i];
            leg[i] = newton[i] - bend[i];
        }
        t = fmin(1, dsc_newton_reach(m, bend, leg));
        for (size_t i = 0; i < n; ++i)
            m->step[i] = bend[i] + t * leg[i];
    }
    DSC_PASS(dsc_newton_product(m, m->step, product));
    *gain = -dsc_newton_dot(n, g, m->step) - dsc_newton_dot(n, m->step, product) / 2;
    return DSC_OK;
}
