/* The pull-back of the recurrent operations: a kernel back through time, and then products over all steps. */
#include <string.h>

#include "linalg/linear.h"
#include "operations/recurrent.h"

/* What the kernel reads and leaves. */
typedef struct back {
    dsc_recurrence r;
    dsc_recurrence_gradients g;
    dsc_gradient_target to[IN_COUNT];
    dsc_tensor *x, *w_ih, *dh, *dc;
} back;

static dsc_tensor *x_make(dsc_pullback *p, const dsc_recurrence *r, size_t steps, size_t width) {
    dsc_tensor *made = NULL;
    const size_t shape[] = {steps, r->batch, width};
    return x_call(p, made, dsc_make(dsc_context_of(p->node->inputs[IN_X]), r->dtype, 3, shape, &made));
}

static void *data_of(const dsc_tensor *t) {
    return t == NULL ? NULL : dsc_data(t);
}

/* Rows of y's gradient may stand in any order, as those of a batch_first layer do. */
static void take_upstream(dsc_pullback *p, back *b) {
    dsc_tensor *dy = p->upstream;
    if (dy != NULL && dy->strides[2] != 1)
        dy = x_in_order(p, dy);
    if (dy == NULL)
        return;
    b->g.dy = dsc_data(dy);
    b->g.dy_step = dy->strides[0];
    b->g.dy_row = dy->strides[1];
}

/* A place for a gradient by what the recurrence begins with: zeros, or what came for the last cells. */
static void begin(dsc_pullback *p, dsc_gradient_target *to, const dsc_recurrence *r, size_t width,
                  dsc_tensor *first, dsc_tensor **made) {
    *made = to->made;
    dsc_tensor *given = x_in_order(p, first);
    if (*made == NULL)
        *made = x_make(p, r, 1, width);
    if (p->status != DSC_OK)
        return;
    const size_t bytes = r->batch * width * dsc_size_of(r->dtype);
    if (given != NULL)
        memcpy(dsc_data(*made), dsc_data(given), bytes);
    else
        memset(dsc_data(*made), 0, bytes);
}

static void prepare(dsc_pullback *p, back *b) {
    dsc_tensor *const *inputs = p->node->inputs;
    const dsc_cell cell = (dsc_cell)p->node->options.integer;
    dsc_tensor *lengths = NULL, *x = NULL;
    for (size_t i = 0; i < IN_COUNT; ++i)
        if (inputs[i] != NULL)
            dsc_input(p, i);
    dsc_tensor *gates = dsc_saved(p, SAVED_GATES), *cells = dsc_saved(p, SAVED_CELLS);
    dsc_tensor *states = dsc_saved(p, SAVED_STATES);
    lengths = x_in_order(p, inputs[IN_LENGTHS]);
    b->w_ih = x_in_order(p, inputs[IN_W_IH]);
    dsc_tensor *w_hh = x_in_order(p, inputs[IN_W_HH]), *w_hr = x_in_order(p, inputs[IN_W_HR]);
    b->x = x_call(p, x, dsc_recurrent_input(inputs[IN_X], lengths, &x));
    take_upstream(p, b);
    if (p->status != DSC_OK)
        return;
    b->r = dsc_recurrence_of(cell, p->node->options.flag, inputs, lengths);
    const dsc_recurrence *r = &b->r;
    b->r.gates = dsc_data(gates);
    b->r.cells = cell == DSC_CELL_LSTM ? dsc_data(cells) : NULL;
    b->r.inner = cell == DSC_CELL_GRU ? dsc_data(cells) : NULL;
    b->r.states = dsc_data(states);
    b->r.w_hh = dsc_data(w_hh);
    b->r.w_hr = data_of(w_hr);
    /* These are begun with something, or zeros: a leaf's place may hold a gradient already. */
    dsc_make_target(p, IN_H0, &b->to[IN_H0]);
    dsc_make_target(p, IN_C0, &b->to[IN_C0]);
    dsc_make_target(p, IN_X, &b->to[IN_X]);
    for (size_t i = IN_W_IH; i <= IN_W_HR; ++i)
        dsc_find_target(p, i, &b->to[i]);
    begin(p, &b->to[IN_H0], r, r->output, NULL, &b->dh);
    b->g.dgates = data_of(x_make(p, r, r->steps, r->stride));
    if (cell == DSC_CELL_LSTM)
        begin(p, &b->to[IN_C0], r, r->hidden, p->second, &b->dc);
    if (cell == DSC_CELL_GRU)
        b->g.dinner = data_of(x_make(p, r, r->steps, r->stride));
    if (w_hr != NULL) {
        b->g.dstates = data_of(x_make(p, r, r->steps, r->output));
        b->g.raw = data_of(x_make(p, r, r->steps, r->hidden));
    }
    b->g.dh = data_of(b->dh);
    b->g.dc = data_of(b->dc);
}

/* dw += dz^T x, db += the sum of dz, dx = dz w, over the rows of all steps. */
static void run_products(dsc_pullback *p, const back *b, size_t inputs, size_t outputs, const void *x,
                         const void *w, const void *dz, size_t stride, const dsc_gradient_target *by_x,
                         const dsc_gradient_target *by_w, const dsc_gradient_target *by_b) {
    const dsc_gradient_target none = {0};
    by_x = by_x == NULL ? &none : by_x;
    by_b = by_b == NULL ? &none : by_b;
    if (p->status != DSC_OK || (by_x->data == NULL && by_w->data == NULL && by_b->data == NULL))
        return;
    const dsc_linear_call call = {.dtype = b->r.dtype,
                                  .batch = b->r.steps * b->r.batch,
                                  .inputs = inputs,
                                  .outputs = outputs,
                                  .x = x,
                                  .w = w};
    const dsc_linear_gradients gradients = {.dy = dz,
                                            .dx = by_x->data,
                                            .dw = by_w->data,
                                            .db = by_b->data,
                                            .add_dw = by_w->add,
                                            .add_db = by_b->add};
    p->status = dsc_linear_run_back(dsc_context_of(b->x), &call, &gradients, stride);
}

/* Whether both biases are added to the same gates, and begin with no gradient: one sum is that of both. */
static bool share_sums(const back *b) {
    const dsc_gradient_target *ih = &b->to[IN_B_IH], *hh = &b->to[IN_B_HH];
    return b->g.dinner == NULL && ih->data != NULL && hh->data != NULL && !ih->add && !hh->add;
}

static void fused(dsc_pullback *p) {
    back b = {0};
    prepare(p, &b);
    if (p->status != DSC_OK)
        return;
    const dsc_recurrence *r = &b.r;
    const size_t rows = dsc_gate_count(r->cell) * r->hidden, count = dsc_recurrence_workspace_back(r);
    const dsc_context *context = dsc_context_of(b.x);
    dsc_tensor *workspace = NULL;
    workspace = x_call(p, workspace, dsc_make(context, r->dtype, 1, &count, &workspace));
    if (p->status != DSC_OK)
        return;
    if (r->batch > 0)
        dsc_recurrence_backward(context, r, &b.g, dsc_data(workspace));
    const dsc_gradient_target *to = b.to;
    const void *dinner = b.g.dinner != NULL ? b.g.dinner : b.g.dgates;
    const bool biases_share = share_sums(&b);
    run_products(p, &b, b.x->shape[2], rows, dsc_data(b.x), dsc_data(b.w_ih), b.g.dgates, r->stride,
                 &to[IN_X], &to[IN_W_IH], &to[IN_B_IH]);
    run_products(p, &b, r->output, rows, dsc_states_before(r, p->node->saved[SAVED_STATES]), r->w_hh, dinner,
                 r->stride, NULL, &to[IN_W_HH], biases_share ? NULL : &to[IN_B_HH]);
    if (p->status == DSC_OK && biases_share)
        memcpy(to[IN_B_HH].data, to[IN_B_IH].data, rows * dsc_size_of(r->dtype));
    if (r->w_hr != NULL)
        run_products(p, &b, r->hidden, r->output, b.g.raw, r->w_hr, b.g.dstates, r->output, NULL,
                     &to[IN_W_HR], NULL);
    for (size_t i = 0; i < IN_LENGTHS; ++i)
        if (to[i].data != NULL)
            dsc_give_target(p, i, &to[i]);
}

static void pull_back(dsc_pullback *p) {
    if (p->creates_graph)
        dsc_recurrent_formula(p);
    else
        fused(p);
}

void dsc_pull_back_rnn(dsc_pullback *p) {
    pull_back(p);
}

void dsc_pull_back_gru(dsc_pullback *p) {
    pull_back(p);
}

void dsc_pull_back_lstm(dsc_pullback *p) {
    pull_back(p);
}
