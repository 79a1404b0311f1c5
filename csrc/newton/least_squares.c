/* Levenberg and Marquardt's method as a trust region, after More 1978, and Gauss and Newton's. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "core/scratch.h"
#include "newton/least_squares.h"

/* ---- What can be seen ---- */

/* The share of the sum of squares that rounding hides: its own, and that of residuals which are differences
 * of larger numbers. */
static double hidden(const dsc_fit *f) {
    return 16 * DBL_EPSILON * (1 + f->size / f->here.norm);
}

/* A cosine that the sum of squares cannot tell from 0: what it costs is its square. */
static bool is_small(double cosine) {
    return cosine <= 8 * sqrt(DBL_EPSILON);
}

/* No step lowers the sum of squares. That is a good end where the residuals are all but perpendicular to the
 * columns, or where what the columns span of them is rounding of the parameters. */
static dsc_status conclude(dsc_fit *f, bool was_finite) {
    bool is_rounding = f->tangent <= 16 * DBL_EPSILON * f->size;
    if (is_small(f->here.cosine))
        return DSC_NEWTON_EXACT;
    DSC_PASS(dsc_fit_doubt(f, true));
    if (is_rounding)
        return DSC_NEWTON_EXACT;
    if (!was_finite)
        return DSC_NEWTON_NON_FINITE_VALUE;
    return f->options.method == DSC_GAUSS_NEWTON ? DSC_NEWTON_LINE_SEARCH_FAILED
                                                 : DSC_NEWTON_RADIUS_TOO_SMALL;
}

/* ---- One step tried ---- */

/* The sum of squares' fall from here to there as a share of it, without its cancellation. */
static double find_fall(const dsc_fit *f) {
    if (!(0.1 * f->there.norm < f->here.norm))
        return -1;
    double sum = 0;
    for (size_t i = 0; i < f->m; ++i) {
        double a = f->here.residuals[i] / f->here.norm, b = f->there.residuals[i] / f->here.norm;
        sum += (a - b) * (a + b);
    }
    return sum;
}

typedef struct trial {
    double promised, fall; /* shares of the sum of squares */
    bool is_finite, is_taken, is_hidden;
} trial;

/* Goes to f->trial if that is better: where the sum of squares can tell, if it falls by a share of what the
 * linear model promises, else if the cosine falls. A Jacobian that is not finite is nowhere to go. */
static dsc_status attempt(dsc_fit *f, trial *t) {
    dsc_status status = dsc_fit_residuals(f, f->trial, &f->there);
    t->is_finite = status == DSC_OK;
    t->is_taken = false;
    t->is_hidden = t->promised <= hidden(f);
    t->fall = t->is_finite ? find_fall(f) : -1;
    if (status != DSC_OK)
        return status == DSC_NEWTON_NON_FINITE_VALUE ? DSC_OK : status;
    bool falls = t->fall >= (t->is_hidden ? 0.25 : 1e-4) * t->promised && t->promised > 4 * DBL_EPSILON;
    if (!falls && !(t->is_hidden && t->fall >= -hidden(f)))
        return DSC_OK;
    status = dsc_fit_jacobian(f, f->trial, &f->there);
    if (status == DSC_NEWTON_NON_FINITE_GRADIENT) {
        t->is_finite = false;
        t->fall = -1;
        return DSC_OK;
    }
    if (status != DSC_OK)
        return status;
    t->is_taken = falls || f->there.cosine <= 0.9 * f->here.cosine;
    return t->is_taken ? dsc_fit_arrive(f) : DSC_OK;
}

/* Sets f->trial; whether that is another point. */
static bool moves(dsc_fit *f, double share) {
    for (size_t j = 0; j < f->n; ++j)
        f->trial[j] = f->x[j] + share * f->step[j];
    return memcmp(f->trial, f->x, f->n * sizeof *f->x) != 0;
}

/* ---- An iteration ---- */

static void adapt_radius(dsc_fit *f, const trial *t, double change, double damped) {
    double ratio = t->fall / t->promised;
    if (!(ratio > 0.25)) {
        double slope = -(change + damped), share = t->fall >= 0 ? 0.5 : 0.5 * slope / (slope + 0.5 * t->fall);
        f->radius = fmax(share, 0.1) * fmin(f->radius, 10 * f->length);
    } else if (f->damping == 0 || ratio >= 0.75) {
        f->radius = 2 * f->length;
    }
}

/* Steps within the region until one is taken: DSC_OK. *is_stuck: there is none; was_finite: some were
 * seen. */
static dsc_status step_within(dsc_fit *f, bool is_first, bool *was_finite, bool *is_stuck) {
    *is_stuck = false;
    for (int lost = 0; lost < 4;) {
        DSC_TRY(dsc_fit_damped_step(f));
        if (!moves(f, 1))
            break;
        if (is_first)
            f->radius = fmin(f->radius, f->length);
        double change = pow(f->change / f->here.norm, 2),
               damped = f->damping * pow(f->length / f->here.norm, 2);
        trial t = {.promised = change + 2 * damped};
        double length = f->length;
        DSC_PASS(attempt(f, &t));
        *was_finite = *was_finite || t.is_finite;
        if (t.is_hidden)
            f->radius = t.is_taken ? fmax(f->radius, 2 * length) : fmin(f->radius, length) / 4;
        else
            adapt_radius(f, &t, change, damped);
        if (t.is_taken)
            return DSC_OK;
        if (t.is_finite && f->tangent <= 4 * DBL_EPSILON * f->size)
            break;
        lost += t.is_hidden;
    }
    *is_stuck = true;
    return DSC_OK;
}

static double first_radius(const dsc_fit *f) {
    double length = 0;
    for (size_t j = 0; j < f->n; ++j)
        length = hypot(length, f->scale[j] * f->x[j]);
    return f->options.radius * (length > 0 ? length : 1);
}

/* A region that vanishes may do so because a column was once much longer than it is: it comes back in units
 * of the columns as they are. */
static dsc_status levenberg_marquardt(dsc_fit *f) {
    bool was_finite = false, is_stuck, is_old = false;
    dsc_status status = step_within(f, f->result->iterations == 0, &was_finite, &is_stuck);
    if (status != DSC_OK || !is_stuck)
        return status;
    for (size_t j = 0; j < f->n; ++j)
        is_old = is_old || f->scale[j] > 2 * f->lengths[j];
    if (is_old && !is_small(f->tangent / f->here.norm)) {
        dsc_fit_rescale(f);
        f->radius = first_radius(f);
        status = step_within(f, true, &was_finite, &is_stuck);
        if (status != DSC_OK || !is_stuck)
            return status;
    }
    return conclude(f, was_finite);
}

static dsc_status gauss_newton(dsc_fit *f) {
    bool was_finite = false;
    double change = pow(f->change / f->here.norm, 2);
    for (double share = 1; share > 1e-15 && moves(f, share); share /= 2) {
        trial t = {.promised = share * (2 - share) * change};
        dsc_status status = attempt(f, &t);
        if (status != DSC_OK || t.is_taken)
            return status;
        was_finite = was_finite || t.is_finite;
        if (t.is_hidden || (t.is_finite && f->tangent <= 4 * DBL_EPSILON * f->size))
            break;
    }
    return conclude(f, was_finite);
}

/* Whether the undamped step, which is at hand, is no longer than the tolerance times x, both in units of the
 * columns here. */
static bool is_step_small(const dsc_fit *f) {
    double step = 0, length = 0;
    for (size_t j = 0; j < f->n; ++j) {
        step = hypot(step, f->lengths[j] * f->step[j]);
        length = hypot(length, f->lengths[j] * f->x[j]);
    }
    return step <= f->options.step_tolerance * length;
}

/* A column that the others make up: there is no step of Gauss and Newton's. All of them 0: there is none.
 */
static dsc_status check_rank(dsc_fit *f) {
    if (f->rank == f->n || (f->rank > 0 && f->options.method != DSC_GAUSS_NEWTON))
        return DSC_OK;
    if (f->rank == 0)
        DSC_PASS(dsc_fit_doubt(f, true));
    f->result->bad_index = (size_t)f->pivot[f->rank] - 1;
    return DSC_NEWTON_SINGULAR;
}

static dsc_status look(dsc_fit *f) {
    if (f->here.norm == 0)
        return DSC_NEWTON_GRADIENT;
    DSC_PASS(check_rank(f));
    if (f->here.cosine <= f->options.gradient_tolerance && is_small(f->tangent / f->here.norm))
        return DSC_NEWTON_GRADIENT;
    DSC_TRY(dsc_fit_full_step(f));
    return f->result->iterations == f->options.max_iterations ? DSC_NEWTON_MAX_ITERATIONS : DSC_OK;
}

/* An iteration whose undamped step is that small is the last: whether it was taken or, by rounding, not. */
static dsc_status iterate(dsc_fit *f) {
    bool is_last = f->rank == f->n && is_step_small(f);
    dsc_status status = f->options.method == DSC_GAUSS_NEWTON ? gauss_newton(f) : levenberg_marquardt(f);
    ++f->result->iterations;
    bool is_stuck = status == DSC_NEWTON_RADIUS_TOO_SMALL || status == DSC_NEWTON_LINE_SEARCH_FAILED;
    return is_last && (status == DSC_OK || is_stuck) ? DSC_NEWTON_STEP : status;
}

static dsc_status go(dsc_fit *f) {
    f->radius = first_radius(f);
    for (;;) {
        dsc_status status = look(f);
        f->result->bad_index = status == DSC_OK ? SIZE_MAX : f->result->bad_index;
        if (status == DSC_OK)
            status = iterate(f);
        if (status != DSC_OK)
            return status;
    }
}

/* A good end is claimed only for the right Jacobian. */
static dsc_status run(dsc_fit *f) {
    memcpy(f->trial, f->x, f->n * sizeof *f->x);
    DSC_PASS(dsc_fit_residuals(f, f->trial, &f->there));
    f->result->sum_of_squares = f->there.norm * f->there.norm;
    DSC_PASS(dsc_fit_jacobian(f, f->trial, &f->there));
    DSC_PASS(dsc_fit_arrive(f));
    dsc_status status = go(f);
    if (status == DSC_NEWTON_GRADIENT || status == DSC_NEWTON_STEP || status == DSC_NEWTON_EXACT) {
        dsc_status doubt = dsc_fit_doubt(f, false);
        status = doubt != DSC_OK ? doubt : status;
    }
    f->result->cosine = f->here.cosine;
    f->result->sum_of_squares = f->here.norm * f->here.norm;
    return status;
}

/* ---- The call ---- */

static dsc_status check(const dsc_least_squares *problem, const dsc_least_squares_options *o,
                        const double *x) {
    DSC_CHECK_NOT_NULL(problem);
    DSC_CHECK_NOT_NULL(problem->evaluate);
    DSC_CHECK_NOT_NULL(x);
    size_t m = problem->residuals, n = problem->parameters;
    if (n == 0 || m < n)
        return dsc_fail(DSC_ERROR_SIZE,
                        "%zu residuals for %zu parameters; there must be a parameter, and no fewer residuals",
                        m, n);
    if (n > 30000 || m > INT32_MAX / 2 || m + n > INT32_MAX / n)
        return dsc_fail(DSC_ERROR_SIZE, "%zu residuals of %zu parameters overflow LAPACK's int", m, n);
    for (size_t i = 0; i < n; ++i)
        if (!isfinite(x[i]))
            return dsc_fail(DSC_ERROR_ARGUMENT, "element %zu of the start is %g, must be finite", i, x[i]);
    if (o != NULL && (unsigned)o->method > DSC_GAUSS_NEWTON)
        return dsc_fail(DSC_ERROR_OPTION, "unknown method %d", (int)o->method);
    if (o != NULL && !(o->gradient_tolerance >= 0 && o->step_tolerance >= 0 && o->radius >= 0 &&
                       isfinite(o->radius) && o->max_iterations >= 0))
        return dsc_fail(DSC_ERROR_OPTION,
                        "tolerances %g and %g, radius %g and max_iterations %lld must not be negative",
                        o->gradient_tolerance, o->step_tolerance, o->radius, (long long)o->max_iterations);
    return DSC_OK;
}

static dsc_least_squares_options with_defaults(const dsc_least_squares_options *given) {
    dsc_least_squares_options o = {0};
    if (given != NULL)
        o = *given;
    o.gradient_tolerance = o.gradient_tolerance > 0 ? o.gradient_tolerance : 1e-12;
    o.step_tolerance = o.step_tolerance > 0 ? o.step_tolerance : 1e-14;
    o.radius = o.radius > 0 ? o.radius : 10;
    o.max_iterations = o.max_iterations > 0 ? o.max_iterations : 2000;
    return o;
}

dsc_status dsc_least_squares_fit(const dsc_context *context, const dsc_least_squares *problem,
                                 const dsc_least_squares_options *options, double *x, double *covariance,
                                 dsc_least_squares_result *result) {
    DSC_TRY(check(problem, options, x));
    size_t m = problem->residuals, n = problem->parameters;
    dsc_least_squares_result unused;
    result = result == NULL ? &unused : result;
    *result = (dsc_least_squares_result){
        .sum_of_squares = NAN, .deviation = NAN, .cosine = NAN, .bad_index = SIZE_MAX};
    dsc_scratch scratch;
    DSC_TRY(dsc_scratch_zeros(context, 3 * m * n + 3 * n * n + 5 * m + 11 * n, &scratch));
    double *at = scratch.memory;
    dsc_fit f = {
        .problem = problem, .options = with_defaults(options), .result = result, .m = m, .n = n, .x = x};
    f.here.jacobian = dsc_newton_take(&at, m * n);
    f.there.jacobian = dsc_newton_take(&at, m * n);
    f.factor = dsc_newton_take(&at, m * n);
    f.upper = dsc_newton_take(&at, n * n);
    f.left = dsc_newton_take(&at, n * n);
    f.right = dsc_newton_take(&at, n * n);
    f.here.residuals = dsc_newton_take(&at, m);
    f.there.residuals = dsc_newton_take(&at, m);
    f.high = dsc_newton_take(&at, m);
    f.low = dsc_newton_take(&at, m);
    f.rotated = dsc_newton_take(&at, m);
    f.trial = dsc_newton_take(&at, n);
    f.moved = dsc_newton_take(&at, n);
    f.lengths = dsc_newton_take(&at, n);
    f.scale = dsc_newton_take(&at, n);
    f.widest = dsc_newton_take(&at, n);
    f.tau = dsc_newton_take(&at, n);
    f.singular = dsc_newton_take(&at, n);
    f.along = dsc_newton_take(&at, n);
    f.step = dsc_newton_take(&at, n);
    f.scaled = dsc_newton_take(&at, n);
    f.pivot = (int *)at;
    dsc_status status = run(&f);
    if (status > 0 && m > n)
        result->deviation = sqrt(result->sum_of_squares / (double)(m - n));
    if (status > 0 && covariance != NULL)
        dsc_fit_covariance(&f, covariance);
    dsc_scratch_give(&scratch);
    return status;
}
