#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "newton/newton.h"

const char *dsc_newton_reason(dsc_status reason) {
    switch (reason) {
    case DSC_NEWTON_GRADIENT:
        return "the gradient's tolerance is met";
    case DSC_NEWTON_STEP:
        return "the step's tolerance is met";
    case DSC_NEWTON_VALUE:
        return "the value's tolerance is met";
    case DSC_NEWTON_EXACT:
        return "rounding is all that is left";
    case DSC_NEWTON_MAX_ITERATIONS:
        return "the limit of iterations is reached";
    case DSC_NEWTON_MAX_EVALUATIONS:
        return "the limit of evaluations is reached";
    case DSC_NEWTON_MAX_SECONDS:
        return "the limit of time is reached";
    case DSC_NEWTON_LINE_SEARCH_FAILED:
        return "the line search found nothing lower";
    case DSC_NEWTON_NON_FINITE_VALUE:
        return "the value is not finite";
    case DSC_NEWTON_NON_FINITE_GRADIENT:
        return "the gradient is not finite";
    case DSC_NEWTON_NON_FINITE_HESSIAN:
        return "the Hessian is not finite";
    case DSC_NEWTON_UNBOUNDED:
        return "the function is unbounded below";
    case DSC_NEWTON_STOPPED:
        return "stopped by the caller";
    case DSC_NEWTON_RADIUS_TOO_SMALL:
        return "the trust region has vanished";
    case DSC_NEWTON_SINGULAR:
        return "the Hessian is singular";
    case DSC_NEWTON_SADDLE:
        return "a saddle: the gradient vanishes, and the Hessian has a negative eigenvalue";
    case DSC_NEWTON_SEPARABLE:
        return "the data are separable: some coefficients would have to be infinite";
    default:
        return "unknown";
    }
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static dsc_status check_option(const char *name, double value) {
    if (value >= 0 && value < INFINITY)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_OPTION, "%s is %g, must be in [0, inf)", name, value);
}

static dsc_newton_method find_method(const dsc_newton_problem *p, const dsc_newton_options *o) {
    if (o != NULL && o->method != DSC_NEWTON_AUTOMATIC)
        return o->method;
    if (p->lower != NULL || p->upper != NULL)
        return DSC_NEWTON_PROJECTED;
    bool has_products = p->product != NULL && p->gradient != NULL;
    return has_products && p->n > 1000 ? DSC_NEWTON_CONJUGATE_GRADIENTS : DSC_NEWTON_TRUST_REGION;
}

static dsc_status check_problem(const dsc_newton_problem *problem, const double *x,
                                dsc_newton_method method) {
    DSC_CHECK_NOT_NULL(problem->value);
    DSC_CHECK_NOT_NULL(x);
    bool is_large = method == DSC_NEWTON_CONJUGATE_GRADIENTS && problem->gradient != NULL &&
                    (problem->product != NULL || problem->hessian == NULL);
    /* The Hessian's elements, and LAPACK's work, must fit its int. */
    size_t most = is_large ? 100000000 : 30000;
    if (problem->n == 0 || problem->n > most)
        return dsc_fail(DSC_ERROR_SIZE, "n is %zu, must be in [1, %zu]", problem->n, most);
    if (method != DSC_NEWTON_PROJECTED && (problem->lower != NULL || problem->upper != NULL))
        return dsc_fail(DSC_ERROR_OPTION, "bounds need the method PROJECTED");
    for (size_t i = 0; i < problem->n; ++i) {
        double lower = problem->lower != NULL ? problem->lower[i] : -INFINITY;
        double upper = problem->upper != NULL ? problem->upper[i] : INFINITY;
        if (!isfinite(x[i]))
            return dsc_fail(DSC_ERROR_ARGUMENT, "element %zu of the start is %g, must be finite", i, x[i]);
        if (!(lower <= upper && lower < INFINITY && upper > -INFINITY))
            return dsc_fail(DSC_ERROR_ARGUMENT,
                            "element %zu has bounds %g and %g; the first must not be larger", i, lower,
                            upper);
    }
    return DSC_OK;
}

static dsc_status check(const dsc_newton_problem *problem, const dsc_newton_options *o, const double *x) {
    DSC_CHECK_NOT_NULL(problem);
    if (o != NULL && (unsigned)o->method > DSC_NEWTON_PURE)
        return dsc_fail(DSC_ERROR_OPTION, "unknown method %d", (int)o->method);
    DSC_TRY(check_problem(problem, x, find_method(problem, o)));
    if (o == NULL)
        return DSC_OK;
    if ((unsigned)o->search > DSC_NEWTON_ARMIJO)
        return dsc_fail(DSC_ERROR_OPTION, "unknown line search %d", (int)o->search);
    DSC_TRY(check_option("gradient_tolerance", o->gradient_tolerance));
    DSC_TRY(check_option("step_tolerance", o->step_tolerance));
    DSC_TRY(check_option("value_tolerance", o->value_tolerance));
    DSC_TRY(check_option("radius", o->radius));
    DSC_TRY(check_option("max_iterations", (double)o->max_iterations));
    DSC_TRY(check_option("max_evaluations", (double)o->max_evaluations));
    return check_option("max_seconds", o->max_seconds);
}

static dsc_newton_options with_defaults(const dsc_newton_problem *problem, const dsc_newton_options *given,
                                        const double *x) {
    dsc_newton_options o = {0};
    if (given != NULL)
        o = *given;
    o.method = find_method(problem, given);
    o.gradient_tolerance = o.gradient_tolerance > 0 ? o.gradient_tolerance : 1e-8;
    o.radius = o.radius > 0 ? o.radius : fmax(1, dsc_newton_norm(problem->n, x));
    o.lowest = o.lowest != 0 ? o.lowest : -1e100;
    o.max_iterations = o.max_iterations > 0 ? o.max_iterations : 200;
    return o;
}

/* Whether the eigenvalues are all but rounding of non-negative ones. Sets what the result says of them. */
static dsc_status look_at_curvature(dsc_newton *m, bool *is_minimum) {
    dsc_newton_result *r = m->result;
    size_t count = m->free_count;
    dsc_status status = m->hessian != NULL ? dsc_newton_decompose(m, false) : dsc_newton_lanczos(m, &count);
    if (status != DSC_OK)
        return status;
    double largest = dsc_newton_largest(count, m->eigenvalues), smallest = INFINITY;
    double nothing = largest * (double)m->n * DBL_EPSILON;
    r->positive = r->zero = r->negative = 0;
    for (size_t k = 0; k < count; ++k) {
        double value = m->eigenvalues[k];
        smallest = fmin(smallest, fabs(value));
        r->positive += value > nothing;
        r->negative += value < -nothing;
        r->zero += !(value > nothing) && !(value < -nothing);
    }
    r->condition = count > 0 ? largest / smallest : 1;
    *is_minimum = count == 0 || m->eigenvalues[0] >= -1e-8 * largest;
    m->is_judged = true;
    return DSC_OK;
}

/* A saddle's gradient shows no way down: these take one along the lowest curvature. */
static bool escapes(dsc_newton *m) {
    m->must_escape = m->options.method == DSC_NEWTON_CONJUGATE_GRADIENTS;
    if (m->must_escape && m->hessian == NULL && dsc_newton_dot(m->n, m->direction, m->gradient) > 0)
        for (size_t i = 0; i < m->n; ++i)
            m->direction[i] = -m->direction[i];
    return m->must_escape || m->options.method == DSC_NEWTON_TRUST_REGION ||
           m->options.method == DSC_NEWTON_DOGLEG;
}

/* What an iteration's end says: DSC_OK to go on. */
static dsc_status judge(dsc_newton *m, double before, double started) {
    const dsc_newton_options *o = &m->options;
    double length = dsc_newton_norm(m->n, m->x);
    if (m->value < o->lowest)
        return DSC_NEWTON_UNBOUNDED;
    if (o->step_tolerance > 0 && m->step_norm <= o->step_tolerance * fmax(1, length))
        return DSC_NEWTON_STEP;
    if (o->value_tolerance > 0 && before - m->value <= o->value_tolerance * fmax(1, fabs(m->value)))
        return DSC_NEWTON_VALUE;
    if (m->result->iterations >= o->max_iterations)
        return DSC_NEWTON_MAX_ITERATIONS;
    if (o->max_evaluations > 0 && m->result->value_evaluations >= o->max_evaluations)
        return DSC_NEWTON_MAX_EVALUATIONS;
    if (o->max_seconds > 0 && seconds() - started >= o->max_seconds)
        return DSC_NEWTON_MAX_SECONDS;
    return DSC_OK;
}

static bool report(dsc_newton *m, bool (*progress)(void *, const dsc_newton_iterate *)) {
    m->result->value = m->value;
    m->result->gradient_norm = dsc_newton_find_free(m);
    m->result->radius = m->radius;
    bool has_ball = m->options.method < DSC_NEWTON_LINE_SEARCH;
    dsc_newton_iterate iterate = {.iteration = m->result->iterations,
                                  .x = m->x,
                                  .value = m->value,
                                  .gradient_norm = m->result->gradient_norm,
                                  .step_norm = m->step_norm,
                                  .radius = has_ball ? m->radius : NAN};
    return progress != NULL && progress(m->problem->user, &iterate);
}

static dsc_status iterate(dsc_newton *m, bool (*progress)(void *, const dsc_newton_iterate *)) {
    double started = seconds();
    dsc_newton_try(m, 0);
    memcpy(m->x, m->trial, m->n * sizeof *m->x);
    DSC_TRY(dsc_newton_value(m, m->x, &m->value));
    if (!isfinite(m->value))
        return DSC_NEWTON_NON_FINITE_VALUE;
    dsc_status status = dsc_newton_accept(m, m->value);
    m->step_norm = NAN;
    for (;;) {
        bool stops = report(m, progress), is_minimum = true;
        if (status != DSC_OK)
            return status;
        if (stops)
            return DSC_NEWTON_STOPPED;
        if (m->result->gradient_norm <= m->options.gradient_tolerance) {
            status = look_at_curvature(m, &is_minimum);
            if (status != DSC_OK)
                return status;
            if (is_minimum)
                return DSC_NEWTON_GRADIENT;
            if (!escapes(m))
                return DSC_NEWTON_SADDLE;
        }
        double before = m->value;
        if (m->options.method < DSC_NEWTON_LINE_SEARCH)
            status = dsc_newton_region_step(m);
        else if (m->options.method == DSC_NEWTON_PURE)
            status = dsc_newton_pure_step(m);
        else
            status = dsc_newton_search_step(m);
        /* At a saddle whose way down is lost in rounding. */
        if (status == DSC_NEWTON_EXACT && !is_minimum)
            return DSC_NEWTON_SADDLE;
        if (status < 0 || (status != DSC_OK && m->value == before))
            return status;
        ++m->result->iterations;
        if (status == DSC_OK)
            status = judge(m, before, started);
        else if (m->value < m->options.lowest) /* where derivatives may well not be finite */
            status = DSC_NEWTON_UNBOUNDED;
    }
}

dsc_status dsc_newton_minimize(const dsc_newton_problem *problem, const dsc_newton_options *options,
                               bool (*progress)(void *user, const dsc_newton_iterate *iterate), double *x,
                               dsc_newton_result *result) {
    DSC_TRY(check(problem, options, x));
    size_t n = problem->n;
    dsc_newton_result unused;
    result = result == NULL ? &unused : result;
    *result =
        (dsc_newton_result){.value = NAN, .gradient_norm = NAN, .condition = NAN, .bad_index = SIZE_MAX};
    dsc_newton m = {
        .problem = problem, .options = with_defaults(problem, options, x), .result = result, .n = n, .x = x};
    result->method = m.options.method;
    /* Three matrices; or the vectors of Lanczos's method, and the Hessian where there is nothing else. */
    bool iterates = m.options.method == DSC_NEWTON_CONJUGATE_GRADIENTS;
    bool has_matrix = !iterates || (problem->product == NULL && problem->hessian != NULL);
    size_t vectors = iterates ? dsc_max_size(n, DSC_LANCZOS_STEPS) : n;
    size_t basis = has_matrix ? n : dsc_min_size(n, DSC_LANCZOS_STEPS);
    size_t matrices = (has_matrix ? 2 * n * n : 0) + basis * n;
    double *memory = calloc(matrices + 10 * n + vectors, sizeof *memory);
    size_t *free_elements = calloc(n, sizeof *free_elements);
    if (memory == NULL || free_elements == NULL) {
        free(memory);
        free(free_elements);
        return dsc_fail(DSC_ERROR_MEMORY, "%s: %zu numbers are not to be had", __func__, matrices + 11 * n);
    }
    double *at = memory;
    m.eigenvectors = at, at += basis * n;
    if (has_matrix) {
        m.hessian = at, at += n * n;
        m.factor = at, at += n * n;
    }
    m.eigenvalues = at, at += vectors;
    m.gradient = at, at += n;
    m.step = at, at += n;
    m.trial = at, at += n;
    m.work = at, at += n;
    m.direction = at, at += n;
    m.scratch = at;
    m.free = free_elements;
    m.free_count = n;
    m.radius = m.options.radius;
    dsc_status status = iterate(&m, progress);
    bool is_minimum = true;
    bool has_hessian = status > 0 && status != DSC_NEWTON_NON_FINITE_VALUE &&
                       status != DSC_NEWTON_NON_FINITE_GRADIENT && status != DSC_NEWTON_NON_FINITE_HESSIAN;
    if (has_hessian && !m.is_judged && look_at_curvature(&m, &is_minimum) == DSC_OK && !is_minimum &&
        (status == DSC_NEWTON_EXACT || status == DSC_NEWTON_STEP || status == DSC_NEWTON_VALUE))
        status = DSC_NEWTON_SADDLE; /* never called a minimum */
    /* A small residual of theirs then says nothing of how far the minimum is. */
    if (iterates && status == DSC_NEWTON_EXACT && !(result->condition < 1e12))
        status = DSC_NEWTON_SINGULAR;
    free(memory);
    free(free_elements);
    return status;
}
