/* Steps within a ball whose radius follows how well the quadratic model foretells the function. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "newton/newton.h"

static dsc_status find_step(dsc_newton *m, bool is_first, double *gain, bool *on_boundary) {
    switch (m->options.method) {
    case DSC_NEWTON_DOGLEG:
        return dsc_newton_dogleg_model(m, is_first, gain, on_boundary);
    case DSC_NEWTON_CONJUGATE_GRADIENTS:
        return dsc_newton_steihaug_model(m, is_first, gain, on_boundary);
    default:
        return dsc_newton_exact_model(m, is_first, gain, on_boundary);
    }
}

/* Where the value no longer shows what a step gains, its slope may: a last step without bounds is taken if
 * that halves and the value is no higher. If not, it is the end. */
static dsc_status polish(dsc_newton *m) {
    double gain, value, slope = dsc_newton_largest(m->n, m->gradient), radius = m->radius;
    bool on_boundary;
    m->radius = fmax(1, dsc_newton_norm(m->n, m->x));
    dsc_status status = find_step(m, false, &gain, &on_boundary);
    m->radius = radius;
    if (status != DSC_OK)
        return status;
    dsc_newton_try(m, 1);
    DSC_PASS(dsc_newton_value(m, m->trial, &value));
    status = value <= m->value ? dsc_newton_gradient(m, m->trial, m->work) : DSC_NEWTON_NON_FINITE_GRADIENT;
    if (status == DSC_OK && dsc_newton_largest(m->n, m->work) <= slope / 2)
        return dsc_newton_accept(m, value);
    if (status != DSC_OK && status != DSC_NEWTON_NON_FINITE_GRADIENT)
        return status;
    m->result->bad_index = SIZE_MAX; /* of a trial */
    return gain <= 1e3 * DBL_EPSILON * fabs(m->value) ? DSC_NEWTON_EXACT : DSC_NEWTON_RADIUS_TOO_SMALL;
}

dsc_status dsc_newton_region_step(dsc_newton *m) {
    for (bool is_first = true;; is_first = false) {
        bool on_boundary;
        double gain, value;
        DSC_PASS(find_step(m, is_first, &gain, &on_boundary));
        if (gain <= 4 * DBL_EPSILON * fabs(m->value))
            return polish(m);
        dsc_newton_try(m, 1);
        if (memcmp(m->trial, m->x, m->n * sizeof *m->x) == 0)
            return polish(m);
        DSC_PASS(dsc_newton_value(m, m->trial, &value));
        double ratio = isfinite(value) || value == -INFINITY ? (m->value - value) / gain : -1;
        if (ratio < 0.25)
            m->radius = 0.25 * fmin(dsc_newton_norm(m->n, m->step), m->radius);
        else if (ratio > 0.75 && on_boundary)
            m->radius *= 2;
        if (ratio > 1e-4)
            return dsc_newton_accept(m, value);
    }
}
