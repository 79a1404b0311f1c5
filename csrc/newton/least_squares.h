/* What the parts of a least-squares fit share: a point with its residuals and their Jacobian, and room to
 * work in. */
#ifndef DSC_NEWTON_LEAST_SQUARES_H
#define DSC_NEWTON_LEAST_SQUARES_H

#include "newton/newton.h"

/* m residuals and their Jacobian, column by column as LAPACK has it. */
typedef struct dsc_fit_point {
    double *residuals, *jacobian;
    double norm;   /* of the residuals */
    double cosine; /* the largest between them and a column: 0 at a minimum, whatever the units */
} dsc_fit_point;

typedef struct dsc_fit {
    const dsc_least_squares *problem;
    dsc_least_squares_options options;
    dsc_least_squares_result *result;
    size_t m, n;
    double *x;                 /* the caller's */
    dsc_fit_point here, there; /* at x, and at trial */
    double *trial, *moved;     /* n each */
    double *lengths, *scale;   /* n each: of the columns here; the largest that they have had */
    double *high, *low;        /* m each: residuals beside x */
    double *widest;            /* n: the largest that |x| has been */
    double size; /* the largest share that one parameter has in the residuals: |x_j| lengths_j */
    /* The Jacobian, its columns divided by their lengths and put into another order, is Q times `upper`. */
    double *factor, *tau; /* m x n, which is also room; n */
    int *pivot;           /* n: the column that came k-th, from 1 */
    double *upper;        /* n x n */
    double *rotated;      /* m: Q^T residuals */
    size_t rank;
    double tangent; /* the norm of that part of the residuals which the columns span */
    /* In units of the scales, upper = U S V^T, if it was asked for: */
    bool is_decomposed;
    double *singular, *left, *right, *along; /* S; U; V^T; U^T Q^T residuals */
    /* The step, and in units of the columns' scales, where its length is `length`. */
    double *step, *scaled, length, damping;
    double change; /* by how much the linear model moves the residuals */
    double radius; /* of the region, in these units */
} dsc_fit;

/* Evaluates the residuals at x. Not finite somewhere: NON_FINITE_VALUE, norm is infinite, and bad_index set.
 */
dsc_status dsc_fit_residuals(dsc_fit *f, const double *x, dsc_fit_point *point);
/* And the Jacobian, where the residuals are known, with the cosine. NON_FINITE_GRADIENT likewise. */
dsc_status dsc_fit_jacobian(dsc_fit *f, const double *x, dsc_fit_point *point);
/* DSC_OK where differences agree with the Jacobian here, or cannot tell; WRONG_DERIVATIVE, with the column as
 * bad_index, where they agree with one another and not with it. Column by column, or only if something is
 * wrong with all of them together. */
dsc_status dsc_fit_doubt(dsc_fit *f, bool is_thorough);

/* Takes `there` for `here`; the columns' lengths and scales follow, and the Jacobian's QR. */
dsc_status dsc_fit_arrive(dsc_fit *f);
/* The scales become the lengths of the columns here. */
void dsc_fit_rescale(dsc_fit *f);
/* The step that solves the linear model, without any damping: of lower rank, the shortest. */
dsc_status dsc_fit_full_step(dsc_fit *f);
/* Damped so that it ends within the radius. */
dsc_status dsc_fit_damped_step(dsc_fit *f);

void dsc_fit_covariance(dsc_fit *f, double *covariance);

#endif
