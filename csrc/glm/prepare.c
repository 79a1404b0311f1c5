/* Before a fit: what the data must be, the columns' means and sizes, and the model of intercepts alone. */
#include <math.h>
#include <string.h>

#include "glm/glm.h"

/* ---- Columns ---- */

typedef struct column_sums {
    dsc_glm_run *m;
    bool is_centred; /* the second time round: z is written, squares are summed */
} column_sums;

static void sum_chunk(void *argument, size_t chunk) {
    const column_sums *job = argument;
    dsc_glm_run *m = job->m;
    size_t p = m->features, end = dsc_glm_first(m, chunk + 1);
    double *sums = m->partials + chunk * (p + 1);
    memset(sums, 0, (p + 1) * sizeof *sums);
    for (size_t i = dsc_glm_first(m, chunk); i < end; ++i) {
        const double *x = m->problem->inputs + i * p;
        double *z = m->z + i * m->columns, weight = dsc_glm_weight(m, i);
        if (!job->is_centred) {
            double finite = 0;
            for (size_t j = 0; j < p; ++j) {
                sums[j] += weight * x[j];
                finite += x[j] * 0;
            }
            if (finite != 0 && sums[p] == 0) /* NaN */
                sums[p] = (double)i + 1;
        } else {
            for (size_t j = 0; j < p; ++j) {
                z[j] = x[j] - m->means[j];
                sums[j] += weight * z[j] * z[j];
            }
            if (m->columns > p)
                z[p] = 1;
        }
    }
}

static dsc_status find_bad_input(const dsc_glm_run *m, size_t row) {
    const double *x = m->problem->inputs + row * m->features;
    size_t j = 0;
    while (isfinite(x[j]))
        ++j;
    return dsc_fail(DSC_ERROR_ARGUMENT, "row %zu, column %zu of the inputs is %g, must be finite", row, j,
                    x[j]);
}

static bool is_constant(const dsc_glm_run *m, size_t j) {
    const double *x = m->problem->inputs + j;
    size_t i = 1;
    while (i < m->n && x[i * m->features] == x[0])
        ++i;
    return i == m->n;
}

static dsc_status prepare_columns(dsc_glm_run *m) {
    size_t p = m->features;
    column_sums job = {.m = m};
    dsc_parallel_for(m->context, m->chunks, sum_chunk, &job);
    for (size_t c = 0; c < m->chunks; ++c) {
        const double *sums = m->partials + c * (p + 1);
        if (sums[p] > 0)
            return find_bad_input(m, (size_t)sums[p] - 1);
        for (size_t j = 0; j < p && m->problem->intercept; ++j)
            m->means[j] += sums[j] / m->total_weight;
    }
    job.is_centred = true;
    dsc_parallel_for(m->context, m->chunks, sum_chunk, &job);
    for (size_t j = 0; j < m->columns; ++j) {
        double square = j == p ? m->total_weight : 0;
        for (size_t c = 0; c < m->chunks && j < p; ++c)
            square += m->partials[c * (p + 1) + j];
        m->scales[j] = sqrt(square / m->total_weight);
        if (!isfinite(m->scales[j]))
            return dsc_fail(DSC_ERROR_ARGUMENT, "column %zu of the inputs is too large to be squared", j);
        /* Less its mean, it is rounding. */
        if (j < p && p < m->columns && is_constant(m, j)) {
            m->scales[j] = 0;
            for (size_t i = 0; i < m->n; ++i)
                m->z[i * m->columns + j] = 0;
        }
    }
    return DSC_OK;
}

/* ---- Targets ---- */

static bool is_target(const dsc_glm *p, double y) {
    switch (p->family) {
    case DSC_GLM_LINEAR:
        return isfinite(y);
    case DSC_GLM_LOGISTIC:
        return y >= 0 && y <= 1;
    case DSC_GLM_POISSON:
        return y >= 0 && y < INFINITY;
    case DSC_GLM_SOFTMAX:
        return y >= 0 && y < (double)p->classes && y == floor(y);
    }
    return false;
}

static const char *const target_ranges[] = {
    [DSC_GLM_LINEAR] = "finite",
    [DSC_GLM_LOGISTIC] = "in [0, 1]",
    [DSC_GLM_POISSON] = "in [0, inf)",
    [DSC_GLM_SOFTMAX] = "a class: whole, from 0 and below the number of classes",
};

static dsc_status check_targets(dsc_glm_run *m) {
    const dsc_glm *p = m->problem;
    for (size_t i = 0; i < m->n; ++i) {
        double weight = dsc_glm_weight(m, i);
        if (!(weight >= 0 && weight < INFINITY))
            return dsc_fail(DSC_ERROR_ARGUMENT, "weight %zu is %g, must be in [0, inf)", i, weight);
        if (!is_target(p, p->targets[i]))
            return dsc_fail(DSC_ERROR_ARGUMENT, "target %zu is %g, must be %s", i, p->targets[i],
                            target_ranges[p->family]);
        m->total_weight += weight;
        m->samples += weight > 0;
    }
    if (!(m->total_weight > 0 && m->total_weight < INFINITY))
        return dsc_fail(DSC_ERROR_ARGUMENT, "the weights' sum is %g, must be in (0, inf)", m->total_weight);
    return DSC_OK;
}

/* The intercepts' best values without anything else; with intercepts, infinite ones are separation. */
static dsc_status begin(dsc_glm_run *m) {
    const dsc_glm *p = m->problem;
    double mean = 0, square = 0;
    double *shares = m->step; /* of the classes */
    memset(shares, 0, m->rows * sizeof *shares);
    for (size_t i = 0; i < m->n; ++i) {
        double share = dsc_glm_weight(m, i) / m->total_weight;
        mean += share * p->targets[i];
        if (p->family == DSC_GLM_SOFTMAX)
            shares[(size_t)p->targets[i]] += share;
    }
    double middle = p->intercept ? mean : 0;
    for (size_t i = 0; i < m->n; ++i)
        square +=
            dsc_glm_weight(m, i) / m->total_weight * (p->targets[i] - middle) * (p->targets[i] - middle);
    m->target_scale = 1;
    if (p->family == DSC_GLM_LINEAR && square > 0)
        m->target_scale = sqrt(square);
    if (p->family == DSC_GLM_POISSON && mean > 0)
        m->target_scale = mean;
    if (!p->intercept)
        return DSC_OK;
    double level = 0;
    for (size_t k = 0; k < m->rows; ++k) {
        double *intercept = m->beta + k * m->columns + m->features;
        switch (p->family) {
        case DSC_GLM_LINEAR:
            *intercept = mean;
            break;
        case DSC_GLM_LOGISTIC:
            *intercept = log(mean) - log1p(-mean);
            break;
        case DSC_GLM_POISSON:
            *intercept = log(mean);
            break;
        case DSC_GLM_SOFTMAX:
            *intercept = log(shares[k]);
            break;
        }
        level += *intercept / (double)m->rows;
        if (!isfinite(*intercept)) {
            m->result->bad_index = m->features;
            return DSC_NEWTON_SEPARABLE;
        }
    }
    for (size_t k = 0; k < m->rows && m->rows > 1; ++k)
        m->beta[k * m->columns + m->features] -= level;
    for (size_t i = 0; i < m->n; ++i)
        for (size_t k = 0; k < m->rows; ++k)
            m->eta[i * m->rows + k] = m->beta[k * m->columns + m->features];
    return DSC_OK;
}

dsc_status dsc_glm_prepare(dsc_glm_run *m) {
    DSC_TRY(check_targets(m));
    DSC_TRY(prepare_columns(m));
    return begin(m);
}
