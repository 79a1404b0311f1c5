/* One layer and direction of a recurrent network over a whole sequence: what is left when the inputs' part of
 * the gates is there for all steps, forward and backward.
 *
 * Where there are enough rows for the threads, tiles of rows go through all steps on their own; else the
 * units of every step are shared out. Neither changes a sum. */
#ifndef DSC_RECURRENT_RECURRENCE_H
#define DSC_RECURRENT_RECURRENCE_H

#include "core/internal.h"
#include "linalg/panels.h"

typedef enum dsc_cell { DSC_CELL_TANH, DSC_CELL_RELU, DSC_CELL_GRU, DSC_CELL_LSTM } dsc_cell;

enum { DSC_MOST_GATES = 4 };

static inline size_t dsc_gate_count(dsc_cell cell) {
    return cell == DSC_CELL_LSTM ? 4 : cell == DSC_CELL_GRU ? 3 : 1;
}

/* Buffers are contiguous. States and cells have one row of the batch more than there are steps: where the
 * first step begins, which is the last one in reverse. */
typedef struct dsc_recurrence {
    dsc_dtype dtype;
    dsc_cell cell;
    bool reverse;
    size_t steps, batch, hidden;
    size_t output;          /* numbers of a state: hidden, or fewer, which a projection makes of them */
    const int64_t *lengths; /* batch: the steps of each, behind which its state stays; NULL: all steps */
    size_t stride;          /* from one row of gates to the next: see dsc_linear_stride */
    void *gates;            /* steps x batch x gates x hidden: the inputs' part, then what the gates are */
    void *cells;            /* LSTM: steps + 1 x batch x hidden */
    void *inner;            /* GRU: steps x batch x hidden, what the reset gate is multiplied with */
    void *states;           /* steps + 1 x batch x output */
    const void *w_hh;       /* gates x hidden x output */
    const void *w_hr;       /* output x hidden; NULL: no projection */
    const void *inner_bias; /* GRU: hidden; NULL: none */
} dsc_recurrence;

static inline size_t dsc_row_before(const dsc_recurrence *r, size_t step) {
    return r->reverse ? step + 1 : step;
}
static inline size_t dsc_row_of(const dsc_recurrence *r, size_t step) {
    return r->reverse ? step : step + 1;
}

/* Numbers of `workspace`. */
size_t dsc_recurrence_workspace(const dsc_recurrence *r);
/* Fills states, cells and gates. */
void dsc_recurrence_forward(const dsc_context *context, const dsc_recurrence *r, void *workspace);

/* What goes back through a recurrence that has run. */
typedef struct dsc_recurrence_gradients {
    const void *dy;         /* by the states of the steps; NULL: 0 */
    size_t dy_step, dy_row; /* how far its steps and rows are apart: a row's numbers follow one another */
    void *dh;               /* batch x output: zeros, then by the first state */
    void *dc;               /* LSTM, batch x hidden: by the last cells, then by the first ones */
    void *dgates;           /* as the gates: by their inputs' part */
    void *dinner;           /* GRU: as the gates, by the states' part; else NULL: the same as dgates */
    void *dstates;          /* with a projection: steps x batch x output, by the states */
    void *raw;              /* with a projection: steps x batch x hidden, what was projected */
} dsc_recurrence_gradients;

size_t dsc_recurrence_workspace_back(const dsc_recurrence *r);
void dsc_recurrence_backward(const dsc_context *context, const dsc_recurrence *r,
                             const dsc_recurrence_gradients *g, void *workspace);

/* ---- What both ways share ---- */

/* How the work is cut: in one of two ways, by the problem and by how many threads there are. Both make the
 * same sums. */
typedef struct dsc_recurrence_cut {
    size_t rows;   /* of a tile that goes through all steps; 0: steps are shared out */
    size_t tiles;  /* of rows, or of panels */
    size_t panels; /* of a tile */
    double work;   /* products of a step */
} dsc_recurrence_cut;
dsc_recurrence_cut dsc_recurrence_cut_of(const dsc_context *context, const dsc_recurrence *r, size_t panels);

/* Cuts the next piece from a workspace. Of one that is not there yet only the size is found. */
typedef struct dsc_workspace {
    char *data;
    size_t used, size; /* numbers; bytes of one */
} dsc_workspace;
static inline void *dsc_take(dsc_workspace *workspace, size_t count) {
    void *piece = workspace->data == NULL ? NULL : workspace->data + workspace->used * workspace->size;
    workspace->used += count;
    return piece;
}
static inline dsc_panels dsc_take_panels(dsc_workspace *workspace, dsc_dtype dtype, size_t k, size_t n) {
    dsc_panels panels = dsc_panels_of(dtype, k, n);
    panels.data = dsc_take(workspace, dsc_panels_size(&panels));
    return panels;
}

#endif
