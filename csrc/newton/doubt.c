/* What differences of values say of the caller's gradient. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "newton/newton.h"

/* The value's change from x - share d to x + share d; *bend: by how much the halves differ. */
static dsc_status find_change(dsc_newton *m, const double *d, double share, double *change, double *bend) {
    double sides[2];
    for (int side = 0; side < 2; ++side) {
        for (size_t i = 0; i < m->n; ++i)
            m->moved[i] = m->x[i] + (side == 0 ? share : -share) * d[i];
        DSC_PASS(dsc_newton_value(m, m->moved, &sides[side]));
    }
    *change = sides[0] - sides[1];
    *bend = fabs((sides[0] - m->value) - (m->value - sides[1]));
    return DSC_OK;
}

/* Whether differences along d agree with one another at two spacings and both ways, and not with the
 * gradient. */
static dsc_status contradicts(dsc_newton *m, const double *d, bool *does) {
    double promised = 2 * dsc_newton_dot(m->n, m->gradient, d), wide, narrow, bend, tolerated = 0;
    *does = false;
    for (size_t i = 0; i < m->n; ++i)
        tolerated += 4 * m->options.gradient_tolerance * fabs(d[i]);
    DSC_PASS(find_change(m, d, 1, &wide, &bend));
    double rounding = 64 * DBL_EPSILON * fabs(m->value), gap = fabs(wide - promised);
    if (!(gap > fmax(0.01 * fmax(fabs(wide), fabs(promised)), fmax(64 * rounding, tolerated))))
        return DSC_OK;
    DSC_PASS(find_change(m, d, 1.0 / 64, &narrow, &bend));
    *does =
        fabs(narrow) > rounding && bend < 0.1 * fabs(narrow) && fabs(64 * narrow - wide) < 0.01 * fabs(wide);
    return DSC_OK;
}

/* Elements that have no room within the bounds stay where they are. */
static double spacing(const dsc_newton *m, size_t i) {
    double h = dsc_newton_spacing(m->x[i], 3), x = m->x[i];
    return dsc_newton_project(m, i, x + h) == x + h && dsc_newton_project(m, i, x - h) == x - h ? h : 0;
}

dsc_status dsc_newton_doubt(dsc_newton *m) {
    double *d = m->work;
    bool does;
    if (m->problem->gradient == NULL || !m->has_gradient)
        return DSC_OK;
    for (size_t i = 0; i < m->n; ++i)
        d[i] = fmod((double)(i + 1) * 0.6180339887498949, 1) < 0.5 ? -spacing(m, i) : spacing(m, i);
    DSC_PASS(contradicts(m, d, &does));
    memset(d, 0, m->n * sizeof *d);
    for (size_t i = 0; i < m->n && does; ++i) {
        bool is_wrong;
        d[i] = spacing(m, i);
        DSC_PASS(contradicts(m, d, &is_wrong));
        d[i] = 0;
        if (is_wrong) {
            m->result->bad_index = i;
            return DSC_NEWTON_WRONG_DERIVATIVE;
        }
    }
    return DSC_OK;
}
