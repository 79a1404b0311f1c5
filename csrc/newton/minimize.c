/* Newton's method: what is checked, the iterations, and how they end. */
#include <math.h>
#include <string.h>

#include "core/scratch.h"
#include "newton/newton.h"

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
    o.gradient_tolerance =
        o.gradient_tolerance > 0 ? o.gradient_tolerance : DSC_NEWTON_DEFAULT_GRADIENT_TOLERANCE;
    o.radius = o.radius > 0 ? o.radius : fmax(1, dsc_newton_norm(problem->n, x));
    o.lowest = o.lowest != 0 ? o.lowest : DSC_NEWTON_DEFAULT_LOWEST;
    o.max_iterations = o.max_iterations > 0 ? o.max_iterations : DSC_NEWTON_DEFAULT_ITERATIONS;
    return o;
}

/* ---- Iterations ---- */

/* The trust region's methods: they go on from a saddle. */
static bool has_ball(const dsc_newton *m) {
    return m->options.method < DSC_NEWTON_LINE_SEARCH;
}

static dsc_status step(dsc_newton *m) {
    if (has_ball(m))
        return dsc_newton_region_step(m);
    return m->options.method == DSC_NEWTON_PURE ? dsc_newton_pure_step(m) : dsc_newton_search_step(m);
}

/* One iteration: x has moved, or there is a reason why not. */
static dsc_status advance(dsc_newton *m) {
    bool vanishes = m->result->gradient_norm <= m->options.gradient_tolerance;
    dsc_status status = vanishes ? DSC_NEWTON_GRADIENT : step(m);
    if (status != DSC_NEWTON_GRADIENT && status != DSC_NEWTON_EXACT)
        return status;
    dsc_curvature curvature;
    DSC_PASS(dsc_newton_judge(m, &curvature));
    if (curvature == DSC_CURVATURE_LOWER && has_ball(m))
        return dsc_newton_accept(m, m->trial_value);
    return curvature == DSC_CURVATURE_MINIMUM ? status : DSC_NEWTON_SADDLE;
}

/* What an iteration's end says: DSC_OK to go on. */
static dsc_status check_ends(const dsc_newton *m, double before) {
    const dsc_newton_options *o = &m->options;
    double length = dsc_newton_norm(m->n, m->x);
    if (m->value < o->lowest)
        return DSC_NEWTON_UNBOUNDED;
    if (o->step_tolerance > 0 && m->step_norm <= o->step_tolerance * fmax(1, length))
        return DSC_NEWTON_STEP;
    if (o->value_tolerance > 0 && before - m->value <= o->value_tolerance * fmax(1, fabs(m->value)))
        return DSC_NEWTON_VALUE;
    return m->result->iterations >= o->max_iterations ? DSC_NEWTON_MAX_ITERATIONS : dsc_newton_limit(m);
}

static bool report(dsc_newton *m, bool (*progress)(void *, const dsc_newton_iterate *)) {
    m->result->value = m->value;
    m->result->gradient_norm = m->has_gradient ? dsc_newton_find_free(m) : NAN;
    m->result->radius = m->radius;
    dsc_newton_iterate iterate = {.iteration = m->result->iterations,
                                  .x = m->x,
                                  .value = m->value,
                                  .gradient_norm = m->result->gradient_norm,
                                  .step_norm = m->step_norm,
                                  .radius = has_ball(m) ? m->radius : NAN};
    return progress != NULL && progress(m->problem->user, &iterate);
}

static dsc_status iterate(dsc_newton *m, bool (*progress)(void *, const dsc_newton_iterate *)) {
    memset(m->step, 0, m->n * sizeof *m->step);
    dsc_newton_try(m, 0);
    memcpy(m->x, m->trial, m->n * sizeof *m->x);
    DSC_PASS(dsc_newton_value(m, m->x, &m->value));
    m->result->value = m->value;
    if (!isfinite(m->value))
        return DSC_NEWTON_NON_FINITE_VALUE;
    dsc_status status = dsc_newton_accept(m, m->value);
    m->step_norm = NAN;
    for (;;) {
        bool stops = report(m, status < 0 ? NULL : progress);
        if (status != DSC_OK)
            return status;
        if (stops)
            return DSC_NEWTON_STOPPED;
        double before = m->value;
        int64_t moves = m->moves;
        status = advance(m);
        if (m->moves == moves)
            return status;
        ++m->result->iterations;
        if (status == DSC_OK)
            status = check_ends(m, before);
        else if (status > 0 && m->value < m->options.lowest) /* where derivatives may well not be finite */
            status = DSC_NEWTON_UNBOUNDED;
    }
}

/* ---- Ends ---- */

/* Whether the curvature may be looked at for the result alone: what it takes is there, or worth the time. */
static bool may_describe(const dsc_newton *m, dsc_status status) {
    bool is_interrupted = status == DSC_NEWTON_MAX_EVALUATIONS || status == DSC_NEWTON_STOPPED;
    return status > 0 && status != DSC_NEWTON_MAX_SECONDS && m->has_gradient && !m->is_judged &&
           (m->hessian != NULL ? m->has_hessian
                               : !is_interrupted && status != DSC_NEWTON_NON_FINITE_GRADIENT &&
                                     status != DSC_NEWTON_NON_FINITE_HESSIAN);
}

/* A good end is claimed only of a minimum, and for the right gradient. */
static dsc_status conclude(dsc_newton *m, dsc_status status) {
    bool is_loose = status == DSC_NEWTON_STEP || status == DSC_NEWTON_VALUE;
    if (is_loose) {
        dsc_curvature curvature;
        DSC_PASS(dsc_newton_judge(m, &curvature));
        status = curvature == DSC_CURVATURE_MINIMUM ? status : DSC_NEWTON_SADDLE;
    } else if (may_describe(m, status)) {
        DSC_TRY(dsc_newton_describe(m));
    }
    /* A small residual of conjugate gradients then says nothing of how far the minimum is. */
    bool iterates = m->options.method == DSC_NEWTON_CONJUGATE_GRADIENTS;
    if (iterates && status == DSC_NEWTON_EXACT && !(m->result->condition < 1e12))
        status = DSC_NEWTON_SINGULAR;
    bool is_good = status >= DSC_NEWTON_GRADIENT && status <= DSC_NEWTON_EXACT;
    if (!is_good && status != DSC_NEWTON_LINE_SEARCH_FAILED && status != DSC_NEWTON_RADIUS_TOO_SMALL)
        return status;
    dsc_status doubt = dsc_newton_doubt(m);
    bool is_limit = doubt == DSC_NEWTON_MAX_EVALUATIONS || doubt == DSC_NEWTON_MAX_SECONDS;
    return doubt == DSC_OK || is_limit ? status : doubt;
}

dsc_status dsc_newton_minimize(const dsc_context *context, const dsc_newton_problem *problem,
                               const dsc_newton_options *options,
                               bool (*progress)(void *user, const dsc_newton_iterate *iterate), double *x,
                               dsc_newton_result *result) {
    DSC_TRY(check(problem, options, x));
    size_t n = problem->n;
    dsc_newton_result unused;
    result = result == NULL ? &unused : result;
    *result =
        (dsc_newton_result){.value = NAN, .gradient_norm = NAN, .condition = NAN, .bad_index = SIZE_MAX};
    dsc_newton m = {.problem = problem,
                    .options = with_defaults(problem, options, x),
                    .result = result,
                    .n = n,
                    .x = x,
                    .started = dsc_newton_seconds()};
    result->method = m.options.method;
    /* Three matrices; or the vectors of Lanczos's method, and the Hessian where there is nothing else, or all
     * of it for few elements. */
    bool iterates = m.options.method == DSC_NEWTON_CONJUGATE_GRADIENTS, is_small = n <= DSC_LANCZOS_STEPS;
    bool has_matrix = !iterates || (problem->product == NULL && problem->hessian != NULL);
    size_t vectors = iterates ? dsc_max_size(n, DSC_LANCZOS_STEPS) : n;
    size_t basis = has_matrix ? n : dsc_min_size(n, DSC_LANCZOS_STEPS);
    size_t matrices = has_matrix || is_small ? 2 * n * n : 0;
    /* Apart from the rest: of a large problem's basis, few vectors may be written. */
    dsc_scratch eigenvectors, scratch;
    DSC_TRY(dsc_scratch_take(context, basis * n * sizeof(double), &eigenvectors));
    dsc_status status = dsc_scratch_zeros(context, matrices + 12 * n + vectors, &scratch);
    if (status != DSC_OK) {
        dsc_scratch_give(&eigenvectors);
        return status;
    }
    double *at = scratch.memory;
    m.eigenvectors = eigenvectors.memory;
    if (has_matrix || is_small) {
        double **hessian = has_matrix ? &m.hessian : &m.small;
        *hessian = dsc_newton_take(&at, n * n);
        m.factor = dsc_newton_take(&at, n * n);
    }
    m.eigenvalues = dsc_newton_take(&at, vectors);
    m.gradient = dsc_newton_take(&at, n);
    m.step = dsc_newton_take(&at, n);
    m.trial = dsc_newton_take(&at, n);
    m.work = dsc_newton_take(&at, n);
    m.direction = dsc_newton_take(&at, n);
    m.scratch = dsc_newton_take(&at, 3 * n);
    m.moved = dsc_newton_take(&at, n);
    m.high = dsc_newton_take(&at, n);
    m.low = dsc_newton_take(&at, n);
    m.free = (size_t *)at;
    m.free_count = n;
    m.radius = m.options.radius;
    status = iterate(&m, progress);
    if (status > 0)
        status = conclude(&m, status);
    dsc_scratch_give(&scratch);
    dsc_scratch_give(&eigenvectors);
    return status;
}
