/* Before a fit: what the data must be, the columns' means and sizes, and the model of intercepts alone. */
#include <math.h>
#include <string.h>

#include "glm/glm.h"

/* ---- Columns ---- */

/* Samples whose sums need no more than float64. */
enum { BLOCK = 64 };

/* Squares below lose digits that are asked for, if not all. */
static const double SMALLEST_SQUARE = 1e-280;

/* Sums, and sums of squares, of what the columns are more than in the first row. */
DSC_MULTIVERSION
static void add_row(size_t p, double weight, const double *x, const double *first, double *sums,
                    double *squares) {
    for (size_t j = 0; j < p; ++j) {
        double more = x[j] - first[j];
        sums[j] += weight * more;
        squares[j] += weight * more * more;
    }
}

/* By blocks: the sums go into the partial sums with what those's rounding leaves out, so that means are as
 * good with a million samples as with a hundred. */
static void sum_chunk(void *argument, size_t chunk) {
    const dsc_glm_run *m = argument;
    size_t p = m->features, end = dsc_glm_first(m, chunk + 1);
    double *sums = m->partials + chunk * 4 * p, *lows = sums + p, *squares = lows + p, *block = squares + p;
    memset(sums, 0, 3 * p * sizeof *sums);
    for (size_t at = dsc_glm_first(m, chunk); at < end; at += BLOCK) {
        memset(block, 0, p * sizeof *block);
        for (size_t i = at; i < dsc_min_size(at + BLOCK, end); ++i)
            add_row(p, dsc_glm_weight(m, i), m->problem->inputs + i * p, m->problem->inputs, block, squares);
        for (size_t j = 0; j < p; ++j) {
            dsc_wide sum = dsc_wide_sum(sums[j], block[j]);
            sums[j] = sum.high;
            lows[j] += sum.low;
        }
    }
}

/* A column's sum, or its squares', is not finite. */
static dsc_status refuse_column(const dsc_glm_run *m, size_t j) {
    m->result->bad_index = j;
    for (size_t i = 0; i < m->n; ++i) {
        double x = m->problem->inputs[i * m->features + j];
        if (!isfinite(x))
            return dsc_fail(DSC_ERROR_ARGUMENT, "row %zu, column %zu of the inputs is %g, must be finite", i,
                            j, x);
    }
    return dsc_fail(DSC_ERROR_ARGUMENT, "column %zu of the inputs is too large to be squared", j);
}

/* The first sample with a weight. */
static size_t find_first(const dsc_glm_run *m) {
    size_t first = 0;
    while (!(dsc_glm_weight(m, first) > 0))
        ++first;
    return first;
}

static bool is_constant(const dsc_glm_run *m, size_t j, double value) {
    for (size_t i = 0; i < m->n; ++i)
        if (dsc_glm_weight(m, i) > 0 && m->problem->inputs[i * m->features + j] != value)
            return false;
    return true;
}

static double find_variance(const dsc_glm_run *m, size_t j, double mean) {
    double square = 0;
    for (size_t i = 0; i < m->n; ++i) {
        double z = m->problem->inputs[i * m->features + j] - mean;
        square += dsc_glm_weight(m, i) / m->total_weight * z * z;
    }
    return square;
}

static dsc_status prepare_column(dsc_glm_run *m, size_t j, size_t first_sample) {
    size_t p = m->features;
    double more = 0, square = 0, first = m->problem->inputs[j],
           value = m->problem->inputs[first_sample * p + j];
    for (size_t c = 0; c < m->chunks; ++c) {
        const double *sums = m->partials + c * 4 * p + j;
        more += (sums[0] + sums[p]) / m->total_weight;
        square += sums[2 * p] / m->total_weight;
    }
    double mean = first + more, variance = square - more * more;
    if (!(variance > 1e-6 * square)) /* the first row is far from the others: little is left of the digits */
        variance = find_variance(m, j, mean);
    if (!isfinite(mean * mean + square))
        return refuse_column(m, j);
    m->means[j] = m->problem->intercept ? mean : 0;
    square = m->problem->intercept ? variance : variance + mean * mean;
    m->scales[j] = sqrt(square);
    if (is_constant(m, j, m->problem->intercept ? value : 0)) {
        m->means[j] = m->problem->intercept ? value : 0; /* to the bit: nothing is left */
        m->scales[j] = 0;
    } else if (!(square * fmin(m->total_weight, 1) >= SMALLEST_SQUARE)) {
        m->result->bad_index = j;
        return dsc_fail(DSC_ERROR_ARGUMENT, "column %zu of the inputs is too small to be squared", j);
    }
    return DSC_OK;
}

static dsc_status prepare_columns(dsc_glm_run *m) {
    size_t first = find_first(m);
    dsc_parallel_for(m->context, m->chunks, sum_chunk, m);
    m->scales[m->columns - 1] = 1; /* the intercept's */
    for (size_t j = 0; j < m->features; ++j)
        DSC_TRY(prepare_column(m, j, first));
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

/* LINEAR's targets are squared. */
static dsc_status check_squares(const dsc_glm_run *m, double square) {
    if (m->problem->family != DSC_GLM_LINEAR)
        return DSC_OK;
    if (!(square * fmax(m->total_weight, 1) < INFINITY))
        return dsc_fail(DSC_ERROR_ARGUMENT, "the targets are too large to be squared");
    if (!(square * fmin(m->total_weight, 1) >= SMALLEST_SQUARE))
        return dsc_fail(DSC_ERROR_ARGUMENT, "the targets are too small to be squared");
    return DSC_OK;
}

/* The intercepts' best values without anything else; with intercepts, infinite ones are separation. */
static dsc_status begin(dsc_glm_run *m) {
    const dsc_glm *p = m->problem;
    /* Less the first, so that targets that are all the same have that mean, to the bit. */
    double first = p->targets[find_first(m)], mean = first, square = 0;
    double *shares = m->step; /* of the classes */
    memset(shares, 0, m->rows * sizeof *shares);
    for (size_t i = 0; i < m->n; ++i) {
        double share = dsc_glm_weight(m, i) / m->total_weight;
        mean += share * (p->targets[i] - first);
        if (p->family == DSC_GLM_SOFTMAX)
            shares[(size_t)p->targets[i]] += share;
    }
    double middle = p->intercept ? mean : 0, farthest = 0;
    for (size_t i = 0; i < m->n; ++i) {
        double weight = dsc_glm_weight(m, i), far = p->targets[i] - middle;
        square += weight / m->total_weight * far * far;
        farthest = weight > 0 ? fmax(farthest, fabs(far)) : farthest;
    }
    if (farthest > 0)
        DSC_TRY(check_squares(m, square));
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
    return DSC_OK;
}

dsc_status dsc_glm_prepare(dsc_glm_run *m) {
    DSC_TRY(check_targets(m));
    DSC_TRY(prepare_columns(m));
    return begin(m);
}
