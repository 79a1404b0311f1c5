#ifdef DSC_REAL

#include "core/real_math.h"

/* Of neighbouring channels with a number each: weights, biases. */
DSC_MULTIVERSION
static void DSC_NAME(apply_channels)(size_t n, double mean, double inverse, const double *weight,
                                     const double *bias, const DSC_REAL *x, DSC_REAL *restrict y) {
    for (size_t i = 0; i < n; ++i)
        y[i] = (DSC_REAL)(((double)x[i] - mean) * (inverse * weight[i]) + bias[i]);
}

/* Of one channel. */
DSC_MULTIVERSION
static void DSC_NAME(apply_channel)(size_t n, double mean, double scale, double bias, const DSC_REAL *x,
                                    DSC_REAL *restrict y) {
    for (size_t i = 0; i < n; ++i)
        y[i] = (DSC_REAL)(((double)x[i] - mean) * scale + bias);
}

static void DSC_NAME(apply_row)(const job *job, size_t row) {
    const dsc_row_norm_call *n = job->norm;
    const size_t length = n->channels * n->inner, from = row % n->groups * n->channels;
    const DSC_REAL *x = (const DSC_REAL *)n->x + row * length;
    DSC_REAL *y = (DSC_REAL *)job->y + row * length;
    const double count = (double)length;
    const double mean = n->centers ? dsc_sums_of_row(n->dtype, length, x) / count : 0;
    const double squares = dsc_fold_row(n->dtype, DSC_FOLD_SQUARE, 0, mean, length, x);
    const double inverse = 1 / dsc_sqrt(squares / count + job->eps);
    n->mean[row] = mean;
    n->inverse[row] = inverse;
    const double *weight = job->weight + from, *bias = job->bias + from;
    if (n->inner == 1)
        DSC_NAME(apply_channels)(length, mean, inverse, weight, bias, x, y);
    else
        for (size_t c = 0; c < n->channels; ++c)
            DSC_NAME(apply_channel)
    (n->inner, mean, inverse * weight[c], bias[c], x + c * n->inner, y + c * n->inner);
}

/* ---- Backward ---- */

/* sums: of dy weight, and of dy weight (x - mean). */
__attribute__((always_inline)) static inline void DSC_NAME(dot)(size_t n, double mean, bool is_weighed,
                                                                const double *weight, const DSC_REAL *x,
                                                                const DSC_REAL *dy, double *sums) {
    double first[DSC_LANES] = {0}, second[DSC_LANES] = {0};
    const size_t whole = n - n % DSC_LANES;
    for (size_t i = 0; i < whole; i += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l) {
            const double g = (double)dy[i + l] * (is_weighed ? weight[i + l] : 1);
            first[l] += g;
            second[l] += g * ((double)x[i + l] - mean);
        }
    for (size_t l = 0; l < DSC_LANES; ++l) {
        sums[0] += first[l];
        sums[1] += second[l];
    }
    for (size_t i = whole; i < n; ++i) {
        const double g = (double)dy[i] * (is_weighed ? weight[i] : 1);
        sums[0] += g;
        sums[1] += g * ((double)x[i] - mean);
    }
}

DSC_MULTIVERSION
static void DSC_NAME(dot_channels)(size_t n, double mean, const double *weight, const DSC_REAL *x,
                                   const DSC_REAL *dy, double *sums) {
    DSC_NAME(dot)(n, mean, true, weight, x, dy, sums);
}

/* Of one channel, without its weight. */
DSC_MULTIVERSION
static void DSC_NAME(dot_channel)(size_t n, double mean, const DSC_REAL *x, const DSC_REAL *dy,
                                  double *sums) {
    DSC_NAME(dot)(n, mean, false, NULL, x, dy, sums);
}

/* dx = dy weight inverse - shift - (x - mean) slope */
DSC_MULTIVERSION
static void DSC_NAME(pull_back_channels)(size_t n, const line *l, const double *weight, const DSC_REAL *x,
                                         const DSC_REAL *dy, DSC_REAL *restrict dx) {
    const double mean = l->mean, inverse = l->inverse, shift = l->shift, slope = l->slope;
    for (size_t i = 0; i < n; ++i)
        dx[i] = (DSC_REAL)((double)dy[i] * (weight[i] * inverse) - shift - ((double)x[i] - mean) * slope);
}

DSC_MULTIVERSION
static void DSC_NAME(pull_back_channel)(size_t n, const line *l, double scale, const DSC_REAL *x,
                                        const DSC_REAL *dy, DSC_REAL *restrict dx) {
    const double mean = l->mean, shift = l->shift, slope = l->slope;
    for (size_t i = 0; i < n; ++i)
        dx[i] = (DSC_REAL)((double)dy[i] * scale - shift - ((double)x[i] - mean) * slope);
}

/* dw += dy (x - mean) inverse, db += dy */
DSC_MULTIVERSION
static void DSC_NAME(add_channels)(size_t n, double mean, double inverse, const DSC_REAL *x,
                                   const DSC_REAL *dy, double *restrict dw, double *restrict db) {
    for (size_t i = 0; i < n; ++i) {
        dw[i] += (double)dy[i] * (((double)x[i] - mean) * inverse);
        db[i] += (double)dy[i];
    }
}

/* sums: dw and db of all channels, which this row's are added to. */
static void DSC_NAME(pull_back_row)(const job *job, size_t row, double *sums) {
    const dsc_row_norm_call *n = job->norm;
    const size_t length = n->channels * n->inner, from = row % n->groups * n->channels;
    const DSC_REAL *x = (const DSC_REAL *)n->x + row * length;
    const DSC_REAL *dy = (const DSC_REAL *)job->dy + row * length;
    const double *weight = job->weight + from, mean = n->mean[row], inverse = n->inverse[row];
    double *dw = sums + from, *db = dw + n->groups * n->channels, dots[2] = {0};
    if (n->inner == 1) {
        if (job->y != NULL)
            DSC_NAME(dot_channels)(length, mean, weight, x, dy, dots);
        if (job->wants_sums)
            DSC_NAME(add_channels)(length, mean, inverse, x, dy, dw, db);
    } else {
        for (size_t c = 0; c < n->channels; ++c) {
            double own[2] = {0};
            DSC_NAME(dot_channel)(n->inner, mean, x + c * n->inner, dy + c * n->inner, own);
            dots[0] += own[0] * weight[c];
            dots[1] += own[1] * weight[c];
            dw[c] += own[1] * inverse;
            db[c] += own[0];
        }
    }
    if (job->y == NULL)
        return;
    DSC_REAL *dx = (DSC_REAL *)job->y + row * length;
    const double share = inverse / (double)length;
    const line l = {mean, inverse, n->centers ? dots[0] * share : 0, dots[1] * share * inverse * inverse};
    if (n->inner == 1)
        DSC_NAME(pull_back_channels)(length, &l, weight, x, dy, dx);
    else
        for (size_t c = 0; c < n->channels; ++c)
            DSC_NAME(pull_back_channel)
    (n->inner, &l, inverse * weight[c], x + c * n->inner, dy + c * n->inner, dx + c * n->inner);
}

#else

#include "elementwise/row_norm.h"

#include <string.h>

#include "core/partials.h"
#include "core/sums.h"
#include "elementwise/fold.h"

/* What a row's dx is made of. */
typedef struct line {
    double mean, inverse, shift, slope;
} line;

typedef struct job {
    const dsc_row_norm_call *norm;
    double eps;
    const void *dy;
    void *y; /* or dx */
    bool wants_sums;
    size_t rows, tile, tiles;
    /* In the workspace: a number for each channel of all groups; sums of dw and db for each tile. */
    double *weight, *bias, *partials;
} job;

#define DSC_TEMPLATE "elementwise/row_norm.c"
#include "core/instantiate.h"

static size_t numbers_of(const dsc_row_norm_call *norm) {
    return norm->groups * norm->channels;
}

static job begin(const dsc_row_norm_call *norm) {
    job job = {.norm = norm, .rows = norm->outer * norm->groups};
    job.tile = dsc_rows_per_tile(job.rows, norm->channels * norm->inner);
    job.tiles = dsc_ceil_div(job.rows, job.tile);
    if (norm->workspace == NULL)
        return job;
    job.weight = norm->workspace;
    job.bias = job.weight + numbers_of(norm);
    job.partials = job.bias + numbers_of(norm);
    return job;
}

size_t dsc_row_norm_workspace(const dsc_row_norm_call *norm) {
    return (2 + 2 * begin(norm).tiles) * numbers_of(norm);
}

static void widen(const job *job, const void *numbers, double otherwise, double *wide) {
    for (size_t i = 0; i < numbers_of(job->norm); ++i)
        wide[i] = numbers == NULL ? otherwise : dsc_load_real(job->norm->dtype, numbers, i);
}

static void apply_tile(void *argument, size_t tile) {
    const job *job = argument;
    const size_t end = dsc_min_size((tile + 1) * job->tile, job->rows);
    for (size_t row = tile * job->tile; row < end; ++row)
        DSC_CALL(job->norm->dtype, apply_row, job, row);
}

static double work_of(const job *job) {
    return 4 * (double)job->rows * (double)job->norm->channels * (double)job->norm->inner;
}

void dsc_row_norm_run(const dsc_context *context, const dsc_row_norm_call *norm, double eps, void *y) {
    job job = begin(norm);
    job.eps = eps;
    job.y = y;
    widen(&job, norm->weight, 1, job.weight);
    widen(&job, norm->bias, 0, job.bias);
    dsc_parallel_work(context, work_of(&job), job.tiles, apply_tile, &job);
}

static void pull_back_tile(void *argument, size_t tile) {
    const job *job = argument;
    const size_t count = 2 * numbers_of(job->norm), end = dsc_min_size((tile + 1) * job->tile, job->rows);
    double *sums = job->partials + tile * count;
    memset(sums, 0, count * sizeof *sums);
    for (size_t row = tile * job->tile; row < end; ++row)
        DSC_CALL(job->norm->dtype, pull_back_row, job, row, sums);
}

/* Adds the tiles' sums up, in the first one's place. */
static void total(const job *job, void *dw, void *db) {
    const size_t count = numbers_of(job->norm);
    for (size_t tile = 1; tile < job->tiles; ++tile)
        for (size_t i = 0; i < 2 * count; ++i)
            job->partials[i] += job->partials[tile * 2 * count + i];
    if (dw != NULL)
        dsc_sums_store(job->norm->dtype, count, job->partials, dw);
    if (db != NULL)
        dsc_sums_store(job->norm->dtype, count, job->partials + count, db);
}

void dsc_row_norm_backward(const dsc_context *context, const dsc_row_norm_call *norm, const void *dy,
                           void *dx, void *dw, void *db) {
    job job = begin(norm);
    job.dy = dy;
    job.y = dx;
    job.wants_sums = dw != NULL || db != NULL;
    widen(&job, norm->weight, 1, job.weight);
    dsc_parallel_work(context, work_of(&job), job.tiles, pull_back_tile, &job);
    if (job.wants_sums)
        total(&job, dw, db);
}

#endif
