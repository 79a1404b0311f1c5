#ifdef DSC_REAL

#include "core/largest.h"

/* Rows that stand together, in the order of dsc_sum_run: lanes, then pieces. */
DSC_MULTIVERSION
static double DSC_NAME(dot_piece)(size_t n, bool logarithm, const DSC_REAL *y, const DSC_REAL *g) {
    DSC_WIDE lanes[DSC_LANES] = {0}, sum = 0;
    size_t whole = n - n % DSC_LANES;
    for (size_t j = 0; j < whole; j += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l) {
            /* Rounded before it is added, as a product of its own is. */
            DSC_REAL term = logarithm ? g[j + l] : g[j + l] * y[j + l];
            lanes[l] += (DSC_WIDE)term;
        }
    for (size_t l = 0; l < DSC_LANES; ++l)
        sum += lanes[l];
    for (size_t j = whole; j < n; ++j) {
        DSC_REAL term = logarithm ? g[j] : g[j] * y[j];
        sum += (DSC_WIDE)term;
    }
    return sum;
}

static inline __attribute__((always_inline)) void DSC_NAME(pull_back_by)(size_t n, bool logarithm,
                                                                         const DSC_REAL *sums, size_t step,
                                                                         const DSC_REAL *y, const DSC_REAL *g,
                                                                         DSC_REAL *dx) {
    if (logarithm)
        for (size_t i = 0; i < n; ++i) {
            DSC_REAL share = DSC_NAME(dsc_exp)(y[i]) * sums[i * step];
            dx[i] = g[i] - share;
        }
    else
        for (size_t i = 0; i < n; ++i)
            dx[i] = y[i] * (g[i] - sums[i * step]);
}

DSC_MULTIVERSION
static void DSC_NAME(pull_back_range)(size_t n, bool logarithm, const DSC_REAL *sums, size_t step,
                                      const DSC_REAL *y, const DSC_REAL *g, DSC_REAL *dx) {
    if (step == 0) /* known to the compiler, else the loops would gather */
        DSC_NAME(pull_back_by)(n, logarithm, sums, 0, y, g, dx);
    else
        DSC_NAME(pull_back_by)(n, logarithm, sums, 1, y, g, dx);
}

static void DSC_NAME(pull_back_row)(size_t n, bool logarithm, const DSC_REAL *y, const DSC_REAL *g,
                                    DSC_REAL *dx) {
    DSC_WIDE sum = 0;
    for (size_t j = 0; j < n; j += PIECE_OF_ROW)
        sum += DSC_NAME(dot_piece)(dsc_min_size(PIECE_OF_ROW, n - j), logarithm, y + j, g + j);
    DSC_REAL rounded = (DSC_REAL)sum;
    DSC_NAME(pull_back_range)(n, logarithm, &rounded, 0, y, g, dx);
}

DSC_MULTIVERSION
static void DSC_NAME(add_dots)(size_t rows, size_t stride, size_t columns, bool logarithm, const DSC_REAL *y,
                               const DSC_REAL *g, DSC_WIDE *sums) {
    for (size_t j = 0; j < rows; ++j)
        for (size_t i = 0; i < columns; ++i) {
            DSC_REAL term = logarithm ? g[j * stride + i] : g[j * stride + i] * y[j * stride + i];
            sums[i] += (DSC_WIDE)term;
        }
}

static void DSC_NAME(pull_back_columns)(size_t n, size_t stride, size_t columns, bool logarithm,
                                        const DSC_REAL *y, const DSC_REAL *g, DSC_REAL *dx) {
    DSC_WIDE sums[COLUMNS] = {0};
    DSC_REAL rounded[COLUMNS];
    for (size_t j = 0; j < n; j += DSC_PIECE) {
        DSC_WIDE piece[COLUMNS] = {0};
        DSC_NAME(add_dots)
        (dsc_min_size(DSC_PIECE, n - j), stride, columns, logarithm, y + j * stride, g + j * stride, piece);
        for (size_t i = 0; i < columns; ++i)
            sums[i] += piece[i];
    }
    for (size_t i = 0; i < columns; ++i)
        rounded[i] = (DSC_REAL)sums[i];
    for (size_t j = 0; j < n; ++j)
        DSC_NAME(pull_back_range)
    (columns, logarithm, rounded, 1, y + j * stride, g + j * stride, dx + j * stride);
}

/* ---- Forward ---- */

/* NaN stays. */
DSC_MULTIVERSION
static void DSC_NAME(raise_range)(size_t n, const DSC_REAL *x, DSC_REAL *largest) {
    for (size_t i = 0; i < n; ++i)
        largest[i] = x[i] > largest[i] || x[i] != x[i] ? x[i] : largest[i];
}

DSC_MULTIVERSION
static void DSC_NAME(exp_range)(size_t n, DSC_REAL shift, const DSC_REAL *x, DSC_REAL *e) {
    for (size_t i = 0; i < n; ++i)
        e[i] = DSC_NAME(dsc_exp)(x[i] - shift);
}

/* The sum of e^(x - shift), whose terms are left in y unless that is NULL. */
static double DSC_NAME(sum_exp_row)(size_t n, DSC_REAL shift, const DSC_REAL *x, DSC_REAL *y) {
    DSC_REAL room[PIECE_OF_ROW];
    DSC_WIDE sum = 0;
    for (size_t start = 0; start < n; start += PIECE_OF_ROW) {
        size_t count = dsc_min_size(PIECE_OF_ROW, n - start);
        DSC_REAL *e = y == NULL ? room : y + start;
        DSC_NAME(exp_range)(count, shift, x + start, e);
        sum += DSC_NAME(dot_piece)(count, true, e, e);
    }
    return sum;
}

/* What becomes of e^(x - shift), or of x, when the sum is known. */
static inline __attribute__((always_inline)) void DSC_NAME(finish_by)(size_t n, bool logarithm,
                                                                      const DSC_REAL *shifts,
                                                                      const DSC_WIDE *sums, size_t step,
                                                                      const DSC_REAL *x, DSC_REAL *y) {
    if (logarithm)
        for (size_t i = 0; i < n; ++i) {
            DSC_REAL shifted = x[i] - shifts[i * step];
            y[i] = (DSC_REAL)((double)shifted - sums[i * step]);
        }
    else
        for (size_t i = 0; i < n; ++i)
            y[i] = (DSC_REAL)((double)y[i] / sums[i * step]);
}

DSC_MULTIVERSION
static void DSC_NAME(finish_range)(size_t n, bool logarithm, const DSC_REAL *shifts, const DSC_WIDE *sums,
                                   size_t step, const DSC_REAL *x, DSC_REAL *y) {
    if (step == 0) /* known to the compiler, else the loops would gather */
        DSC_NAME(finish_by)(n, logarithm, shifts, sums, 0, x, y);
    else
        DSC_NAME(finish_by)(n, logarithm, shifts, sums, 1, x, y);
}

static void DSC_NAME(softmax_row)(size_t n, bool logarithm, const DSC_REAL *x, DSC_REAL *y) {
    DSC_REAL largest = DSC_NAME(dsc_largest)(n, x);
    DSC_WIDE sum = DSC_NAME(sum_exp_row)(n, largest, x, logarithm ? NULL : y);
    if (logarithm)
        sum = log(sum);
    DSC_NAME(finish_range)(n, logarithm, &largest, &sum, 0, x, y);
}

DSC_MULTIVERSION
static void DSC_NAME(add_exps)(size_t rows, size_t stride, size_t columns, const DSC_REAL *shifts,
                               const DSC_REAL *x, DSC_REAL *y, DSC_WIDE *sums) {
    for (size_t j = 0; j < rows; ++j)
        for (size_t i = 0; i < columns; ++i) {
            DSC_REAL e = DSC_NAME(dsc_exp)(x[j * stride + i] - shifts[i]);
            if (y != NULL)
                y[j * stride + i] = e;
            sums[i] += (DSC_WIDE)e;
        }
}

static void DSC_NAME(sum_exp_columns)(size_t n, size_t stride, size_t columns, const DSC_REAL *shifts,
                                      const DSC_REAL *x, DSC_REAL *y, DSC_WIDE *sums) {
    for (size_t i = 0; i < columns; ++i)
        sums[i] = 0;
    for (size_t j = 0; j < n; j += DSC_PIECE) {
        DSC_WIDE piece[COLUMNS] = {0};
        DSC_NAME(add_exps)
        (dsc_min_size(DSC_PIECE, n - j), stride, columns, shifts, x + j * stride,
         y == NULL ? NULL : y + j * stride, piece);
        for (size_t i = 0; i < columns; ++i)
            sums[i] += piece[i];
    }
}

static void DSC_NAME(largest_of_columns)(size_t n, size_t stride, size_t columns, const DSC_REAL *x,
                                         DSC_REAL *largest) {
    for (size_t i = 0; i < columns; ++i)
        largest[i] = x[i];
    for (size_t j = 1; j < n; ++j)
        DSC_NAME(raise_range)(columns, x + j * stride, largest);
}

static void DSC_NAME(softmax_columns)(size_t n, size_t stride, size_t columns, bool logarithm,
                                      const DSC_REAL *x, DSC_REAL *y) {
    DSC_REAL largest[COLUMNS];
    DSC_WIDE sums[COLUMNS];
    DSC_NAME(largest_of_columns)(n, stride, columns, x, largest);
    DSC_NAME(sum_exp_columns)(n, stride, columns, largest, x, logarithm ? NULL : y, sums);
    for (size_t i = 0; logarithm && i < columns; ++i)
        sums[i] = log(sums[i]);
    for (size_t j = 0; j < n; ++j)
        DSC_NAME(finish_range)(columns, logarithm, largest, sums, 1, x + j * stride, y + j * stride);
}

/* An infinite largest number is not subtracted: infinity less itself is NaN. */
static void DSC_NAME(logsumexp_columns)(size_t n, size_t stride, size_t columns, const DSC_REAL *x,
                                        DSC_REAL *out) {
    DSC_REAL shifts[COLUMNS];
    DSC_WIDE sums[COLUMNS];
    if (stride == 1) /* one row */
        shifts[0] = n == 0 ? 0 : DSC_NAME(dsc_largest)(n, x);
    else
        DSC_NAME(largest_of_columns)(n, stride, columns, x, shifts);
    for (size_t i = 0; i < columns; ++i)
        shifts[i] = isinf(shifts[i]) ? 0 : shifts[i];
    if (stride == 1)
        sums[0] = DSC_NAME(sum_exp_row)(n, shifts[0], x, NULL);
    else
        DSC_NAME(sum_exp_columns)(n, stride, columns, shifts, x, NULL, sums);
    for (size_t i = 0; i < columns; ++i)
        out[i] = (DSC_REAL)(log(sums[i]) + (double)shifts[i]);
}

#else

#include <math.h>

#include "core/internal.h"
#include "core/sums.h"
#include "descent/elementwise.h"

/* Columns that are gone over side by side; numbers of a row that are, as dsc_sum_run has them. */
enum { COLUMNS = 256, PIECE_OF_ROW = 16 * DSC_PIECE };

#define DSC_TEMPLATE "elementwise/softmax.c"
#include "core/instantiate.h"

enum { FORWARD, LOGSUMEXP, BACKWARD };

typedef struct softmax_job {
    dsc_dtype dtype;
    int kind;
    size_t outer, n, inner, tile;
    bool logarithm;
    const void *x, *g; /* backward: x is the result */
    void *y;
} softmax_job;

/* `columns` next to each other, or a row where inner is 1. */
static void run_columns(const softmax_job *job, size_t outer, size_t column, size_t columns) {
    const dsc_dtype dtype = job->dtype;
    const size_t n = job->n, inner = job->inner, size = dsc_size_of(dtype);
    const size_t from = (outer * n * inner + column) * size, to = (outer * inner + column) * size;
    const void *x = (const char *)job->x + from;
    void *y = (char *)job->y + (job->kind == LOGSUMEXP ? to : from);
    if (job->kind == LOGSUMEXP)
        DSC_CALL(dtype, logsumexp_columns, n, inner, columns, x, y);
    else if (job->kind == FORWARD && inner == 1)
        DSC_CALL(dtype, softmax_row, n, job->logarithm, x, y);
    else if (job->kind == FORWARD)
        DSC_CALL(dtype, softmax_columns, n, inner, columns, job->logarithm, x, y);
    else {
        const void *g = (const char *)job->g + from;
        if (inner == 1)
            DSC_CALL(dtype, pull_back_row, n, job->logarithm, x, g, y);
        else
            DSC_CALL(dtype, pull_back_columns, n, inner, columns, job->logarithm, x, g, y);
    }
}

static void rows_tile(void *argument, size_t index) {
    const softmax_job *job = argument;
    size_t end = dsc_min_size((index + 1) * job->tile, job->outer);
    for (size_t row = index * job->tile; row < end; ++row)
        run_columns(job, row, 0, 1);
}

static void columns_tile(void *argument, size_t index) {
    const softmax_job *job = argument;
    size_t blocks = dsc_ceil_div(job->inner, COLUMNS), column = index % blocks * COLUMNS;
    run_columns(job, index / blocks, column, dsc_min_size(COLUMNS, job->inner - column));
}

static dsc_status run(const char *function, const dsc_context *context, softmax_job job) {
    if (!dsc_is_real(job.dtype))
        return dsc_fail_dtype(function, job.dtype);
    if (dsc_product_overflows(job.outer, job.inner, job.dtype) ||
        dsc_product_overflows(job.outer * job.inner, job.n, job.dtype))
        return dsc_fail(DSC_ERROR_OVERFLOW, "%s: %zu x %zu x %zu numbers overflow", function, job.outer,
                        job.n, job.inner);
    if (job.outer * job.inner == 0)
        return DSC_OK;
    if (job.kind == FORWARD && job.n == 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: n is 0, must be at least 1", function);
    if (job.kind == BACKWARD && job.n == 0)
        return DSC_OK;
    if (job.n != 0 && job.x == NULL)
        return dsc_fail_null(function, job.kind == BACKWARD ? "y" : "x");
    if (job.kind == BACKWARD && job.g == NULL)
        return dsc_fail_null(function, "g");
    if (job.y == NULL)
        return dsc_fail_null(function, job.kind == BACKWARD ? "dx" : "y");
    if (job.n == 0) { /* the sum over nothing: each result is a row of its own */
        job.outer *= job.inner;
        job.inner = 1;
    }
    job.tile = dsc_max_size(DSC_TILE / dsc_max_size(job.n, 1), 1);
    if (job.inner == 1)
        dsc_parallel_for(context, dsc_ceil_div(job.outer, job.tile), rows_tile, &job);
    else
        dsc_parallel_work(context, 4 * (double)job.outer * (double)job.n * (double)job.inner,
                          job.outer * dsc_ceil_div(job.inner, COLUMNS), columns_tile, &job);
    return DSC_OK;
}

dsc_status dsc_softmax_run(const dsc_context *context, dsc_dtype dtype, size_t outer, size_t n, size_t inner,
                           bool logarithm, const void *x, void *y) {
    return run(__func__, context,
               (softmax_job){.dtype = dtype,
                             .kind = FORWARD,
                             .outer = outer,
                             .n = n,
                             .inner = inner,
                             .logarithm = logarithm,
                             .x = x,
                             .y = y});
}

dsc_status dsc_softmax_backward_run(const dsc_context *context, dsc_dtype dtype, size_t outer, size_t n,
                                    size_t inner, bool logarithm, const void *y, const void *g, void *dx) {
    return run(__func__, context,
               (softmax_job){.dtype = dtype,
                             .kind = BACKWARD,
                             .outer = outer,
                             .n = n,
                             .inner = inner,
                             .logarithm = logarithm,
                             .x = y,
                             .g = g,
                             .y = dx});
}

dsc_status dsc_logsumexp_run(const dsc_context *context, dsc_dtype dtype, size_t outer, size_t n,
                             size_t inner, const void *x, void *y) {
    return run(
        __func__, context,
        (softmax_job){
            .dtype = dtype, .kind = LOGSUMEXP, .outer = outer, .n = n, .inner = inner, .x = x, .y = y});
}

#endif
