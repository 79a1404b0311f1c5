/* Losses of generalised linear models, with their derivatives by eta. */
#include <string.h>

#include "glm/glm.h"

#define DSC_REAL double
#define DSC_IS_FLOAT32 0
#define DSC_NAME(name) name##_f64
#include "core/sigmoid.h"

/* ---- Losses ---- */

static double logistic_loss(double eta, double y) {
    double tail = log1p(exp(eta < 0 ? eta : -eta));
    return tail + (eta < 0 ? -y * eta : (1 - y) * eta);
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
        return logistic_loss(*eta, y);
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

DSC_MULTIVERSION
static void squash(size_t n, const double *x, double *y, double *slope) {
    for (size_t i = 0; i < n; ++i) {
        double e = dsc_exp_f64(x[i] < 0 ? x[i] : -x[i]), below = 1 / (1 + e);
        y[i] = (x[i] < 0 ? e : 1) * below;
        slope[i] = e * below * below; /* y (1 - y), without cancellation */
    }
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

static void differentiate(const dsc_glm_run *m, size_t n, const double *eta, const double *y,
                          double *residual, double *curvature) {
    size_t classes = m->rows;
    switch (m->problem->family) {
    case DSC_GLM_LINEAR:
        for (size_t i = 0; i < n; ++i) {
            residual[i] = eta[i] - y[i];
            curvature[i] = 1;
        }
        break;
    case DSC_GLM_LOGISTIC:
        squash(n, eta, residual, curvature);
        for (size_t i = 0; i < n; ++i)
            residual[i] -= y[i];
        break;
    case DSC_GLM_POISSON:
        exponentiate(n, eta, curvature);
        for (size_t i = 0; i < n; ++i)
            residual[i] = curvature[i] - y[i];
        break;
    case DSC_GLM_SOFTMAX:
        for (size_t i = 0; i < n; ++i) {
            double *probability = curvature + i * classes;
            find_probabilities(classes, eta + i * classes, probability);
            for (size_t k = 0; k < classes; ++k)
                residual[i * classes + k] = probability[k] - (k == (size_t)y[i]);
        }
        break;
    }
}

double dsc_glm_evaluate(const dsc_glm_run *m, size_t first, size_t count, const double *eta, double *residual,
                        double *curvature) {
    const double *y = m->problem->targets + first;
    double loss = 0;
    for (size_t i = 0; i < count; ++i) {
        double weight = dsc_glm_weight(m, first + i);
        loss += weight == 0 ? 0 : weight * find_loss(m, eta + i * m->rows, y[i]);
    }
    if (residual != NULL)
        differentiate(m, count, eta, y, residual, curvature);
    return loss;
}

bool dsc_glm_separates(const dsc_glm_run *m, const double *eta, bool is_strict) {
    /* A little against a target is rounding, or what another sample still asks for, if the way is long. */
    double most = 0, slack;
    for (size_t i = 0; i < m->n * m->rows; ++i)
        most = fmax(most, fabs(eta[i]));
    if (m->problem->family == DSC_GLM_LINEAR || !(most > 0.1))
        return false;
    slack = is_strict ? -1e-6 * most : 1e-6 * most;
    for (size_t i = 0; i < m->n; ++i) {
        const double *e = eta + i * m->rows;
        double y = m->problem->targets[i], worst = INFINITY;
        if (dsc_glm_weight(m, i) == 0)
            continue;
        if (m->problem->family == DSC_GLM_SOFTMAX) {
            for (size_t k = 0; k < m->rows; ++k)
                worst = k == (size_t)y ? worst : fmin(worst, e[(size_t)y] - e[k]);
        } else if (y == 0) {
            worst = -*e;
        } else {
            bool can_rise = y == 1 && m->problem->family == DSC_GLM_LOGISTIC;
            worst = can_rise ? *e : -fabs(*e);
        }
        if (!(worst >= -slack))
            return false;
    }
    return true;
}
