/* Steps within a ball whose radius follows how well the quadratic model foretells the function. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "newton/newton.h"

dsc_status dsc_newton_region_step(dsc_newton *m) {
    dsc_newton_method method = m->options.method;
    dsc_newton_model *model = method == DSC_NEWTON_DOGLEG                ? dsc_newton_dogleg_model
                              : method == DSC_NEWTON_CONJUGATE_GRADIENTS ? dsc_newton_steihaug_model
                                                                         : dsc_newton_exact_model;
    for (bool is_first = true;; is_first = false) {
        bool on_boundary;
        double gain, value;
        dsc_status status = model(m, is_first, &gain, &on_boundary);
        if (status != DSC_OK)
            return status;
        if (gain <= 4 * DBL_EPSILON * fabs(m->value))
            return on_boundary ? DSC_NEWTON_RADIUS_TOO_SMALL : DSC_NEWTON_EXACT;
        dsc_newton_try(m, 1);
        if (memcmp(m->trial, m->x, m->n * sizeof *m->x) == 0)
            return m->radius < DBL_EPSILON * dsc_newton_norm(m->n, m->x) ? DSC_NEWTON_RADIUS_TOO_SMALL
                                                                         : DSC_NEWTON_EXACT;
        DSC_TRY(dsc_newton_value(m, m->trial, &value));
        double ratio = isfinite(value) || value == -INFINITY ? (m->value - value) / gain : -1;
        if (ratio < 0.25)
            m->radius = 0.25 * fmin(dsc_newton_norm(m->n, m->step), m->radius);
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
