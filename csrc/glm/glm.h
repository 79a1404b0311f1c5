/* What the parts of a generalised linear model's fit share. */
#ifndef DSC_GLM_GLM_H
#define DSC_GLM_GLM_H

#include "core/internal.h"
#include "descent/glm.h"

typedef struct dsc_glm_run {
    const dsc_context *context;
    const dsc_glm *problem;
    dsc_glm_options options;
    dsc_glm_result *result;
    size_t n, features, columns, rows; /* columns: with the intercept; rows: of coefficients */
    size_t size;                       /* rows x columns */
    size_t stride;                     /* columns, rounded up to what dsc_gram_add takes */
    /* Of the columns. Coefficients are those of the inputs less their means, z, which the intercept then has
     * little to do with. */
    double *means, *scales;
    double total_weight, target_scale;
    int64_t samples;           /* with a weight */
    double *beta, *eta;        /* coefficients for z, and n x rows predictions */
    double *trial, *trial_eta; /* the same elsewhere: where a step is tried, and then where it came from */
    double *step;
    double *gradient, *hessian, *factor, *diagonal;
    double loss, value, gradient_norm; /* value: with the penalties */
    /* Sums are made by chunks of samples, whose number depends on the problem alone. */
    size_t chunks, tile;
    double *partials; /* chunks x (1 + size + size^2) */
    double *scratch;  /* chunks x tile x dsc_glm_scratch */
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

/* step = -H^-1 g; factor and diagonal keep H = D^-1 L L^T D^-1. Or _SINGULAR. */
dsc_status dsc_glm_newton_step(dsc_glm_run *m);
/* step = the minimizer of g s + s H s / 2 + l1 |b + s|. */
void dsc_glm_proximal_step(dsc_glm_run *m);
/* Whether predictions eta, or what they are more than `base`, tell the targets apart: they could be followed
 * for ever, and every loss would fall or stay. base may be NULL; then none may stay. */
bool dsc_glm_separates(const dsc_glm_run *m, const double *eta, const double *base);

#endif
