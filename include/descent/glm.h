/* Generalised linear models by Newton's method: linear, logistic, Poisson and softmax regression, with
 * standard errors. float64 throughout.
 *
 * A sample's prediction is made of eta = x b (one row of coefficients for each class with SOFTMAX). What is
 * minimized is
 *     sum_i w_i loss(y_i, eta_i) + l2 / 2 sum b^2 + l1 sum |b|,
 * the penalties without the intercepts. */
#ifndef DESCENT_GLM_H
#define DESCENT_GLM_H

#include <stdbool.h>

#include "context.h"
#include "newton.h"

DSC_BEGIN_API

typedef enum dsc_glm_family {
    DSC_GLM_LINEAR = 0,   /* (eta - y)^2 / 2 */
    DSC_GLM_LOGISTIC = 1, /* log(1 + e^eta) - y eta; y in [0, 1] */
    DSC_GLM_POISSON = 2,  /* e^eta - y eta; y >= 0 */
    DSC_GLM_SOFTMAX = 3   /* log(sum_k e^eta_k) - eta_y; y = 0, 1, ..., classes - 1 */
} dsc_glm_family;

typedef struct dsc_glm {
    dsc_glm_family family;
    size_t samples, features;
    size_t classes;        /* of SOFTMAX, >= 2 */
    const double *inputs;  /* samples x features */
    const double *targets; /* one a sample */
    const double *weights; /* one a sample, >= 0; NULL: all 1 */
    bool intercept;        /* whether eta has a constant besides */
} dsc_glm;

/* Zeros are replaced by the defaults given. */
typedef struct dsc_glm_options {
    double l1, l2;             /* >= 0; no penalty */
    double gradient_tolerance; /* done when no element of the mean loss's gradient is larger, each column in
                                  units of its standard deviation (of its root mean square without intercept),
                                  and the targets of LINEAR in units of theirs, of POISSON of their mean; and
                                  the root of what a step would still gain is below a thousand times that.
                                  1e-10 */
    int64_t max_iterations;    /* 100 */
    double input_rounding;     /* by how much of itself an input may be off for having been rounded: 2^-24 for
                                  numbers that were float32. 2^-53 */
} dsc_glm_options;

typedef struct dsc_glm_result {
    double value;          /* what is minimized */
    double gradient_norm;  /* see gradient_tolerance */
    double log_likelihood; /* with its constants, without the penalties */
    double dispersion;     /* LINEAR: the residuals' variance, over degrees_of_freedom; 0 (and a likelihood of
                              infinity) where all residuals are but rounding. Others: 1 */
    int64_t degrees_of_freedom; /* samples with a weight, less free coefficients */
    int64_t iterations;
    double condition; /* estimate of the Hessian's, its diagonal scaled to 1 */
    size_t bad_index; /* a column of the inputs, or features for the intercept; SIZE_MAX: none */
} dsc_glm_result;

/* One iteration, as the progress callback sees it. The first, number 0, is the model of intercepts alone. */
typedef struct dsc_glm_iterate {
    int64_t iteration;
    double value, gradient_norm,
        step; /* step: the share of the Newton step that was taken; NaN at the start */
} dsc_glm_iterate;

/* Fits. coefficients: a row for each class (one row for other families) of features elements and, with an
 * intercept, that at its end. Softmax rows sum to 0 where nothing tells them apart: all of them without
 * penalties, else the intercepts.
 *
 * LINEAR without l1: the normal equations' factor, and steps by it with residuals and gradients in twice the
 * precision until they are lost in rounding (iterative refinement). Where X^T W X is badly conditioned it and
 * its factor have twice the precision too. So coefficients are those of the inputs as they are given to the
 * last digit or two, up to a condition of X (centred, its columns scaled to 1) of about 1e14.
 *
 * Others: each iteration forms X^T W X and solves for the Newton step by Cholesky's factorisation, where it
 * is badly conditioned in twice the precision: iteratively reweighted least squares. With l1 the step
 * minimizes the penalized quadratic model by coordinate descent: proximal Newton (Lee, Sun and Saunders
 * 2014). Steps are halved until the value falls.
 *
 * covariance: (coefficients x coefficients); may be NULL. dispersion H^-1 at the end, H the Hessian with its
 * l2: without penalties the coefficients' covariance, with l2 their posterior's. For the directions in which
 * softmax rows sum to something, 0. NaN with l1, and where the fit did not end well.
 *
 * Returns DSC_NEWTON_GRADIENT; _EXACT: no step lowers the value any more; _MAX_ITERATIONS; _SINGULAR: column
 * bad_index of the inputs depends on those before it (and on the intercept), as far as the inputs' rounding
 * tells, and no l2 to speak of holds its coefficient; _SEPARABLE: some combination of the inputs, in which
 * column bad_index weighs most (features: the intercept), tells the targets apart, and its coefficients would
 * have to be infinite; _LINE_SEARCH_FAILED: rounding hides which way is down; _STOPPED by progress; or a
 * negative status: NULL, a size of 0, fewer than two classes, an input that is not finite or whose square is
 * not, a target or weight out of range (the message says where), no weight above 0, options out of range, no
 * memory. */
dsc_status dsc_glm_fit(const dsc_context *context, const dsc_glm *problem, const dsc_glm_options *options,
                       bool (*progress)(void *user, const dsc_glm_iterate *iterate), void *user,
                       double *coefficients, double *covariance, dsc_glm_result *result);

/* ---- Tails, for p-values ---- */

/* P(|Z| >= |z|) of a standard normal Z, and P(|T| >= |t|) of Student's T with `degrees` > 0 of freedom, which
 * need not be whole; infinitely many make it normal. Within 1e-14 of themselves, however small they are, down
 * to the least normal number. NaN of NaN, and of other degrees. */
double dsc_normal_tails(double z);
double dsc_student_tails(double t, double degrees);

DSC_END_API
#endif
