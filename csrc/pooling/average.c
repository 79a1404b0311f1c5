#ifdef DSC_REAL

/* sums[i] += x[i * stride]: common strides are known to the compiler. */
__attribute__((always_inline)) static inline void DSC_NAME(add)(size_t n, size_t stride, const DSC_REAL *x,
                                                                DSC_REAL *restrict sums) {
    if (stride == 1)
        for (size_t i = 0; i < n; ++i)
            sums[i] += x[i];
    else if (stride == 2)
        for (size_t i = 0; i < n; ++i)
            sums[i] += x[2 * i];
    else
        for (size_t i = 0; i < n; ++i)
            sums[i] += x[i * stride];
}

/* x[i * stride] += shares[i] */
__attribute__((always_inline)) static inline void
DSC_NAME(spread)(size_t n, size_t stride, const DSC_REAL *shares, DSC_REAL *restrict x) {
    if (stride == 1)
        for (size_t i = 0; i < n; ++i)
            x[i] += shares[i];
    else
        for (size_t i = 0; i < n; ++i)
            x[i * stride] += shares[i];
}

/* numbers[i] /= the divisor of window from + i. A window without numbers keeps its 0. */
__attribute__((always_inline)) static inline void DSC_NAME(divide)(const job *job, dsc_span row, size_t from,
                                                                   size_t n, const DSC_REAL *numbers,
                                                                   DSC_REAL *restrict out) {
    if (job->divisor != 0) {
        const DSC_REAL divisor = (DSC_REAL)job->divisor;
        for (size_t i = 0; i < n; ++i)
            out[i] = numbers[i] / divisor;
        return;
    }
    const bool counts_padding = job->average->counts_padding;
    for (size_t i = 0; i < n; ++i)
        out[i] = numbers[i] /
                 (DSC_REAL)divisor_of(row, dsc_span_of(&job->pooling->columns, from + i), counts_padding);
}

/* ---- Squares of two by two ---- */

/* SQUARES at a time: a number that compilers know makes vectors of them. What the last ones of a row write or
 * read beyond it belongs to the rows behind, which come later; a tile's last rows have too few behind them.
 */
__attribute__((always_inline)) static inline void DSC_NAME(average_some)(size_t n, const DSC_REAL *a,
                                                                         const DSC_REAL *b, DSC_REAL factor,
                                                                         DSC_REAL *restrict y) {
    for (size_t i = 0; i < n; ++i)
        y[i] = (a[2 * i] + a[2 * i + 1] + b[2 * i] + b[2 * i + 1]) * factor;
}

DSC_MULTIVERSION
static void DSC_NAME(average_squares)(const job *job, size_t from, size_t to) {
    const size_t width = job->pooling->columns.count, line = job->pooling->columns.extent;
    const DSC_REAL factor = (DSC_REAL)(1 / job->divisor);
    DSC_REAL *y = (DSC_REAL *)job->y + from * width;
    dsc_square_rows rows = dsc_square_rows_from(job->pooling, from);
    for (size_t r = from; r < to; ++r, y += width, dsc_next_square_row(&rows)) {
        const DSC_REAL *a = (const DSC_REAL *)job->x + rows.at, *b = a + line;
        const size_t room = (to - r) * width;
        size_t c = 0;
        for (; c < width && c + SQUARES <= room; c += SQUARES)
            DSC_NAME(average_some)(SQUARES, a + 2 * c, b + 2 * c, factor, y + c);
        for (; c < width; ++c)
            DSC_NAME(average_some)(1, a + 2 * c, b + 2 * c, factor, y + c);
    }
}

__attribute__((always_inline)) static inline void
DSC_NAME(spread_some)(size_t n, const DSC_REAL *y, DSC_REAL factor, DSC_REAL *restrict x) {
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL share = y[i] * factor;
        x[2 * i] = x[2 * i + 1] = share == 0 ? 0 : share; /* -0, too: PyTorch adds it to 0 */
    }
}

DSC_MULTIVERSION
static void DSC_NAME(spread_squares)(const job *job, size_t from, size_t to) {
    const size_t width = job->pooling->columns.count, line = job->pooling->columns.extent;
    const DSC_REAL factor = (DSC_REAL)(1 / job->divisor);
    const DSC_REAL *y = (const DSC_REAL *)job->from_y + from * width;
    dsc_square_rows rows = dsc_square_rows_from(job->pooling, from);
    for (size_t r = from; r < to; ++r, y += width, dsc_next_square_row(&rows)) {
        DSC_REAL *x = (DSC_REAL *)job->to_x + rows.at;
        const size_t room = (to - r) * width;
        for (size_t k = 0; k < 2; ++k, x += line) {
            size_t c = 0;
            for (; c < width && c + SQUARES <= room; c += SQUARES)
                DSC_NAME(spread_some)(SQUARES, y + c, factor, x + 2 * c);
            for (; c < width; ++c)
                DSC_NAME(spread_some)(1, y + c, factor, x + 2 * c);
            for (size_t i = 2 * width; i < line; ++i)
                x[i] = 0;
        }
        if (rows.height > 2)
            memset(x, 0, (rows.height - 2) * line * sizeof *x);
    }
}

/* ---- Windows ---- */

/* A row of windows, a tap at a time. */
DSC_MULTIVERSION
static void DSC_NAME(row_of_taps)(const job *job, dsc_span row, const DSC_REAL *plane, DSC_REAL *y) {
    const dsc_window *w = &job->pooling->columns;
    for (size_t from = 0; from < w->count; from += DSC_TAP_COLUMNS) {
        const size_t to = dsc_min_size(from + DSC_TAP_COLUMNS, w->count);
        DSC_REAL sums[DSC_TAP_COLUMNS] = {0};
        for (size_t r = row.first; r < row.end; ++r)
            for (size_t tap = 0; tap < w->kernel; ++tap) {
                const dsc_tap t = dsc_tap_of(w, tap, from, to);
                DSC_NAME(add)(t.to - t.from, w->stride, plane + r * w->extent + t.at, sums + (t.from - from));
            }
        DSC_NAME(divide)(job, row, from, to - from, sums, y + from);
    }
}

/* A row of windows, one after the other. */
static void DSC_NAME(row_of_windows)(const job *job, dsc_span row, const DSC_REAL *plane, DSC_REAL *y) {
    const dsc_window *w = &job->pooling->columns;
    for (size_t o = 0; o < w->count; ++o) {
        const dsc_span span = dsc_span_of(w, o);
        const size_t n = span.end - span.first;
        const DSC_REAL *x = plane + span.first;
        DSC_REAL sum = 0;
        if ((row.end - row.first) * n <= DSC_PIECE) {
            for (size_t r = row.first; r < row.end; ++r)
                for (size_t i = 0; i < n; ++i)
                    sum += x[r * w->extent + i];
            DSC_NAME(divide)(job, row, o, 1, &sum, y + o);
            continue;
        }
        double wide = 0;
        if (n == w->extent)
            wide = dsc_sums_of_row(job->pooling->dtype, (row.end - row.first) * n, x + row.first * n);
        for (size_t r = n == w->extent ? row.end : row.first; r < row.end; ++r)
            wide += dsc_sums_of_row(job->pooling->dtype, n, x + r * w->extent);
        const double divisor =
            job->divisor != 0 ? job->divisor : (double)divisor_of(row, span, job->average->counts_padding);
        y[o] = (DSC_REAL)(wide / divisor);
    }
}

static void DSC_NAME(average_tile)(const job *job, size_t from, size_t to) {
    const dsc_pooling *p = job->pooling;
    const size_t height = p->rows.count, width = p->columns.count;
    const size_t plane = p->rows.extent * p->columns.extent;
    for (size_t r = from; r < to; ++r) {
        const dsc_span row = dsc_span_of(&p->rows, r % height);
        const DSC_REAL *x = (const DSC_REAL *)job->x + r / height * plane;
        DSC_REAL *y = (DSC_REAL *)job->y + r * width;
        if (job->has_taps)
            DSC_NAME(row_of_taps)(job, row, x, y);
        else
            DSC_NAME(row_of_windows)(job, row, x, y);
    }
}

/* What a row of windows hands to the rows [from, to) of a plane. Taps go backwards, so that each number of x
 * gets the windows' shares in their order. */
DSC_MULTIVERSION
static void DSC_NAME(spread_row)(const job *job, dsc_span row, size_t from, size_t to, const DSC_REAL *y,
                                 DSC_REAL *plane) {
    const dsc_window *w = &job->pooling->columns;
    const size_t first = dsc_max_size(from, row.first), end = dsc_min_size(to, row.end);
    for (size_t o = 0; o < w->count; o += DSC_TAP_COLUMNS) {
        const size_t last = dsc_min_size(o + DSC_TAP_COLUMNS, w->count);
        DSC_REAL shares[DSC_TAP_COLUMNS];
        DSC_NAME(divide)(job, row, o, last - o, y + o, shares);
        for (size_t r = first; r < end; ++r) {
            DSC_REAL *x = plane + r * w->extent;
            for (size_t tap = w->kernel; job->has_taps && tap-- > 0;) {
                const dsc_tap t = dsc_tap_of(w, tap, o, last);
                DSC_NAME(spread)(t.to - t.from, w->stride, shares + (t.from - o), x + t.at);
            }
            for (size_t i = o; !job->has_taps && i < last; ++i) {
                const dsc_span span = dsc_span_of(w, i);
                const DSC_REAL share = shares[i - o];
                for (size_t k = span.first; k < span.end; ++k)
                    x[k] += share;
            }
        }
    }
}

static void DSC_NAME(spread_tile)(const job *job, size_t from, size_t to) {
    const dsc_pooling *p = job->pooling;
    const size_t height = p->rows.extent, width = p->columns.extent;
    DSC_REAL *x = job->to_x;
    memset(x + from * width, 0, (to - from) * width * sizeof *x);
    for (size_t r = from; r < to;) {
        const size_t plane = r / height, first = r % height;
        const size_t end = dsc_min_size(height, first + (to - r));
        const DSC_REAL *y = (const DSC_REAL *)job->from_y + plane * p->rows.count * p->columns.count;
        for (size_t o = dsc_window_behind(&p->rows, first); o < p->rows.count; ++o) {
            const dsc_span row = dsc_span_of(&p->rows, o);
            if (row.first >= end)
                break;
            DSC_NAME(spread_row)(job, row, first, end, y + o * p->columns.count, x + plane * height * width);
        }
        r += end - first;
    }
}

#else

#include "pooling/pooling.h"

#include <math.h>
#include <string.h>

#include "core/sums.h"
#include "pooling/taps.h"

enum { SQUARES = 16 };

typedef struct job {
    const dsc_pooling *pooling;
    const dsc_average *average;
    double divisor; /* of all windows; 0: each has its own */
    bool has_taps, has_squares;
    const void *x, *from_y;
    void *y, *to_x;
    size_t rows, tile;
} job;

static inline size_t divisor_of(dsc_span row, dsc_span column, bool counts_padding) {
    if (counts_padding)
        return row.padded * column.padded;
    const size_t count = (row.end - row.first) * (column.end - column.first);
    return count == 0 ? 1 : count;
}

#define DSC_TEMPLATE "pooling/average.c"
#include "core/instantiate.h"

/* Whether all windows lie within the numbers. */
static bool is_even(const dsc_window *w) {
    return !w->is_adaptive && w->padding == 0 && (w->count - 1) * w->stride + w->kernel <= w->extent;
}

static job begin(const dsc_pooling *pooling, const dsc_average *average) {
    job job = {.pooling = pooling, .average = average, .divisor = average->divisor};
    if (job.divisor == 0 && is_even(&pooling->rows) && is_even(&pooling->columns))
        job.divisor = (double)(pooling->rows.kernel * pooling->columns.kernel);
    job.has_taps = dsc_has_taps(pooling);
    /* Multiplying by 1 / divisor is dividing only where that is exact. */
    int exponent;
    job.has_squares = dsc_has_squares(pooling) && frexp(job.divisor, &exponent) == 0.5;
    return job;
}

static void average_tile(void *argument, size_t tile) {
    const job *job = argument;
    const size_t from = tile * job->tile, to = dsc_min_size(from + job->tile, job->rows);
    if (job->has_squares) {
        DSC_CALL(job->pooling->dtype, average_squares, job, from, to);
        return;
    }
    DSC_CALL(job->pooling->dtype, average_tile, job, from, to);
}

void dsc_average_run(const dsc_context *context, const dsc_pooling *pooling, const dsc_average *average,
                     const void *x, void *y) {
    job job = begin(pooling, average);
    if (pooling->rows.kernel * pooling->columns.kernel > DSC_PIECE)
        job.has_taps = false;
    job.x = x;
    job.y = y;
    job.rows = pooling->planes * pooling->rows.count;
    job.tile = dsc_rows_of_windows(pooling);
    dsc_parallel_work(context, dsc_pooling_work(pooling), dsc_ceil_div(job.rows, job.tile), average_tile,
                      &job);
}

static void spread_tile(void *argument, size_t tile) {
    const job *job = argument;
    const size_t from = tile * job->tile, to = dsc_min_size(from + job->tile, job->rows);
    if (job->has_squares) {
        DSC_CALL(job->pooling->dtype, spread_squares, job, from, to);
        return;
    }
    DSC_CALL(job->pooling->dtype, spread_tile, job, from, to);
}

void dsc_average_transposed_run(const dsc_context *context, const dsc_pooling *pooling,
                                const dsc_average *average, const void *y, void *x) {
    job job = begin(pooling, average);
    job.from_y = y;
    job.to_x = x;
    job.rows = pooling->planes * (job.has_squares ? pooling->rows.count : pooling->rows.extent);
    job.tile = job.has_squares ? dsc_rows_of_windows(pooling) : dsc_rows_of_plane(pooling);
    dsc_parallel_work(context, dsc_pooling_work(pooling), dsc_ceil_div(job.rows, job.tile), spread_tile,
                      &job);
}

#endif
