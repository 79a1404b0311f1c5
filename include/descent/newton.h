/* Newton's method for small, smooth problems: second derivatives and LAPACK, for an exact answer in a few
 * iterations. float64 throughout. The matrices lie in the context's memory (NULL: the default context's);
 * LAPACK and the callbacks run on the caller's thread. */
#ifndef DESCENT_NEWTON_H
#define DESCENT_NEWTON_H

#include <stdbool.h>

#include "context.h"
#include "status.h"

DSC_BEGIN_API

/* The function: each part is asked for at x, n numbers. A negative status ends the minimization, which
 * returns it; so does a positive one, which is the caller's wish to stop: DSC_NEWTON_STOPPED. */
typedef struct dsc_newton_problem {
    size_t n;
    dsc_status (*value)(void *user, const double *x, double *value);
    dsc_status (*gradient)(void *user, const double *x,
                           double *gradient); /* NULL: central differences of values */
    /* n x n, symmetric. NULL: central differences of gradients, or of values */
    dsc_status (*hessian)(void *user, const double *x, double *hessian);
    /* The Hessian times v, for CONJUGATE_GRADIENTS. NULL: the Hessian's, or central differences of
     * gradients */
    dsc_status (*product)(void *user, const double *x, const double *v, double *product);
    void *user;
    const double *lower, *upper; /* of each element of x; may be infinite. NULL: no bounds */
} dsc_newton_problem;

typedef enum dsc_newton_method {
    /* PROJECTED with bounds, CONJUGATE_GRADIENTS with products and n > 1000, else TRUST_REGION */
    DSC_NEWTON_AUTOMATIC = 0,
    /* The minimum of the quadratic model within a ball, exact: More and Sorensen 1983, on the Cholesky factor
     * while the Hessian is positive definite, else on the eigen-decomposition, which settles the hard case.
     * Escapes saddles */
    DSC_NEWTON_TRUST_REGION = 1,
    /* Within the same ball, along the path from steepest descent to the Newton step: Powell 1970. Where the
     * Hessian is not positive definite there is no such path, and the step is TRUST_REGION's */
    DSC_NEWTON_DOGLEG = 2,
    /* Within the same ball by conjugate gradients, which need products only: Steihaug 1983. At a vanishing
     * gradient Lanczos's method looks for negative curvature. Up to 10^8 elements */
    DSC_NEWTON_CONJUGATE_GRADIENTS = 3,
    /* -H^-1 g by Cholesky's factorisation, with H's eigenvalues made positive where they are not, and a line
     * search */
    DSC_NEWTON_LINE_SEARCH = 4,
    /* The same among the elements that are off their bounds, and Armijo's rule along the projected path:
     * Bertsekas 1982. The only method that takes bounds */
    DSC_NEWTON_PROJECTED = 5,
    /* x - H^-1 g, by Bunch and Kaufman's factorisation. Goes to whatever stationary point is near */
    DSC_NEWTON_PURE = 6
} dsc_newton_method;

typedef enum dsc_newton_search {
    DSC_NEWTON_STRONG_WOLFE = 0, /* brackets, then zooms: Nocedal and Wright 2006, 3.5 and 3.6 */
    DSC_NEWTON_MORE_THUENTE = 1, /* the same conditions: More and Thuente 1994 */
    DSC_NEWTON_ARMIJO = 2        /* backtracks to a sufficient decrease; values only */
} dsc_newton_search;

/* Zeros are replaced by the defaults given. */
#define DSC_NEWTON_DEFAULT_GRADIENT_TOLERANCE 1e-8
#define DSC_NEWTON_DEFAULT_LOWEST -1e100
#define DSC_NEWTON_DEFAULT_ITERATIONS 1000
typedef struct dsc_newton_options {
    dsc_newton_method method;
    dsc_newton_search search;  /* of LINE_SEARCH */
    double gradient_tolerance; /* done when no element of the gradient is larger; with bounds, of
                                  x - projection(x - gradient). 1e-8 */
    double step_tolerance;     /* done when |step| <= it max(1, |x|). Off */
    double value_tolerance;    /* done when the value falls by no more than it max(1, |value|). Off */
    double radius;             /* of the first ball. max(1, |x|) */
    double lowest;             /* a value below it: unbounded. -1e100 */
    int64_t max_iterations;    /* 1000 */
    int64_t max_evaluations;   /* of the value. Off */
    double max_seconds;        /* Off */
} dsc_newton_options;

/* Why a minimization stopped. The first four are good ends. */
enum {
    DSC_NEWTON_GRADIENT = 100, /* the gradient's tolerance is met, and H has no negative eigenvalue */
    DSC_NEWTON_STEP = 101,
    DSC_NEWTON_VALUE = 102,
    DSC_NEWTON_EXACT = 103, /* no step can lower the value any more: rounding is all that is left */
    DSC_NEWTON_MAX_ITERATIONS = 104,
    DSC_NEWTON_MAX_EVALUATIONS = 105,
    DSC_NEWTON_MAX_SECONDS = 106,
    DSC_NEWTON_LINE_SEARCH_FAILED = 107,
    DSC_NEWTON_NON_FINITE_VALUE = 108,
    DSC_NEWTON_NON_FINITE_GRADIENT = 109, /* bad_index says where */
    DSC_NEWTON_NON_FINITE_HESSIAN = 110,  /* likewise */
    DSC_NEWTON_UNBOUNDED = 111,
    DSC_NEWTON_STOPPED = 112, /* by the progress callback, or another's positive status */
    DSC_NEWTON_RADIUS_TOO_SMALL = 113,
    /* The Hessian is singular, for PURE; or so badly conditioned that conjugate gradients get nowhere */
    DSC_NEWTON_SINGULAR = 114,
    DSC_NEWTON_SADDLE = 115,    /* the gradient vanishes, and the Hessian has a negative eigenvalue */
    DSC_NEWTON_SEPARABLE = 116, /* of a regression: some coefficients would have to be infinite */
    /* No step does what the derivatives say, and differences agree with one another but not with them:
     * element bad_index of the gradient, or column bad_index of the Jacobian, is wrong */
    DSC_NEWTON_WRONG_DERIVATIVE = 117
};
/* A sentence for each. */
const char *dsc_newton_reason(dsc_status reason);

/* One iteration, as the progress callback sees it. The first, number 0, is the start. */
typedef struct dsc_newton_iterate {
    int64_t iteration;
    const double *x;
    double value;
    double gradient_norm; /* the largest absolute element; with bounds, see gradient_tolerance */
    double step_norm;     /* Euclidean; NaN at the start */
    double radius;        /* of the trust region; NaN for other methods */
} dsc_newton_iterate;

typedef struct dsc_newton_result {
    dsc_newton_method method; /* the one that AUTOMATIC stood for */
    double value, gradient_norm;
    int64_t iterations, value_evaluations, gradient_evaluations, hessian_evaluations, product_evaluations;
    /* The last Hessian's largest over its smallest absolute eigenvalue, and its inertia: eigenvalues by sign.
     * With bounds, of the elements off them; of CONJUGATE_GRADIENTS what up to 64 steps of Lanczos's method
     * see, which is all for n <= 64 */
    double condition;
    int64_t positive, zero, negative;
    double radius;                                  /* with x, all there is to going on */
    bool differenced_gradient, differenced_hessian; /* finite differences stood in for them */
    size_t bad_index;                               /* SIZE_MAX: none */
} dsc_newton_result;

/* Minimizes from x, in place: whatever happens, x is the last point that an iteration went to, and *result
 * describes it. A start beyond its bounds is moved to them. Returns one of the reasons above, or a negative
 * status: NULL or no value function, n = 0 or too large for LAPACK, NaN in x, a lower bound above the upper
 * one, bounds for another method, an asymmetric Hessian, options out of range, no memory, or what a callback
 * returned. progress may be NULL; true from it ends the run. */
dsc_status dsc_newton_minimize(const dsc_context *context, const dsc_newton_problem *problem,
                               const dsc_newton_options *options,
                               bool (*progress)(void *user, const dsc_newton_iterate *iterate), double *x,
                               dsc_newton_result *result);

/* ---- Least squares ---- */

/* Residuals, m numbers, of n parameters; their sum of squares is minimized. A callback's status that is not
 * DSC_OK ends the run: a negative one is returned, a positive one becomes DSC_NEWTON_STOPPED. */
typedef struct dsc_least_squares {
    size_t residuals, parameters;
    dsc_status (*evaluate)(void *user, const double *x, double *residuals);
    /* residuals x parameters: derivatives, a row a residual. NULL: central differences */
    dsc_status (*jacobian)(void *user, const double *x, double *jacobian);
    void *user;
} dsc_least_squares;

typedef enum dsc_least_squares_method {
    /* Damped in units of the Jacobian's columns: More 1978 */
    DSC_LEVENBERG_MARQUARDT = 0,
    /* Undamped, and halved until the sum of squares falls. Ends at a Jacobian that has not full rank */
    DSC_GAUSS_NEWTON = 1
} dsc_least_squares_method;

/* Zeros are replaced by the defaults given. */
typedef struct dsc_least_squares_options {
    dsc_least_squares_method method;
    double gradient_tolerance; /* done when the residuals make an angle with every column of the Jacobian
                                  whose cosine is no larger. 1e-12 */
    double step_tolerance;     /* done when |step| <= it |x|, each in units of the columns. 1e-14 */
    double radius;             /* of the first region, in units of |x|. 10 */
    int64_t max_iterations;    /* 2000 */
} dsc_least_squares_options;

typedef struct dsc_least_squares_result {
    double sum_of_squares;
    double deviation; /* of the residuals: sqrt(sum_of_squares / (residuals - parameters)); NaN without any to
                         spare */
    double cosine;    /* the gradient's criterion */
    int64_t iterations, evaluations, jacobians;
    bool differenced_jacobian; /* finite differences stood in for it */
    size_t bad_index;          /* SIZE_MAX: none */
} dsc_least_squares_result;

/* Steps that solve the linear least-squares problem which the Jacobian makes of this one, by QR. From x, in
 * place. covariance, parameters x parameters, may be NULL: deviation^2 (J^T J)^-1 at the end; the roots of
 * its diagonal are the standard errors. It is NaN if J has not full rank, or if there are no more residuals
 * than parameters.
 *
 * Returns DSC_NEWTON_GRADIENT, _STEP, _EXACT, _MAX_ITERATIONS, _STOPPED, _NON_FINITE_VALUE (a residual of the
 * start, at bad_index, or no step led to finite ones), _NON_FINITE_GRADIENT (the Jacobian,
 * likewise), _WRONG_DERIVATIVE (column bad_index of the Jacobian), _SINGULAR (of Gauss-Newton: column
 * bad_index of the Jacobian depends on those before it; of Levenberg-Marquardt: all of it is 0),
 * _RADIUS_TOO_SMALL of Levenberg-Marquardt or _LINE_SEARCH_FAILED of Gauss-Newton where no step lowers the
 * sum; or a negative status: NULL, fewer residuals than parameters, 0 of either, NaN in x, options out of
 * range, no memory, or what a callback returned. */
dsc_status dsc_least_squares_fit(const dsc_context *context, const dsc_least_squares *problem,
                                 const dsc_least_squares_options *options, double *x, double *covariance,
                                 dsc_least_squares_result *result);

DSC_END_API
#endif
