/* What the parts of Newton's method share: a point with its derivatives, and room to work in. */
#ifndef DSC_NEWTON_NEWTON_H
#define DSC_NEWTON_NEWTON_H

#include "core/internal.h"
#include "descent/newton.h"

typedef struct dsc_newton {
    const dsc_newton_problem *problem;
    dsc_newton_options options;
    dsc_newton_result *result;
    size_t n;
    double *x; /* the caller's */
    /* At x: */
    double value;
    double *gradient, *hessian;
    double *eigenvalues, *eigenvectors; /* rising; vector k is row k */
    /* Room: */
    double *step, *trial, *work, *scratch, *square;
    double radius, step_norm;
} dsc_newton;

/* Evaluate, count, and check for what is not finite: a reason then, or a callback's status. */
dsc_status dsc_newton_value(dsc_newton *m, const double *x, double *value);
dsc_status dsc_newton_gradient(dsc_newton *m, const double *x, double *gradient);
dsc_status dsc_newton_hessian(dsc_newton *m, const double *x, double *hessian);

/* Sets the eigenvalues and vectors of the Hessian. */
dsc_status dsc_newton_decompose(dsc_newton *m);

/* One iteration each: sets step, moves x and leaves value, gradient and Hessian there. DSC_OK: go on; a
 * reason: done. */
dsc_status dsc_newton_pure_step(dsc_newton *m);
dsc_status dsc_newton_search_step(dsc_newton *m);
dsc_status dsc_newton_region_step(dsc_newton *m);

/* Goes to trial, whose value is known: its derivatives are evaluated there. */
dsc_status dsc_newton_accept(dsc_newton *m, double value);

double dsc_newton_norm(size_t n, const double *x);
double dsc_newton_largest(size_t n, const double *x);

#endif
