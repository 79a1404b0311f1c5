#ifdef DSC_REAL

#include "recurrent/cells.h"

/* The states of rows whose sequence has ended stay. */
static void DSC_NAME(keep)(size_t n, const DSC_REAL *before, DSC_REAL *after) {
    for (size_t i = 0; i < n; ++i)
        after[i] = before[i];
}

/* Units [first, first + n) of a row, behind the products. */
static void DSC_NAME(finish_units)(const forward_job *job, size_t step, size_t row, size_t first, size_t n) {
    const dsc_recurrence *r = job->r;
    const size_t hidden = r->hidden, at = step * r->batch + row;
    const size_t before = (dsc_row_before(r, step) * r->batch + row) * hidden + first;
    const size_t after = (dsc_row_of(r, step) * r->batch + row) * hidden + first;
    DSC_REAL *gates = (DSC_REAL *)r->gates + at * r->stride + first;
    DSC_REAL *states = r->states, *cells = r->cells;
    DSC_REAL *h = r->w_hr == NULL ? states + after : (DSC_REAL *)job->raw + row * hidden + first;
    if (r->lengths != NULL && (int64_t)step >= r->lengths[row]) {
        if (r->w_hr == NULL)
            DSC_NAME(keep)(n, states + before, h);
        if (cells != NULL)
            DSC_NAME(keep)(n, cells + before, cells + after);
        return;
    }
    if (r->cell == DSC_CELL_LSTM)
        DSC_NAME(lstm_units)
    (n, gates, gates + hidden, gates + 2 * hidden, gates + 3 * hidden, cells + before, cells + after, h);
    else if (r->cell == DSC_CELL_GRU)
        DSC_NAME(gru_units)(n, gates, gates + hidden, gates + 2 * hidden,
                            (const DSC_REAL *)r->inner + at * hidden + first, states + before, h);
    else DSC_NAME(rnn_units)(n, r->cell == DSC_CELL_RELU, gates, h);
}

static void DSC_NAME(begin_inner)(const dsc_recurrence *r, size_t row, size_t rows, size_t first, size_t n) {
    const DSC_REAL *bias = r->inner_bias;
    for (size_t j = row; j < row + rows; ++j) {
        DSC_REAL *inner = (DSC_REAL *)r->inner + j * r->hidden;
        for (size_t i = first; i < first + n; ++i)
            inner[i] = bias == NULL ? 0 : bias[i];
    }
}

/* Panels [first, first + count) of the units of some rows. */
static void DSC_NAME(run_units)(const forward_job *job, size_t step, size_t row, size_t rows, size_t first,
                                size_t count) {
    const dsc_recurrence *r = job->r;
    const size_t hidden = r->hidden, gates = dsc_gate_count(r->cell), width = job->weights[0].width;
    const DSC_REAL *h = (const DSC_REAL *)r->states + (dsc_row_before(r, step) * r->batch + row) * r->output;
    const size_t at = step * r->batch + row;
    DSC_REAL *to = (DSC_REAL *)r->gates + at * r->stride;
    DSC_REAL *inner = r->inner == NULL ? NULL : (DSC_REAL *)r->inner + at * hidden;
    for (size_t p = first, some; p < first + count; p += some) {
        some = dsc_min_size(PANELS_AT_ONCE, first + count - p);
        const size_t begin = p * width, n = dsc_min_size(some * width, hidden - begin);
        if (inner != NULL)
            DSC_NAME(begin_inner)(r, at, rows, begin, n);
        for (size_t g = 0; g < gates; ++g) {
            const bool is_inner = g == 2 && inner != NULL;
            dsc_panels_add(&job->weights[g], p, some, rows, h, r->output, is_inner ? inner : to + g * hidden,
                           is_inner ? hidden : r->stride);
        }
        for (size_t j = row; j < row + rows; ++j)
            DSC_NAME(finish_units)(job, step, j, begin, n);
    }
}

static void DSC_NAME(run_projection)(const forward_job *job, size_t step, size_t row, size_t rows,
                                     size_t first, size_t count) {
    const dsc_recurrence *r = job->r;
    const size_t output = r->output, begin = first * job->projection.width;
    const size_t n = dsc_min_size(count * job->projection.width, output - begin);
    DSC_REAL *to = (DSC_REAL *)r->states + dsc_row_of(r, step) * r->batch * output;
    const DSC_REAL *from = (const DSC_REAL *)r->states + dsc_row_before(r, step) * r->batch * output;
    for (size_t j = row; j < row + rows; ++j)
        for (size_t i = begin; i < begin + n; ++i)
            to[j * output + i] = 0;
    dsc_panels_add(&job->projection, first, count, rows, (const DSC_REAL *)job->raw + row * r->hidden,
                   r->hidden, to + row * output, output);
    for (size_t j = row; r->lengths != NULL && j < row + rows; ++j)
        if ((int64_t)step >= r->lengths[j])
            DSC_NAME(keep)(n, from + j * output + begin, to + j * output + begin);
}

#else

#include <string.h>

#include "recurrent/recurrence.h"

/* Of each gate, before the units behind them are done: their numbers are in the first cache then. */
enum { PANELS_AT_ONCE = 4 };

typedef struct forward_job {
    const dsc_recurrence *r;
    dsc_recurrence_cut cut;
    dsc_panels weights[DSC_MOST_GATES], projection;
    void *raw; /* batch x hidden: what is projected */
    size_t step;
} forward_job;

#define DSC_TEMPLATE "recurrent/forward.c"
#include "core/instantiate_versions.h"

static size_t lay_out(const dsc_recurrence *r, void *memory, forward_job *job) {
    dsc_workspace workspace = {.data = memory, .size = dsc_size_of(r->dtype)};
    for (size_t g = 0; g < dsc_gate_count(r->cell); ++g)
        job->weights[g] = dsc_take_panels(&workspace, r->dtype, r->output, r->hidden);
    if (r->w_hr != NULL) {
        job->projection = dsc_take_panels(&workspace, r->dtype, r->hidden, r->output);
        job->raw = dsc_take(&workspace, r->batch * r->hidden);
    }
    return workspace.used;
}

size_t dsc_recurrence_workspace(const dsc_recurrence *r) {
    forward_job job;
    return lay_out(r, NULL, &job);
}

static void pack_panel(void *argument, size_t index) {
    const forward_job *job = argument;
    const dsc_recurrence *r = job->r;
    const size_t each = job->weights[0].count, gate = index / each;
    if (gate >= dsc_gate_count(r->cell)) {
        dsc_panels_pack(&job->projection, true, r->w_hr, r->hidden, index - each * dsc_gate_count(r->cell));
        return;
    }
    const size_t first = gate * r->hidden * r->output * dsc_size_of(r->dtype);
    dsc_panels_pack(&job->weights[gate], true, (const char *)r->w_hh + first, r->output, index % each);
}

static void pack(const dsc_context *context, forward_job *job) {
    const dsc_recurrence *r = job->r;
    size_t count = job->weights[0].count * dsc_gate_count(r->cell);
    double work = (double)dsc_panels_size(&job->weights[0]) * (double)dsc_gate_count(r->cell);
    if (r->w_hr != NULL) {
        count += job->projection.count;
        work += (double)dsc_panels_size(&job->projection);
    }
    dsc_parallel_work(context, work, count, pack_panel, job);
}

static size_t step_at(const dsc_recurrence *r, size_t turn) {
    return r->reverse ? r->steps - 1 - turn : turn;
}

/* Some rows go through all steps. */
static void run_rows(void *argument, size_t index) {
    const forward_job *job = argument;
    const dsc_recurrence *r = job->r;
    const size_t row = index * job->cut.rows, rows = dsc_min_size(job->cut.rows, r->batch - row);
    for (size_t turn = 0; turn < r->steps; ++turn) {
        const size_t step = step_at(r, turn);
        DSC_CALL_VERSION(r->dtype, run_units, job, step, row, rows, 0, job->weights[0].count);
        if (r->w_hr != NULL)
            DSC_CALL_VERSION(r->dtype, run_projection, job, step, row, rows, 0, job->projection.count);
    }
}

/* Some units of one step, of all rows. */
static void run_panels(void *argument, size_t index) {
    const forward_job *job = argument;
    const size_t first = index * job->cut.panels;
    const size_t count = dsc_min_size(job->cut.panels, job->weights[0].count - first);
    DSC_CALL_VERSION(job->r->dtype, run_units, job, job->step, 0, job->r->batch, first, count);
}

static void run_projected_panel(void *argument, size_t index) {
    const forward_job *job = argument;
    DSC_CALL_VERSION(job->r->dtype, run_projection, job, job->step, 0, job->r->batch, index, 1);
}

void dsc_recurrence_forward(const dsc_context *context, const dsc_recurrence *r, void *workspace) {
    forward_job job = {.r = r};
    lay_out(r, workspace, &job);
    pack(context, &job);
    job.cut = dsc_recurrence_cut_of(context, r, job.weights[0].count);
    if (job.cut.rows > 0) {
        dsc_parallel_work(context, job.cut.work * (double)r->steps, job.cut.tiles, run_rows, &job);
        return;
    }
    const double projecting = (double)r->batch * (double)r->hidden * (double)r->output;
    for (size_t turn = 0; turn < r->steps; ++turn) {
        job.step = step_at(r, turn);
        dsc_parallel_work(context, job.cut.work, job.cut.tiles, run_panels, &job);
        if (r->w_hr != NULL)
            dsc_parallel_work(context, projecting, job.projection.count, run_projected_panel, &job);
    }
}

#endif
