#ifdef DSC_REAL

#include "elementwise/batch_norm_rows.h"

static void DSC_NAME(fold)(const job *job, matrix m, dsc_fold kind, const double *centers, const DSC_REAL *x,
                           double *out) {
    const dsc_dtype dtype = job->norm->dtype;
    double sums[COLUMNS], room[COLUMNS] = {0};
    if (!m.is_channel) {
        const double *wide = centers == NULL ? NULL : widened(job, m, centers, room);
        dsc_fold_columns(dtype, kind, 0, wide, m.rows, m.stride, m.n, x, sums);
        narrow(job, m, sums, out);
        return;
    }
    *out = 0;
    for (size_t r = 0; r < m.rows; ++r)
        *out += dsc_fold_row(dtype, kind, 0, centers == NULL ? 0 : *centers, m.n, x + r * m.stride);
}

static void DSC_NAME(dot)(const job *job, matrix m, const double *mean, const DSC_REAL *x, const DSC_REAL *dy,
                          double *sum, double *dot) {
    double sums[COLUMNS] = {0}, dots[COLUMNS] = {0}, room[COLUMNS];
    if (m.is_channel) {
        *sum = *dot = 0;
        DSC_NAME(dot_channel)(m, *mean, x, dy, sum, dot);
        return;
    }
    DSC_NAME(dot_columns)(m, widened(job, m, mean, room), x, dy, sums, dots);
    narrow(job, m, sums, sum);
    narrow(job, m, dots, dot);
}

/* One phase of a matrix whose first channel is c, and whose first number is number `at` of x. */
static void DSC_NAME(do_matrix)(const job *job, size_t chunk, matrix m, size_t c, size_t at) {
    const dsc_batch_norm_call *n = job->norm;
    const DSC_REAL *x = (const DSC_REAL *)n->x + at;
    double *sums = job->partials + 2 * chunk * n->channels + c;
    double room[4][COLUMNS];
    const double *mean = n->mean + c;
    switch (job->now) {
    case SUM:
        DSC_NAME(fold)(job, m, DSC_FOLD_SUM, NULL, x, sums);
        break;
    case SQUARE:
        DSC_NAME(fold)(job, m, DSC_FOLD_SQUARE, mean, x, sums);
        break;
    case APPLY:
        DSC_NAME(apply)
        (m, widened(job, m, mean, room[0]), widened(job, m, job->scale + c, room[1]),
         widened(job, m, job->shift + c, room[2]), x, (DSC_REAL *)job->y + at);
        break;
    case DOT:
        DSC_NAME(dot)(job, m, mean, x, (const DSC_REAL *)job->dy + at, sums, sums + n->channels);
        break;
    case PULL_BACK:
        DSC_NAME(pull_back)
        (m, widened(job, m, mean, room[0]), widened(job, m, job->scale + c, room[1]),
         widened(job, m, job->shift + c, room[2]), widened(job, m, job->slope + c, room[3]), x,
         (const DSC_REAL *)job->dy + at, (DSC_REAL *)job->y + at);
        break;
    }
}

/* Products and sums are PyTorch's: of the numbers' own type, but for the variance. */
static void DSC_NAME(track)(const dsc_batch_norm_call *norm, const double *squares, DSC_REAL share,
                            DSC_REAL *mean, size_t mean_stride, DSC_REAL *variance, size_t variance_stride) {
    const double others = (double)norm->outer * (double)norm->inner - 1;
    for (size_t c = 0; c < norm->channels; ++c) {
        DSC_REAL *m = mean + c * mean_stride, *v = variance + c * variance_stride;
        const DSC_REAL old = (1 - share) * *v;
        *m = share * (DSC_REAL)norm->mean[c] + (1 - share) * *m;
        *v = (DSC_REAL)((double)share * (squares[c] / others) + (double)old);
    }
}

#else

#include "elementwise/batch_norm.h"

#include "core/partials.h"
#include "core/sums.h"
#include "elementwise/fold.h"

/* Columns that are gone over side by side; numbers that a channel's stretch must have to be gone over alone.
 */
enum { COLUMNS = DSC_FOLD_COLUMNS, LONG = 64 };

/* Part of x: rows of n numbers, of one channel or of whole ones side by side. */
typedef struct matrix {
    size_t rows, stride, n;
    bool is_channel;
} matrix;

/* What is done to x in order. Each is done tile by tile, and what it found is put together before the next.
 */
typedef enum phase { SUM, SQUARE, APPLY, DOT, PULL_BACK } phase;

/* A tile is a chunk of the outer dimension and a block of channels. Where there is but one chunk, a block
 * goes through all phases at once, in the cache. */
typedef struct job {
    const dsc_batch_norm_call *norm;
    phase first, last, now;
    double eps, *squares;
    const void *bias, *dy;
    void *y, *dw, *db; /* y: or dx */
    size_t width, blocks, chunk, chunks;
    /* In the workspace: a number for each channel; partial sums, two for each chunk and channel. */
    double *scale, *shift, *slope, *partials;
} job;

/* A number for each channel as one for each column. */
static const double *widened(const job *job, matrix m, const double *numbers, double *room) {
    const size_t inner = job->norm->inner;
    if (m.is_channel || inner == 1)
        return numbers;
    for (size_t i = 0; i < m.n; ++i)
        room[i] = numbers[i / inner];
    return room;
}

/* A sum for each column as one for each channel. */
static void narrow(const job *job, matrix m, const double *sums, double *out) {
    const size_t inner = job->norm->inner;
    for (size_t i = 0; i < m.n; i += inner) {
        double sum = 0;
        for (size_t k = 0; k < inner; ++k)
            sum += sums[i + k];
        out[i / inner] = sum;
    }
}

#define DSC_TEMPLATE "elementwise/batch_norm.c"
#include "core/instantiate.h"

/* ---- Tiles ---- */

/* Where nothing is to be found: in the order in which x stands. */
static void cut_apply(job *job) {
    const dsc_batch_norm_call *n = job->norm;
    const size_t width = n->inner >= LONG ? DSC_TILE / n->inner
                         : n->inner > 1   ? COLUMNS / n->inner
                                          : n->channels;
    job->width = dsc_min_size(dsc_max_size(width, 1), n->channels);
    job->chunk = dsc_min_size(dsc_max_size(DSC_TILE / job->width / n->inner, 1), n->outer);
}

/* Long stretches: one chunk if there are blocks enough to share out. Others: one where all of x fits the
 * cache. */
static void cut_sums(job *job) {
    enum { ENOUGH = 16, ROOM = 4 * DSC_TILE };
    const dsc_batch_norm_call *n = job->norm;
    const bool is_long = n->inner >= LONG;
    job->width = is_long ? DSC_TILE / n->outer / n->inner : COLUMNS / n->inner;
    job->width = dsc_min_size(dsc_max_size(job->width, 1), n->channels);
    const size_t blocks = dsc_ceil_div(n->channels, job->width);
    job->chunk = n->outer;
    if (is_long ? blocks < ENOUGH : n->outer * n->channels * n->inner > ROOM)
        job->chunk = dsc_max_size(DSC_TILE / (job->width * n->inner) + 1,
                                  dsc_ceil_div(n->outer * blocks, DSC_MOST_PARTIALS));
    job->chunk = dsc_min_size(job->chunk, n->outer);
}

static void cut(job *job) {
    if (job->first == APPLY)
        cut_apply(job);
    else
        cut_sums(job);
    job->blocks = dsc_ceil_div(job->norm->channels, job->width);
    job->chunks = dsc_ceil_div(job->norm->outer, job->chunk);
}

size_t dsc_batch_norm_workspace(const dsc_batch_norm_call *norm) {
    job job = {.norm = norm};
    cut(&job);
    return (2 * job.chunks + 3) * norm->channels;
}

static void do_tile(const job *job, size_t chunk, size_t block) {
    const dsc_batch_norm_call *n = job->norm;
    const size_t start = chunk * job->chunk, end = dsc_min_size(start + job->chunk, n->outer);
    const size_t from = block * job->width, to = dsc_min_size(from + job->width, n->channels);
    const bool is_channel = n->inner >= LONG;
    const size_t step = is_channel ? 1 : to - from;
    for (size_t c = from; c < to; c += step) {
        const matrix m = {end - start, n->channels * n->inner, step * n->inner, is_channel};
        const size_t at = (start * n->channels + c) * n->inner;
        DSC_CALL(n->dtype, do_matrix, job, chunk, m, c, at);
    }
}

/* ---- What a phase found, of the channels [from, to) ---- */

static double real_at(const job *job, const void *numbers, size_t at) {
    return dsc_load_real(job->norm->dtype, numbers, at);
}

static void store_at(const job *job, void *numbers, size_t at, double value) {
    if (numbers != NULL)
        dsc_store_real(job->norm->dtype, numbers, at, value);
}

static double total(const job *job, size_t channel, size_t which) {
    double sum = 0;
    for (size_t k = 0; k < job->chunks; ++k)
        sum += job->partials[(2 * k + which) * job->norm->channels + channel];
    return sum;
}

static void set_scale(const job *job, size_t c) {
    const dsc_batch_norm_call *n = job->norm;
    job->scale[c] = n->inverse[c] * (n->weight == NULL ? 1 : real_at(job, n->weight, c));
}

static void set_line(const job *job, size_t from, size_t to) {
    for (size_t c = from; c < to; ++c) {
        set_scale(job, c);
        job->shift[c] = job->bias == NULL ? 0 : real_at(job, job->bias, c);
    }
}

static void put_together(const job *job, size_t from, size_t to) {
    const dsc_batch_norm_call *n = job->norm;
    const double count = (double)n->outer * (double)n->inner;
    if (job->now == SUM)
        for (size_t c = from; c < to; ++c)
            n->mean[c] = total(job, c, 0) / count;
    if (job->now == SQUARE) {
        for (size_t c = from; c < to; ++c) {
            job->squares[c] = total(job, c, 0);
            n->inverse[c] = 1 / dsc_sqrt(job->squares[c] / count + job->eps);
        }
        set_line(job, from, to);
    }
    if (job->now == DOT)
        for (size_t c = from; c < to; ++c) {
            const double sum = total(job, c, 0), dot = total(job, c, 1) * n->inverse[c];
            store_at(job, job->db, c, sum);
            store_at(job, job->dw, c, dot);
            set_scale(job, c);
            job->shift[c] = sum / count;
            job->slope[c] = dot * n->inverse[c] / count;
        }
}

/* ---- All of it ---- */

static void all_phases(void *argument, size_t block) {
    job own = *(const job *)argument;
    const size_t from = block * own.width, to = dsc_min_size(from + own.width, own.norm->channels);
    for (; own.now <= own.last; ++own.now) {
        do_tile(&own, 0, block);
        put_together(&own, from, to);
    }
}

static void one_phase(void *argument, size_t index) {
    const job *job = argument;
    do_tile(job, index / job->blocks, index % job->blocks);
}

static void run(const dsc_context *context, job job) {
    const dsc_batch_norm_call *n = job.norm;
    const double work = 4 * (double)n->outer * (double)n->channels * (double)n->inner;
    cut(&job);
    job.scale = n->workspace;
    job.shift = job.scale + n->channels;
    job.slope = job.shift + n->channels;
    job.partials = job.slope + n->channels;
    job.now = job.first;
    if (job.first == APPLY)
        set_line(&job, 0, n->channels);
    if (job.chunks == 1) {
        dsc_parallel_work(context, work, job.blocks, all_phases, &job);
        return;
    }
    for (; job.now <= job.last; ++job.now) {
        dsc_parallel_work(context, work, job.chunks * job.blocks, one_phase, &job);
        put_together(&job, 0, n->channels);
    }
}

void dsc_batch_norm_train(const dsc_context *context, const dsc_batch_norm_call *norm, double eps,
                          const void *bias, double *squares, void *y) {
    run(context,
        (job){
            .norm = norm, .first = SUM, .last = APPLY, .eps = eps, .bias = bias, .squares = squares, .y = y});
}

void dsc_batch_norm_apply(const dsc_context *context, const dsc_batch_norm_call *norm, const void *bias,
                          void *y) {
    run(context, (job){.norm = norm, .first = APPLY, .last = APPLY, .bias = bias, .y = y});
}

void dsc_batch_norm_backward(const dsc_context *context, const dsc_batch_norm_call *norm, const void *dy,
                             void *dx, void *dw, void *db) {
    const phase last = dx == NULL ? DOT : PULL_BACK;
    run(context, (job){.norm = norm, .first = DOT, .last = last, .dy = dy, .y = dx, .dw = dw, .db = db});
}

void dsc_batch_norm_track(const dsc_batch_norm_call *norm, const double *squares, double momentum, void *mean,
                          size_t mean_stride, void *variance, size_t variance_stride) {
    DSC_CALL(norm->dtype, track, norm, squares, momentum, mean, mean_stride, variance, variance_stride);
}

#endif
