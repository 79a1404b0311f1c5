#ifdef DSC_REAL

#include "recurrent/cells.h"

/* Panels [first, first + count) of dh at a step: what comes from the step behind it, and from outside. */
static void DSC_NAME(run_states)(const backward_job *job, const size_t *step, const size_t *behind,
                                 size_t row, size_t rows, size_t first, size_t count) {
    const dsc_recurrence *r = job->r;
    const dsc_recurrence_gradients *g = job->g;
    const size_t output = r->output;
    const size_t begin = first * job->weights.width,
                 n = dsc_min_size(count * job->weights.width, output - begin);
    DSC_REAL *dh = (DSC_REAL *)g->dh + row * output;
    if (behind != NULL) {
        const DSC_REAL *from = g->dinner != NULL ? g->dinner : g->dgates;
        dsc_panels_add(&job->weights, first, count, rows, from + (*behind * r->batch + row) * r->stride,
                       r->stride, dh, output);
    }
    if (step == NULL)
        return;
    for (size_t j = 0; j < rows; ++j) {
        const bool has_ended = r->lengths != NULL && (int64_t)*step >= r->lengths[row + j];
        DSC_REAL *to = dh + j * output + begin;
        if (g->dy != NULL && !has_ended) {
            const DSC_REAL *dy = (const DSC_REAL *)g->dy + *step * g->dy_step + (row + j) * g->dy_row + begin;
            for (size_t i = 0; i < n; ++i)
                to[i] += dy[i];
        }
        if (r->w_hr == NULL)
            continue;
        DSC_REAL *kept = (DSC_REAL *)g->dstates + (*step * r->batch + row + j) * output + begin;
        for (size_t i = 0; i < n; ++i) {
            kept[i] = has_ended ? 0 : to[i];
            to[i] = has_ended ? to[i] : 0;
        }
    }
}

static void DSC_NAME(zero)(size_t count, size_t stride, size_t n, DSC_REAL *to) {
    for (size_t g = 0; to != NULL && g < count; ++g)
        for (size_t i = 0; i < n; ++i)
            to[g * stride + i] = 0;
}

/* Units [first, first + n) of a row. */
static void DSC_NAME(units_back)(const backward_job *job, size_t step, size_t row, size_t first, size_t n) {
    const dsc_recurrence *r = job->r;
    const dsc_recurrence_gradients *g = job->g;
    const size_t hidden = r->hidden, gates = dsc_gate_count(r->cell), at = step * r->batch + row;
    const size_t before = (dsc_row_before(r, step) * r->batch + row) * hidden + first;
    const size_t after = (dsc_row_of(r, step) * r->batch + row) * hidden + first;
    const DSC_REAL *gate = (const DSC_REAL *)r->gates + at * r->stride + first;
    const DSC_REAL *states = r->states, *cells = r->cells;
    DSC_REAL *dh = (DSC_REAL *)(r->w_hr == NULL ? g->dh : job->raw) + row * hidden + first;
    DSC_REAL *to = (DSC_REAL *)g->dgates + at * r->stride + first;
    DSC_REAL *inner = g->dinner == NULL ? NULL : (DSC_REAL *)g->dinner + at * r->stride + first;
    DSC_REAL *raw = r->w_hr == NULL ? NULL : (DSC_REAL *)g->raw + at * hidden + first;
    if (r->lengths != NULL && (int64_t)step >= r->lengths[row]) {
        DSC_NAME(zero)(gates, hidden, n, to);
        DSC_NAME(zero)(gates, hidden, n, inner);
        DSC_NAME(zero)(1, 0, n, raw);
        return;
    }
    for (size_t i = 0; raw != NULL && i < n; ++i)
        raw[i] = gate[3 * hidden + i] * DSC_NAME(dsc_tanh)(cells[after + i]);
    if (r->cell == DSC_CELL_LSTM)
        DSC_NAME(lstm_units_back)
    (n, hidden, gate, cells + before, cells + after, dh, (DSC_REAL *)g->dc + row * hidden + first, to);
    else if (r->cell == DSC_CELL_GRU) DSC_NAME(gru_units_back)(
        n, hidden, gate, (const DSC_REAL *)r->inner + at * hidden + first, states + before, dh, to, inner);
    else DSC_NAME(rnn_units_back)(n, r->cell == DSC_CELL_RELU, states + after, dh, to);
}

/* Panels [first, first + count) of the units of some rows. */
static void DSC_NAME(run_units_back)(const backward_job *job, size_t step, size_t row, size_t rows,
                                     size_t first, size_t count) {
    const dsc_recurrence *r = job->r;
    const size_t hidden = r->hidden, width = job->weights.width, begin = first * width;
    const size_t n = dsc_min_size(count * width, hidden - begin);
    if (r->w_hr != NULL) {
        DSC_REAL *raw = (DSC_REAL *)job->raw + row * hidden;
        const DSC_REAL *from = (const DSC_REAL *)job->g->dstates + (step * r->batch + row) * r->output;
        DSC_NAME(zero)(rows, hidden, n, raw + begin);
        dsc_panels_add(&job->projection, first, count, rows, from, r->output, raw, hidden);
    }
    for (size_t j = row; j < row + rows; ++j)
        DSC_NAME(units_back)(job, step, j, begin, n);
}

#else

#include "recurrent/recurrence.h"

typedef struct backward_job {
    const dsc_recurrence *r;
    const dsc_recurrence_gradients *g;
    dsc_recurrence_cut cut;
    dsc_panels weights, projection;
    void *raw; /* batch x hidden: by what is projected, at one step */
    size_t turn;
} backward_job;

#define DSC_TEMPLATE "recurrent/backward.c"
#include "core/instantiate_versions.h"

static size_t lay_out(const dsc_recurrence *r, void *memory, backward_job *job) {
    dsc_workspace workspace = {.data = memory, .size = dsc_size_of(r->dtype)};
    job->weights = dsc_take_panels(&workspace, r->dtype, dsc_gate_count(r->cell) * r->hidden, r->output);
    if (r->w_hr != NULL) {
        job->projection = dsc_take_panels(&workspace, r->dtype, r->output, r->hidden);
        job->raw = dsc_take(&workspace, r->batch * r->hidden);
    }
    return workspace.used;
}

size_t dsc_recurrence_workspace_back(const dsc_recurrence *r) {
    backward_job job;
    return lay_out(r, NULL, &job);
}

static void pack_panel(void *argument, size_t index) {
    const backward_job *job = argument;
    if (index < job->weights.count)
        dsc_panels_pack(&job->weights, false, job->r->w_hh, job->r->output, index);
    else
        dsc_panels_pack(&job->projection, false, job->r->w_hr, job->r->hidden, index - job->weights.count);
}

static void pack(const dsc_context *context, backward_job *job) {
    size_t count = job->weights.count;
    double work = (double)dsc_panels_size(&job->weights);
    if (job->r->w_hr != NULL) {
        count += job->projection.count;
        work += (double)dsc_panels_size(&job->projection);
    }
    dsc_parallel_work(context, work, count, pack_panel, job);
}

/* The steps of a turn, from the last one back: which one it is, and which came before it. Turn `steps` is
 * what goes on to the first state. */
typedef struct turn_steps {
    size_t now, then;
    const size_t *step, *behind; /* NULL: there is none */
} turn_steps;
static size_t step_at(const dsc_recurrence *r, size_t turn) {
    return r->reverse ? turn : r->steps - 1 - turn;
}
static void find_steps(const dsc_recurrence *r, size_t turn, turn_steps *s) {
    s->step = turn < r->steps ? &s->now : NULL;
    s->behind = turn > 0 ? &s->then : NULL;
    s->now = turn < r->steps ? step_at(r, turn) : 0;
    s->then = turn > 0 ? step_at(r, turn - 1) : 0;
}

static void run_turn(const backward_job *job, size_t turn, size_t row, size_t rows, size_t first,
                     size_t count, bool states, bool units) {
    const dsc_recurrence *r = job->r;
    turn_steps s;
    find_steps(r, turn, &s);
    if (states)
        DSC_CALL_VERSION(r->dtype, run_states, job, s.step, s.behind, row, rows, first, count);
    if (units && s.step != NULL)
        DSC_CALL_VERSION(r->dtype, run_units_back, job, s.now, row, rows, first, count);
}

static size_t unit_panels(const backward_job *job) {
    return job->r->w_hr == NULL ? job->weights.count : job->projection.count;
}

/* Some rows go back through all steps. */
static void run_rows(void *argument, size_t index) {
    const backward_job *job = argument;
    const size_t row = index * job->cut.rows, rows = dsc_min_size(job->cut.rows, job->r->batch - row);
    for (size_t turn = 0; turn <= job->r->steps; ++turn) {
        run_turn(job, turn, row, rows, 0, job->weights.count, true, false);
        run_turn(job, turn, row, rows, 0, unit_panels(job), false, true);
    }
}

/* Some states of one step, of all rows, and the units that they are. */
static void run_panels(void *argument, size_t index) {
    const backward_job *job = argument;
    const size_t first = index * job->cut.panels;
    const size_t count = dsc_min_size(job->cut.panels, job->weights.count - first);
    run_turn(job, job->turn, 0, job->r->batch, first, count, true, job->r->w_hr == NULL);
}

/* With a projection every unit needs all states. */
static void run_unit_panel(void *argument, size_t index) {
    const backward_job *job = argument;
    run_turn(job, job->turn, 0, job->r->batch, index, 1, false, true);
}

void dsc_recurrence_backward(const dsc_context *context, const dsc_recurrence *r,
                             const dsc_recurrence_gradients *g, void *workspace) {
    backward_job job = {.r = r, .g = g};
    lay_out(r, workspace, &job);
    pack(context, &job);
    job.cut = dsc_recurrence_cut_of(context, r, job.weights.count);
    if (job.cut.rows > 0) {
        dsc_parallel_work(context, job.cut.work * (double)r->steps, job.cut.tiles, run_rows, &job);
        return;
    }
    const double projecting = (double)r->batch * (double)r->hidden * (double)r->output;
    for (job.turn = 0; job.turn <= r->steps; ++job.turn) {
        dsc_parallel_work(context, job.cut.work, job.cut.tiles, run_panels, &job);
        if (r->w_hr != NULL)
            dsc_parallel_work(context, projecting, job.projection.count, run_unit_panel, &job);
    }
}

#endif
