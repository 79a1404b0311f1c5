#ifdef DSC_REAL

DSC_MULTIVERSION
static void DSC_NAME(add_bias)(size_t rows, size_t columns, size_t stride, const DSC_REAL *b, DSC_REAL *y) {
    for (size_t i = 0; i < rows; ++i)
        for (size_t j = 0; j < columns; ++j)
            y[i * stride + j] += b[j];
}

/* A finished product: bias, then activation, while it is in cache. */
static void DSC_NAME(finish_tile)(const dsc_linear_call *l, dsc_gemm_tile t) {
    DSC_REAL *y = (DSC_REAL *)l->y + t.row * l->outputs + t.column;
    if (l->b != NULL)
        DSC_NAME(add_bias)(t.height, t.width, l->outputs, (const DSC_REAL *)l->b + t.column, y);
    dsc_activate_rows(l->dtype, l->activation, t.height, t.width, l->outputs, y);
}

/* A block of the bias's gradient: the sum that dsc_sum_run makes, and then one addition. */
static void DSC_NAME(bias_block)(const dsc_linear_call *l, const dsc_linear_gradients *g, const DSC_REAL *dz,
                                 size_t stride, size_t block) {
    size_t column = block * DSC_SUM_COLUMNS, n = dsc_min_size(DSC_SUM_COLUMNS, l->outputs - column);
    DSC_REAL *db = (DSC_REAL *)g->db + column;
    double sums[DSC_SUM_COLUMNS];
    dsc_sums_of_columns(l->dtype, l->batch, stride, n, dz + column, sums);
    for (size_t j = 0; j < n; ++j)
        db[j] = g->add_db ? db[j] + (DSC_REAL)sums[j] : (DSC_REAL)sums[j];
}

/* sum += factor x */
__attribute__((always_inline)) static inline void
DSC_NAME(add_scaled)(size_t n, DSC_REAL factor, const DSC_REAL *restrict x, DSC_REAL *restrict sum) {
    for (size_t j = 0; j < n; ++j)
        sum[j] += factor * x[j];
}

/* The backward pass of a layer too small for GEMM calls and tiles to pay. */
DSC_MULTIVERSION
static void DSC_NAME(small_products)(const dsc_linear_call *l, const dsc_linear_gradients *g,
                                     const DSC_REAL *dz) {
    size_t inputs = l->inputs, outputs = l->outputs;
    const DSC_REAL *x = l->x, *w = l->w;
    DSC_REAL *dw = g->dw, *dx = g->dx;
    if (dw != NULL) {
        if (!g->add_dw)
            memset(dw, 0, outputs * inputs * sizeof *dw);
        for (size_t i = 0; i < l->batch; ++i)
            for (size_t o = 0; o < outputs; ++o)
                DSC_NAME(add_scaled)(inputs, dz[i * outputs + o], x + i * inputs, dw + o * inputs);
    }
    if (dx != NULL)
        for (size_t i = 0; i < l->batch; ++i) {
            memset(dx + i * inputs, 0, inputs * sizeof *dx);
            for (size_t o = 0; o < outputs; ++o)
                DSC_NAME(add_scaled)(inputs, dz[i * outputs + o], w + o * inputs, dx + i * inputs);
        }
}

/* The same sums as bias_block's, where they are of one piece. */
static void DSC_NAME(small_bias)(const dsc_linear_call *l, const dsc_linear_gradients *g,
                                 const DSC_REAL *dz) {
    size_t batch = l->batch, outputs = l->outputs;
    DSC_REAL *db = g->db;
    for (size_t j = 0; j < outputs; ++j) {
        DSC_WIDE sum = 0;
        for (size_t i = 0; i < batch; ++i)
            sum += (DSC_WIDE)dz[i * outputs + j];
        db[j] = g->add_db ? db[j] + (DSC_REAL)sum : (DSC_REAL)sum;
    }
}

static void DSC_NAME(small_backward)(const dsc_linear_call *l, const dsc_linear_gradients *g,
                                     const DSC_REAL *dz) {
    DSC_NAME(small_products)(l, g, dz);
    if (g->db != NULL && l->batch <= DSC_PIECE) {
        DSC_NAME(small_bias)(l, g, dz);
        return;
    }
    for (size_t block = 0; block < dsc_linear_bias_blocks(l, g); ++block)
        DSC_NAME(bias_block)(l, g, dz, l->outputs, block);
}

DSC_MULTIVERSION
static void DSC_NAME(small_forward)(const dsc_linear_call *l) {
    size_t batch = l->batch, inputs = l->inputs, outputs = l->outputs;
    const DSC_REAL *x = l->x, *w = l->w;
    DSC_REAL *y = l->y;
    for (size_t i = 0; i < batch; ++i)
        for (size_t o = 0; o < outputs; ++o) {
            DSC_REAL sum = 0;
            for (size_t j = 0; j < inputs; ++j)
                sum += x[i * inputs + j] * w[o * inputs + j];
            y[i * outputs + o] = sum;
        }
    DSC_NAME(finish_tile)(l, (dsc_gemm_tile){0, 0, batch, outputs});
}

#else

#include <string.h>

#include "core/sums.h"
#include "elementwise/activate.h"
#include "linalg/gemm.h"
#include "linalg/linear.h"
#include "linalg/packed.h"

/* Multiplications below which three plain loops beat the calls into OpenBLAS. */
enum { SMALL = 512 };

size_t dsc_linear_bias_blocks(const dsc_linear_call *l, const dsc_linear_gradients *g) {
    return g->db == NULL ? 0 : dsc_ceil_div(l->outputs, DSC_SUM_COLUMNS);
}

#define DSC_TEMPLATE "linalg/linear.c"
#include "core/instantiate.h"

static bool is_small(const dsc_linear_call *l) {
    return l->batch <= SMALL && l->inputs <= SMALL && l->outputs <= SMALL &&
           l->batch * l->inputs * l->outputs <= SMALL;
}

static dsc_status check(const dsc_linear_call *layer) {
    DSC_CHECK_NOT_NULL(layer);
    DSC_CHECK_DTYPE(layer->dtype);
    DSC_TRY(dsc_check_activation("dsc_linear", layer->activation));
    if (layer->inputs == 0 || layer->outputs == 0)
        return dsc_fail(DSC_ERROR_SIZE, "dsc_linear: %zu inputs and %zu outputs, both must be at least 1",
                        layer->inputs, layer->outputs);
    DSC_CHECK_PRODUCT(layer->inputs, layer->outputs, layer->dtype);
    DSC_CHECK_NOT_NULL(layer->w);
    if (layer->batch != 0) {
        DSC_CHECK_NOT_NULL(layer->x);
        DSC_CHECK_NOT_NULL(layer->y);
    }
    return DSC_OK;
}

typedef struct forward_job {
    const dsc_linear_call *layer;
    dsc_gemm_plan product;
} forward_job;

static void forward_tile(void *argument, size_t index) {
    const forward_job *job = argument;
    dsc_gemm_tile t = dsc_gemm_run_tile(&job->product, index);
    DSC_CALL(job->layer->dtype, finish_tile, job->layer, t);
}

/* An odd number of cache lines. */
size_t dsc_linear_stride(dsc_dtype dtype, size_t batch, size_t inputs, size_t outputs) {
    const size_t line = 64 / dsc_size_of(dtype);
    return dsc_packs(batch, inputs, outputs) ? (dsc_ceil_div(outputs, line) | 1) * line : outputs;
}

static bool is_packed(const dsc_linear_call *l, size_t stride) {
    return stride != l->outputs || (dsc_packs(l->batch, l->inputs, l->outputs) && !is_small(l));
}

dsc_status dsc_linear_run(const dsc_context *context, const dsc_linear_call *layer, size_t stride) {
    if (is_packed(layer, stride))
        return dsc_packed_forward(context, layer, stride);
    if (is_small(layer)) {
        DSC_CALL(layer->dtype, small_forward, layer);
        return DSC_OK;
    }
    forward_job job = {layer,
                       {.dtype = layer->dtype,
                        .transpose_b = true,
                        .m = layer->batch,
                        .n = layer->outputs,
                        .k = layer->inputs,
                        .alpha = 1,
                        .a = layer->x,
                        .b = layer->w,
                        .c = layer->y}};
    DSC_TRY(dsc_gemm_prepare(&job.product));
    dsc_parallel_for(context, dsc_gemm_tile_count(&job.product), forward_tile, &job);
    dsc_gemm_finish(&job.product);
    return DSC_OK;
}

dsc_status dsc_linear_forward(const dsc_context *context, const dsc_linear_call *layer) {
    DSC_TRY(check(layer));
    return dsc_linear_run(context, layer, layer->outputs);
}

typedef struct backward_job {
    const dsc_linear_call *layer;
    const dsc_linear_gradients *gradients;
    const void *dz;
    dsc_gemm_plan dw, dx;
    size_t dw_tiles, dx_tiles;
} backward_job;

void dsc_linear_bias_block(const dsc_linear_call *layer, const dsc_linear_gradients *gradients,
                           const void *dz, size_t stride, size_t block) {
    DSC_CALL(layer->dtype, bias_block, layer, gradients, dz, stride, block);
}

/* Tiles of dw, then of dx, then column blocks of db: none of them touches another's output. */
static void backward_tile(void *argument, size_t index) {
    const backward_job *job = argument;
    if (index < job->dw_tiles) {
        dsc_gemm_run_tile(&job->dw, index);
        return;
    }
    index -= job->dw_tiles;
    if (index < job->dx_tiles) {
        dsc_gemm_run_tile(&job->dx, index);
        return;
    }
    dsc_linear_bias_block(job->layer, job->gradients, job->dz, job->layer->outputs, index - job->dx_tiles);
}

void dsc_linear_pass_activation(const dsc_context *context, const dsc_linear_call *layer,
                                const dsc_linear_gradients *gradients) {
    dsc_activation_back(context, layer->dtype, layer->activation, layer->batch * layer->outputs, layer->y,
                        gradients->dy, gradients->dz);
}

static dsc_status large_backward(const dsc_context *context, const dsc_linear_call *layer,
                                 const dsc_linear_gradients *gradients, const void *dz) {
    backward_job job = {.layer = layer,
                        .gradients = gradients,
                        .dz = dz,
                        .dw = {.dtype = layer->dtype,
                               .transpose_a = true,
                               .m = layer->outputs,
                               .n = layer->inputs,
                               .k = layer->batch,
                               .alpha = 1,
                               .beta = gradients->add_dw ? 1 : 0,
                               .a = dz,
                               .b = layer->x,
                               .c = gradients->dw},
                        .dx = {.dtype = layer->dtype,
                               .m = layer->batch,
                               .n = layer->inputs,
                               .k = layer->outputs,
                               .alpha = 1,
                               .a = dz,
                               .b = layer->w,
                               .c = gradients->dx}};
    dsc_status status = gradients->dw == NULL ? DSC_OK : dsc_gemm_prepare(&job.dw);
    if (status == DSC_OK && gradients->dx != NULL)
        status = dsc_gemm_prepare(&job.dx);
    if (status == DSC_OK) {
        dsc_linear_pass_activation(context, layer, gradients);
        job.dw_tiles = dsc_gemm_tile_count(&job.dw);
        job.dx_tiles = dsc_gemm_tile_count(&job.dx);
        const double products = (double)layer->batch * (double)layer->inputs * (double)layer->outputs;
        dsc_parallel_work(context, products * ((job.dw_tiles > 0) + (job.dx_tiles > 0)),
                          job.dw_tiles + job.dx_tiles + dsc_linear_bias_blocks(layer, gradients),
                          backward_tile, &job);
    }
    dsc_gemm_finish(&job.dw);
    dsc_gemm_finish(&job.dx);
    return status;
}

dsc_status dsc_linear_run_back(const dsc_context *context, const dsc_linear_call *layer,
                               const dsc_linear_gradients *gradients, size_t stride) {
    const void *dz = layer->activation != DSC_ACTIVATION_NONE ? gradients->dz : gradients->dy;
    if (layer->batch == 0)
        dz = layer->w; /* nothing is read, but from somewhere */
    if (is_packed(layer, stride))
        return dsc_packed_backward(context, layer, gradients, dz, stride);
    if (!is_small(layer))
        return large_backward(context, layer, gradients, dz);
    dsc_linear_pass_activation(context, layer, gradients);
    DSC_CALL(layer->dtype, small_backward, layer, gradients, dz);
    return DSC_OK;
}

dsc_status dsc_linear_backward(const dsc_context *context, const dsc_linear_call *layer,
                               const dsc_linear_gradients *gradients) {
    DSC_TRY(check(layer));
    DSC_CHECK_NOT_NULL(gradients);
    if (layer->batch != 0) {
        DSC_CHECK_NOT_NULL(gradients->dy);
        if (layer->activation != DSC_ACTIVATION_NONE)
            DSC_CHECK_NOT_NULL(gradients->dz);
    }
    DSC_CHECK_PRODUCT(layer->batch, layer->outputs, layer->dtype);
    return dsc_linear_run_back(context, layer, gradients, layer->outputs);
}

#endif
