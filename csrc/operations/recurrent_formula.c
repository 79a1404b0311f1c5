/* The derivative of the recurrent operations in operations: the steps again, and back. */
#include <stdlib.h>
#include <string.h>

#include "operations/recurrent.h"

/* A step as it was: what its derivative is made of. Gates are i, f, g, o; r, z, n; or nothing. */
typedef struct step {
    dsc_tensor *before, *cell_before;  /* the state and the cell it begins with */
    dsc_tensor *gates[DSC_MOST_GATES]; /* as they are */
    dsc_tensor *inner;                 /* GRU: what the reset gate is multiplied with */
    dsc_tensor *bent;                  /* LSTM: tanh of the new cell */
    dsc_tensor *raw;                   /* the new state before a projection */
    dsc_tensor *goes_on;               /* N x 1, whether the sequence does; NULL: all do */
    dsc_tensor *by_gates, *by_inner;   /* derivatives by the gates' parts from input and state: N x G H */
    dsc_tensor *by_state;              /* by the state: N x R */
} step;

typedef struct formula {
    dsc_pullback *p;
    dsc_cell cell;
    bool reverse;
    dsc_tensor *const *inputs;
    size_t steps, batch, hidden, output;
    dsc_tensor *x;  /* with zeros behind the sequences' ends */
    dsc_tensor *dy; /* NULL: 0 */
    dsc_tensor *nothing;
    step *all;
} formula;

/* ---- More expressions ---- */

static dsc_tensor *x_linear(dsc_pullback *p, dsc_tensor *x, dsc_tensor *w, dsc_tensor *b) {
    dsc_tensor *made = NULL;
    return x == NULL ? NULL : x_call(p, made, dsc_linear(x, w, b, DSC_ACTIVATION_NONE, &made));
}
static dsc_tensor *x_columns(dsc_pullback *p, dsc_tensor *x, size_t first, size_t count) {
    dsc_tensor *made = NULL;
    return x == NULL ? NULL
                     : x_call(p, made, dsc_slice(x, 1, (int64_t)first, (int64_t)(first + count), 1, &made));
}
static dsc_tensor *x_side_by_side(dsc_pullback *p, size_t count, dsc_tensor *const *parts) {
    dsc_tensor *made = NULL;
    return x_call(p, made, dsc_cat(count, parts, 1, &made));
}
/* The derivatives of tanh and of the logistic function, by their values. */
static dsc_tensor *x_by_tanh(dsc_pullback *p, dsc_tensor *by, dsc_tensor *value) {
    return x_multiply(p, by, x_rest(p, x_square(p, value)));
}
static dsc_tensor *x_by_sigmoid(dsc_pullback *p, dsc_tensor *by, dsc_tensor *value) {
    return x_multiply(p, by, x_multiply(p, value, x_rest(p, value)));
}

static dsc_tensor *zeros(const formula *f, size_t width) {
    dsc_tensor *made = NULL;
    const size_t shape[] = {f->batch, width};
    return f->nothing == NULL ? NULL : x_call(f->p, made, dsc_expand(f->nothing, 2, shape, &made));
}
/* a where the step's sequence goes on, else b. */
static dsc_tensor *where_it_goes_on(const formula *f, const step *s, dsc_tensor *a, dsc_tensor *b) {
    return s->goes_on == NULL ? a : x_where(f->p, s->goes_on, a, b);
}
static dsc_tensor *where_it_ended(const formula *f, const step *s, dsc_tensor *a) {
    return s->goes_on == NULL ? NULL : x_where(f->p, s->goes_on, f->nothing, a);
}
static dsc_tensor *sum_of(const formula *f, dsc_tensor *a, dsc_tensor *b) {
    return b == NULL ? a : a == NULL ? b : x_add(f->p, a, b);
}

/* ---- The steps ---- */

/* The new state, before a projection; *cell becomes the new one. from_x, from_h: the parts of the gates. */
static dsc_tensor *run_cell(const formula *f, step *s, dsc_tensor *from_x, dsc_tensor *from_h,
                            dsc_tensor **cell) {
    dsc_pullback *p = f->p;
    dsc_tensor **g = s->gates;
    const size_t n = f->hidden;
    switch (f->cell) {
    case DSC_CELL_LSTM: {
        dsc_tensor *all = x_add(p, from_x, from_h);
        for (size_t i = 0; i < 4; ++i) {
            dsc_tensor *part = x_columns(p, all, i * n, n);
            g[i] = i == 2 ? x_tanh(p, part) : x_sigmoid(p, part);
        }
        *cell = x_add(p, x_multiply(p, g[1], s->cell_before), x_multiply(p, g[0], g[2]));
        s->bent = x_tanh(p, *cell);
        return x_multiply(p, g[3], s->bent);
    }
    case DSC_CELL_GRU:
        for (size_t i = 0; i < 2; ++i)
            g[i] = x_sigmoid(p, x_add(p, x_columns(p, from_x, i * n, n), x_columns(p, from_h, i * n, n)));
        s->inner = x_columns(p, from_h, 2 * n, n);
        g[2] = x_tanh(p, x_add(p, x_columns(p, from_x, 2 * n, n), x_multiply(p, g[0], s->inner)));
        return x_add(p, g[2], x_multiply(p, g[1], x_subtract(p, s->before, g[2])));
    default: {
        dsc_tensor *all = x_add(p, from_x, from_h);
        return f->cell == DSC_CELL_RELU ? x_relu(p, all) : x_tanh(p, all);
    }
    }
}

static dsc_tensor *goes_on_at(const formula *f, size_t t) {
    dsc_tensor *lengths = f->inputs[IN_LENGTHS], *now = NULL, *made = NULL;
    dsc_pullback *p = f->p;
    if (lengths == NULL)
        return NULL;
    now = x_call(p, now, dsc_tensor_full(dsc_context_of(lengths), DSC_INT64, 0, NULL, (double)t, &now));
    dsc_tensor *greater = x_greater(p, lengths, now);
    return greater == NULL ? NULL : x_call(p, made, dsc_unsqueeze(greater, 1, &made));
}

/* x is not read behind the ends: what is there may be no number. */
static dsc_tensor *masked_input(const formula *f) {
    dsc_tensor *x = f->inputs[IN_X], *lengths = f->inputs[IN_LENGTHS], *each = NULL, *column = NULL;
    dsc_pullback *p = f->p;
    if (lengths == NULL)
        return x;
    const int64_t steps = (int64_t)f->steps;
    each = x_call(p, each,
                  dsc_tensor_empty(dsc_context_of(x), DSC_INT64, 3, (const size_t[]){f->steps, 1, 1}, &each));
    for (int64_t t = 0; each != NULL && t < steps; ++t)
        ((int64_t *)dsc_data(each))[t] = t;
    column = x_call(p, column, dsc_unsqueeze(lengths, 1, &column));
    return column == NULL ? NULL : x_where(p, x_greater(p, column, each), x, f->nothing);
}

static size_t step_at(const formula *f, size_t turn) {
    return f->reverse ? f->steps - 1 - turn : turn;
}

static void run_steps(const formula *f) {
    dsc_pullback *p = f->p;
    dsc_tensor *const *in = f->inputs;
    dsc_tensor *h = in[IN_H0] != NULL ? in[IN_H0] : zeros(f, f->output);
    dsc_tensor *cell = in[IN_C0] != NULL ? in[IN_C0] : f->cell == DSC_CELL_LSTM ? zeros(f, f->hidden) : NULL;
    dsc_tensor *from_x = x_linear(p, f->x, in[IN_W_IH], in[IN_B_IH]);
    for (size_t turn = 0; p->status == DSC_OK && turn < f->steps; ++turn) {
        const size_t t = step_at(f, turn);
        step *s = &f->all[t];
        s->before = h;
        s->cell_before = cell;
        s->goes_on = goes_on_at(f, t);
        dsc_tensor *from_h = x_linear(p, h, in[IN_W_HH], in[IN_B_HH]);
        s->raw = run_cell(f, s, x_select(p, from_x, 0, t), from_h, &cell);
        h = where_it_goes_on(f, s, in[IN_W_HR] == NULL ? s->raw : x_linear(p, s->raw, in[IN_W_HR], NULL), h);
        if (cell != NULL)
            cell = where_it_goes_on(f, s, cell, s->cell_before);
    }
}

/* ---- And back ---- */

/* By the gates' parts, from `dh` by the new state before a projection. *dcell: by the new cell, then by the
 * one before. Gives back what goes to the state before past the gates; NULL: nothing. */
static dsc_tensor *run_cell_back(const formula *f, step *s, dsc_tensor *dh, dsc_tensor **dcell) {
    dsc_pullback *p = f->p;
    dsc_tensor *const *g = s->gates;
    switch (f->cell) {
    case DSC_CELL_LSTM: {
        dsc_tensor *by_cell = sum_of(f, x_by_tanh(p, x_multiply(p, dh, g[3]), s->bent), *dcell);
        dsc_tensor *parts[] = {x_by_sigmoid(p, x_multiply(p, by_cell, g[2]), g[0]),
                               x_by_sigmoid(p, x_multiply(p, by_cell, s->cell_before), g[1]),
                               x_by_tanh(p, x_multiply(p, by_cell, g[0]), g[2]),
                               x_by_sigmoid(p, x_multiply(p, dh, s->bent), g[3])};
        *dcell = x_multiply(p, by_cell, g[1]);
        s->by_gates = s->by_inner = x_side_by_side(p, 4, parts);
        return NULL;
    }
    case DSC_CELL_GRU: {
        dsc_tensor *by_new = x_by_tanh(p, x_multiply(p, dh, x_rest(p, g[1])), g[2]);
        dsc_tensor *by_reset = x_by_sigmoid(p, x_multiply(p, by_new, s->inner), g[0]);
        dsc_tensor *by_keep = x_by_sigmoid(p, x_multiply(p, dh, x_subtract(p, s->before, g[2])), g[1]);
        dsc_tensor *parts[] = {by_reset, by_keep, by_new};
        s->by_gates = x_side_by_side(p, 3, parts);
        parts[2] = x_multiply(p, by_new, g[0]);
        s->by_inner = x_side_by_side(p, 3, parts);
        return x_multiply(p, dh, g[1]);
    }
    default:
        s->by_gates = s->by_inner = f->cell == DSC_CELL_RELU
                                        ? x_where(p, x_greater(p, s->raw, f->nothing), dh, f->nothing)
                                        : x_by_tanh(p, dh, s->raw);
        return NULL;
    }
}

static void run_back(const formula *f) {
    dsc_pullback *p = f->p;
    dsc_tensor *const *in = f->inputs;
    dsc_tensor *dh = zeros(f, f->output), *dcell = p->second;
    for (size_t turn = f->steps; p->status == DSC_OK && turn-- > 0;) {
        const size_t t = step_at(f, turn);
        step *s = &f->all[t];
        dsc_tensor *dy = f->dy == NULL ? NULL : x_select(p, f->dy, 0, t), *rest = where_it_ended(f, s, dh);
        dsc_tensor *cell_rest = dcell == NULL ? NULL : where_it_ended(f, s, dcell);
        s->by_state = where_it_goes_on(f, s, sum_of(f, dh, dy), f->nothing);
        if (dcell != NULL)
            dcell = where_it_goes_on(f, s, dcell, f->nothing);
        dsc_tensor *by_raw = in[IN_W_HR] == NULL ? s->by_state : x_matmul(p, s->by_state, in[IN_W_HR]);
        rest = sum_of(f, run_cell_back(f, s, by_raw, &dcell), rest);
        if (dcell != NULL)
            dcell = sum_of(f, dcell, cell_rest);
        dh = sum_of(f, x_matmul(p, s->by_inner, in[IN_W_HH]), rest);
    }
    dsc_give(p, IN_H0, dh);
    dsc_give(p, IN_C0, dcell);
}

/* ---- The products over all steps ---- */

/* A part of all steps, as rows: T N x its width. */
static dsc_tensor *rows_of(const formula *f, size_t part) {
    dsc_tensor **list = calloc(f->steps, sizeof *list), *made = NULL;
    dsc_pullback *p = f->p;
    if (list == NULL) {
        p->status = dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", p->node->operation->name);
        return NULL;
    }
    for (size_t t = 0; t < f->steps; ++t)
        memcpy(&list[t], (const char *)&f->all[t] + part, sizeof *list);
    made = x_call(p, made, dsc_cat(f->steps, list, 0, &made));
    free(list);
    return made;
}

static void give_bias(dsc_pullback *p, size_t input, dsc_tensor *rows) {
    if (dsc_wants(p, input))
        dsc_give(p, input, x_sum(p, rows, 1, (const int64_t[]){0}, false));
}

static void give_products(const formula *f) {
    dsc_pullback *p = f->p;
    dsc_tensor *const *in = f->inputs, *by_gates = rows_of(f, offsetof(step, by_gates));
    dsc_tensor *by_inner = f->cell == DSC_CELL_GRU ? rows_of(f, offsetof(step, by_inner)) : by_gates;
    if (dsc_wants(p, IN_X))
        dsc_give(p, IN_X, x_reshape_like(p, x_matmul(p, by_gates, in[IN_W_IH]), in[IN_X]));
    if (dsc_wants(p, IN_W_IH)) {
        dsc_tensor *x = NULL;
        const size_t shape[] = {f->steps * f->batch, in[IN_X]->shape[2]};
        x = x_call(p, x, dsc_reshape(f->x, 2, shape, &x));
        dsc_give(p, IN_W_IH, x_matmul(p, x_transposed(p, by_gates), x));
    }
    if (dsc_wants(p, IN_W_HH))
        dsc_give(p, IN_W_HH, x_matmul(p, x_transposed(p, by_inner), rows_of(f, offsetof(step, before))));
    give_bias(p, IN_B_IH, by_gates);
    give_bias(p, IN_B_HH, by_inner);
    if (dsc_wants(p, IN_W_HR))
        dsc_give(p, IN_W_HR,
                 x_matmul(p, x_transposed(p, rows_of(f, offsetof(step, by_state))),
                          rows_of(f, offsetof(step, raw))));
}

void dsc_recurrent_formula(dsc_pullback *p) {
    dsc_tensor *const *inputs = p->node->inputs;
    for (size_t i = 0; i < IN_COUNT; ++i)
        if (inputs[i] != NULL)
            dsc_input(p, i);
    if (p->status != DSC_OK)
        return;
    const dsc_cell cell = (dsc_cell)p->node->options.integer;
    const dsc_recurrence r = dsc_recurrence_of(cell, p->node->options.flag, inputs, NULL);
    formula f = {.p = p,
                 .cell = cell,
                 .reverse = r.reverse,
                 .inputs = inputs,
                 .steps = r.steps,
                 .batch = r.batch,
                 .hidden = r.hidden,
                 .output = r.output,
                 .dy = p->upstream,
                 .nothing = x_constant(p, inputs[IN_X], 0),
                 .all = calloc(r.steps, sizeof *f.all)};
    if (f.all == NULL) {
        p->status = dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", p->node->operation->name);
        return;
    }
    f.x = masked_input(&f);
    run_steps(&f);
    run_back(&f);
    if (p->status == DSC_OK)
        give_products(&f);
    free(f.all);
}
