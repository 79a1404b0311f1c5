/* Recurrent layers over whole sequences: the inputs' part of all steps is one product, the rest a kernel. */
#include "descent/recurrent.h"

#include <string.h>

#include "linalg/linear.h"
#include "operations/recurrent.h"

static const dsc_operation *operation_of(dsc_cell cell) {
    return &dsc_operations[cell == DSC_CELL_LSTM  ? dsc_op_lstm
                           : cell == DSC_CELL_GRU ? dsc_op_gru
                                                  : dsc_op_rnn];
}

/* ---- Checks ---- */

static const char *const names[IN_COUNT] = {"x",    "h0",   "c0",   "w_ih",   "w_hh",
                                            "b_ih", "b_hh", "w_hr", "lengths"};

static dsc_status check_shape(const dsc_operation *operation, dsc_tensor *const *inputs, size_t input,
                              size_t rank, size_t first, size_t second) {
    const dsc_tensor *t = inputs[input], *x = inputs[IN_X];
    const size_t shape[] = {first, second};
    if (t == NULL || (t->rank == rank && t->shape[0] == first && (rank == 1 || t->shape[1] == second)))
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "%s: %s is of shape %s, must be %s; x is of shape %s", operation->name,
                    names[input], dsc_shape_text(t->rank, t->shape).text, dsc_shape_text(rank, shape).text,
                    dsc_shape_text(x->rank, x->shape).text);
}

static dsc_status check_lengths(const dsc_operation *operation, const dsc_tensor *x,
                                const dsc_tensor *lengths) {
    if (lengths == NULL)
        return DSC_OK;
    if (lengths->dtype != DSC_INT64)
        return dsc_fail(DSC_ERROR_DTYPE, "%s: lengths are %s, must be int64", operation->name,
                        dsc_dtype_name(lengths->dtype));
    if (lengths->rank != 1 || lengths->shape[0] != x->shape[1])
        return dsc_fail(DSC_ERROR_SIZE, "%s: lengths are of shape %s, must be [%zu]", operation->name,
                        dsc_shape_text(lengths->rank, lengths->shape).text, x->shape[1]);
    const int64_t *length = dsc_data(lengths);
    for (size_t i = 0; i < lengths->count; ++i) {
        const int64_t found = length[i * lengths->strides[0]];
        if (found < 1 || (uint64_t)found > x->shape[0])
            return dsc_fail(DSC_ERROR_SIZE, "%s: length %zu is %lld, must be in [1, %zu]", operation->name, i,
                            (long long)found, x->shape[0]);
    }
    return DSC_OK;
}

static dsc_status check_weights(const dsc_operation *operation, dsc_cell cell, dsc_tensor *const *inputs) {
    const dsc_tensor *x = inputs[IN_X], *w_hh = inputs[IN_W_HH], *w_hr = inputs[IN_W_HR];
    const size_t gates = dsc_gate_count(cell);
    if (x->rank != 3 || x->shape[0] == 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: x is of shape %s, must be [T, N, I] with at least one step",
                        operation->name, dsc_shape_text(x->rank, x->shape).text);
    if (w_hh->rank != 2 || w_hh->count == 0 || w_hh->shape[0] % gates != 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: w_hh is of shape %s, must be [%zu H, R]", operation->name,
                        dsc_shape_text(w_hh->rank, w_hh->shape).text, gates);
    const size_t rows = w_hh->shape[0], hidden = rows / gates, output = w_hh->shape[1];
    if (w_hr == NULL && output != hidden)
        return dsc_fail(DSC_ERROR_SIZE, "%s: w_hh is of shape %s, must be [%zu H, H]", operation->name,
                        dsc_shape_text(w_hh->rank, w_hh->shape).text, gates);
    if (x->shape[2] == 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: x is of shape %s, must have inputs", operation->name,
                        dsc_shape_text(x->rank, x->shape).text);
    DSC_TRY(check_shape(operation, inputs, IN_W_HR, 2, output, hidden));
    DSC_TRY(check_shape(operation, inputs, IN_W_IH, 2, rows, x->shape[2]));
    DSC_TRY(check_shape(operation, inputs, IN_B_IH, 1, rows, 0));
    DSC_TRY(check_shape(operation, inputs, IN_B_HH, 1, rows, 0));
    DSC_TRY(check_shape(operation, inputs, IN_H0, 2, x->shape[1], output));
    DSC_TRY(check_shape(operation, inputs, IN_C0, 2, x->shape[1], hidden));
    const size_t largest[] = {x->shape[0] + 1, x->shape[1], rows + DSC_STRIDE_MORE};
    return dsc_check_shape(operation->name, x->dtype, 3, largest);
}

static dsc_status check(dsc_cell cell, dsc_tensor *const *inputs, dsc_tensor **y) {
    const dsc_operation *operation = operation_of(cell);
    const size_t needed[] = {IN_X, IN_W_IH, IN_W_HH};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; ++i)
        if (inputs[needed[i]] == NULL)
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s is NULL", operation->name, names[needed[i]]);
    if (y == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: y is NULL", operation->name);
    if (cell != DSC_CELL_LSTM && inputs[IN_W_HR] != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: there is no projection: w_hr must be NULL", operation->name);
    DSC_TRY(dsc_check_real(operation, inputs[IN_X]));
    for (size_t i = 0; i < IN_LENGTHS; ++i)
        if (inputs[i] != NULL && inputs[i]->dtype != inputs[IN_X]->dtype)
            return dsc_fail(DSC_ERROR_DTYPE, "%s: %s is %s, x is %s", operation->name, names[i],
                            dsc_dtype_name(inputs[i]->dtype), dsc_dtype_name(inputs[IN_X]->dtype));
    DSC_TRY(check_weights(operation, cell, inputs));
    return check_lengths(operation, inputs[IN_X], inputs[IN_LENGTHS]);
}

/* ---- What both ways share ---- */

dsc_recurrence dsc_recurrence_of(dsc_cell cell, bool reverse, dsc_tensor *const *inputs,
                                 const dsc_tensor *lengths) {
    const dsc_tensor *x = inputs[IN_X], *w_hh = inputs[IN_W_HH];
    return (dsc_recurrence){.dtype = x->dtype,
                            .cell = cell,
                            .reverse = reverse,
                            .steps = x->shape[0],
                            .batch = x->shape[1],
                            .hidden = w_hh->shape[0] / dsc_gate_count(cell),
                            .output = w_hh->shape[1],
                            .stride =
                                dsc_linear_stride(x->dtype, x->shape[0] * x->shape[1],
                                                  dsc_max_size(x->shape[2], w_hh->shape[1]), w_hh->shape[0]),
                            .lengths = lengths == NULL ? NULL : dsc_data(lengths)};
}

/* to = from, where a sequence goes on; else 0. `rows`: how far a step's rows are apart in bytes. */
static void copy_steps(const dsc_tensor *lengths, size_t steps, size_t batch, size_t bytes, const void *from,
                       void *to) {
    const int64_t *length = dsc_data(lengths);
    for (size_t t = 0; t < steps; ++t)
        for (size_t n = 0; n < batch; ++n) {
            const size_t at = (t * batch + n) * bytes;
            if ((int64_t)t < length[n])
                memcpy((char *)to + at, (const char *)from + at, bytes);
            else
                memset((char *)to + at, 0, bytes);
        }
}

dsc_status dsc_recurrent_input(dsc_tensor *x, const dsc_tensor *lengths, dsc_tensor **dense) {
    if (lengths == NULL)
        return dsc_contiguous_of(x, dense);
    dsc_tensor *all, *made;
    DSC_TRY(dsc_contiguous_of(x, &all));
    dsc_status status = dsc_make_like(x, x->dtype, &made);
    if (status == DSC_OK) {
        copy_steps(lengths, x->shape[0], x->shape[1], x->shape[2] * dsc_size_of(x->dtype), dsc_data(all),
                   dsc_data(made));
        *dense = made;
    }
    dsc_tensor_release(all);
    return status;
}

const void *dsc_states_before(const dsc_recurrence *r, const dsc_tensor *states) {
    return (const char *)dsc_data(states) +
           dsc_row_before(r, 0) * r->batch * r->output * dsc_size_of(r->dtype);
}

/* ---- Forward ---- */

/* What a call holds until it is over. */
typedef struct run {
    dsc_recurrence r;
    dsc_tensor *dense[IN_COUNT];
    dsc_tensor *bias, *gates, *cells, *states, *workspace;
} run;

static void release(run *c) {
    for (size_t i = 0; i < IN_COUNT; ++i)
        dsc_tensor_release(c->dense[i]);
    dsc_tensor *const own[] = {c->bias, c->gates, c->cells, c->states, c->workspace};
    for (size_t i = 0; i < sizeof own / sizeof *own; ++i)
        dsc_tensor_release(own[i]);
}

static dsc_status make(const run *c, size_t rows, size_t width, dsc_tensor **made) {
    const dsc_tensor *x = c->dense[IN_X];
    const size_t shape[] = {rows, c->r.batch, width};
    return dsc_make(dsc_context_of(x), x->dtype, 3, shape, made);
}

/* Where the first step begins: given, or zeros. */
static void begin(const run *c, const dsc_tensor *given, dsc_tensor *all) {
    const size_t first = dsc_row_before(&c->r, c->r.reverse ? c->r.steps - 1 : 0);
    const size_t bytes = all->count / all->shape[0] * dsc_size_of(all->dtype);
    char *to = (char *)dsc_data(all) + first * bytes;
    if (given != NULL)
        memcpy(to, dsc_data(given), bytes);
    else
        memset(to, 0, bytes);
}

/* The biases of the inputs' part: both, but for what a GRU's reset gate is multiplied with. */
static dsc_status make_bias(run *c) {
    const dsc_tensor *ih = c->dense[IN_B_IH], *hh = c->dense[IN_B_HH];
    if (ih == NULL && hh == NULL)
        return DSC_OK;
    const size_t count = dsc_gate_count(c->r.cell) * c->r.hidden;
    DSC_TRY(dsc_make(dsc_context_of(c->dense[IN_X]), c->r.dtype, 1, &count, &c->bias));
    const size_t both = c->r.cell == DSC_CELL_GRU ? 2 * c->r.hidden : count;
    for (size_t i = 0; i < count; ++i) {
        const double first = ih == NULL ? 0 : dsc_load_real(c->r.dtype, dsc_data(ih), i);
        const double second = hh == NULL || i >= both ? 0 : dsc_load_real(c->r.dtype, dsc_data(hh), i);
        dsc_store_real(c->r.dtype, dsc_data(c->bias), i, first + second);
    }
    if (c->r.cell == DSC_CELL_GRU && hh != NULL)
        c->r.inner_bias = (const char *)dsc_data(hh) + both * dsc_size_of(c->r.dtype);
    return DSC_OK;
}

/* The gates' part from the inputs: a linear layer. */
static dsc_linear_call input_part(const run *c) {
    const dsc_tensor *x = c->dense[IN_X];
    return (dsc_linear_call){.dtype = c->r.dtype,
                             .batch = c->r.steps * c->r.batch,
                             .inputs = x->shape[2],
                             .outputs = dsc_gate_count(c->r.cell) * c->r.hidden,
                             .x = dsc_data(x),
                             .w = dsc_data(c->dense[IN_W_IH]),
                             .b = c->bias == NULL ? NULL : dsc_data(c->bias),
                             .y = c->r.gates};
}

static dsc_status prepare(run *c, dsc_tensor *const *inputs) {
    if (inputs[IN_LENGTHS] != NULL)
        DSC_TRY(dsc_contiguous_of(inputs[IN_LENGTHS], &c->dense[IN_LENGTHS]));
    DSC_TRY(dsc_recurrent_input(inputs[IN_X], c->dense[IN_LENGTHS], &c->dense[IN_X]));
    for (size_t i = IN_H0; i < IN_LENGTHS; ++i)
        if (inputs[i] != NULL)
            DSC_TRY(dsc_contiguous_of(inputs[i], &c->dense[i]));
    dsc_recurrence *r = &c->r;
    if (r->lengths != NULL)
        r->lengths = dsc_data(c->dense[IN_LENGTHS]);
    DSC_TRY(make_bias(c));
    DSC_TRY(make(c, r->steps, r->stride, &c->gates));
    DSC_TRY(make(c, r->steps + 1, r->output, &c->states));
    if (r->cell == DSC_CELL_LSTM)
        DSC_TRY(make(c, r->steps + 1, r->hidden, &c->cells));
    if (r->cell == DSC_CELL_GRU)
        DSC_TRY(make(c, r->steps, r->hidden, &c->cells));
    r->gates = dsc_data(c->gates);
    r->states = dsc_data(c->states);
    r->cells = r->cell == DSC_CELL_LSTM ? dsc_data(c->cells) : NULL;
    r->inner = r->cell == DSC_CELL_GRU ? dsc_data(c->cells) : NULL;
    r->w_hh = dsc_data(c->dense[IN_W_HH]);
    r->w_hr = c->dense[IN_W_HR] == NULL ? NULL : dsc_data(c->dense[IN_W_HR]);
    const size_t count = dsc_recurrence_workspace(r);
    return dsc_make(dsc_context_of(c->dense[IN_X]), r->dtype, 1, &count, &c->workspace);
}

static dsc_status compute(run *c) {
    const dsc_tensor *x = c->dense[IN_X];
    const dsc_linear_call call = input_part(c);
    DSC_TRY(dsc_linear_run(dsc_context_of(x), &call, c->r.stride));
    begin(c, c->dense[IN_H0], c->states);
    if (c->r.cells != NULL)
        begin(c, c->dense[IN_C0], c->cells);
    dsc_recurrence_forward(dsc_context_of(x), &c->r, dsc_data(c->workspace));
    return DSC_OK;
}

/* The steps' states: the very ones, or, where sequences end before, a copy with zeros. */
static dsc_status take_states(const run *c, dsc_tensor **y) {
    const dsc_recurrence *r = &c->r;
    const size_t width = r->output, first = dsc_row_of(r, 0) * r->batch * width;
    const size_t shape[] = {r->steps, r->batch, width}, strides[] = {r->batch * width, width, 1};
    if (r->lengths == NULL)
        return dsc_view_of(c->states, 3, shape, strides, first, y);
    DSC_TRY(make(c, r->steps, width, y));
    const size_t size = dsc_size_of(r->dtype);
    copy_steps(c->dense[IN_LENGTHS], r->steps, r->batch, width * size,
               (const char *)dsc_data(c->states) + first * size, dsc_data(*y));
    return DSC_OK;
}

static dsc_status take_cells(const run *c, dsc_tensor **c_n) {
    const dsc_recurrence *r = &c->r;
    const size_t shape[] = {r->batch, r->hidden}, bytes = r->batch * r->hidden * dsc_size_of(r->dtype);
    DSC_TRY(dsc_make(dsc_context_of(c->cells), r->dtype, 2, shape, c_n));
    const size_t last = dsc_row_of(r, r->reverse ? 0 : r->steps - 1);
    memcpy(dsc_data(*c_n), (const char *)dsc_data(c->cells) + last * bytes, bytes);
    return DSC_OK;
}

/* y and c_n brought onto the tape. */
static dsc_status finish(const run *c, dsc_tensor *const *inputs, dsc_tensor **y, dsc_tensor **c_n) {
    dsc_tensor *made = NULL, *cells = NULL, *all = NULL;
    dsc_status status = take_states(c, &made);
    if (status == DSC_OK && c_n != NULL)
        status = take_cells(c, &cells);
    const dsc_options kept = {.flag = c->r.reverse, .integer = (int64_t)c->r.cell};
    status = dsc_finish(&(dsc_record){.operation = operation_of(c->r.cell),
                                      .count = IN_COUNT,
                                      .inputs = inputs,
                                      .options = &kept,
                                      .saved = {c->gates, c->cells, c->states}},
                        status, made, &all);
    if (c_n == NULL || status != DSC_OK) {
        dsc_tensor_release(cells);
        if (status == DSC_OK)
            *y = all;
        return status;
    }
    status = dsc_finish_second(all, DSC_OK, cells, c_n);
    if (status == DSC_OK)
        *y = all;
    else
        dsc_tensor_release(all);
    return status;
}

static dsc_status recurrent(dsc_cell cell, bool reverse, dsc_tensor *const *inputs, dsc_tensor **y,
                            dsc_tensor **c_n) {
    DSC_TRY(check(cell, inputs, y));
    run c = {.r = dsc_recurrence_of(cell, reverse, inputs, inputs[IN_LENGTHS])};
    dsc_status status = prepare(&c, inputs);
    if (status == DSC_OK && c.r.batch > 0)
        status = compute(&c);
    if (status == DSC_OK)
        status = finish(&c, inputs, y, c_n);
    release(&c);
    return status;
}

#define WEIGHTS(w)                                                                                           \
    [IN_W_IH] = (w)->w_ih, [IN_W_HH] = (w)->w_hh, [IN_B_IH] = (w)->b_ih, [IN_B_HH] = (w)->b_hh,              \
    [IN_W_HR] = (w)->w_hr

dsc_status dsc_rnn(dsc_tensor *x, dsc_tensor *h0, const dsc_recurrent_weights *weights, bool relu,
                   dsc_tensor *lengths, bool reverse, dsc_tensor **y) {
    DSC_CHECK_NOT_NULL(weights);
    dsc_tensor *const inputs[IN_COUNT] = {[IN_X] = x, [IN_H0] = h0, WEIGHTS(weights), [IN_LENGTHS] = lengths};
    return recurrent(relu ? DSC_CELL_RELU : DSC_CELL_TANH, reverse, inputs, y, NULL);
}

dsc_status dsc_gru(dsc_tensor *x, dsc_tensor *h0, const dsc_recurrent_weights *weights, dsc_tensor *lengths,
                   bool reverse, dsc_tensor **y) {
    DSC_CHECK_NOT_NULL(weights);
    dsc_tensor *const inputs[IN_COUNT] = {[IN_X] = x, [IN_H0] = h0, WEIGHTS(weights), [IN_LENGTHS] = lengths};
    return recurrent(DSC_CELL_GRU, reverse, inputs, y, NULL);
}

dsc_status dsc_lstm(dsc_tensor *x, dsc_tensor *h0, dsc_tensor *c0, const dsc_recurrent_weights *weights,
                    dsc_tensor *lengths, bool reverse, dsc_tensor **y, dsc_tensor **c_n) {
    DSC_CHECK_NOT_NULL(weights);
    dsc_tensor *const inputs[IN_COUNT] = {
        [IN_X] = x, [IN_H0] = h0, [IN_C0] = c0, WEIGHTS(weights), [IN_LENGTHS] = lengths};
    return recurrent(DSC_CELL_LSTM, reverse, inputs, y, c_n);
}

/* ---- The last states ---- */

/* Where the last state of each sequence stands among all states of y. */
static dsc_status find_last(const dsc_tensor *y, const dsc_tensor *lengths, dsc_tensor **places) {
    const size_t batch = y->shape[1];
    DSC_TRY(dsc_make(dsc_context_of(y), DSC_INT64, 1, &batch, places));
    int64_t *to = dsc_data(*places);
    const int64_t *length = dsc_data(lengths);
    for (size_t n = 0; n < batch; ++n)
        to[n] = (length[n * lengths->strides[0]] - 1) * (int64_t)batch + (int64_t)n;
    return DSC_OK;
}

dsc_status dsc_last_state(dsc_tensor *y, dsc_tensor *lengths, bool reverse, dsc_tensor **h_n) {
    static const dsc_operation operation = {.name = "last_state"};
    DSC_TRY(dsc_check_inputs(&operation, 1, &y, h_n));
    if (y->rank != 3 || y->shape[0] == 0)
        return dsc_fail(DSC_ERROR_SIZE,
                        "last_state: y is of shape %s, must be [T, N, R] with at least one step",
                        dsc_shape_text(y->rank, y->shape).text);
    DSC_TRY(check_lengths(&operation, y, lengths));
    if (lengths == NULL || reverse)
        return dsc_select(y, 0, reverse ? 0 : -1, h_n);
    dsc_tensor *places = NULL, *rows = NULL;
    DSC_TRY(find_last(y, lengths, &places));
    const size_t shape[] = {y->shape[0] * y->shape[1], y->shape[2]};
    dsc_status status = dsc_reshape(y, 2, shape, &rows);
    if (status == DSC_OK)
        status = dsc_index_select(rows, 0, places, h_n);
    dsc_tensor_release(rows);
    dsc_tensor_release(places);
    return status;
}
