#ifdef DSC_REAL

#include "core/largest.h"

/* One row of n numbers, `inner` apart. */
static void DSC_NAME(softmax_row)(size_t n, size_t inner, bool logarithm, const DSC_REAL *x, DSC_REAL *y) {
    DSC_REAL largest = inner == 1 ? DSC_NAME(dsc_largest)(n, x) : x[0];
    double sum = 0;
    for (size_t j = 1; inner > 1 && j < n; ++j)
        largest = x[j * inner] > largest || x[j * inner] != x[j * inner] ? x[j * inner] : largest;
    for (size_t start = 0; start < n; start += DSC_PIECE) {
        double piece = 0;
        for (size_t j = start; j < dsc_min_size(start + DSC_PIECE, n); ++j) {
            DSC_REAL shifted = x[j * inner] - largest, e = DSC_NAME(dsc_exp)(shifted);
            y[j * inner] = logarithm ? shifted : e;
            piece += (double)e;
        }
        sum += piece;
    }
    double log_sum = log(sum);
    for (size_t j = 0; j < n; ++j)
        y[j * inner] = (DSC_REAL)(logarithm ? (double)y[j * inner] - log_sum : (double)y[j * inner] / sum);
}

/* Rows that stand together, in the order of dsc_sum_run: lanes, then pieces. */
DSC_MULTIVERSION
static double DSC_NAME(dot_piece)(size_t n, bool logarithm, const DSC_REAL *y, const DSC_REAL *g) {
    double lanes[DSC_LANES] = {0}, sum = 0;
    size_t whole = n - n % DSC_LANES;
    for (size_t j = 0; j < whole; j += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l) {
            /* Rounded before it is added, as a product of its own is. */
            DSC_REAL term = logarithm ? g[j + l] : g[j + l] * y[j + l];
            lanes[l] += (double)term;
        }
    for (size_t l = 0; l < DSC_LANES; ++l)
        sum += lanes[l];
    for (size_t j = whole; j < n; ++j) {
        DSC_REAL term = logarithm ? g[j] : g[j] * y[j];
        sum += (double)term;
    }
    return sum;
}

DSC_MULTIVERSION
static void DSC_NAME(pull_back_range)(size_t n, bool logarithm, const DSC_REAL *sums, size_t step,
                                      const DSC_REAL *y, const DSC_REAL *g, DSC_REAL *dx) {
    if (logarithm)
        for (size_t i = 0; i < n; ++i) {
            DSC_REAL share = DSC_NAME(dsc_exp)(y[i]) * sums[i * step];
            dx[i] = g[i] - share;
        }
    else
        for (size_t i = 0; i < n; ++i)
            dx[i] = y[i] * (g[i] - sums[i * step]);
}

static void DSC_NAME(pull_back_row)(size_t n, bool logarithm, const DSC_REAL *y, const DSC_REAL *g,
                                    DSC_REAL *dx) {
    enum { PART = DSC_PIECE * DSC_LANES };
    double sum = 0;
    for (size_t j = 0; j < n; j += PART)
        sum += DSC_NAME(dot_piece)(dsc_min_size(PART, n - j), logarithm, y + j, g + j);
    DSC_REAL rounded = (DSC_REAL)sum;
    DSC_NAME(pull_back_range)(n, logarithm, &rounded, 0, y, g, dx);
}

DSC_MULTIVERSION
static void DSC_NAME(add_dots)(size_t rows, size_t stride, size_t columns, bool logarithm, const DSC_REAL *y,
                               const DSC_REAL *g, double *sums) {
    for (size_t j = 0; j < rows; ++j)
        for (size_t i = 0; i < columns; ++i) {
            DSC_REAL term = logarithm ? g[j * stride + i] : g[j * stride + i] * y[j * stride + i];
            sums[i] += (double)term;
        }
}

static void DSC_NAME(pull_back_columns)(size_t n, size_t stride, size_t columns, bool logarithm,
                                        const DSC_REAL *y, const DSC_REAL *g, DSC_REAL *dx) {
    double sums[COLUMNS] = {0};
    DSC_REAL rounded[COLUMNS];
    for (size_t j = 0; j < n; j += DSC_PIECE) {
        double piece[COLUMNS] = {0};
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

/* An infinite largest number is not subtracted: infinity less itself is NaN. */
static DSC_REAL DSC_NAME(logsumexp_row)(size_t n, size_t inner, const DSC_REAL *x) {
    DSC_REAL largest = -(DSC_REAL)INFINITY;
    for (size_t j = 0; j < n; ++j)
        largest = x[j * inner] > largest || x[j * inner] != x[j * inner] ? x[j * inner] : largest;
    DSC_REAL shift = isinf(largest) ? 0 : largest;
    double sum = 0;
    for (size_t start = 0; start < n; start += DSC_PIECE) {
        double piece = 0;
        for (size_t j = start; j < dsc_min_size(start + DSC_PIECE, n); ++j)
            piece += (double)DSC_NAME(dsc_exp)(x[j * inner] - shift);
        sum += piece;
    }
    return (DSC_REAL)(log(sum) + (double)shift);
}

#else

#include <math.h>

#include "core/internal.h"
#include "core/sums.h"
#include "descent/elementwise.h"

enum { COLUMNS = 256 };

#define DSC_TEMPLATE "elementwise/softmax.c"
#include "core/instantiate.h"

typedef struct softmax_job {
    dsc_dtype dtype;
    size_t rows, n, inner, tile;
    bool logarithm;
    const void *x;
    void *y;
} softmax_job;

static void softmax_tile(void *argument, size_t index) {
    const softmax_job *job = argument;
    size_t end = dsc_min_size((index + 1) * job->tile, job->rows);
    for (size_t row = index * job->tile; row < end; ++row) {
        size_t at = row / job->inner * job->n * job->inner + row % job->inner;
        if (job->dtype == DSC_FLOAT32)
            softmax_row_f32(job->n, job->inner, job->logarithm, (const float *)job->x + at,
                            (float *)job->y + at);
        else
            softmax_row_f64(job->n, job->inner, job->logarithm, (const double *)job->x + at,
                            (double *)job->y + at);
    }
}

dsc_status dsc_softmax_run(const dsc_context *context, dsc_dtype dtype, size_t outer, size_t n, size_t inner,
                           bool logarithm, const void *x, void *y) {
    DSC_CHECK_DTYPE(dtype);
    DSC_CHECK_PRODUCT(outer, inner, dtype);
    DSC_CHECK_PRODUCT(outer * inner, n, dtype);
    if (outer * inner == 0)
        return DSC_OK;
    if (n == 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: n is 0, must be at least 1", __func__);
    DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(y);
    softmax_job job = {dtype, outer * inner, n, inner, dsc_max_size(DSC_TILE / n, 1), logarithm, x, y};
    dsc_parallel_for(context, dsc_ceil_div(job.rows, job.tile), softmax_tile, &job);
    return DSC_OK;
}

typedef struct pull_back_job {
    dsc_dtype dtype;
    size_t outer, n, inner, tile;
    bool logarithm;
    const void *y, *g;
    void *dx;
} pull_back_job;

static void rows_tile(void *argument, size_t index) {
    const pull_back_job *job = argument;
    size_t end = dsc_min_size((index + 1) * job->tile, job->outer), n = job->n;
    for (size_t row = index * job->tile; row < end; ++row) {
        size_t at = row * n;
        if (job->dtype == DSC_FLOAT32)
            pull_back_row_f32(n, job->logarithm, (const float *)job->y + at, (const float *)job->g + at,
                              (float *)job->dx + at);
        else
            pull_back_row_f64(n, job->logarithm, (const double *)job->y + at, (const double *)job->g + at,
                              (double *)job->dx + at);
    }
}

static void columns_tile(void *argument, size_t index) {
    const pull_back_job *job = argument;
    size_t blocks = dsc_ceil_div(job->inner, COLUMNS), column = index % blocks * COLUMNS;
    size_t count = dsc_min_size(COLUMNS, job->inner - column);
    size_t at = index / blocks * job->n * job->inner + column;
    if (job->dtype == DSC_FLOAT32)
        pull_back_columns_f32(job->n, job->inner, count, job->logarithm, (const float *)job->y + at,
                              (const float *)job->g + at, (float *)job->dx + at);
    else
        pull_back_columns_f64(job->n, job->inner, count, job->logarithm, (const double *)job->y + at,
                              (const double *)job->g + at, (double *)job->dx + at);
}

dsc_status dsc_softmax_backward_run(const dsc_context *context, dsc_dtype dtype, size_t outer, size_t n,
                                    size_t inner, bool logarithm, const void *y, const void *g, void *dx) {
    DSC_CHECK_DTYPE(dtype);
    DSC_CHECK_PRODUCT(outer, inner, dtype);
    DSC_CHECK_PRODUCT(outer * inner, n, dtype);
    if (outer * inner * n == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(y);
    DSC_CHECK_NOT_NULL(g);
    DSC_CHECK_NOT_NULL(dx);
    pull_back_job job = {dtype, outer, n, inner, dsc_max_size(DSC_TILE / n, 1), logarithm, y, g, dx};
    if (inner == 1)
        dsc_parallel_for(context, dsc_ceil_div(outer, job.tile), rows_tile, &job);
    else
        dsc_parallel_work(context, (double)outer * (double)n * (double)inner,
                          outer * dsc_ceil_div(inner, COLUMNS), columns_tile, &job);
    return DSC_OK;
}

static void logsumexp_tile(void *argument, size_t index) {
    const softmax_job *job = argument;
    size_t end = dsc_min_size((index + 1) * job->tile, job->rows);
    for (size_t row = index * job->tile; row < end; ++row) {
        size_t at = row / job->inner * job->n * job->inner + row % job->inner;
        if (job->dtype == DSC_FLOAT32)
            ((float *)job->y)[row] = logsumexp_row_f32(job->n, job->inner, (const float *)job->x + at);
        else
            ((double *)job->y)[row] = logsumexp_row_f64(job->n, job->inner, (const double *)job->x + at);
    }
}

dsc_status dsc_logsumexp_run(const dsc_context *context, dsc_dtype dtype, size_t outer, size_t n,
                             size_t inner, const void *x, void *out) {
    DSC_CHECK_DTYPE(dtype);
    DSC_CHECK_PRODUCT(outer, inner, dtype);
    DSC_CHECK_PRODUCT(outer * inner, n, dtype);
    if (outer * inner == 0)
        return DSC_OK;
    if (n != 0)
        DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(out);
    softmax_job job = {.dtype = dtype, .rows = outer * inner, .n = n, .inner = inner, .x = x, .y = out};
    job.tile = dsc_max_size(DSC_TILE / dsc_max_size(n, 1), 1);
    dsc_parallel_for(context, dsc_ceil_div(job.rows, job.tile), logsumexp_tile, &job);
    return DSC_OK;
}

#endif
