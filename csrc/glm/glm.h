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
    /* The inputs less their means, and a last column of ones: the intercept then has little to do with the
     * rest. */
    double *z;
    double *means, *scales; /* of the columns */
    double total_weight, target_scale;
    int64_t samples;                 /* with a weight */
    double *eta, *trial_eta, *along; /* n x rows: predictions here and there, and what the step adds */
    double *beta, *trial, *step;     /* coefficients for z */
    double *gradient, *hessian, *factor, *diagonal;
    double value, gradient_norm;
    /* Sums are made by chunks of samples, whose number depends on the problem alone. */
    size_t chunks, tile;
    double *partials; /* chunks x (1 + size + size^2) */
    double *scratch;  /* chunks x tile x (columns + 2 rows) */
} dsc_glm_run;

static inline size_t dsc_glm_first(const dsc_glm_run *m, size_t chunk) {
    return m->n / m->chunks * chunk + m->n % m->chunks * chunk / m->chunks;
}
static inline double dsc_glm_weight(const dsc_glm_run *m, size_t i) {
    return m->problem->weights == NULL ? 1 : m->problem->weights[i];
}
/* Whether coefficient j of `size` is one that penalties act on. */
static inline bool dsc_glm_is_penalized(const dsc_glm_run *m, size_t j) {
    return j % m->columns < m->features;
}

/* Checks targets, weights and inputs; sets z, means, scales, the totals, and eta and beta of the intercepts
 * alone. _SEPARABLE where these are infinite. */
dsc_status dsc_glm_prepare(dsc_glm_run *m);

/* The loss of some samples, with its derivatives unless residual is NULL: by eta, and twice by eta (for
 * softmax the probabilities instead). */
double dsc_glm_evaluate(const dsc_glm_run *m, size_t first, size_t count, const double *eta, double *residual,
                        double *curvature);
/* The loss at eta. With derivatives: the gradient and the Hessian by the coefficients too, the l2 of both
 * included as of the coefficients b. */
double dsc_glm_pass(dsc_glm_run *m, const double *eta, const double *b, bool has_derivatives);
/* along = z step */
void dsc_glm_predict(dsc_glm_run *m, const double *b, double *eta);

/* step = -H^-1 g; factor and diagonal keep H = D^-1 L L^T D^-1. Or _SINGULAR. */
dsc_status dsc_glm_newton_step(dsc_glm_run *m);
/* step = the minimizer of g s + s H s / 2 + l1 |b + s|. */
void dsc_glm_proximal_step(dsc_glm_run *m);
/* Whether a direction tells the targets apart: it could be followed for ever, and every loss would fall or
 * stay. */
bool dsc_glm_separates(const dsc_glm_run *m, const double *eta, bool is_strict);

#endif
