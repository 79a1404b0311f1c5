/* Losses of generalised linear models, with their derivatives by eta. */
#include <string.h>

#include "glm/glm.h"

#define DSC_REAL double
#define DSC_IS_FLOAT32 0
#define DSC_NAME(name) name##_f64
#include "core/sigmoid.h"

/* ---- Losses ---- */

/* log(1 + e^eta) - y eta, from e = e^-|eta|. */
static double logistic_loss(double eta, double e, double y) {
    return log1p(e) + (eta < 0 ? -y * eta : (1 - y) * eta);
}

static double softmax_loss(size_t classes, const double *eta, size_t y) {
    double most = eta[0], sum = 0;
    for (size_t k = 1; k < classes; ++k)
        most = eta[k] > most ? eta[k] : most;
    for (size_t k = 0; k < classes; ++k)
        sum += exp(eta[k] - most);
    return log(sum) + (most - eta[y]);
}

static double find_loss(const dsc_glm_run *m, const double *eta, double y) {
    switch (m->problem->family) {
    case DSC_GLM_LINEAR:
        return (*eta - y) * (*eta - y) / 2;
    case DSC_GLM_LOGISTIC:
        return logistic_loss(*eta, exp(-fabs(*eta)), y);
    case DSC_GLM_POISSON:
        return exp(*eta) - y * *eta;
    case DSC_GLM_SOFTMAX:
        return softmax_loss(m->rows, eta, (size_t)y);
    }
    return 0;
}

/* ---- Derivatives ---- */

DSC_MULTIVERSION
static void exponentiate(size_t n, const double *x, double *y) {
    for (size_t i = 0; i < n; ++i)
        y[i] = dsc_exp_f64(x[i]);
}

/* From e = e^-|x|: 1 / (1 + e^-x), and its slope, which takes e's place. */
DSC_MULTIVERSION
static void squash(size_t n, const double *x, double *y, double *e) {
    for (size_t i = 0; i < n; ++i) {
        double below = 1 / (1 + e[i]);
        y[i] = (x[i] < 0 ? e[i] : 1) * below;
        e[i] = e[i] * below * below; /* y (1 - y), without cancellation */
    }
}

DSC_MULTIVERSION
static void fold(size_t n, const double *x, double *folded) {
    for (size_t i = 0; i < n; ++i)
        folded[i] = x[i] < 0 ? x[i] : -x[i];
}

static void find_probabilities(size_t classes, const double *eta, double *probability) {
    double most = eta[0], sum = 0;
    for (size_t k = 1; k < classes; ++k)
        most = eta[k] > most ? eta[k] : most;
    for (size_t k = 0; k < classes; ++k)
        sum += probability[k] = dsc_exp_f64(eta[k] - most);
    for (size_t k = 0; k < classes; ++k)
        probability[k] /= sum;
}

static double add_losses(const dsc_glm_run *m, size_t first, size_t count, const double *eta) {
    double loss = 0;
    for (size_t i = 0; i < count; ++i) {
        double weight = dsc_glm_weight(m, first + i);
        loss += weight == 0 ? 0 : weight * find_loss(m, eta + i * m->rows, m->problem->targets[first + i]);
    }
    return loss;
}

/* The exponentials serve the loss and its derivatives. */
static double evaluate_logistic(const dsc_glm_run *m, size_t first, size_t count, const double *eta,
                                double *residual, double *curvature) {
    const double *y = m->problem->targets + first;
    double loss = 0;
    fold(count, eta, curvature);
    exponentiate(count, curvature, curvature);
    for (size_t i = 0; i < count; ++i)
        loss += dsc_glm_weight(m, first + i) * logistic_loss(eta[i], curvature[i], y[i]);
    squash(count, eta, residual, curvature);
    for (size_t i = 0; i < count; ++i)
        residual[i] -= y[i];
    return loss;
}

double dsc_glm_evaluate(const dsc_glm_run *m, size_t first, size_t count, const double *eta, double *residual,
                        double *curvature) {
    const double *y = m->problem->targets + first;
    size_t classes = m->rows;
    if (residual == NULL)
        return add_losses(m, first, count, eta);
    switch (m->problem->family) {
    case DSC_GLM_LINEAR:
        for (size_t i = 0; i < count; ++i) {
            residual[i] = eta[i] - y[i];
            curvature[i] = 1;
        }
        break;
    case DSC_GLM_LOGISTIC:
        return evaluate_logistic(m, first, count, eta, residual, curvature);
    case DSC_GLM_POISSON:
        exponentiate(count, eta, curvature);
        for (size_t i = 0; i < count; ++i)
            residual[i] = curvature[i] - y[i];
        break;
    case DSC_GLM_SOFTMAX:
        for (size_t i = 0; i < count; ++i) {
            double *probability = curvature + i * classes;
            find_probabilities(classes, eta + i * classes, probability);
            for (size_t k = 0; k < classes; ++k)
                residual[i * classes + k] = probability[k] - (k == (size_t)y[i]);
        }
        break;
    }
    return add_losses(m, first, count, eta);
}

static double find_move(const double *eta, const double *base, size_t i) {
    return base == NULL ? eta[i] : eta[i] - base[i];
}

/* How far a sample's prediction moves towards its target; below 0, away from it. */
static double find_margin(const dsc_glm_run *m, const double *eta, const double *base, size_t i) {
    double y = m->problem->targets[i], move = find_move(eta, base, i * m->rows), least = INFINITY;
    if (m->problem->family != DSC_GLM_SOFTMAX) {
        bool can_rise = y == 1 && m->problem->family == DSC_GLM_LOGISTIC;
        return y == 0 ? -move : can_rise ? move : -fabs(move);
    }
    move = find_move(eta, base, i * m->rows + (size_t)y);
    for (size_t k = 0; k < m->rows; ++k)
        if (k != (size_t)y)
            least = fmin(least, move - find_move(eta, base, i * m->rows + k));
    return least;
}

bool dsc_glm_separates(const dsc_glm_run *m, const double *eta, const double *base) {
    double most = 0;
    for (size_t i = 0; i < m->n * m->rows; ++i)
        most = fmax(most, fabs(find_move(eta, base, i)));
    if (m->problem->family == DSC_GLM_LINEAR || !(most > 0.1))
        return false;
    /* A little against a target is rounding, or what others still ask for, if the way is long. */
    double least = base == NULL ? 1e-6 * most : -1e-6 * most;
    for (size_t i = 0; i < m->n; ++i)
        if (dsc_glm_weight(m, i) > 0 && !(find_margin(m, eta, base, i) >= least))
            return false;
    return true;
}
