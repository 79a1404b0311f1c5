/* Residuals and their Jacobian, from the caller or by differences; and what differences say of the caller's.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "newton/least_squares.h"

static dsc_status call(dsc_fit *f, const double *x, double *residuals) {
    size_t before = dsc_failure_count();
    ++f->result->evaluations;
    return dsc_newton_called("residuals", before, f->problem->evaluate(f->problem->user, x, residuals));
}

dsc_status dsc_fit_residuals(dsc_fit *f, const double *x, dsc_fit_point *point) {
    dsc_status status = call(f, x, point->residuals);
    if (status == DSC_OK)
        status =
            dsc_newton_first_bad(f->m, point->residuals, DSC_NEWTON_NON_FINITE_VALUE, &f->result->bad_index);
    point->norm = status == DSC_OK ? dsc_newton_norm(f->m, point->residuals) : INFINITY;
    return status;
}

/* (r(x + h) - r(x - h)) / 2h in element j; where one side is not finite, from the other and the middle. */
static dsc_status differ_column(dsc_fit *f, const dsc_fit_point *point, const double *x, size_t j, double h,
                                double *column) {
    size_t unused;
    const double *sides[2] = {f->high, f->low};
    double at[2];
    bool is_finite[2];
    memcpy(f->moved, x, f->n * sizeof *x);
    for (int side = 0; side < 2; ++side) {
        at[side] = f->moved[j] = side == 0 ? x[j] + h : x[j] - h;
        DSC_PASS(call(f, f->moved, (double *)sides[side]));
        is_finite[side] =
            dsc_newton_first_bad(f->m, sides[side], DSC_NEWTON_NON_FINITE_VALUE, &unused) == DSC_OK;
    }
    if (is_finite[0] != is_finite[1]) {
        int other = is_finite[0] ? 1 : 0;
        sides[other] = point->residuals;
        at[other] = x[j];
    }
    for (size_t i = 0; i < f->m; ++i)
        column[i] = (sides[0][i] - sides[1][i]) / (at[0] - at[1]);
    return DSC_OK;
}

/* Of a parameter near 0 the usual spacing, a share of it, may be too small to change the residuals by more
 * than rounding: it grows until it does, or until it is a share of the largest that the parameter has been.
 */
static dsc_status differ(dsc_fit *f, const double *x, dsc_fit_point *point) {
    f->result->differenced_jacobian = true;
    for (size_t j = 0; j < f->n; ++j) {
        double *column = point->jacobian + j * f->m, rounding = DBL_EPSILON * (point->norm + f->size);
        f->widest[j] = fmax(f->widest[j], fabs(x[j]));
        double most = cbrt(DBL_EPSILON) * (f->widest[j] > 1e-300 ? f->widest[j] : 1);
        double h = x[j] == 0 ? most : cbrt(DBL_EPSILON) * fabs(x[j]);
        for (;; h = fmin(100 * h, most)) {
            DSC_PASS(differ_column(f, point, x, j, h, column));
            if (h >= most || rounding <= 1e-6 * h * dsc_newton_norm(f->m, column))
                break;
        }
    }
    return DSC_OK;
}

static dsc_status ask(dsc_fit *f, const double *x, dsc_fit_point *point) {
    size_t before = dsc_failure_count();
    double *rows = f->factor;
    ++f->result->jacobians;
    dsc_status status = f->problem->jacobian(f->problem->user, x, rows);
    for (size_t i = 0; i < f->m && status == DSC_OK; ++i)
        for (size_t j = 0; j < f->n; ++j)
            point->jacobian[j * f->m + i] = rows[i * f->n + j];
    return dsc_newton_called("Jacobian", before, status);
}

static double find_cosine(const dsc_fit *f, const dsc_fit_point *point) {
    double largest = 0;
    for (size_t j = 0; j < f->n && point->norm > 0; ++j) {
        const double *column = point->jacobian + j * f->m;
        double length = dsc_newton_norm(f->m, column), product = 0;
        for (size_t i = 0; i < f->m && length > 0; ++i)
            product += (column[i] / length) * (point->residuals[i] / point->norm);
        largest = fmax(largest, fabs(product));
    }
    return largest;
}

dsc_status dsc_fit_jacobian(dsc_fit *f, const double *x, dsc_fit_point *point) {
    point->cosine = NAN;
    dsc_status status = f->problem->jacobian == NULL ? differ(f, x, point) : ask(f, x, point);
    if (status == DSC_OK)
        status = dsc_newton_first_bad(f->m * f->n, point->jacobian, DSC_NEWTON_NON_FINITE_GRADIENT,
                                      &f->result->bad_index);
    if (status == DSC_OK)
        point->cosine = find_cosine(f, point);
    return status;
}

/* |a - b| is a larger share of a and b than this, and more than rounding. */
static bool disagree(size_t m, const double *a, const double *b, double share, double rounding,
                     double *room) {
    for (size_t i = 0; i < m; ++i)
        room[i] = a[i] - b[i];
    return dsc_newton_norm(m, room) >
           fmax(rounding, share * fmax(dsc_newton_norm(m, a), dsc_newton_norm(m, b)));
}

/* Along all elements at once, each by its spacing and with signs that have no structure: whether differences
 * show what the Jacobian says, or nothing that is finite. */
static dsc_status agree_along(dsc_fit *f, bool *agree) {
    double *change = f->factor, *high = f->high, *low = f->there.residuals, rounding = 1e3 * DBL_EPSILON;
    memset(change, 0, f->m * sizeof *change);
    for (int side = 0; side < 2; ++side) {
        for (size_t j = 0; j < f->n; ++j) {
            double sign = fmod((double)(j + 1) * 0.6180339887498949, 1) < 0.5 ? -1 : 1;
            double h = sign * cbrt(DBL_EPSILON) * (f->x[j] == 0 ? 1 : fabs(f->x[j]));
            f->moved[j] = f->x[j] + (side == 0 ? h : -h);
            for (size_t i = 0; i < f->m; ++i)
                change[i] += h * f->here.jacobian[j * f->m + i];
        }
        DSC_PASS(call(f, f->moved, side == 0 ? high : low));
    }
    for (size_t i = 0; i < f->m; ++i)
        high[i] -= low[i];
    *agree = !(isfinite(dsc_newton_norm(f->m, high)) &&
               disagree(f->m, high, change, 0.01, rounding * (f->here.norm + f->size), low));
    return DSC_OK;
}

dsc_status dsc_fit_doubt(dsc_fit *f, bool is_thorough) {
    double *wide = f->factor, *narrow = f->there.residuals, *room = f->high;
    bool agree = false;
    dsc_status status = DSC_OK;
    if (!is_thorough && f->problem->jacobian != NULL)
        status = agree_along(f, &agree);
    for (size_t j = 0; j < f->n && f->problem->jacobian != NULL && !agree && status == DSC_OK; ++j) {
        const double *column = f->here.jacobian + j * f->m;
        double h = cbrt(DBL_EPSILON) * (f->x[j] == 0 ? 1 : fabs(f->x[j]));
        double rounding = 1e3 * DBL_EPSILON * (f->here.norm + f->size) / h;
        status = differ_column(f, &f->here, f->x, j, h, wide);
        if (status != DSC_OK || !disagree(f->m, wide, column, 0.01, rounding, room))
            continue;
        status = differ_column(f, &f->here, f->x, j, h / 64, narrow);
        bool is_seen = dsc_newton_largest(f->m, wide) > 0 && dsc_newton_largest(f->m, narrow) > 0;
        if (status == DSC_OK && is_seen && !disagree(f->m, narrow, wide, 2e-3, 0, room)) {
            f->result->bad_index = j;
            return DSC_NEWTON_WRONG_DERIVATIVE;
        }
    }
    return status;
}
