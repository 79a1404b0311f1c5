/* Least squares: one factorisation, and steps by it until they are lost in rounding (iterative refinement:
 * Bjorck 1967, Bjorck 1987 on seminormal equations). */
#include <math.h>

#include "glm/glm.h"

/* How long the step is, or the coefficients are, in units of the columns. */
static double find_size(const dsc_glm_run *m, const double *b) {
    double size = 0;
    for (size_t j = 0; j < m->size; ++j)
        size = fmax(size, fabs(b[j]) / m->diagonal[j]);
    return size;
}

/* Whether the step would change no coefficient by more than half a unit in its last place; nor the constant
 * for inputs as they are, which may be a small difference. */
static bool is_lost(const dsc_glm_run *m) {
    bool has_constant = m->problem->intercept;
    double change = has_constant ? m->step[m->features] : 0;
    for (size_t j = 0; j < m->features; ++j) {
        if (fabs(m->step[j]) > 0x1p-54 * fabs(m->beta[j]))
            return false;
        change -= m->means[j] * m->step[j];
    }
    return fabs(change) <= 0x1p-54 * fabs(dsc_glm_constant(m, 0).high);
}

static void take_step(dsc_glm_run *m) {
    for (size_t j = 0; j < m->size; ++j) {
        dsc_wide sum = dsc_wide_sum(m->beta[j], m->step[j]);
        sum = dsc_wide_sum(sum.high, sum.low + m->beta_low[j]);
        m->beta[j] = sum.high;
        m->beta_low[j] = sum.low;
    }
}

/* The column that most of all is a combination of those before it. */
static dsc_status fail_at_weakest(dsc_glm_run *m) {
    size_t weakest = 0, n = m->size;
    for (size_t j = 1; j < n; ++j)
        if (fabs(m->factor[j * n + j]) < fabs(m->factor[weakest * n + weakest]))
            weakest = j;
    m->result->bad_index = weakest;
    return DSC_NEWTON_SINGULAR;
}

dsc_status dsc_glm_least_squares(dsc_glm_run *m) {
    double last = INFINITY, t = NAN;
    dsc_glm_settle(m, dsc_glm_pass(m, m->beta, m->eta, true));
    dsc_status status = dsc_glm_factor(m);
    while (status == DSC_OK) {
        if (dsc_glm_show(m, t))
            return DSC_NEWTON_STOPPED;
        bool is_flat = m->gradient_norm <= m->options.gradient_tolerance;
        dsc_glm_newton_step(m);
        double size = find_size(m, m->step);
        /* Steps that no longer shrink are rounding; if they are large, nothing else is left. */
        if (!(size <= last / 2) && size > 1e-6 * find_size(m, m->beta))
            return fail_at_weakest(m);
        if (!(size <= last / 2) || size <= 0x1p-104 * find_size(m, m->beta) || is_lost(m))
            return is_flat ? DSC_NEWTON_GRADIENT : DSC_NEWTON_EXACT;
        if (m->result->iterations == m->options.max_iterations)
            return is_flat ? DSC_NEWTON_GRADIENT : DSC_NEWTON_MAX_ITERATIONS;
        take_step(m);
        ++m->result->iterations;
        last = isnan(t) ? INFINITY : size; /* the first gradient was not exact */
        t = 1;
        dsc_glm_settle(m, dsc_glm_exact_pass(m));
    }
    return status;
}
