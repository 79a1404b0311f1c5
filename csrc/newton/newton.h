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
    double *gradient, *hessian; /* hessian: NULL where products do */
    /* The elements that steps may change: all, or those off their bounds. What follows has their order. */
    size_t *free, free_count;
    double *eigenvalues, *eigenvectors; /* rising; vector k is row k */
    double *factor;                     /* room for a matrix: a factor of the Hessian's free part */
    /* Room for n each: */
    double *step, *trial, *work, *direction;
    double *scratch; /* 5 n; LAPACK's integers go there too, and differences to the last 2 n */
    double radius, step_norm;
    bool is_judged;   /* the result has this point's curvature */
    bool is_definite; /* the Hessian, as the last factorisation found */
    bool must_escape; /* CG: `direction` goes down from a saddle */
} dsc_newton;

/* Evaluate, count, and check for what is not finite: a reason then, or a callback's status. */
dsc_status dsc_newton_value(dsc_newton *m, const double *x, double *value);
dsc_status dsc_newton_gradient(dsc_newton *m, const double *x, double *gradient);
dsc_status dsc_newton_hessian(dsc_newton *m, const double *x, double *hessian);
/* The Hessian at m->x times v. */
dsc_status dsc_newton_product(dsc_newton *m, const double *v, double *product);

/* Goes to trial, whose value is known: its derivatives are evaluated there. */
dsc_status dsc_newton_accept(dsc_newton *m, double value);

/* ---- The Hessian's free part ---- */

/* factor = Cholesky's of it plus shift times the identity; false if that is not positive definite. */
bool dsc_newton_factorize(dsc_newton *m, double shift);
/* v, of the free elements, becomes (H + shift)^-1 v. */
void dsc_newton_solve(const dsc_newton *m, double *v);
/* Sets the eigenvalues, and the vectors. */
dsc_status dsc_newton_decompose(dsc_newton *m, bool with_vectors);
/* What Lanczos's method sees of the eigenvalues: *count of them, rising; `direction` becomes a unit vector of
 * about the lowest. */
dsc_status dsc_newton_lanczos(dsc_newton *m, size_t *count);
enum { DSC_LANCZOS_STEPS = 64 };

/* ---- Steps ---- */

/* One iteration each: sets step, moves x and leaves value and derivatives there. DSC_OK: go on; a reason:
 * done. */
dsc_status dsc_newton_pure_step(dsc_newton *m);
dsc_status dsc_newton_search_step(dsc_newton *m);
dsc_status dsc_newton_region_step(dsc_newton *m);

/* Minimizers of the model g s + s H s / 2 within the radius, for dsc_newton_region_step: set `step`, what it
 * is to gain, and whether it ends on the boundary. is_first: since x moved. */
dsc_status dsc_newton_exact_model(dsc_newton *m, bool is_first, double *gain, bool *on_boundary);
dsc_status dsc_newton_dogleg_model(dsc_newton *m, bool is_first, double *gain, bool *on_boundary);
dsc_status dsc_newton_steihaug_model(dsc_newton *m, bool is_first, double *gain, bool *on_boundary);

/* ---- Bounds ---- */

double dsc_newton_project(const dsc_newton *m, size_t i, double x);
/* Finds the free elements at x, and how far the projected gradient goes. */
double dsc_newton_find_free(dsc_newton *m);

/* ---- Vectors ---- */

/* The reason, with where, if one of the numbers is not finite. */
dsc_status dsc_newton_first_bad(size_t count, const double *numbers, dsc_status reason, size_t *bad_index);
double dsc_newton_dot(size_t n, const double *a, const double *b);
double dsc_newton_norm(size_t n, const double *x);
double dsc_newton_largest(size_t n, const double *x);
/* The t >= 0 for which |a + t b| is the radius; a lies inside. */
double dsc_newton_reach(const dsc_newton *m, const double *a, const double *b);
/* trial = x + t step, projected. */
void dsc_newton_try(dsc_newton *m, double t);

#endif
