#include <math.h>
#include <string.h>

#include "optimizers/lbfgs_state.h"

/* PyTorch's line search has this tolerance whatever tolerance_change is. */
#define LINE_TOLERANCE 1e-9

static const char *const line_searches[] = {"none", "strong_wolfe"};

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_REAL_FROM("lr", 1, 0, "first step tried along the direction"),
    [MAX_ITER] = DSC_OPTION_WHOLE_IN("max_iter", 20, 1, 1e9, "iterations a step"),
    [MAX_EVAL] = DSC_OPTION_WHOLE_IN("max_eval", 0, 0, 1e9, "evaluations a step; 0: 5/4 of max_iter"),
    [TOLERANCE_GRAD] = DSC_OPTION_REAL_FROM("tolerance_grad", 1e-7, 0, "done when no gradient is larger"),
    [TOLERANCE_CHANGE] =
        DSC_OPTION_REAL_FROM("tolerance_change", 1e-9, 0, "done when neither loss nor weights change more"),
    [HISTORY_SIZE] =
        DSC_OPTION_WHOLE_IN("history_size", 100, 1, 10000, "pairs of steps and changes remembered"),
    [LINE_SEARCH] = DSC_OPTION("line_search_fn", DSC_OPTION_CHOICE, 0, 0, 1, false, false,
                               "how far to go along the direction: lr, or a search", line_searches),
};

typedef struct minimization {
    dsc_optimizer *o;
    dsc_lbfgs *l;
    const dsc_step *step;
    dsc_closure closure;
    void *user;
    dsc_vectors v;
    const double *options;
    double scalars[DSC_MAX_SCALARS];
    double loss;
    int evaluations;
    bool has_moved; /* an iteration is finished */
    dsc_step_report report;
} minimization;

static bool takes_part(const minimization *m, size_t tensor) {
    return !m->o->tensors[tensor].frozen &&
           (m->step->has_gradient == NULL || m->step->has_gradient[tensor] != 0);
}

/* Zero where a tensor takes no part: it keeps its values then. */
static void mask(const minimization *m, void *values) {
    for (size_t i = 0; i < m->o->tensor_count; ++i) {
        const dsc_parameter *t = &m->o->tensors[i];
        if (!takes_part(m, i))
            memset(dsc_offset(m->o, values, t->start), 0, t->length * dsc_dtype_size(m->o->dtype));
    }
}

static size_t vector_bytes(const minimization *m) {
    return m->l->n * dsc_dtype_size(m->l->dtype);
}

/* Fails if the guard is to refuse the gradient: the step then ends with its last finished iteration. */
static dsc_status guard(minimization *m) {
    dsc_optimizer *o = m->o;
    size_t bad =
        o->guard == DSC_GUARD_PROPAGATE ? SIZE_MAX : dsc_first_bad(o->dtype, o->total, m->step->gradients);
    for (size_t i = 0; bad != SIZE_MAX && i < o->tensor_count; ++i)
        if (bad < o->tensors[i].start + o->tensors[i].length)
            return dsc_guard_gradient(o, i, bad - o->tensors[i].start, true, &m->report);
    return DSC_OK;
}

/* Loss and gradient at the parameters as they are; the gradient also goes to the place of that number. */
static dsc_status evaluate(minimization *m, int gradient) {
    ++m->evaluations;
    size_t failures = dsc_failure_count();
    DSC_TRY(dsc_check_callback(m->closure(m->user, &m->loss), failures, "the closure"));
    mask(m, m->step->gradients);
    memcpy(dsc_lbfgs_vector(m->l, GRADIENTS + (size_t)gradient), m->step->gradients, vector_bytes(m));
    return guard(m);
}

static dsc_status evaluate_on_line(void *user, dsc_line_point *point) {
    minimization *m = user;
    dsc_vector_combine(&m->v, 1, dsc_lbfgs_vector(m->l, START), point->t, dsc_lbfgs_vector(m->l, DIRECTION),
                       m->step->parameters);
    dsc_status status = evaluate(m, point->gradient);
    memcpy(m->step->parameters, dsc_lbfgs_vector(m->l, START), vector_bytes(m));
    if (status < 0)
        return status;
    point->f = m->loss;
    point->slope = dsc_vector_dot(&m->v, dsc_lbfgs_vector(m->l, GRADIENTS + (size_t)point->gradient),
                                  dsc_lbfgs_vector(m->l, DIRECTION));
    return DSC_OK;
}

/* Adds the last step and what it changed in the gradient to the history, if the curvature along it is
 * positive. */
static void remember(minimization *m, const void *g) {
    dsc_lbfgs *l = m->l;
    size_t pairs = (size_t)m->scalars[PAIRS];
    /* The start's vector is free between iterations: it takes the change until it is known to be kept. */
    void *y = dsc_lbfgs_vector(l, START), *d = dsc_lbfgs_vector(l, DIRECTION);
    dsc_vector_combine(&m->v, 1, g, -1, dsc_lbfgs_vector(l, PREVIOUS), y);
    dsc_vector_combine(&m->v, m->scalars[T], d, 0, NULL, d);
    double ys = dsc_vector_dot(&m->v, y, d);
    if (!(ys > 1e-10))
        return;
    if (pairs == l->capacity) {
        l->first = dsc_lbfgs_ring(l, 1);
        --pairs;
        memmove(l->ro, l->ro + 1, pairs * sizeof *l->ro);
    }
    memcpy(dsc_lbfgs_change(l, pairs), y, vector_bytes(m));
    memcpy(dsc_lbfgs_step_taken(l, pairs), d, vector_bytes(m));
    l->ro[pairs] = 1 / ys;
    l->ro_count = pairs + 1;
    m->scalars[PAIRS] = (double)(pairs + 1);
    m->scalars[H_DIAG] = ys / dsc_vector_dot(&m->v, y, y);
}

/* direction = -H g, H the inverse Hessian that the history tells: Nocedal and Wright 2006, algorithm 7.4. */
static void find_direction(minimization *m, const void *g) {
    dsc_lbfgs *l = m->l;
    void *d = dsc_lbfgs_vector(l, DIRECTION);
    size_t pairs = (size_t)m->scalars[PAIRS];
    dsc_vector_combine(&m->v, -1, g, 0, NULL, d);
    for (size_t i = pairs; i-- > 0;) {
        l->al[i] = dsc_vector_dot(&m->v, dsc_lbfgs_step_taken(l, i), d) * l->ro[i];
        dsc_vector_combine(&m->v, 1, d, -l->al[i], dsc_lbfgs_change(l, i), d);
    }
    dsc_vector_combine(&m->v, m->scalars[H_DIAG], d, 0, NULL, d);
    for (size_t i = 0; i < pairs; ++i) {
        double be = dsc_vector_dot(&m->v, dsc_lbfgs_change(l, i), d) * l->ro[i];
        dsc_vector_combine(&m->v, 1, d, l->al[i] - be, dsc_lbfgs_step_taken(l, i), d);
    }
    mask(m, d);
}

/* Goes along the direction. *gradient: where the gradient there is kept. */
static dsc_status move(minimization *m, double slope, int max_eval, bool is_last, int *gradient) {
    dsc_lbfgs *l = m->l;
    void *d = dsc_lbfgs_vector(l, DIRECTION), *p = m->step->parameters;
    memcpy(dsc_lbfgs_vector(l, START), p, vector_bytes(m));
    if (m->options[LINE_SEARCH] == 0) {
        dsc_vector_combine(&m->v, 1, p, m->scalars[T], d, p);
        /* At the end of a step the next step's first evaluation will do. */
        dsc_status status = is_last ? DSC_OK : evaluate(m, *gradient);
        if (status < 0)
            memcpy(p, dsc_lbfgs_vector(l, START), vector_bytes(m));
        return status;
    }
    dsc_line_search search = {.evaluate = evaluate_on_line,
                              .user = m,
                              .direction_size = dsc_vector_largest(&m->v, d),
                              .tolerance_change = LINE_TOLERANCE,
                              .most = max_eval - m->evaluations};
    dsc_line_point found, start = {.f = m->loss, .slope = slope, .gradient = *gradient};
    DSC_TRY(dsc_line_search_run(&search, start, m->scalars[T], &found));
    m->loss = found.f;
    m->scalars[T] = found.t;
    *gradient = found.gradient;
    dsc_vector_combine(&m->v, 1, p, found.t, d, p);
    return DSC_OK;
}

static dsc_status iterate(minimization *m) {
    dsc_lbfgs *l = m->l;
    const double *values = m->options;
    double *s = m->scalars, tolerance = values[TOLERANCE_CHANGE];
    int max_iter = (int)values[MAX_ITER];
    int max_eval = values[MAX_EVAL] > 0 ? (int)values[MAX_EVAL] : (int)(max_iter * 1.25);
    int gradient = 0;
    for (int i = 1; i <= max_iter; ++i) {
        const void *g = dsc_lbfgs_vector(l, GRADIENTS + (size_t)gradient);
        bool is_first = ++s[N_ITER] == 1;
        if (is_first) {
            s[H_DIAG] = 1;
            dsc_vector_combine(&m->v, -1, g, 0, NULL, dsc_lbfgs_vector(l, DIRECTION));
        } else {
            remember(m, g);
            find_direction(m, g);
        }
        memcpy(dsc_lbfgs_vector(l, PREVIOUS), g, vector_bytes(m));
        s[PREV_LOSS] = m->loss;
        s[T] = values[LR] * (is_first ? fmin(1, 1 / dsc_vector_sum(&m->v, g)) : 1);
        double slope = dsc_vector_dot(&m->v, g, dsc_lbfgs_vector(l, DIRECTION));
        if (slope > -tolerance)
            break;
        dsc_status status = move(m, slope, max_eval, i == max_iter, &gradient);
        if (status < 0) {
            /* No step was taken: the next iteration has nothing to remember. */
            s[T] = 0;
            --s[N_ITER];
            return status;
        }
        m->has_moved = true;
        g = dsc_lbfgs_vector(l, GRADIENTS + (size_t)gradient);
        if (m->evaluations >= max_eval || dsc_vector_largest(&m->v, g) <= values[TOLERANCE_GRAD] ||
            dsc_vector_largest(&m->v, dsc_lbfgs_vector(l, DIRECTION)) * fabs(s[T]) <= tolerance ||
            fabs(m->loss - s[PREV_LOSS]) < tolerance)
            break;
    }
    return DSC_OK;
}

static double euclidean_norm(const minimization *m, const void *g, double largest) {
    double squares = dsc_vector_dot(&m->v, g, g);
    if (isnormal(squares) || !(largest > 0 && isfinite(largest)))
        return sqrt(squares);
    void *scaled = dsc_lbfgs_vector(m->l, START);
    dsc_vector_combine(&m->v, 1 / largest, g, 0, NULL, scaled);
    return largest * sqrt(dsc_vector_dot(&m->v, scaled, scaled));
}

/* What the first evaluation shows. */
static void describe(minimization *m, double largest) {
    m->report.gradient_norm = euclidean_norm(m, m->step->gradients, largest);
    m->report.gradient_largest = largest;
    for (size_t i = 0; i < m->o->tensor_count; ++i)
        m->report.updated += takes_part(m, i) ? m->o->tensors[i].length : 0;
}

/* A gradient was refused: before the first iteration was finished that skips the step, if the guard says so;
 * later it only ends it. */
static dsc_status end_early(minimization *m, dsc_status status) {
    dsc_optimizer *o = m->o;
    if (m->report.bad_tensor == SIZE_MAX || o->guard != DSC_GUARD_SKIP)
        return status;
    if (m->has_moved)
        return DSC_OK;
    m->report.was_skipped = true;
    m->report.updated = 0;
    m->report.skipped_steps = ++o->skipped_steps;
    return DSC_STEP_SKIPPED;
}

dsc_status dsc_optimizer_minimize(const dsc_context *context, dsc_optimizer *o, const dsc_step *step,
                                  dsc_closure closure, void *user, double *value, dsc_step_report *report) {
    DSC_CHECK_NOT_NULL(o);
    DSC_CHECK_NOT_NULL(step);
    DSC_CHECK_NOT_NULL(closure);
    if (o->lbfgs == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s is for lbfgs; other rules step", __func__);
    if (dsc_clips_norm(o) || isfinite(o->clip_value))
        return dsc_fail(DSC_ERROR_ARGUMENT, "lbfgs does not clip: its steps need the gradients as they are");
    if (step->row_gradients != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "lbfgs takes no row gradients");
    if (o->total > 0) {
        DSC_CHECK_NOT_NULL(step->parameters);
        DSC_CHECK_NOT_NULL(step->gradients);
    }
    DSC_TRY(dsc_hook_before(o, step));
    dsc_step given = *step;
    if (o->total == 0)
        given.parameters = given.gradients = dsc_lbfgs_vector(o->lbfgs, 0); /* nothing, but from somewhere */
    minimization m = {.o = o,
                      .l = o->lbfgs,
                      .step = &given,
                      .closure = closure,
                      .user = user,
                      .v = {context, o->dtype, o->total, o->partials},
                      .options = o->groups[0].options,
                      .report = {.clip_norm = NAN,
                                 .clip_scale = 1,
                                 .skipped_steps = o->skipped_steps,
                                 .bad_tensor = SIZE_MAX,
                                 .bad_element = SIZE_MAX}};
    if (o->tensor_count > 0)
        memcpy(m.scalars, o->tensors[0].scalars, sizeof m.scalars);
    /* After a load: what the pairs say of themselves. */
    for (; m.l->ro_count < (size_t)m.scalars[PAIRS]; ++m.l->ro_count)
        m.l->ro[m.l->ro_count] = 1 / dsc_vector_dot(&m.v, dsc_lbfgs_change(m.l, m.l->ro_count),
                                                    dsc_lbfgs_step_taken(m.l, m.l->ro_count));
    dsc_status status = evaluate(&m, 0);
    if (status < 0 && m.report.bad_tensor == SIZE_MAX)
        return status;
    if (value != NULL)
        *value = m.loss;
    double largest = dsc_vector_largest(&m.v, dsc_lbfgs_vector(m.l, GRADIENTS));
    describe(&m, largest);
    if (status == DSC_OK && !(largest <= m.options[TOLERANCE_GRAD]))
        status = iterate(&m);
    bool has_begun = status == DSC_OK || m.evaluations > 1;
    status = end_early(&m, status);
    if (report != NULL)
        *report = m.report;
    /* Also after a failure: what was remembered until then holds. */
    m.scalars[FUNC_EVALS] += m.evaluations;
    for (size_t i = 0; has_begun && i < o->tensor_count; ++i) {
        memcpy(o->tensors[i].scalars, m.scalars, sizeof m.scalars);
        o->tensors[i].filled |= DSC_SCALARS_SET;
        o->tensors[i].step += status == DSC_OK;
    }
    if (status >= 0) {
        dsc_average_rest(context, o, step, false);
        dsc_hook_after(o, step, &m.report);
    }
    return status;
}

const dsc_rule dsc_rule_lbfgs = {
    .info = {.name = "lbfgs",
             .title = "L-BFGS: a quasi-Newton method that remembers its last steps",
             .source = "torch.optim.LBFGS; Nocedal and Wright 2006, chapter 7.2",
             .formula =
                 "w += t d, d = -H g, H from the last history_size steps and the gradient's changes in them; "
                 "t = lr, or what the line search finds",
             DSC_OPTIONS(options),
             .slots = {"d", "prev_flat_grad"},
             .scalars = {"n_iter", "func_evals", "t", "H_diag", "prev_loss", "pairs"},
             .kind = DSC_RULE_CLOSURE,
             .state_summary =
                 "d and prev_flat_grad; old_dirs and old_stps, history_size of each; 5 more vectors "
                 "to work with"},
};
