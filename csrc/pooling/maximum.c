#ifdef DSC_REAL

/* As wide as the numbers, so that vectors hold as many. */
#if DSC_IS_FLOAT32
#define PLACE uint32_t
#else
#define PLACE uint64_t
#endif

/* NaN wins, and a later one over it: as PyTorch has it. */
__attribute__((always_inline)) static inline void DSC_NAME(take)(size_t n, size_t stride, const DSC_REAL *x,
                                                                 PLACE place, DSC_REAL *restrict best,
                                                                 PLACE *restrict places) {
    for (size_t i = 0; i < n; ++i) {
        const DSC_REAL value = x[i * stride], old = best[i];
        const bool wins = (value > old) | (value != value);
        best[i] = wins ? value : old;
        places[i] = wins ? place : places[i];
    }
}

/* Squares of two by two, whose places are 0 to 3. */
DSC_MULTIVERSION
static void DSC_NAME(maximum_squares)(const job *job, size_t from, size_t to) {
    enum { PART = 64 };
    const dsc_pooling *p = job->pooling;
    const size_t width = p->columns.count;
    dsc_square_rows rows = dsc_square_rows_from(p, from);
    for (size_t r = from; r < to; ++r, dsc_next_square_row(&rows)) {
        const DSC_REAL *a = (const DSC_REAL *)job->x + rows.at, *b = a + p->columns.extent;
        DSC_REAL *restrict y = (DSC_REAL *)job->y + r * width;
        uint8_t *restrict bytes = job->bytes == NULL ? NULL : job->bytes + r * width;
        for (size_t start = 0; start < width; start += PART) {
            const size_t n = dsc_min_size(PART, width - start);
            PLACE places[PART];
            for (size_t i = 0; i < n; ++i) {
                const size_t at = 2 * (start + i);
                DSC_REAL best = -(DSC_REAL)INFINITY;
                PLACE place = 0;
                const DSC_REAL values[] = {a[at], a[at + 1], b[at], b[at + 1]};
                for (PLACE k = 0; k < 4; ++k) {
                    const bool wins = (values[k] > best) | (values[k] != values[k]);
                    best = wins ? values[k] : best;
                    place = wins ? k : place;
                }
                y[start + i] = best;
                places[i] = place;
            }
            for (size_t i = 0; bytes != NULL && i < n; ++i)
                bytes[start + i] = (uint8_t)places[i];
        }
    }
}

/* Each number of x is written once. */
DSC_MULTIVERSION
static void DSC_NAME(scatter_squares)(const job *job, size_t from, size_t to) {
    const dsc_pooling *p = job->pooling;
    const size_t width = p->columns.count, line = p->columns.extent;
    dsc_square_rows rows = dsc_square_rows_from(p, from);
    for (size_t r = from; r < to; ++r, dsc_next_square_row(&rows)) {
        DSC_REAL *restrict x = (DSC_REAL *)job->to_x + rows.at;
        const DSC_REAL *y = (const DSC_REAL *)job->from_y + r * width;
        const uint8_t *places = job->bytes + r * width;
        for (size_t k = 0; k < 4; k += 2) {
            DSC_REAL *restrict here = x + k / 2 * line;
            for (size_t c = 0; c < width; ++c) {
                here[2 * c] = places[c] == k ? 0 + y[c] : 0;
                here[2 * c + 1] = places[c] == k + 1 ? 0 + y[c] : 0;
            }
            for (size_t c = 2 * width; c < line; ++c)
                here[c] = 0;
        }
        memset(x + 2 * line, 0, (rows.height - 2) * line * sizeof *x);
    }
}

DSC_MULTIVERSION
static void DSC_NAME(row_of_taps)(const job *job, dsc_span row, const DSC_REAL *plane, DSC_REAL *y,
                                  size_t at) {
    const dsc_window *w = &job->pooling->columns, *h = &job->pooling->rows;
    for (size_t from = 0; from < w->count; from += DSC_TAP_COLUMNS) {
        const size_t to = dsc_min_size(from + DSC_TAP_COLUMNS, w->count), n = to - from;
        DSC_REAL best[DSC_TAP_COLUMNS];
        PLACE places[DSC_TAP_COLUMNS];
        /* The first place counts where all numbers are -infinity. */
        const size_t first = (size_t)((int64_t)row.first - row.start) / h->dilation * w->kernel;
        for (size_t i = 0; i < n; ++i) {
            best[i] = -(DSC_REAL)INFINITY;
            places[i] = (PLACE)first;
        }
        for (size_t i = 0; i < n && (from + i) * w->stride < w->padding; ++i)
            places[i] += (PLACE)dsc_ceil_div(w->padding - (from + i) * w->stride, w->dilation);
        size_t place = first;
        for (size_t r = row.first; r < row.end; r += h->dilation)
            for (size_t tap = 0; tap < w->kernel; ++tap, ++place) {
                const dsc_tap t = dsc_tap_of(w, tap, from, to);
                const DSC_REAL *x = plane + r * w->extent + t.at;
                DSC_REAL *b = best + (t.from - from);
                PLACE *p = places + (t.from - from);
                if (w->stride == 1)
                    DSC_NAME(take)(t.to - t.from, 1, x, (PLACE)place, b, p);
                else if (w->stride == 2)
                    DSC_NAME(take)(t.to - t.from, 2, x, (PLACE)place, b, p);
                else
                    DSC_NAME(take)(t.to - t.from, w->stride, x, (PLACE)place, b, p);
            }
        memcpy(y + from, best, n * sizeof *y);
        if (job->bytes != NULL)
            for (size_t i = 0; i < n; ++i)
                job->bytes[at + from + i] = (uint8_t)places[i];
        else if (job->longs != NULL)
            for (size_t i = 0; i < n; ++i)
                job->longs[at + from + i] = (int64_t)places[i];
    }
}
#undef PLACE

static void DSC_NAME(row_of_windows)(const job *job, dsc_span row, const DSC_REAL *plane, DSC_REAL *y,
                                     size_t at) {
    const dsc_window *w = &job->pooling->columns, *h = &job->pooling->rows;
    for (size_t o = 0; o < w->count; ++o) {
        const dsc_span span = dsc_span_of(w, o);
        DSC_REAL best = -(DSC_REAL)INFINITY;
        size_t best_row = row.first, best_column = span.first;
        for (size_t r = row.first; r < row.end; r += h->dilation)
            for (size_t c = span.first; c < span.end; c += w->dilation) {
                const DSC_REAL value = plane[r * w->extent + c];
                if (value > best || value != value) {
                    best = value;
                    best_row = r;
                    best_column = c;
                }
            }
        y[o] = best;
        put(job, at + o,
            (size_t)((int64_t)best_row - row.start) / h->dilation * w->kernel +
                (size_t)((int64_t)best_column - span.start) / w->dilation);
    }
}

static void DSC_NAME(maximum_tile)(const job *job, size_t from, size_t to) {
    const dsc_pooling *p = job->pooling;
    const size_t height = p->rows.count, width = p->columns.count;
    const size_t plane = p->rows.extent * p->columns.extent;
    for (size_t r = from; r < to; ++r) {
        const dsc_span row = dsc_span_of(&p->rows, r % height);
        const DSC_REAL *x = (const DSC_REAL *)job->x + r / height * plane;
        DSC_REAL *y = (DSC_REAL *)job->y + r * width;
        if (job->has_taps)
            DSC_NAME(row_of_taps)(job, row, x, y, r * width);
        else
            DSC_NAME(row_of_windows)(job, row, x, y, r * width);
    }
}

/* The rows [from, to) of all planes. */
static void DSC_NAME(scatter_tile)(const job *job, size_t from, size_t to) {
    const dsc_pooling *p = job->pooling;
    const size_t height = p->rows.extent, width = p->columns.extent, count = p->columns.count;
    DSC_REAL *x = job->to_x;
    memset(x + from * width, 0, (to - from) * width * sizeof *x);
    for (size_t r = from; r < to;) {
        const size_t plane = r / height, first = r % height;
        const size_t end = dsc_min_size(height, first + (to - r));
        DSC_REAL *here = x + plane * height * width;
        for (size_t o = dsc_window_behind(&p->rows, first); o < p->rows.count; ++o) {
            const dsc_span row = dsc_span_of(&p->rows, o);
            if (row.first >= end)
                break;
            const size_t at = (plane * p->rows.count + o) * count;
            const DSC_REAL *y = (const DSC_REAL *)job->from_y + at;
            const int64_t start = row.start * (int64_t)width;
            for (size_t c = 0; c < count; ++c) {
                const size_t index = (size_t)(start + index_in_row(job, c, at + c));
                if (index >= first * width && index < end * width)
                    here[index] += y[c];
            }
        }
        r += end - first;
    }
}

#else

#include "pooling/pooling.h"

#include <math.h>
#include <string.h>

#include "pooling/taps.h"

typedef struct job {
    const dsc_pooling *pooling;
    bool has_taps, has_squares;
    const void *x, *from_y;
    void *y, *to_x;
    uint8_t *bytes; /* the places: one of both, or neither */
    int64_t *longs, *indices;
    size_t rows, tile;
    int64_t offsets[256]; /* of places that are bytes, from where a window starts */
} job;

static void put(const job *job, size_t at, size_t place) {
    if (job->bytes != NULL)
        job->bytes[at] = (uint8_t)place;
    else if (job->longs != NULL)
        job->longs[at] = (int64_t)place;
}

static int64_t offset_of(const dsc_pooling *p, size_t place) {
    const size_t row = place / p->columns.kernel * p->rows.dilation;
    const size_t column = place % p->columns.kernel * p->columns.dilation;
    return (int64_t)(row * p->columns.extent + column);
}

/* Where the number of a window is whose place stands at `at`, from the beginning of the window's first row.
 */
static inline int64_t index_in_row(const job *job, size_t column, size_t at) {
    const dsc_window *w = &job->pooling->columns;
    const int64_t start =
        w->is_adaptive ? dsc_span_of(w, column).start : (int64_t)(column * w->stride) - (int64_t)w->padding;
    return start + (job->bytes != NULL ? job->offsets[job->bytes[at]]
                                       : offset_of(job->pooling, (size_t)job->longs[at]));
}

#define DSC_TEMPLATE "pooling/maximum.c"
#include "core/instantiate.h"

static job begin(const dsc_pooling *pooling, void *places) {
    job job = {.pooling = pooling};
    const bool are_bytes = dsc_places_are_bytes(pooling);
    job.bytes = are_bytes ? places : NULL;
    job.longs = are_bytes ? NULL : places;
    job.has_taps = dsc_has_taps(pooling) && are_bytes;
    job.has_squares = dsc_has_squares(pooling);
    for (size_t i = 0; are_bytes && i < pooling->rows.kernel * pooling->columns.kernel; ++i)
        job.offsets[i] = offset_of(pooling, i);
    return job;
}

static void maximum_tile(void *argument, size_t tile) {
    const job *job = argument;
    const size_t from = tile * job->tile, to = dsc_min_size(from + job->tile, job->rows);
    if (job->has_squares)
        DSC_CALL(job->pooling->dtype, maximum_squares, job, from, to);
    else
        DSC_CALL(job->pooling->dtype, maximum_tile, job, from, to);
}

void dsc_maximum_run(const dsc_context *context, const dsc_pooling *pooling, const void *x, void *y,
                     void *places) {
    job job = begin(pooling, places);
    job.x = x;
    job.y = y;
    job.rows = pooling->planes * pooling->rows.count;
    job.tile = dsc_rows_of_windows(pooling);
    dsc_parallel_work(context, dsc_pooling_work(pooling), dsc_ceil_div(job.rows, job.tile), maximum_tile,
                      &job);
}

static void scatter_tile(void *argument, size_t tile) {
    const job *job = argument;
    const size_t from = tile * job->tile, to = dsc_min_size(from + job->tile, job->rows);
    if (job->has_squares)
        DSC_CALL(job->pooling->dtype, scatter_squares, job, from, to);
    else
        DSC_CALL(job->pooling->dtype, scatter_tile, job, from, to);
}

void dsc_maximum_scatter(const dsc_context *context, const dsc_pooling *pooling, const void *places,
                         const void *y, void *x) {
    job job = begin(pooling, (void *)(uintptr_t)places);
    job.from_y = y;
    job.to_x = x;
    job.rows = pooling->planes * (job.has_squares ? pooling->rows.count : pooling->rows.extent);
    job.tile = job.has_squares ? dsc_rows_of_windows(pooling) : dsc_rows_of_plane(pooling);
    dsc_parallel_work(context, dsc_pooling_work(pooling), dsc_ceil_div(job.rows, job.tile), scatter_tile,
                      &job);
}

static void index_tile(void *argument, size_t tile) {
    const job *job = argument;
    const dsc_pooling *p = job->pooling;
    const size_t from = tile * job->tile, to = dsc_min_size(from + job->tile, job->rows);
    for (size_t r = from; r < to; ++r)
        for (size_t c = 0; c < p->columns.count; ++c) {
            const size_t at = r * p->columns.count + c;
            job->indices[at] = dsc_span_of(&p->rows, r % p->rows.count).start * (int64_t)p->columns.extent +
                               index_in_row(job, c, at);
        }
}

void dsc_maximum_indices(const dsc_context *context, const dsc_pooling *pooling, const void *places,
                         int64_t *indices) {
    job job = begin(pooling, (void *)(uintptr_t)places);
    job.indices = indices;
    job.rows = pooling->planes * pooling->rows.count;
    job.tile = dsc_max_size(DSC_TILE / dsc_max_size(pooling->columns.count, 1), 1);
    dsc_parallel_work(context, dsc_pooling_work(pooling), dsc_ceil_div(job.rows, job.tile), index_tile, &job);
}

#endif
