/* Iteratively reweighted least squares: a pass, a step, a check that it went down. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/scratch.h"
#include "glm/glm.h"
#include "linalg/gram.h"

/* ---- Iterations ---- */

/* The largest element of the smallest subgradient, in units of the columns and of the targets. */
static double find_gradient_norm(const dsc_glm_run *m) {
    double largest = 0, l1 = m->options.l1;
    for (size_t j = 0; j < m->size; ++j) {
        double g = m->gradient[j], scale = m->scales[j % m->columns];
        if (l1 > 0 && dsc_glm_is_penalized(m, j))
            g = m->beta[j] != 0 ? g + copysign(l1, m->beta[j]) : fmax(fabs(g) - l1, 0);
        if (scale > 0)
            largest = fmax(largest, fabs(g) / scale);
    }
    return largest / (m->total_weight * m->target_scale);
}

/* What a full step promises to gain, to first order; positive. */
static double find_promise(const dsc_glm_run *m) {
    double promise = 0;
    for (size_t j = 0; j < m->size; ++j) {
        promise -= m->gradient[j] * m->step[j];
        if (dsc_glm_is_penalized(m, j))
            promise += m->options.l1 * (fabs(m->beta[j]) - fabs(m->beta[j] + m->step[j]));
    }
    return promise;
}

/* Where columns nearly depend on each other a small gradient may be far from the minimum: what the step gains
 * must be small too, by a thousand times the tolerance and in the units of the mean loss. */
static bool is_near(const dsc_glm_run *m) {
    double far = 1e3 * m->options.gradient_tolerance, scale = m->target_scale;
    if (m->problem->family == DSC_GLM_LINEAR)
        scale *= scale;
    return find_promise(m) <= far * far * scale * m->total_weight;
}

static double find_penalty(const dsc_glm_run *m, const double *b) {
    double sum = 0;
    for (size_t j = 0; j < m->size; ++j)
        if (dsc_glm_is_penalized(m, j))
            sum += m->options.l2 / 2 * b[j] * b[j] + m->options.l1 * fabs(b[j]);
    return sum;
}

/* The loss where a share of the step leads. */
static double try_share(dsc_glm_run *m, double t, bool has_derivatives) {
    for (size_t j = 0; j < m->size; ++j)
        m->trial[j] = m->beta[j] + t * m->step[j];
    return dsc_glm_pass(m, m->trial, m->trial_eta, has_derivatives);
}

static void swap(double **a, double **b) {
    double *old = *a;
    *a = *b;
    *b = old;
}

void dsc_glm_settle(dsc_glm_run *m, double loss) {
    m->loss = loss;
    m->value = loss + find_penalty(m, m->beta);
    m->gradient_norm = find_gradient_norm(m);
}

static void accept(dsc_glm_run *m, double loss) {
    swap(&m->beta, &m->trial);
    swap(&m->eta, &m->trial_eta);
    dsc_glm_settle(m, loss);
}

static dsc_status go_back(dsc_glm_run *m, dsc_status reason) {
    dsc_glm_settle(m, dsc_glm_pass(m, m->beta, m->eta, true));
    return reason;
}

/* Less than this, differences of the value say nothing. Large coefficients of columns that nearly cancel blur
 * the predictions. */
static double find_blur(const dsc_glm_run *m) {
    double size = fabs(m->value), scale = m->total_weight * m->target_scale, blur = 0;
    if (m->problem->family == DSC_GLM_POISSON) /* whose losses have either sign */
        size += scale;
    for (size_t j = 0; j < m->size; ++j)
        blur += fabs(m->beta[j] + m->step[j]) * m->scales[j % m->columns];
    return 1e-10 * size + DBL_EPSILON * blur * scale;
}

/* Goes along the step, and evaluates there. */
static dsc_status advance(dsc_glm_run *m, double *t) {
    double promise = find_promise(m), old = m->value, before = m->gradient_norm, blur = find_blur(m);
    double loss = try_share(m, *t = 1, true);
    if (promise <= blur) { /* ask the gradient */
        accept(m, loss);
        if (m->gradient_norm < before && m->value <= old + blur)
            return DSC_OK;
        swap(&m->beta, &m->trial);
        swap(&m->eta, &m->trial_eta);
        return go_back(m, DSC_NEWTON_EXACT);
    }
    while (!(loss + find_penalty(m, m->trial) <= old - 1e-4 * *t * promise)) {
        if ((*t /= 2) < 1e-10)
            return go_back(m, DSC_NEWTON_LINE_SEARCH_FAILED);
        loss = try_share(m, *t, false);
    }
    if (*t < 1)
        loss = try_share(m, *t, true);
    accept(m, loss);
    return DSC_OK;
}

/* The column in which the coefficients b weigh most. */
static size_t find_heaviest(const dsc_glm_run *m, const double *b) {
    size_t heaviest = 0;
    for (size_t j = 1; j < m->size; ++j) {
        double now = fabs(b[j]) * m->scales[j % m->columns];
        if (now > fabs(b[heaviest]) * m->scales[heaviest % m->columns])
            heaviest = j;
    }
    return heaviest % m->columns;
}

/* Whether the fit so far, or the last step to it, shows that the data are separable. */
static bool is_separable(dsc_glm_run *m) {
    bool by_fit = dsc_glm_separates(m, m->eta, NULL);
    if (!by_fit && (m->result->iterations == 0 || !dsc_glm_separates(m, m->eta, m->trial_eta)))
        return false;
    m->result->bad_index = find_heaviest(m, by_fit ? m->beta : m->step);
    return true;
}

bool dsc_glm_show(const dsc_glm_run *m, double t) {
    dsc_glm_iterate now = {m->result->iterations, m->value, m->gradient_norm, t};
    return m->progress != NULL && m->progress(m->user, &now);
}

static dsc_status iterate(dsc_glm_run *m) {
    bool has_penalty = m->options.l1 > 0 || m->options.l2 > 0;
    double t = NAN;
    dsc_glm_settle(m, dsc_glm_pass(m, m->beta, m->eta, true));
    for (;;) {
        if (dsc_glm_show(m, t))
            return DSC_NEWTON_STOPPED;
        /* Also where the gradient is small: far out all gradients are. */
        if (!has_penalty && is_separable(m))
            return DSC_NEWTON_SEPARABLE;
        if (m->options.l1 > 0) {
            dsc_glm_proximal_step(m);
        } else {
            DSC_PASS(dsc_glm_factor(m));
            dsc_glm_newton_step(m);
        }
        if (m->gradient_norm <= m->options.gradient_tolerance && is_near(m))
            return DSC_NEWTON_GRADIENT;
        if (m->result->iterations == m->options.max_iterations)
            return DSC_NEWTON_MAX_ITERATIONS;
        DSC_PASS(advance(m, &t));
        ++m->result->iterations;
    }
}

/* ---- Set up ---- */

static dsc_status check(const dsc_glm *p, const dsc_glm_options *o, const double *coefficients) {
    DSC_CHECK_NOT_NULL(p);
    DSC_CHECK_NOT_NULL(p->inputs);
    DSC_CHECK_NOT_NULL(p->targets);
    DSC_CHECK_NOT_NULL(coefficients);
    if ((unsigned)p->family > DSC_GLM_SOFTMAX)
        return dsc_fail(DSC_ERROR_ARGUMENT, "unknown family %d", (int)p->family);
    if (p->samples == 0 || p->features == 0)
        return dsc_fail(DSC_ERROR_SIZE, "%zu samples of %zu features; there must be one of each", p->samples,
                        p->features);
    size_t rows = p->family == DSC_GLM_SOFTMAX ? p->classes : 1, size;
    if (p->family == DSC_GLM_SOFTMAX && p->classes < 2)
        return dsc_fail(DSC_ERROR_SIZE, "%zu classes; there must be two", p->classes);
    if (p->features == SIZE_MAX || __builtin_mul_overflow(rows, p->features + 1, &size) || size > 30000)
        return dsc_fail(DSC_ERROR_SIZE,
                        "%zu x (%zu + 1) coefficients; their Hessian overflows LAPACK's int beyond 30000",
                        rows, p->features);
    if (p->samples > INT32_MAX)
        return dsc_fail(DSC_ERROR_OVERFLOW, "%zu samples overflow BLAS's int", p->samples);
    DSC_CHECK_PRODUCT(p->samples, p->features + 1, DSC_FLOAT64);
    DSC_CHECK_PRODUCT(p->samples, rows, DSC_FLOAT64);
    const struct {
        const char *name;
        double value;
    } limits[] = {
        {"l1", o == NULL ? 0 : o->l1},
        {"l2", o == NULL ? 0 : o->l2},
        {"gradient_tolerance", o == NULL ? 0 : o->gradient_tolerance},
        {"max_iterations", o == NULL ? 0 : (double)o->max_iterations},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; ++i)
        if (!(limits[i].value >= 0 && limits[i].value < INFINITY))
            return dsc_fail(DSC_ERROR_OPTION, "%s is %g, must be in [0, inf)", limits[i].name,
                            limits[i].value);
    if (o != NULL && !(o->input_rounding >= 0 && o->input_rounding < 1))
        return dsc_fail(DSC_ERROR_OPTION, "input_rounding %g must be in [0, 1)", o->input_rounding);
    return DSC_OK;
}

static void set_up(dsc_glm_run *m, const dsc_glm *p, const dsc_glm_options *options) {
    if (options != NULL)
        m->options = *options;
    if (m->options.gradient_tolerance == 0)
        m->options.gradient_tolerance = 1e-10;
    if (m->options.max_iterations == 0)
        m->options.max_iterations = 100;
    m->options.input_rounding = fmax(m->options.input_rounding, DBL_EPSILON / 2);
    m->n = p->samples;
    m->features = p->features;
    m->columns = p->features + p->intercept;
    m->rows = p->family == DSC_GLM_SOFTMAX ? p->classes : 1;
    m->size = m->rows * m->columns;
    m->stride = dsc_gram_stride(m->columns);
    /* A tile of 128 KiB. Several to a chunk; at most 32 chunks, and not many where the Hessian is large. */
    m->tile = dsc_min_size(dsc_max_size(16384 / m->columns / 8 * 8, 64), 512);
    size_t most = dsc_max_size(((size_t)1 << 23) / (m->size * m->size), 2);
    m->chunks = dsc_min_size(dsc_ceil_div(m->n, 8 * m->tile), dsc_min_size(most, 32));
}

static dsc_status allocate(dsc_glm_run *m, dsc_scratch *memory) {
    size_t n = m->n, size = m->size, square = size * size, partial = 1 + size + square;
    size_t scratch = m->tile * dsc_glm_scratch(m);
    partial = dsc_max_size(partial, 4 * (m->features + 1)); /* as other passes need */
    size_t count = 2 * n * m->rows + 2 * (m->features + 1) + 3 * m->columns + 8 * size + 3 * square +
                   m->chunks * (partial + scratch);
    DSC_TRY(dsc_scratch_take(m->context, count * sizeof(double), memory));
    double *at = memory->memory;
    m->scratch = at, at += m->chunks * scratch; /* first, to be aligned */
    m->eta = at, at += n * m->rows;
    m->trial_eta = at, at += n * m->rows;
    double *zeroed = at;
    m->means = at, at += m->columns;
    m->scales = at, at += m->columns;
    m->held = at, at += m->columns;
    m->wide = (dsc_wide *)at, at += 2 * (m->features + 1);
    m->beta = at, at += size;
    m->beta_low = at, at += size;
    m->trial = at, at += size;
    m->step = at, at += size;
    m->gradient = at, at += size;
    m->diagonal = at, at += size;
    memset(zeroed, 0, (size_t)(at - zeroed) * sizeof *at);
    m->hessian = at, at += square;
    m->factor = at, at += square;
    m->factor_low = at, at += square;
    m->solution = (dsc_wide *)at, at += 2 * size;
    m->partials = at;
    return DSC_OK;
}

dsc_status dsc_glm_fit(const dsc_context *context, const dsc_glm *problem, const dsc_glm_options *options,
                       bool (*progress)(void *user, const dsc_glm_iterate *iterate), void *user,
                       double *coefficients, double *covariance, dsc_glm_result *result) {
    DSC_TRY(check(problem, options, coefficients));
    dsc_glm_result unused;
    result = result == NULL ? &unused : result;
    *result = (dsc_glm_result){.value = NAN,
                               .gradient_norm = NAN,
                               .log_likelihood = NAN,
                               .dispersion = NAN,
                               .condition = NAN,
                               .bad_index = SIZE_MAX};
    dsc_glm_run m = {.context = context,
                     .problem = problem,
                     .progress = progress,
                     .user = user,
                     .result = result,
                     .value = NAN};
    dsc_scratch memory;
    set_up(&m, problem, options);
    DSC_TRY(allocate(&m, &memory));
    dsc_status status = dsc_glm_prepare(&m);
    if (status == DSC_OK)
        status =
            problem->family == DSC_GLM_LINEAR && m.options.l1 == 0 ? dsc_glm_least_squares(&m) : iterate(&m);
    if (status > 0) {
        if (!isnan(m.value))
            dsc_glm_summarize(&m);
        dsc_glm_write_coefficients(&m, coefficients);
        if (covariance != NULL)
            dsc_glm_write_covariance(&m, status, covariance);
    }
    dsc_scratch_give(&memory);
    return status;
}
