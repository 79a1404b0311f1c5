#include "recurrent/products.h"

#include "core/sums.h"
#include "linalg/linear.h"
#include "linalg/panels.h"

/* Rows that packing pays for, and that a tile has; the products of a tile of dw; the fewest of its rows. */
enum { FEWEST = 64, ROWS = 64, WORK = 1 << 22, GRAIN = 24 };

/* Sums over more rows are made of pieces in double: linalg/gemm.h. */
static bool is_packed(size_t batch) {
    return batch >= FEWEST && batch <= DSC_LONGEST_SUM;
}

/* An odd number of cache lines. */
size_t dsc_products_stride(dsc_dtype dtype, size_t batch, size_t outputs) {
    const size_t line = 64 / dsc_size_of(dtype);
    return is_packed(batch) ? (dsc_ceil_div(outputs, line) | 1) * line : outputs;
}

/* w^T, w and x, of which no two are needed at the same time but for the last two. */
static dsc_panels turned_weights(const dsc_linear_call *l) {
    return dsc_panels_of(l->dtype, l->inputs, l->outputs);
}
static dsc_panels weights(const dsc_linear_call *l) {
    return dsc_panels_of(l->dtype, l->outputs, l->inputs);
}
static dsc_panels inputs(const dsc_linear_call *l) {
    return dsc_panels_of(l->dtype, l->batch, l->inputs);
}

size_t dsc_products_workspace(const dsc_linear_call *layer) {
    if (!is_packed(layer->batch))
        return 0;
    const dsc_panels forward = turned_weights(layer), back = weights(layer), x = inputs(layer);
    return dsc_max_size(dsc_panels_size(&forward), dsc_panels_size(&back) + dsc_panels_size(&x));
}

static const void *at(const dsc_linear_call *l, const void *data, size_t index) {
    return (const char *)data + index * dsc_size_of(l->dtype);
}

typedef struct job {
    const dsc_linear_call *layer;
    const dsc_linear_gradients *gradients;
    dsc_panels turned, weights, inputs;
    size_t stride;             /* of y and dy */
    size_t height;             /* of a tile of dw */
    size_t dw_tiles, dx_tiles; /* and blocks of db behind them */
    size_t w_panels, x_panels; /* to be packed */
} job;

/* ---- y = x w^T + b ---- */

static void pack_turned(void *argument, size_t index) {
    const job *j = argument;
    dsc_panels_pack(&j->turned, true, j->layer->w, index);
}

static void run_rows(void *argument, size_t index) {
    const job *j = argument;
    const dsc_linear_call *l = j->layer;
    const size_t row = index * ROWS, rows = dsc_min_size(ROWS, l->batch - row);
    dsc_panels_multiply(&j->turned, rows, at(l, l->x, row * l->inputs), l->inputs, l->b,
                        (void *)(uintptr_t)at(l, l->y, row * j->stride), j->stride);
}

dsc_status dsc_products_forward(const dsc_context *context, const dsc_linear_call *layer, size_t stride,
                                void *workspace) {
    if (!is_packed(layer->batch))
        return dsc_linear_run(context, layer);
    job j = {.layer = layer, .turned = turned_weights(layer), .stride = stride};
    j.turned.data = workspace;
    dsc_parallel_work(context, (double)dsc_panels_size(&j.turned), j.turned.count, pack_turned, &j);
    const double work = (double)layer->batch * (double)layer->inputs * (double)layer->outputs;
    dsc_parallel_work(context, work, dsc_ceil_div(layer->batch, ROWS), run_rows, &j);
    return DSC_OK;
}

/* ---- dx = dy w, dw = dy^T x, db ---- */

static void pack_back(void *argument, size_t index) {
    const job *j = argument;
    if (index < j->w_panels)
        dsc_panels_pack(&j->weights, false, j->layer->w, index);
    else
        dsc_panels_pack(&j->inputs, false, j->layer->x, index - j->w_panels);
}

static void run_dw(const job *j, size_t index) {
    const dsc_linear_call *l = j->layer;
    const size_t row = index * j->height, rows = dsc_min_size(j->height, l->outputs - row);
    dsc_panels_transposed(&j->inputs, rows, at(l, j->gradients->dy, row), j->stride, j->gradients->add_dw,
                          (void *)(uintptr_t)at(l, j->gradients->dw, row * l->inputs), l->inputs);
}

static void run_dx(const job *j, size_t index) {
    const dsc_linear_call *l = j->layer;
    const size_t row = index * ROWS, rows = dsc_min_size(ROWS, l->batch - row);
    dsc_panels_multiply(&j->weights, rows, at(l, j->gradients->dy, row * j->stride), j->stride, NULL,
                        (void *)(uintptr_t)at(l, j->gradients->dx, row * l->inputs), l->inputs);
}

static void run_db(const job *j, size_t index) {
    const dsc_linear_call *l = j->layer;
    const dsc_linear_gradients *g = j->gradients;
    const size_t column = index * DSC_SUM_COLUMNS, n = dsc_min_size(DSC_SUM_COLUMNS, l->outputs - column);
    double sums[DSC_SUM_COLUMNS];
    dsc_sums_of_columns(l->dtype, l->batch, j->stride, n, at(l, g->dy, column), sums);
    for (size_t i = column; i < column + n; ++i) {
        const double before = g->add_db ? dsc_load_real(l->dtype, g->db, i) : 0;
        dsc_store_real(l->dtype, g->db, i, before + sums[i - column]);
    }
}

static void run_back(void *argument, size_t index) {
    const job *j = argument;
    if (index < j->dw_tiles)
        run_dw(j, index);
    else if (index < j->dw_tiles + j->dx_tiles)
        run_dx(j, index - j->dw_tiles);
    else
        run_db(j, index - j->dw_tiles - j->dx_tiles);
}

dsc_status dsc_products_backward(const dsc_context *context, const dsc_linear_call *layer,
                                 const dsc_linear_gradients *gradients, size_t stride, void *workspace) {
    if (!is_packed(layer->batch))
        return dsc_linear_run_back(context, layer, gradients);
    job j = {.layer = layer,
             .gradients = gradients,
             .weights = weights(layer),
             .inputs = inputs(layer),
             .stride = stride};
    j.weights.data = workspace;
    j.inputs.data = (void *)(uintptr_t)at(layer, workspace, dsc_panels_size(&j.weights));
    j.w_panels = gradients->dx == NULL ? 0 : j.weights.count;
    j.x_panels = gradients->dw == NULL ? 0 : j.inputs.count;
    const double packed = (j.w_panels == 0 ? 0 : (double)dsc_panels_size(&j.weights)) +
                          (j.x_panels == 0 ? 0 : (double)dsc_panels_size(&j.inputs));
    dsc_parallel_work(context, packed, j.w_panels + j.x_panels, pack_back, &j);
    const double row = (double)layer->batch * (double)layer->inputs, work = row * (double)layer->outputs;
    j.height = (size_t)(WORK / row) / GRAIN * GRAIN + GRAIN;
    j.dw_tiles = gradients->dw == NULL ? 0 : dsc_ceil_div(layer->outputs, j.height);
    j.dx_tiles = gradients->dx == NULL ? 0 : dsc_ceil_div(layer->batch, ROWS);
    const size_t blocks = gradients->db == NULL ? 0 : dsc_ceil_div(layer->outputs, DSC_SUM_COLUMNS);
    dsc_parallel_work(context, work * ((j.dw_tiles > 0) + (j.dx_tiles > 0)), j.dw_tiles + j.dx_tiles + blocks,
                      run_back, &j);
    return DSC_OK;
}
