/* Finite differences: central where there is room, one-sided at a bound. Beside a bound nobody knows the
 * function's own scale: log x has that of the distance, x^2 does not. So it is differenced twice, at a small
 * share of the distance and as everywhere else, and the second, which has fewer digits lost in rounding, is
 * taken unless the first contradicts it. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "newton/newton.h"

double dsc_newton_spacing(double x, double order) {
    volatile double moved = x + pow(DBL_EPSILON, 1 / order) * fmax(1, fabs(x));
    return moved - x;
}

/* How far x[i] may go down and up. */
static double room_below(const dsc_newton *m, size_t i, double x) {
    return m->problem->lower == NULL ? INFINITY : x - m->problem->lower[i];
}
static double room_above(const dsc_newton *m, size_t i, double x) {
    return m->problem->upper == NULL ? INFINITY : m->problem->upper[i] - x;
}

/* The function's value, or its gradient, at x with element i moved. */
typedef dsc_status (*evaluation)(dsc_newton *m, const double *x, size_t i, double to, double *out);

static dsc_status value_at(dsc_newton *m, const double *x, size_t i, double to, double *out) {
    memcpy(m->moved, x, m->n * sizeof *x);
    m->moved[i] = to;
    return dsc_newton_value(m, m->moved, out);
}

static dsc_status gradient_at(dsc_newton *m, const double *x, size_t i, double to, double *out) {
    memcpy(m->moved, x, m->n * sizeof *x);
    m->moved[i] = to;
    return dsc_newton_call_gradient(m, m->moved, out);
}

/* What is differenced: `count` numbers, of which `here` are those at x. */
typedef struct quantity {
    evaluation at;
    size_t count;
    const double *here;
} quantity;

/* (f(x + h) - f(x - h)) / 2h. *rounding: what of it may be. */
static dsc_status differ_central(dsc_newton *m, const quantity *q, const double *x, size_t i, double h,
                                 double *out, double *rounding) {
    double *high = q->count == 1 ? &(double){0} : m->high, *low = q->count == 1 ? &(double){0} : m->low;
    double up = dsc_newton_project(m, i, x[i] + h), down = dsc_newton_project(m, i, x[i] - h);
    DSC_PASS(q->at(m, x, i, up, high));
    DSC_PASS(q->at(m, x, i, down, low));
    *rounding = 8 * DBL_EPSILON *
                fmax(dsc_newton_largest(q->count, high), dsc_newton_largest(q->count, low)) / (up - down);
    for (size_t j = 0; j < q->count; ++j)
        out[j] = (high[j] - low[j]) / (up - down);
    return DSC_OK;
}

/* (4 f(x + h) - f(x + 2h) - 3 f(x)) / 2h, towards the side with more room. */
static dsc_status differ_inwards(dsc_newton *m, const quantity *q, const double *x, size_t i, double h,
                                 double *out) {
    double *near = q->count == 1 ? &(double){0} : m->high, *far = q->count == 1 ? &(double){0} : m->low;
    double below = room_below(m, i, x[i]), above = room_above(m, i, x[i]);
    h = above >= below ? fmin(h, above / 2) : -fmin(h, below / 2);
    double one = dsc_newton_project(m, i, x[i] + h), two = dsc_newton_project(m, i, x[i] + 2 * h);
    DSC_PASS(q->at(m, x, i, one, near));
    DSC_PASS(q->at(m, x, i, two, far));
    double a = one - x[i], b = two - x[i];
    for (size_t j = 0; j < q->count; ++j)
        out[j] = a == 0 || a == b /* in a box of a few numbers */
                     ? (far[j] - q->here[j]) / b
                     : ((near[j] - q->here[j]) * (b / a) - (far[j] - q->here[j]) * (a / b)) / (b - a);
    return DSC_OK;
}

/* The derivative by x[i]. share: of the distance to a bound; slack: how closely the two must agree. room:
 * count. */
static dsc_status differ(dsc_newton *m, const quantity *q, const double *x, size_t i, double share,
                         double slack, double *out, double *room) {
    double below = room_below(m, i, x[i]), above = room_above(m, i, x[i]), distance = fmin(below, above);
    double h = dsc_newton_spacing(x[i], 3), rounding;
    if (!(below + above > 0)) {
        memset(out, 0, q->count * sizeof *out);
        return DSC_OK;
    }
    if (distance > h)
        DSC_PASS(differ_central(m, q, x, i, h, out, &rounding));
    else
        DSC_PASS(differ_inwards(m, q, x, i, h, out));
    if (!(distance > 0 && share * distance < h) || x[i] + share * distance == x[i] ||
        x[i] - share * distance == x[i])
        return DSC_OK;
    DSC_PASS(differ_central(m, q, x, i, share * distance, room, &rounding));
    double first = dsc_newton_largest(q->count, out), second = dsc_newton_largest(q->count, room);
    double allowed = rounding + slack * fmax(first, second);
    bool agree = isfinite(first);
    for (size_t j = 0; j < q->count; ++j)
        agree = agree && fabs(out[j] - room[j]) <= allowed;
    if (!agree && isfinite(second))
        memcpy(out, room, q->count * sizeof *out);
    return DSC_OK;
}

dsc_status dsc_newton_differ_gradient(dsc_newton *m, const double *x, double *gradient) {
    quantity q = {value_at, 1, &m->value};
    for (size_t i = 0; i < m->n; ++i) {
        double room;
        DSC_PASS(differ(m, &q, x, i, 1e-3, 1e-5, gradient + i, &room));
    }
    return DSC_OK;
}

static dsc_status differ_gradients(dsc_newton *m, double *hessian) {
    quantity q = {gradient_at, m->n, m->gradient};
    for (size_t i = 0; i < m->n; ++i)
        DSC_PASS(differ(m, &q, m->x, i, 1.0 / 64, 0.01, hessian + i * m->n, m->work));
    return DSC_OK;
}

/* ---- Second differences of values ---- */

/* (f(c + 2h) - 2 f(c) + f(c - 2h)) / 4h^2 in element i. */
static dsc_status differ_twice(dsc_newton *m, size_t i, double c, double h, double *out, double *rounding) {
    double high, middle = m->value, low;
    DSC_PASS(value_at(m, m->x, i, dsc_newton_project(m, i, c + 2 * h), &high));
    if (c != m->x[i])
        DSC_PASS(value_at(m, m->x, i, c, &middle));
    DSC_PASS(value_at(m, m->x, i, dsc_newton_project(m, i, c - 2 * h), &low));
    *out = (high - 2 * middle + low) / (4 * h * h);
    *rounding = 4 * DBL_EPSILON * fmax(fabs(middle), fmax(fabs(high), fabs(low))) / (h * h);
    return DSC_OK;
}

/* The middle and the spacing for element i, and its own second difference. Beside a bound, which the
 * differences do not touch, the middle is moved away from it, or the spacing is a share of the distance, as
 * above. */
static dsc_status choose_stencil(dsc_newton *m, size_t i, double *middle, double *spacing, double *second) {
    double x = m->x[i], below = room_below(m, i, x), above = room_above(m, i, x), near, rounding;
    double h = fmin(dsc_newton_spacing(x, 4), (below + above) / 6), distance = fmin(below, above);
    double c = below < 3 * h ? x - below + 3 * h : above < 3 * h ? x + above - 3 * h : x;
    *middle = c;
    *spacing = h;
    *second = 0;
    if (h == 0)
        return DSC_OK;
    DSC_PASS(differ_twice(m, i, c, h, second, &rounding));
    double small = distance / 8;
    if (!(small > 0 && small < h) || x + small == x || x - small == x)
        return DSC_OK;
    DSC_PASS(differ_twice(m, i, x, small, &near, &rounding));
    bool agree = fabs(*second - near) <= rounding + 0.1 * fmax(fabs(*second), fabs(near));
    if (isfinite(near) && !(isfinite(*second) && agree)) {
        *middle = x;
        *spacing = small;
        *second = near;
    }
    return DSC_OK;
}

/* (f(++) - f(+-) - f(-+) + f(--)) / 4 h_i h_j. */
static dsc_status differ_values(dsc_newton *m, double *hessian) {
    double *middle = m->high, *h = m->low, *moved = m->moved;
    for (size_t i = 0; i < m->n; ++i)
        DSC_PASS(choose_stencil(m, i, middle + i, h + i, hessian + i * m->n + i));
    memcpy(moved, m->x, m->n * sizeof *moved);
    for (size_t i = 0; i < m->n; ++i)
        for (size_t j = 0; j < i; ++j) {
            double sum = 0, value;
            for (int corner = 0; corner < 4 && h[i] > 0 && h[j] > 0; ++corner) {
                double si = corner & 1 ? -1 : 1, sj = corner & 2 ? -1 : 1;
                moved[i] = dsc_newton_project(m, i, middle[i] + si * h[i]);
                moved[j] = dsc_newton_project(m, j, middle[j] + sj * h[j]);
                DSC_PASS(dsc_newton_value(m, moved, &value));
                sum += si * sj * value;
            }
            moved[i] = m->x[i];
            moved[j] = m->x[j];
            hessian[i * m->n + j] = hessian[j * m->n + i] = sum == 0 ? 0 : sum / (4 * h[i] * h[j]);
        }
    return DSC_OK;
}

dsc_status dsc_newton_differ_hessian(dsc_newton *m, double *hessian) {
    return m->problem->gradient != NULL ? differ_gradients(m, hessian) : differ_values(m, hessian);
}

/* (gradient(x + h v) - gradient(x - h v)) / 2 h; gradients that are differences themselves take a longer h.
 */
dsc_status dsc_newton_differ_product(dsc_newton *m, const double *v, double *product) {
    double *moved = m->high, *low = m->low, size = dsc_newton_norm(m->n, v);
    double order = m->problem->gradient != NULL ? 3 : 4;
    double h = pow(DBL_EPSILON, 1 / order) * fmax(1, dsc_newton_norm(m->n, m->x)) / size;
    if (size == 0) {
        memset(product, 0, m->n * sizeof *product);
        return DSC_OK;
    }
    for (int side = 1; side >= -1; side -= 2) {
        for (size_t i = 0; i < m->n; ++i)
            moved[i] = m->x[i] + side * h * v[i];
        DSC_PASS(dsc_newton_gradient(m, moved, side > 0 ? product : low));
    }
    for (size_t i = 0; i < m->n; ++i)
        product[i] = (product[i] - low[i]) / (2 * h);
    return DSC_OK;
}
