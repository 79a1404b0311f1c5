/* Values and derivatives, from the caller or by differences, within the limits. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "newton/newton.h"

dsc_status dsc_newton_called(const char *callback, size_t before, dsc_status status) {
    if (status >= 0)
        return status == DSC_OK ? DSC_OK : DSC_NEWTON_STOPPED;
    char name[32];
    snprintf(name, sizeof name, "the %s callback", callback);
    return dsc_check_callback(status, before, name);
}

double dsc_newton_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

dsc_status dsc_newton_limit(const dsc_newton *m) {
    const dsc_newton_options *o = &m->options;
    if (o->max_evaluations > 0 && m->result->value_evaluations >= o->max_evaluations)
        return DSC_NEWTON_MAX_EVALUATIONS;
    bool is_late = o->max_seconds > 0 && dsc_newton_seconds() - m->started >= o->max_seconds;
    return is_late ? DSC_NEWTON_MAX_SECONDS : DSC_OK;
}

/* The start's value is always evaluated; of derivatives only the time is limited. */
static dsc_status check_time(const dsc_newton *m) {
    dsc_status limit = m->options.max_seconds > 0 ? dsc_newton_limit(m) : DSC_OK;
    return limit == DSC_NEWTON_MAX_SECONDS ? limit : DSC_OK;
}

static dsc_status first_bad(dsc_newton *m, size_t count, const double *numbers, dsc_status reason) {
    return dsc_newton_first_bad(count, numbers, reason, &m->result->bad_index);
}

dsc_status dsc_newton_value(dsc_newton *m, const double *x, double *value) {
    if (m->result->value_evaluations > 0)
        DSC_PASS(dsc_newton_limit(m));
    size_t before = dsc_failure_count();
    ++m->result->value_evaluations;
    return dsc_newton_called("value", before, m->problem->value(m->problem->user, x, value));
}

dsc_status dsc_newton_call_gradient(dsc_newton *m, const double *x, double *gradient) {
    DSC_PASS(check_time(m));
    size_t before = dsc_failure_count();
    ++m->result->gradient_evaluations;
    return dsc_newton_called("gradient", before, m->problem->gradient(m->problem->user, x, gradient));
}

dsc_status dsc_newton_gradient(dsc_newton *m, const double *x, double *gradient) {
    m->result->differenced_gradient = m->problem->gradient == NULL;
    if (m->problem->gradient != NULL)
        DSC_PASS(dsc_newton_call_gradient(m, x, gradient));
    else
        DSC_PASS(dsc_newton_differ_gradient(m, x, gradient));
    return first_bad(m, m->n, gradient, DSC_NEWTON_NON_FINITE_GRADIENT);
}

/* Averages what differs by rounding; refuses what differs by more. */
static dsc_status symmetrize(size_t n, double *hessian, bool is_exact) {
    double largest = dsc_newton_largest(n * n, hessian);
    for (size_t i = 0; i < n; ++i)
        for (size_t j = 0; j < i; ++j) {
            double a = hessian[i * n + j], b = hessian[j * n + i];
            if (is_exact && fabs(a - b) > 1e-8 * largest)
                return dsc_fail(DSC_ERROR_ARGUMENT,
                                "the Hessian is not symmetric: %g at (%zu, %zu), %g at (%zu, %zu)", a, i, j,
                                b, j, i);
            hessian[i * n + j] = hessian[j * n + i] = a / 2 + b / 2;
        }
    return DSC_OK;
}

static dsc_status evaluate_hessian(dsc_newton *m, double *hessian) {
    bool is_exact = m->problem->hessian != NULL;
    m->result->differenced_hessian = !is_exact;
    if (is_exact) {
        DSC_PASS(check_time(m));
        size_t before = dsc_failure_count();
        ++m->result->hessian_evaluations;
        DSC_PASS(dsc_newton_called("Hessian", before, m->problem->hessian(m->problem->user, m->x, hessian)));
    } else {
        DSC_PASS(dsc_newton_differ_hessian(m, hessian));
    }
    DSC_PASS(first_bad(m, m->n * m->n, hessian, DSC_NEWTON_NON_FINITE_HESSIAN));
    return symmetrize(m->n, hessian, is_exact);
}

dsc_status dsc_newton_product(dsc_newton *m, const double *v, double *product) {
    if (m->hessian != NULL) {
        for (size_t i = 0; i < m->n; ++i)
            product[i] = dsc_newton_dot(m->n, m->hessian + i * m->n, v);
    } else if (m->problem->product != NULL) {
        DSC_PASS(check_time(m));
        size_t before = dsc_failure_count();
        ++m->result->product_evaluations;
        DSC_PASS(
            dsc_newton_called("product", before, m->problem->product(m->problem->user, m->x, v, product)));
    } else {
        m->result->differenced_hessian = true;
        DSC_PASS(dsc_newton_differ_product(m, v, product));
    }
    return first_bad(m, m->n, product, DSC_NEWTON_NON_FINITE_HESSIAN);
}

dsc_status dsc_newton_accept(dsc_newton *m, double value) {
    memcpy(m->x, m->trial, m->n * sizeof *m->x);
    m->value = value;
    ++m->moves;
    m->is_judged = m->has_gradient = m->has_hessian = false;
    m->step_norm = dsc_newton_norm(m->n, m->step);
    dsc_status status = dsc_newton_gradient(m, m->x, m->gradient);
    m->has_gradient = status == DSC_OK || status == DSC_NEWTON_NON_FINITE_GRADIENT;
    for (size_t i = 0; i < m->n && !m->has_gradient; ++i)
        m->gradient[i] = NAN;
    if (status == DSC_OK && m->hessian != NULL)
        status = evaluate_hessian(m, m->hessian);
    m->has_hessian = status == DSC_OK && m->hessian != NULL;
    return status;
}
