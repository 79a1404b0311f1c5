/* Steps of a least-squares fit: the linear model's solution by QR with pivoting, and within a ball, in units
 * of the columns, by the singular values of its triangle. More 1978, The Levenberg-Marquardt Algorithm:
 * Implementation and Theory. */
#include <float.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>

#include "linalg/blas.h"
#include "newton/least_squares.h"

static double or_one(double length) {
    return length > 0 ? length : 1;
}

static dsc_status failed(const char *routine, lapack_int status) {
    return status == 0 ? DSC_OK
                       : dsc_fail(DSC_ERROR_MEMORY, "LAPACK's %s failed with %d", routine, (int)status);
}

static dsc_status factorize(dsc_fit *f) {
    size_t m = f->m, n = f->n;
    for (size_t j = 0; j < n; ++j)
        for (size_t i = 0; i < m; ++i)
            f->factor[j * m + i] = f->here.jacobian[j * m + i] / or_one(f->lengths[j]);
    memset(f->pivot, 0, n * sizeof *f->pivot);
    memcpy(f->rotated, f->here.residuals, m * sizeof *f->rotated);
    dsc_blas_prepare();
    DSC_TRY(failed("dgeqp3", LAPACKE_dgeqp3(LAPACK_COL_MAJOR, (lapack_int)m, (lapack_int)n, f->factor,
                                            (lapack_int)m, f->pivot, f->tau)));
    DSC_TRY(failed("dormqr", LAPACKE_dormqr(LAPACK_COL_MAJOR, 'L', 'T', (lapack_int)m, 1, (lapack_int)n,
                                            f->factor, (lapack_int)m, f->tau, f->rotated, (lapack_int)m)));
    for (size_t j = 0; j < n; ++j)
        for (size_t i = 0; i < n; ++i)
            f->upper[j * n + i] = i <= j ? f->factor[j * m + i] : 0;
    for (f->rank = 0; f->rank < n; ++f->rank)
        if (!(fabs(f->upper[f->rank * (n + 1)]) > DBL_EPSILON * (double)m * fabs(f->upper[0])))
            break;
    f->tangent = dsc_newton_norm(f->rank, f->rotated);
    f->is_decomposed = false;
    return DSC_OK;
}

void dsc_fit_rescale(dsc_fit *f) {
    memcpy(f->scale, f->lengths, f->n * sizeof *f->scale);
    f->is_decomposed = false;
}

dsc_status dsc_fit_arrive(dsc_fit *f) {
    dsc_fit_point left = f->here;
    f->here = f->there;
    f->there = left;
    memcpy(f->x, f->trial, f->n * sizeof *f->x);
    f->size = 0;
    for (size_t j = 0; j < f->n; ++j) {
        f->lengths[j] = dsc_newton_norm(f->m, f->here.jacobian + j * f->m);
        f->scale[j] = fmax(f->scale[j], f->lengths[j]);
        f->size = fmax(f->size, fabs(f->x[j]) * f->lengths[j]);
    }
    return factorize(f);
}

static dsc_status decompose(dsc_fit *f) {
    lapack_int n = (lapack_int)f->n;
    if (f->is_decomposed)
        return DSC_OK;
    for (size_t k = 0; k < f->n; ++k) {
        size_t j = (size_t)f->pivot[k] - 1;
        for (size_t i = 0; i < f->n; ++i)
            f->factor[k * f->n + i] = f->upper[k * f->n + i] * (f->lengths[j] / or_one(f->scale[j]));
    }
    DSC_TRY(failed("dgesdd", LAPACKE_dgesdd(LAPACK_COL_MAJOR, 'A', n, n, f->factor, n, f->singular, f->left,
                                            n, f->right, n)));
    for (size_t k = 0; k < f->n; ++k)
        f->along[k] = dsc_newton_dot(f->n, f->left + k * f->n, f->rotated);
    f->is_decomposed = true;
    return DSC_OK;
}

/* From parts in the order of the triangle's columns, each in units of that column's length or scale. */
static void set_step(dsc_fit *f, const double *parts, const double *units) {
    for (size_t k = 0; k < f->n; ++k) {
        size_t j = (size_t)f->pivot[k] - 1;
        f->step[j] = parts[k] / or_one(units[j]);
        f->scaled[j] = f->step[j] * or_one(f->scale[j]);
    }
    f->length = dsc_newton_norm(f->n, f->scaled);
}

/* -V (S / (S^2 + damping)) U^T Q^T r; without any damping, of those singular values that are more than
 * rounding. */
static void take_decomposed(dsc_fit *f) {
    double *parts = f->moved;
    double least = f->damping > 0 ? 0 : DBL_EPSILON * (double)f->m * f->singular[0];
    memset(parts, 0, f->n * sizeof *parts);
    f->change = 0;
    for (size_t k = 0; k < f->n && f->singular[k] > least; ++k) {
        double s = f->singular[k], part = f->along[k] / (s + f->damping / s);
        f->change = hypot(f->change, s * part);
        for (size_t j = 0; j < f->n; ++j)
            parts[j] -= part * f->right[j * f->n + k];
    }
    set_step(f, parts, f->scale);
}

dsc_status dsc_fit_full_step(dsc_fit *f) {
    lapack_int n = (lapack_int)f->n;
    f->damping = 0;
    if (f->rank < f->n) {
        DSC_TRY(decompose(f));
        take_decomposed(f);
        return DSC_OK;
    }
    double *parts = f->moved;
    for (size_t k = 0; k < f->n; ++k)
        parts[k] = -f->rotated[k];
    DSC_TRY(failed("dtrtrs", LAPACKE_dtrtrs(LAPACK_COL_MAJOR, 'U', 'N', 'N', n, 1, f->upper, n, parts, n)));
    set_step(f, parts, f->lengths);
    f->change = f->tangent;
    return DSC_OK;
}

/* The damping for which the step ends on the ball's boundary; Newton's method on the length's inverse, which
 * is nearly linear, kept between bounds. */
static double find_damping(const dsc_fit *f) {
    double low = 0, high = 0;
    for (size_t k = 0; k < f->n; ++k)
        high = hypot(high, f->singular[k] * f->along[k]);
    high /= f->radius;
    double at = high;
    for (int i = 0; i < 200 && at > low; ++i) {
        double square = 0, slope = 0;
        for (size_t k = 0; k < f->n; ++k) {
            double s = f->singular[k], below = s * s + at, part = s * f->along[k] / below;
            square += part * part;
            slope += part * part / below;
        }
        double length = sqrt(square);
        if (fabs(length - f->radius) <= 1e-3 * f->radius)
            break;
        if (length > f->radius)
            low = at;
        else
            high = at;
        double next = at + (length - f->radius) / f->radius * square / slope;
        at = next > low && next < high ? next : low + (high - low) / 2;
    }
    return at;
}

dsc_status dsc_fit_damped_step(dsc_fit *f) {
    DSC_TRY(dsc_fit_full_step(f));
    if (f->length <= f->radius)
        return DSC_OK;
    DSC_TRY(decompose(f));
    f->damping = find_damping(f);
    take_decomposed(f);
    return DSC_OK;
}
