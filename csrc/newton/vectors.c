/* Vectors, points, and what bounds make of them. */
#include <math.h>
#include <string.h>

#include "newton/newton.h"

dsc_status dsc_newton_first_bad(size_t count, const double *numbers, dsc_status reason, size_t *bad_index) {
    for (size_t i = 0; i < count; ++i)
        if (!isfinite(numbers[i])) {
            *bad_index = i;
            return reason;
        }
    return DSC_OK;
}

double *dsc_newton_take(double **at, size_t count) {
    double *taken = *at;
    *at += count;
    return taken;
}

double dsc_newton_dot(size_t n, const double *a, const double *b) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i)
        sum += a[i] * b[i];
    return sum;
}

double dsc_newton_largest(size_t n, const double *x) {
    double largest = 0;
    for (size_t i = 0; i < n; ++i)
        largest = fabs(x[i]) > largest || isnan(x[i]) ? fabs(x[i]) : largest;
    return largest;
}

double dsc_newton_norm(size_t n, const double *x) {
    double largest = dsc_newton_largest(n, x), sum = 0;
    if (!(largest > 0 && largest < INFINITY))
        return largest;
    for (size_t i = 0; i < n; ++i)
        sum += (x[i] / largest) * (x[i] / largest);
    return largest * sqrt(sum);
}

double dsc_newton_project(const dsc_newton *m, size_t i, double x) {
    const dsc_newton_problem *p = m->problem;
    if (p->lower != NULL && x < p->lower[i])
        return p->lower[i];
    return p->upper != NULL && x > p->upper[i] ? p->upper[i] : x;
}

void dsc_newton_try(dsc_newton *m, double t) {
    for (size_t i = 0; i < m->n; ++i)
        m->trial[i] = dsc_newton_project(m, i, m->x[i] + t * m->step[i]);
}

double dsc_newton_reach(const dsc_newton *m, const double *a, const double *b) {
    double aa = dsc_newton_dot(m->n, a, a), ab = dsc_newton_dot(m->n, a, b), bb = dsc_newton_dot(m->n, b, b);
    double rest = m->radius * m->radius - aa, root = sqrt(fmax(0, ab * ab + bb * rest));
    return ab > 0 ? rest / (ab + root) : (root - ab) / bb;
}

/* Whether x[i] has no room, or lies at a bound, or all but there, and its gradient pushes it on. */
static bool is_held(const dsc_newton *m, size_t i, double margin) {
    const dsc_newton_problem *p = m->problem;
    if (p->lower != NULL && p->upper != NULL && p->lower[i] == p->upper[i])
        return true;
    const double *bound = m->gradient[i] > 0 ? p->lower : p->upper;
    return bound != NULL && m->gradient[i] != 0 &&
           fabs(m->x[i] - bound[i]) <= margin * fmax(1, fabs(m->x[i]));
}

double dsc_newton_find_free(dsc_newton *m) {
    bool is_bounded = m->problem->lower != NULL || m->problem->upper != NULL;
    for (size_t i = 0; i < m->n; ++i) {
        double to = dsc_newton_project(m, i, m->x[i] - m->gradient[i]);
        m->moved[i] = is_bounded ? m->x[i] - to : m->gradient[i];
    }
    double largest = dsc_newton_largest(m->n, m->moved);
    m->free_count = 0;
    for (size_t i = 0; i < m->n; ++i)
        if (!is_held(m, i, fmin(largest, 1e-8)))
            m->free[m->free_count++] = i;
    return largest;
}
