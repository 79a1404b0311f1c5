#include "linalg/packed.h"

#include "core/scratch.h"
#include "core/sums.h"
#include "elementwise/activate.h"
#include "linalg/linear.h"
#include "linalg/panels.h"

/* Rows that packing pays for, and that a tile has; the products of a tile. */
enum { FEWEST = 128, ROWS = 64, WORK = 1 << 21 };
/* A tile of dw has a multiple of the rows that are turned at once, or of half as many where there are fewer
 * such groups of rows than this for each thread. */
enum { MANY = 8 };
/* A number that is packed takes as long as so many products. */
static const double PACKING = 8;

bool dsc_packs(size_t batch, size_t inputs, size_t outputs) {
    return batch >= FEWEST && batch <= DSC_LONGEST_SUM && inputs <= DSC_LONGEST_SUM &&
           outputs <= DSC_LONGEST_SUM;
}

static const void *at(const dsc_linear_call *l, const void *data, size_t index) {
    return (const char *)data + index * dsc_size_of(l->dtype);
}

/* A product of rows with a packed matrix, cut into tiles of some rows and some panels. */
typedef struct product {
    dsc_panels matrix;
    size_t panels, across, tiles; /* panels of a tile; tiles side by side, and all */
} product;

static product product_of(const dsc_linear_call *l, size_t k, size_t n) {
    product p = {.matrix = dsc_panels_of(l->dtype, k, n)};
    const size_t panel = dsc_min_size(ROWS, l->batch) * k * p.matrix.width;
    p.panels = dsc_even_share(p.matrix.count, WORK / panel + 1);
    p.across = dsc_ceil_div(p.matrix.count, p.panels);
    p.tiles = p.across * dsc_ceil_div(l->batch, ROWS);
    return p;
}

static size_t bytes_of(const dsc_panels *panels) {
    return dsc_ceil_div(dsc_panels_size(panels) * dsc_size_of(panels->dtype), 64) * 64;
}

typedef struct job {
    const dsc_linear_call *layer;
    const dsc_linear_gradients *gradients;
    const void *dz;
    product y, dx;
    dsc_panels x;              /* for dw */
    size_t stride;             /* of y and dz */
    size_t height;             /* of a tile of dw */
    size_t dw_tiles, dx_tiles; /* and blocks of db behind them */
    size_t w_panels, x_panels; /* to be packed */
} job;

/* ---- y = x w^T + b ---- */

static void pack_turned(void *argument, size_t index) {
    const job *j = argument;
    dsc_panels_pack(&j->y.matrix, true, j->layer->w, j->layer->inputs, index);
}

static void run_y(void *argument, size_t index) {
    const job *j = argument;
    const dsc_linear_call *l = j->layer;
    const dsc_panels *w = &j->y.matrix;
    const size_t row = index / j->y.across * ROWS, rows = dsc_min_size(ROWS, l->batch - row);
    const size_t first = index % j->y.across * j->y.panels;
    const size_t panels = dsc_min_size(j->y.panels, w->count - first);
    dsc_panels_multiply(w, first, panels, rows, at(l, l->x, row * l->inputs), l->inputs, l->b,
                        (void *)(uintptr_t)at(l, l->y, row * j->stride), j->stride);
    const size_t column = first * w->width, columns = dsc_min_size(panels * w->width, w->n - column);
    dsc_activate_rows(l->dtype, l->activation, rows, columns, j->stride,
                      (void *)(uintptr_t)at(l, l->y, row * j->stride + column));
}

dsc_status dsc_packed_forward(const dsc_context *context, const dsc_linear_call *layer, size_t stride) {
    job j = {.layer = layer, .y = product_of(layer, layer->inputs, layer->outputs), .stride = stride};
    dsc_panels *w = &j.y.matrix;
    dsc_scratch scratch;
    DSC_TRY(dsc_scratch_take(context, bytes_of(w), &scratch));
    w->data = scratch.memory;
    dsc_parallel_work(context, PACKING * (double)dsc_panels_size(w), w->count, pack_turned, &j);
    const double work = (double)layer->batch * (double)layer->inputs * (double)layer->outputs;
    dsc_parallel_work(context, work, j.y.tiles, run_y, &j);
    dsc_scratch_give(&scratch);
    return DSC_OK;
}

/* ---- dx = dz w, dw = dz^T x, db ---- */

static void pack_back(void *argument, size_t index) {
    const job *j = argument;
    if (index < j->w_panels)
        dsc_panels_pack(&j->dx.matrix, false, j->layer->w, j->layer->inputs, index);
    else
        dsc_panels_pack(&j->x, false, j->layer->x, j->layer->inputs, index - j->w_panels);
}

static void run_dw(const job *j, size_t index) {
    const dsc_linear_call *l = j->layer;
    const size_t row = index * j->height, rows = dsc_min_size(j->height, l->outputs - row);
    dsc_panels_transposed(&j->x, rows, at(l, j->dz, row), j->stride, j->gradients->add_dw,
                          (void *)(uintptr_t)at(l, j->gradients->dw, row * l->inputs), l->inputs);
}

static void run_dx(const job *j, size_t index) {
    const dsc_linear_call *l = j->layer;
    const size_t row = index / j->dx.across * ROWS, rows = dsc_min_size(ROWS, l->batch - row);
    const size_t first = index % j->dx.across * j->dx.panels;
    dsc_panels_multiply(&j->dx.matrix, first, dsc_min_size(j->dx.panels, j->dx.matrix.count - first), rows,
                        at(l, j->dz, row * j->stride), j->stride, NULL,
                        (void *)(uintptr_t)at(l, j->gradients->dx, row * l->inputs), l->inputs);
}

static void run_back(void *argument, size_t index) {
    const job *j = argument;
    if (index < j->dw_tiles)
        run_dw(j, index);
    else if (index < j->dw_tiles + j->dx_tiles)
        run_dx(j, index - j->dw_tiles);
    else
        dsc_linear_bias_block(j->layer, j->gradients, j->dz, j->stride, index - j->dw_tiles - j->dx_tiles);
}

dsc_status dsc_packed_backward(const dsc_context *context, const dsc_linear_call *layer,
                               const dsc_linear_gradients *gradients, const void *dz, size_t stride) {
    job j = {.layer = layer,
             .gradients = gradients,
             .dz = dz,
             .dx = product_of(layer, layer->outputs, layer->inputs),
             .x = dsc_panels_of(layer->dtype, layer->batch, layer->inputs),
             .stride = stride};
    j.w_panels = gradients->dx == NULL ? 0 : j.dx.matrix.count;
    j.x_panels = gradients->dw == NULL ? 0 : j.x.count;
    const size_t w_bytes = j.w_panels == 0 ? 0 : bytes_of(&j.dx.matrix);
    const size_t x_bytes = j.x_panels == 0 ? 0 : bytes_of(&j.x);
    /* Two blocks: sizes that the forward pass and other layers have are found in the cache. */
    dsc_scratch w, x;
    DSC_TRY(dsc_scratch_take(context, w_bytes, &w));
    dsc_status status = dsc_scratch_take(context, x_bytes, &x);
    if (status != DSC_OK) {
        dsc_scratch_give(&w);
        return status;
    }
    /* It may overwrite dy: not before there is memory. */
    dsc_linear_pass_activation(context, layer, gradients);
    j.dx.matrix.data = w.memory;
    j.x.data = x.memory;
    dsc_parallel_work(context, PACKING * (double)(w_bytes + x_bytes) / (double)dsc_size_of(layer->dtype),
                      j.w_panels + j.x_panels, pack_back, &j);
    const double row = (double)layer->batch * (double)layer->inputs, work = row * (double)layer->outputs;
    const size_t turned = DSC_TURNED_BYTES / dsc_size_of(layer->dtype);
    const bool is_many = layer->outputs / turned >= MANY * (size_t)dsc_context_threads(context);
    const size_t grain = is_many ? turned : turned / 2;
    j.height = ((size_t)(2 * WORK / row) / grain + 1) * grain;
    j.dw_tiles = gradients->dw == NULL ? 0 : dsc_ceil_div(layer->outputs, j.height);
    j.dx_tiles = gradients->dx == NULL ? 0 : j.dx.tiles;
    dsc_parallel_work(context, work * ((j.dw_tiles > 0) + (j.dx_tiles > 0)),
                      j.dw_tiles + j.dx_tiles + dsc_linear_bias_blocks(layer, gradients), run_back, &j);
    dsc_scratch_give(&x);
    dsc_scratch_give(&w);
    return DSC_OK;
}
