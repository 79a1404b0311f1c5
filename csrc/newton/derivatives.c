/* Values and derivatives, from the caller or by differences. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "newton/newton.h"

static dsc_status first_bad(dsc_newton *m, size_t count, const double *numbers, dsc_status reason) {
    return dsc_newton_first_bad(count, numbers, reason, &m->result->bad_index);
}

dsc_status dsc_newton_value(dsc_newton *m, const double *x, double *value) {
    ++m->result->value_evaluations;
    return m->problem->value(m->problem->user, x, value);
}

/* The step for differences of this order at x[i]: exact in floating point. */
static double spacing(double x, double order) {
    volatile double moved = x + pow(DBL_EPSILON, 1 / order) * fmax(1, fabs(x));
    return moved - x;
}

static dsc_status differ_gradient(dsc_newton *m, const double *x, double *gradient) {
    double *moved = m->work, high, low;
    memcpy(moved, x, m->n * sizeof *x);
    for (size_t i = 0; i < m->n; ++i) {
        double h = spacing(x[i], 3);
        moved[i] = x[i] + h;
        DSC_TRY(dsc_newton_value(m, moved, &high));
        moved[i] = x[i] - h;
        DSC_TRY(dsc_newton_value(m, moved, &low));
        moved[i] = x[i];
        gradient[i] = (high - low) / (2 * h);
    }
    return DSC_OK;
}

dsc_status dsc_newton_gradient(dsc_newton *m, const double *x, double *gradient) {
    if (m->problem->gradient != NULL) {
        ++m->result->gradient_evaluations;
        DSC_TRY(m->problem->gradient(m->problem->user, x, gradient));
    } else {
        m->result->differs_gradient = true;
        DSC_TRY(differ_gradient(m, x, gradient));
    }
    return first_bad(m, m->n, gradient, DSC_NEWTON_NON_FINITE_GRADIENT);
}

static dsc_status differ_gradients(dsc_newton *m, const double *x, double *hessian) {
    double *moved = m->work, *high = m->scratch, *low = m->scratch + m->n;
    memcpy(moved, x, m->n * sizeof *x);
    for (size_t i = 0; i < m->n; ++i) {
        double h = spacing(x[i], 3);
        moved[i] = x[i] + h;
        m->result->gradient_evaluations += 2;
        DSC_TRY(m->problem->gradient(m->problem->user, moved, high));
        moved[i] = x[i] - h;
        DSC_TRY(m->problem->gradient(m->problem->user, moved, low));
        moved[i] = x[i];
        for (size_t j = 0; j < m->n; ++j)
            hessian[i * m->n + j] = (high[j] - low[j]) / (2 * h);
    }
    return DSC_OK;
}

/* (f(++) - f(+-) - f(-+) + f(--)) / 4 h_i h_j, which for i = j is a second difference over 2 h. */
static dsc_status differ_values(dsc_newton *m, const double *x, double *hessian) {
    double *moved = m->work;
    memcpy(moved, x, m->n * sizeof *x);
    for (size_t i = 0; i < m->n; ++i)
        for (size_t j = 0; j <= i; ++j) {
            double hi = spacing(x[i], 4), hj = spacing(x[j], 4), sum = 0, value;
            for (int corner = 0; corner < 4; ++corner) {
                double si = corner & 1 ? -1 : 1, sj = corner & 2 ? -1 : 1;
                moved[i] += si * hi;
                moved[j] += sj * hj;
                DSC_TRY(dsc_newton_value(m, moved, &value));
                moved[i] = x[i];
                moved[j] = x[j];
                sum += si * sj * value;
            }
            hessian[i * m->n + j] = hessian[j * m->n + i] = sum / (4 * hi * hj);
        }
    return DSC_OK;
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

dsc_status dsc_newton_hessian(dsc_newton *m, const double *x, double *hessian) {
    bool is_exact = m->problem->hessian != NULL;
    if (is_exact) {
        ++m->result->hessian_evaluations;
        DSC_TRY(m->problem->hessian(m->problem->user, x, hessian));
    } else {
        m->result->differs_hessian = true;
        DSC_TRY(m->problem->gradient != NULL ? differ_gradients(m, x, hessian)
                                             : differ_values(m, x, hessian));
    }
    dsc_status status = first_bad(m, m->n * m->n, hessian, DSC_NEWTON_NON_FINITE_HESSIAN);
    return status != DSC_OK ? status : symmetrize(m->n, hessian, is_exact);
}

/* (gradient(x + h v) - gradient(x - h v)) / 2 h; gradients that are differences themselves take a longer h.
 */
static dsc_status differ_product(dsc_newton *m, const double *v, double *product) {
    double *moved = m->scratch + 4 * m->n, *low = m->scratch + 3 * m->n, size = dsc_newton_norm(m->n, v);
    double order = m->problem->gradient != NULL ? 3 : 4;
    double h = pow(DBL_EPSILON, 1 / order) * fmax(1, dsc_newton_norm(m->n, m->x)) / size;
    m->result->differs_hessian = true;
    if (size == 0) {
        memset(product, 0, m->n * sizeof *product);
        return DSC_OK;
    }
    for (int side = 1; side >= -1; side -= 2) {
        for (size_t i = 0; i < m->n; ++i)
            moved[i] = m->x[i] + side * h * v[i];
        dsc_status status = dsc_newton_gradient(m, moved, side > 0 ? product : low);
        if (status != DSC_OK)
            return status;
    }
    for (size_t i = 0; i < m->n; ++i)
        product[i] = (product[i] - low[i]) / (2 * h);
    return DSC_OK;
}

dsc_status dsc_newton_product(dsc_newton *m, const double *v, double *product) {
    if (m->hessian != NULL) {
        for (size_t i = 0; i < m->n; ++i)
            product[i] = dsc_newton_dot(m->n, m->hessian + i * m->n, v);
    } else if (m->problem->product != NULL) {
        ++m->result->product_evaluations;
        DSC_TRY(m->problem->product(m->problem->user, m->x, v, product));
    } else {
        DSC_TRY(differ_product(m, v, product));
    }
    return first_bad(m, m->n, product, DSC_NEWTON_NON_FINITE_HESSIAN);
}
