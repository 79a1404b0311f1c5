#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "optimizers/lbfgs.h"

enum { LR, MAX_ITER, MAX_EVAL, TOLERANCE_GRAD, TOLERANCE_CHANGE, HISTORY_SIZE, LINE_SEARCH };
enum { N_ITER, FUNC_EVALS, T, H_DIAG, PREV_LOSS, PAIRS }; /* the scalars */

static const char *const line_searches[] = {"none", "strong_wolfe"};

static const dsc_option_info options[] = {
    [LR] = DSC_OPTION_REAL_FROM("lr", 1, 0, "first step tried along the direction"),
    [MAX_ITER] = DSC_OPTION_WHOLE("max_iter", 20, 1, 1e9, "iterations a step"),
    [MAX_EVAL] = DSC_OPTION_WHOLE("max_eval", 0, 0, 1e9, "evaluations a step; 0: 5/4 of max_iter"),
    [TOLERANCE_GRAD] = DSC_OPTION_REAL_FROM("tolerance_grad", 1e-7, 0, "done when no gradient is larger"),
    [TOLERANCE_CHANGE] =
        DSC_OPTION_REAL_FROM("tolerance_change", 1e-9, 0, "done when neither loss nor weights change more"),
    [HISTORY_SIZE] = DSC_OPTION_WHOLE("history_size", 100, 1, 10000, "pairs of steps and changes remembered"),
    [LINE_SEARCH] = DSC_OPTION("line_search_fn", DSC_OPTION_CHOICE, 0, 0, 1, false, false,
                               "how far to go along the direction: lr, or a search", line_searches),
};

/* ---- State ---- */

typedef struct dsc_lbfgs {
    dsc_dtype dtype;
    size_t n, capacity, first; /* the history is a ring: pair i is at (first + i) % capacity */
    void *memory;              /* all vectors */
    double *ro, *al;
    size_t ro_count; /* ro is known for so many of the oldest pairs */
} dsc_lbfgs;

/* The vectors before the history. */
enum { DIRECTION, PREVIOUS, START, GRADIENTS, FIXED = GRADIENTS + DSC_LINE_GRADIENTS };

static void *vector(const dsc_lbfgs *l, size_t index) {
    return (char *)l->memory + index * l->n * dsc_dtype_size(l->dtype);
}
static size_t ring(const dsc_lbfgs *l, size_t pair) {
    return (l->first + pair) % l->capacity;
}
static void *change(const dsc_lbfgs *l, size_t pair) {
    return vector(l, FIXED + 2 * ring(l, pair));
}
static void *step_taken(const dsc_lbfgs *l, size_t pair) {
    return vector(l, FIXED + 2 * ring(l, pair) + 1);
}

void dsc_lbfgs_destroy(dsc_lbfgs *l) {
    if (l == NULL)
        return;
    dsc_free(l->memory);
    free(l->ro);
    free(l->al);
    free(l);
}

static dsc_status make(const dsc_optimizer *o, const dsc_group *group, dsc_lbfgs **made) {
    dsc_lbfgs *l = calloc(1, sizeof *l);
    if (l == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "out of memory");
    *l = (dsc_lbfgs){.dtype = o->dtype, .n = o->total, .capacity = (size_t)group->options[HISTORY_SIZE]};
    l->ro = calloc(l->capacity, sizeof *l->ro);
    l->al = calloc(l->capacity, sizeof *l->al);
    size_t vectors = FIXED + 2 * l->capacity;
    bool overflows = dsc_product_overflows(vectors, dsc_max_size(l->n, 1), l->dtype);
    size_t bytes = overflows ? 0 : vectors * l->n * dsc_dtype_size(l->dtype);
    dsc_status status = DSC_ERROR_MEMORY;
    if (l->ro != NULL && l->al != NULL && !overflows)
        status = dsc_allocate(bytes, &l->memory);
    if (status != DSC_OK) {
        dsc_lbfgs_destroy(l);
        return dsc_fail(status, "a history of %zu pairs of %zu elements is not to be had", l->capacity,
                        o->total);
    }
    *made = l;
    return DSC_OK;
}

dsc_status dsc_lbfgs_create(dsc_optimizer *o, const dsc_group *group) {
    return make(o, group, &o->lbfgs);
}

dsc_status dsc_lbfgs_resize(dsc_optimizer *o, const dsc_group *group) {
    dsc_lbfgs *old = o->lbfgs, *fresh;
    if ((size_t)group->options[HISTORY_SIZE] == old->capacity)
        return DSC_OK;
    DSC_TRY(make(o, group, &fresh));
    size_t vector_bytes = old->n * dsc_dtype_size(old->dtype);
    memcpy(fresh->memory, old->memory, FIXED * vector_bytes);
    size_t pairs = o->tensor_count > 0 ? (size_t)o->tensors[0].scalars[PAIRS] : 0;
    size_t kept = dsc_min_size(pairs, fresh->capacity);
    for (size_t i = 0; i < kept; ++i) {
        memcpy(change(fresh, i), change(old, pairs - kept + i), vector_bytes);
        memcpy(step_taken(fresh, i), step_taken(old, pairs - kept + i), vector_bytes);
    }
    for (size_t i = 0; i < o->tensor_count; ++i)
        o->tensors[i].scalars[PAIRS] = (double)kept;
    dsc_lbfgs_destroy(old);
    o->lbfgs = fresh;
    return DSC_OK;
}

size_t dsc_lbfgs_slot_count(const dsc_lbfgs *l) {
    return 2 + 2 * l->capacity;
}

void *dsc_lbfgs_slot(const dsc_lbfgs *l, size_t slot, char *name, size_t size) {
    if (slot < 2) {
        snprintf(name, size, "%s", slot == 0 ? "d" : "prev_flat_grad");
        return vector(l, slot == 0 ? DIRECTION : PREVIOUS);
    }
    size_t pair = (slot - 2) / 2;
    bool is_change = slot % 2 == 0;
    snprintf(name, size, "%s.%zu", is_change ? "old_dirs" : "old_stps", pair);
    return is_change ? change(l, pair) : step_taken(l, pair);
}

bool dsc_lbfgs_is_filled(const dsc_optimizer *o, size_t slot) {
    const double *scalars = o->tensors[0].scalars;
    return slot < 2 ? scalars[N_ITER] > 0 : (double)((slot - 2) / 2) < scalars[PAIRS];
}

void dsc_lbfgs_reset(dsc_optimizer *o) {
    if (o->lbfgs != NULL)
        o->lbfgs->first = o->lbfgs->ro_count = 0;
}

dsc_status dsc_lbfgs_check_scalars(const dsc_lbfgs *l, const double *scalars) {
    double pairs = scalars[PAIRS];
    if (pairs >= 0 && pairs <= (double)l->capacity && pairs == floor(pairs))
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "lbfgs: pairs is %g, must be a whole number in [0, %zu]", pairs,
                    l->capacity);
}

/* ---- A step ---- */

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
} minimization;

/* Zero where a tensor takes no part: it keeps its values then. */
static void mask(const minimization *m, void *values) {
    for (size_t i = 0; i < m->o->tensor_count; ++i) {
        const dsc_tensor *t = &m->o->tensors[i];
        bool takes_part = !t->frozen && (m->step->has_gradient == NULL || m->step->has_gradient[i] != 0);
        if (!takes_part)
            memset(dsc_offset(m->o, values, t->start), 0, t->length * dsc_dtype_size(m->o->dtype));
    }
}

static size_t vector_bytes(const minimization *m) {
    return m->l->n * dsc_dtype_size(m->l->dtype);
}

/* Loss and gradient at the parameters as they are; the gradient also goes to the place of that number. */
static dsc_status evaluate(minimization *m, int gradient) {
    ++m->evaluations;
    DSC_TRY(m->closure(m->user, &m->loss));
    mask(m, m->step->gradients);
    memcpy(vector(m->l, GRADIENTS + (size_t)gradient), m->step->gradients, vector_bytes(m));
    return DSC_OK;
}

static dsc_status evaluate_on_line(void *user, dsc_line_point *point) {
    minimization *m = user;
    dsc_vector_combine(&m->v, 1, vector(m->l, START), point->t, vector(m->l, DIRECTION), m->step->parameters);
    dsc_status status = evaluate(m, point->gradient);
    memcpy(m->step->parameters, vector(m->l, START), vector_bytes(m));
    if (status < 0)
        return status;
    point->f = m->loss;
    point->slope =
        dsc_vector_dot(&m->v, vector(m->l, GRADIENTS + (size_t)point->gradient), vector(m->l, DIRECTION));
    return DSC_OK;
}

/* Adds the last step and what it changed in the gradient to the history, if the curvature along it is
 * positive. */
static void remember(minimization *m, const void *g) {
    dsc_lbfgs *l = m->l;
    size_t pairs = (size_t)m->scalars[PAIRS];
    /* The start's vector is free between iterations: it takes the change until it is known to be kept. */
    void *y = vector(l, START), *d = vector(l, DIRECTION);
    dsc_vector_combine(&m->v, 1, g, -1, vector(l, PREVIOUS), y);
    dsc_vector_combine(&m->v, m->scalars[T], d, 0, NULL, d);
    double ys = dsc_vector_dot(&m->v, y, d);
    if (!(ys > 1e-10))
        return;
    if (pairs == l->capacity) {
        l->first = ring(l, 1);
        --pairs;
        memmove(l->ro, l->ro + 1, pairs * sizeof *l->ro);
    }
    memcpy(change(l, pairs), y, vector_bytes(m));
    memcpy(step_taken(l, pairs), d, vector_bytes(m));
    l->ro[pairs] = 1 / ys;
    l->ro_count = pairs + 1;
    m->scalars[PAIRS] = (double)(pairs + 1);
    m->scalars[H_DIAG] = ys / dsc_vector_dot(&m->v, y, y);
}

/* direction = -H g, H the inverse Hessian that the history tells: Nocedal and Wright 2006, algorithm 7.4. */
static void find_direction(minimization *m, const void *g) {
    dsc_lbfgs *l = m->l;
    void *d = vector(l, DIRECTION);
    size_t pairs = (size_t)m->scalars[PAIRS];
    dsc_vector_combine(&m->v, -1, g, 0, NULL, d);
    for (size_t i = pairs; i-- > 0;) {
        l->al[i] = dsc_vector_dot(&m->v, step_taken(l, i), d) * l->ro[i];
        dsc_vector_combine(&m->v, 1, d, -l->al[i], change(l, i), d);
    }
    dsc_vector_combine(&m->v, m->scalars[H_DIAG], d, 0, NULL, d);
    for (size_t i = 0; i < pairs; ++i) {
        double be = dsc_vector_dot(&m->v, change(l, i), d) * l->ro[i];
        dsc_vector_combine(&m->v, 1, d, l->al[i] - be, step_taken(l, i), d);
    }
    mask(m, d);
}

/* Goes along the direction. *gradient: where the gradient there is kept. */
static dsc_status move(minimization *m, double slope, int max_eval, bool is_last, int *gradient) {
    dsc_lbfgs *l = m->l;
    void *d = vector(l, DIRECTION), *p = m->step->parameters;
    memcpy(vector(l, START), p, vector_bytes(m));
    if (m->options[LINE_SEARCH] == 0) {
        dsc_vector_combine(&m->v, 1, p, m->scalars[T], d, p);
        /* At the end of a step the next step's first evaluation will do. */
        dsc_status status = is_last ? DSC_OK : evaluate(m, *gradient);
        if (status < 0)
            memcpy(p, vector(l, START), vector_bytes(m));
        return status;
    }
    dsc_line_search search = {.evaluate = evaluate_on_line,
                              .user = m,
                              .direction_size = dsc_vector_largest(&m->v, d),
                              .tolerance_change = m->options[TOLERANCE_CHANGE],
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
        const void *g = vector(l, GRADIENTS + (size_t)gradient);
        bool is_first = ++s[N_ITER] == 1;
        if (is_first) {
            s[H_DIAG] = 1;
            dsc_vector_combine(&m->v, -1, g, 0, NULL, vector(l, DIRECTION));
        } else {
            remember(m, g);
            find_direction(m, g);
        }
        memcpy(vector(l, PREVIOUS), g, vector_bytes(m));
        s[PREV_LOSS] = m->loss;
        s[T] = values[LR] * (is_first ? fmin(1, 1 / dsc_vector_sum(&m->v, g)) : 1);
        double slope = dsc_vector_dot(&m->v, g, vector(l, DIRECTION));
        if (slope > -tolerance)
            break;
        DSC_TRY(move(m, slope, max_eval, i == max_iter, &gradient));
        g = vector(l, GRADIENTS + (size_t)gradient);
        if (m->evaluations >= max_eval || dsc_vector_largest(&m->v, g) <= values[TOLERANCE_GRAD] ||
            dsc_vector_largest(&m->v, vector(l, DIRECTION)) * fabs(s[T]) <= tolerance ||
            fabs(m->loss - s[PREV_LOSS]) < tolerance)
            break;
    }
    return DSC_OK;
}

/* What the guard says to a first gradient that is not finite. */
static dsc_status check_finite(dsc_optimizer *o, double largest) {
    if (o->guard == DSC_GUARD_PROPAGATE || isfinite(largest))
        return DSC_OK;
    o->skipped_steps += o->guard == DSC_GUARD_SKIP;
    return dsc_fail(o->guard == DSC_GUARD_SKIP ? DSC_STEP_SKIPPED : DSC_ERROR_NON_FINITE,
                    "lbfgs: the gradient is not finite");
}

dsc_status dsc_optimizer_minimize(const dsc_context *context, dsc_optimizer *o, const dsc_step *step,
                                  dsc_closure closure, void *user, double *value, dsc_step_report *report) {
    DSC_CHECK_NOT_NULL(o);
    DSC_CHECK_NOT_NULL(step);
    DSC_CHECK_NOT_NULL(closure);
    if (o->lbfgs == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s is for lbfgs; other rules step", __func__);
    if (isfinite(o->clipping.max_norm) || isfinite(o->clip_value))
        return dsc_fail(DSC_ERROR_ARGUMENT, "lbfgs does not clip: its steps need the gradients as they are");
    if (step->row_gradients != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "lbfgs takes no row gradients");
    if (o->total > 0) {
        DSC_CHECK_NOT_NULL(step->parameters);
        DSC_CHECK_NOT_NULL(step->gradients);
    }
    if (o->hooks.before != NULL)
        DSC_TRY(o->hooks.before(o->hooks.user, step));
    minimization m = {.o = o,
                      .l = o->lbfgs,
                      .step = step,
                      .closure = closure,
                      .user = user,
                      .v = {context, o->dtype, o->total, o->partials},
                      .options = o->groups[0].options};
    if (o->tensor_count > 0)
        memcpy(m.scalars, o->tensors[0].scalars, sizeof m.scalars);
    /* After a load: what the pairs say of themselves. */
    for (; m.l->ro_count < (size_t)m.scalars[PAIRS]; ++m.l->ro_count)
        m.l->ro[m.l->ro_count] =
            1 / dsc_vector_dot(&m.v, change(m.l, m.l->ro_count), step_taken(m.l, m.l->ro_count));
    DSC_TRY(evaluate(&m, 0));
    if (value != NULL)
        *value = m.loss;
    double largest = dsc_vector_largest(&m.v, vector(m.l, GRADIENTS));
    dsc_step_report seen = {.gradient_norm = sqrt(dsc_vector_dot(&m.v, step->gradients, step->gradients)),
                            .gradient_largest = largest,
                            .clip_scale = 1,
                            .updated = o->total,
                            .bad_tensor = SIZE_MAX,
                            .bad_element = SIZE_MAX};
    dsc_status status = check_finite(o, largest);
    seen.skipped_steps = o->skipped_steps;
    if (status == DSC_OK && !(largest <= m.options[TOLERANCE_GRAD]))
        status = iterate(&m);
    if (report != NULL)
        *report = seen;
    if (status == DSC_STEP_SKIPPED)
        return status;
    /* Also after a failure: what was remembered until then holds. */
    m.scalars[FUNC_EVALS] += m.evaluations;
    for (size_t i = 0; i < o->tensor_count; ++i) {
        memcpy(o->tensors[i].scalars, m.scalars, sizeof m.scalars);
        o->tensors[i].filled |= DSC_SCALARS_SET;
        o->tensors[i].step += status == DSC_OK;
    }
    if (status < 0)
        return status;
    if (o->hooks.after != NULL)
        o->hooks.after(o->hooks.user, step, &seen);
    return DSC_OK;
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
