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
    bool has_gradient, has_hessian;
    double *small; /* room for a whole Hessian of few elements, where products stand for it */
    /* The elements that steps may change: all, or those off their bounds. What follows has their order. */
    size_t *free, free_count;
    double *eigenvalues, *eigenvectors; /* rising; vector k is row k */
    double *factor;                     /* room for a matrix: a factor of the Hessian's free part */
    /* Room for n each: */
    double *step, *trial, *work, *direction;
    double trial_value; /* see DSC_CURVATURE_LOWER */
    double *scratch;    /* 3 n; LAPACK's integers go there too */
    double *moved;      /* for differences alone, as the next two */
    double *high, *low;
    double radius, step_norm;
    double started;   /* seconds */
    int64_t moves;    /* of x, that to the start first */
    bool is_judged;   /* the result has this point's curvature */
    bool is_definite; /* the Hessian, as the last factorisation found */
} dsc_newton;

double dsc_newton_seconds(void);
/* DSC_OK, or the limit that is reached. */
dsc_status dsc_newton_limit(const dsc_newton *m);

/* Evaluate, count, and check for what is not finite: a reason then, a limit, or a callback's status. */
dsc_status dsc_newton_value(dsc_newton *m, const double *x, double *value);
dsc_status dsc_newton_gradient(dsc_newton *m, const double *x, double *gradient);
dsc_status dsc_newton_call_gradient(dsc_newton *m, const double *x, double *gradient); /* the caller's own */
/* The Hessian at m->x times v. */
dsc_status dsc_newton_product(dsc_newton *m, const double *v, double *product);

/* By differences of values, or of gradients, which stay within the bounds. x is m->x where there are any. */
dsc_status dsc_newton_differ_gradient(dsc_newton *m, const double *x, double *gradient);
dsc_status dsc_newton_differ_hessian(dsc_newton *m, double *hessian);
dsc_status dsc_newton_differ_product(dsc_newton *m, const double *v, double *product);
/* The step for differences of this order at x, exact in floating point. */
double dsc_newton_spacing(double x, double order);
/* WRONG_DERIVATIVE, with bad_index, if differences of values agree with one another and not with the
 * gradient. */
dsc_status dsc_newton_doubt(dsc_newton *m);

/* Goes to trial, whose value is known: its derivatives are evaluated there. Those that could not be are NaN.
 */
dsc_status dsc_newton_accept(dsc_newton *m, double value);

/* What a callback returned, as its run returns it: a positive status is the caller's wish to stop, a negative
 * one gets a message that says whose it is, unless it left its own. before: dsc_failure_count() then. */
dsc_status dsc_newton_called(const char *callback, size_t before, dsc_status status);

/* ---- The Hessian's free part ---- */

/* factor = Cholesky's of it plus shift times the identity; false if that is not positive definite. */
bool dsc_newton_factorize(dsc_newton *m, double shift);
/* v, of the free elements, becomes (H + shift)^-1 v. */
void dsc_newton_solve(const dsc_newton *m, double *v);
/* Sets the eigenvalues, and the vectors, of a Hessian's free part; of the matrix in factor, which is lost. */
dsc_status dsc_newton_decompose(dsc_newton *m, const double *hessian, bool with_vectors);
dsc_status dsc_newton_eigenvalues(dsc_newton *m, bool with_vectors);
/* What Lanczos's method sees of the eigenvalues: *count of them, rising; `direction` becomes a unit vector of
 * about the lowest. */
dsc_status dsc_newton_lanczos(dsc_newton *m, size_t *count);
enum { DSC_LANCZOS_STEPS = 64 };

/* What the Hessian says of a point whose gradient vanishes; sets what the result says of it. */
typedef enum dsc_curvature {
    DSC_CURVATURE_MINIMUM, /* no eigenvalue is negative, as far as can be told */
    DSC_CURVATURE_LOWER,   /* one is, and `trial` is lower, with the step to it and `trial_value` */
    DSC_CURVATURE_SADDLE   /* one is, but values do not show it */
} dsc_curvature;
dsc_status dsc_newton_judge(dsc_newton *m, dsc_curvature *curvature);
/* The same for the result alone, without any values. */
dsc_status dsc_newton_describe(dsc_newton *m);

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
/* The next `count` numbers of a block. */
double *dsc_newton_take(double **at, size_t count);
double dsc_newton_dot(size_t n, const double *a, const double *b);
double dsc_newton_norm(size_t n, const double *x);
double dsc_newton_largest(size_t n, const double *x);
/* The t >= 0 for which |a + t b| is the radius; a lies inside. */
double dsc_newton_reach(const dsc_newton *m, const double *a, const double *b);
/* trial = x + t step, projected. */
void dsc_newton_try(dsc_newton *m, double t);

#endif
