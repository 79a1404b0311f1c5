/* What the parts of a generalised linear model's fit share. */
#ifndef DSC_GLM_GLM_H
#define DSC_GLM_GLM_H

#include "core/internal.h"
#include "core/wide.h"
#include "descent/glm.h"

typedef struct dsc_glm_run {
    const dsc_context *context;
    const dsc_glm *problem;
    dsc_glm_options options;
    bool (*progress)(void *user, const dsc_glm_iterate *iterate);
    void *user;
    dsc_glm_result *result;
    size_t n, features, columns, rows; /* columns: with the intercept; rows: of coefficients */
    size_t size;                       /* rows x columns */
    size_t stride;                     /* of the columns: dsc_gram_stride */
    /* Of the columns. Coefficients are those of the inputs less their means, z, which the intercept then has
     * little to do with. */
    double *means, *scales;
    double total_weight, target_scale;
    int64_t samples;           /* with a weight */
    double *beta, *eta;        /* coefficients for z, and n x rows predictions */
    double *beta_low;          /* what beta's rounding leaves out; of LINEAR, of others 0 */
    double *trial, *trial_eta; /* the same elsewhere: where a step is tried, and then where it came from */
    double *step;
    dsc_wide *wide; /* one row's coefficients for the inputs as they are, the constant at the end */
    double *held;   /* of softmax: what holds the sums of a column's coefficients */
    double *gradient, *hessian, *factor, *diagonal;
    double *factor_low; /* what factor's rounding leaves out, if it is wide */
    bool is_wide;
    dsc_wide *solution;                /* room for solving */
    double loss, value, gradient_norm; /* value: with the penalties */
    /* Sums are made by chunks of samples, whose number depends on the problem alone. */
    size_t chunks, tile; /* tile: a multiple of 8, so that each tile's scratch is aligned to 64 bytes */
    double *partials;    /* chunks x (1 + size + size^2) */
    double *scratch;     /* chunks x tile x dsc_glm_scratch */
} dsc_glm_run;

static inline size_t dsc_glm_first(const dsc_glm_run *m, size_t chunk) {
    return m->n / m->chunks * chunk + m->n % m->chunks * chunk / m->chunks;
}
static inline size_t dsc_glm_scratch(const dsc_glm_run *m) {
    return 2 * m->rows + 1 + 2 * m->stride;
}
static inline double dsc_glm_weight(const dsc_glm_run *m, size_t i) {
    return m->problem->weights == NULL ? 1 : m->problem->weights[i];
}
/* Of a sample's loss, from what dsc_glm_evaluate says: the second derivative, or that of softmax by eta_k and
 * eta_l, less its sign. */
static inline double dsc_glm_curvature(const dsc_glm_run *m, size_t sample, const double *c, size_t k,
                                       size_t l) {
    return dsc_glm_weight(m, sample) * (k == l ? c[0] : c[k] * c[l]);
}
/* Whether coefficient j of `size` is one that penalties act on. */
static inline bool dsc_glm_is_penalized(const dsc_glm_run *m, size_t j) {
    return j % m->columns < m->features;
}

/* Checks targets, weights and inputs; sets means, scales, the totals, and beta of the intercepts alone.
 * _SEPARABLE where these are infinite. */
dsc_status dsc_glm_prepare(dsc_glm_run *m);

/* The loss of some samples, with its derivatives unless residual is NULL: by eta, and twice by eta (for
 * softmax the probabilities instead). */
double dsc_glm_evaluate(const dsc_glm_run *m, size_t first, size_t count, const double *eta, double *residual,
                        double *curvature);
/* Predictions by the coefficients b, and their loss. With derivatives: the gradient and the Hessian too, with
 * their l2. */
double dsc_glm_pass(dsc_glm_run *m, const double *b, double *eta, bool has_derivatives);

/* factor and diagonal, of H = D^-1 L L^T D^-1; where H is badly conditioned, made in twice the precision. Or
 * _SINGULAR. */
dsc_status dsc_glm_factor(dsc_glm_run *m);
/* x = (L L^T)^-1 x; half, unless NULL, = L^-1 x. */
void dsc_glm_solve(const dsc_glm_run *m, double *x, double *half);
/* step = -H^-1 g, by the factor. */
void dsc_glm_newton_step(dsc_glm_run *m);
/* factor and factor_low, by diagonal and held, with eta at beta. failed: the column that has nothing left
 * beside those before it; m->size: none. */
dsc_status dsc_glm_wide_factor(dsc_glm_run *m, size_t *failed);
/* dsc_glm_solve by them. */
void dsc_glm_wide_solve(const dsc_glm_run *m, double *x, double *half);
/* step = the minimizer of g s + s H s / 2 + l1 |b + s|. */
void dsc_glm_proximal_step(dsc_glm_run *m);
/* LINEAR's loss at beta + beta_low, and its gradient with its l2, in twice the precision. */
double dsc_glm_exact_pass(dsc_glm_run *m);
/* Takes a pass's loss: the value and the gradient's norm at beta. */
void dsc_glm_settle(dsc_glm_run *m, double loss);
/* Shows the iteration, with the share of its step; whether to stop. */
bool dsc_glm_show(const dsc_glm_run *m, double t);
/* LINEAR without l1, from the start to its end. */
dsc_status dsc_glm_least_squares(dsc_glm_run *m);
/* Whether predictions eta, or what they are more than `base`, tell the targets apart: they could be followed
 * for ever, and every loss would fall or stay. base may be NULL; then none may stay. */
bool dsc_glm_separates(const dsc_glm_run *m, const double *eta, const double *base);

/* The intercept for inputs as they are, whose means are not taken off; 0 without. */
dsc_wide dsc_glm_constant(const dsc_glm_run *m, size_t row);
void dsc_glm_summarize(dsc_glm_run *m);
/* For inputs as they were given: the means' part moves into the intercept. Softmax intercepts have the sum 0.
 */
void dsc_glm_write_coefficients(const dsc_glm_run *m, double *coefficients);
/* NaN unless the fit ended well. */
void dsc_glm_write_covariance(dsc_glm_run *m, dsc_status status, double *covariance);

#endif
