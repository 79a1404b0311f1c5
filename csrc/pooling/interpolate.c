#ifdef DSC_REAL

/* Between which numbers a position lies, and their shares. */
typedef struct DSC_NAME(between) {
    size_t low, high;
    DSC_REAL low_share, high_share;
} DSC_NAME(between);

/* In the numbers' own type, as PyTorch: rounding decides what is nearest. */
static DSC_REAL DSC_NAME(step_of)(const dsc_resize *r, bool aligns_corners) {
    if (aligns_corners)
        return r->count > 1 ? (DSC_REAL)(r->extent - 1) / (DSC_REAL)(r->count - 1) : 0;
    return r->scale > 0 ? (DSC_REAL)(1 / r->scale) : (DSC_REAL)r->extent / (DSC_REAL)r->count;
}

static void DSC_NAME(place_linearly)(const dsc_resize *r, bool aligns_corners, DSC_NAME(between) * places) {
    const DSC_REAL step = DSC_NAME(step_of)(r, aligns_corners), half = (DSC_REAL)0.5;
    const DSC_REAL last = (DSC_REAL)(r->extent - 1);
    for (size_t i = 0; i < r->count; ++i) {
        if (r->count == r->extent) {
            places[i] = (DSC_NAME(between)){i, i, 1, 0};
            continue;
        }
        DSC_REAL at = aligns_corners ? step * (DSC_REAL)i : fused_product(step, (DSC_REAL)i + half, -half);
        at = at < 0 ? 0 : at;
        const size_t low = at < last ? (size_t)at : r->extent - 1;
        DSC_REAL share = at - (DSC_REAL)low;
        share = share < 0 ? 0 : share > 1 ? 1 : share;
        places[i] = (DSC_NAME(between)){low, low + (low + 1 < r->extent), 1 - share, share};
    }
}

static void DSC_NAME(place)(const dsc_resizing *s, const dsc_resize *r, DSC_NAME(between) * places) {
    if (s->mode != DSC_INTERPOLATE_NEAREST) {
        DSC_NAME(place_linearly)(r, s->aligns_corners, places);
        return;
    }
    for (size_t i = 0; i < r->count; ++i)
        places[i] = (DSC_NAME(between)){.low = nearest(r, i), .low_share = 1};
}

static size_t DSC_NAME(size_of_places)(size_t count) {
    return count * sizeof(DSC_NAME(between));
}

static void DSC_NAME(prepare)(const dsc_resizing *s) {
    DSC_NAME(between) *rows = s->workspace;
    DSC_NAME(place)(s, &s->rows, rows);
    DSC_NAME(place)(s, &s->columns, rows + s->rows.count);
}

/* Rows [from, to) of all planes of y. */
static void DSC_NAME(resize_tile)(const job *job, size_t from, size_t to) {
    const dsc_resizing *s = job->resizing;
    const DSC_NAME(between) *rows = s->workspace, *columns = rows + s->rows.count;
    const size_t height = s->rows.count, width = s->columns.count, line = s->columns.extent;
    for (size_t r = from; r < to; ++r) {
        const DSC_NAME(between) row = rows[r % height];
        const DSC_REAL *plane = (const DSC_REAL *)job->x + r / height * s->rows.extent * line;
        const DSC_REAL *low = plane + row.low * line, *high = plane + row.high * line;
        DSC_REAL *y = (DSC_REAL *)job->y + r * width;
        if (s->mode == DSC_INTERPOLATE_NEAREST)
            for (size_t c = 0; c < width; ++c)
                y[c] = low[columns[c].low];
        else if (height == 1 && s->rows.extent == 1)
            for (size_t c = 0; c < width; ++c)
                y[c] =
                    columns[c].low_share * low[columns[c].low] + columns[c].high_share * low[columns[c].high];
        else
            for (size_t c = 0; c < width; ++c) {
                const DSC_NAME(between) at = columns[c];
                y[c] = row.low_share * (at.low_share * low[at.low] + at.high_share * low[at.high]) +
                       row.high_share * (at.low_share * high[at.low] + at.high_share * high[at.high]);
            }
    }
}

/* Planes [from, to) of x. */
static void DSC_NAME(spread_tile)(const job *job, size_t from, size_t to) {
    const dsc_resizing *s = job->resizing;
    const DSC_NAME(between) *rows = s->workspace, *columns = rows + s->rows.count;
    const size_t height = s->rows.count, width = s->columns.count, line = s->columns.extent;
    const size_t size = s->rows.extent * line;
    memset((DSC_REAL *)job->to_x + from * size, 0, (to - from) * size * sizeof(DSC_REAL));
    for (size_t r = from * height; r < to * height; ++r) {
        const DSC_NAME(between) row = rows[r % height];
        DSC_REAL *plane = (DSC_REAL *)job->to_x + r / height * size;
        DSC_REAL *low = plane + row.low * line, *high = plane + row.high * line;
        const DSC_REAL *y = (const DSC_REAL *)job->from_y + r * width;
        if (s->mode == DSC_INTERPOLATE_NEAREST)
            for (size_t c = 0; c < width; ++c)
                low[columns[c].low] += y[c];
        else
            for (size_t c = 0; c < width; ++c) {
                const DSC_NAME(between) at = columns[c];
                low[at.low] += row.low_share * at.low_share * y[c];
                low[at.high] += row.low_share * at.high_share * y[c];
                high[at.low] += row.high_share * at.low_share * y[c];
                high[at.high] += row.high_share * at.high_share * y[c];
            }
    }
}

#else

#include "pooling/interpolate.h"

#include <math.h>
#include <string.h>

typedef struct job {
    const dsc_resizing *resizing;
    const void *x, *from_y;
    void *y, *to_x;
    size_t count, tile;
} job;

/* a b + c, rounded once: PyTorch's compiler joins them so. */
#define fused_product(a, b, c) _Generic((a), float : fmaf, double : fma)(a, b, c)

/* In float32 whatever the type; the two common factors exactly: as PyTorch. */
static size_t nearest(const dsc_resize *r, size_t i) {
    if (r->count == r->extent)
        return i;
    if (r->count == 2 * r->extent)
        return i / 2;
    const float step = r->scale > 0 ? (float)(1 / r->scale) : (float)r->extent / (float)r->count;
    const float at = floorf((float)i * step);
    return at < (float)(r->extent - 1) ? (size_t)at : r->extent - 1;
}

#define DSC_TEMPLATE "pooling/interpolate.c"
#include "core/instantiate.h"

size_t dsc_resize_workspace(const dsc_resizing *s) {
    return DSC_CALL(s->dtype, size_of_places, s->rows.count + s->columns.count);
}

static void resize_tile(void *argument, size_t tile) {
    const job *job = argument;
    const size_t from = tile * job->tile, to = dsc_min_size(from + job->tile, job->count);
    DSC_CALL(job->resizing->dtype, resize_tile, job, from, to);
}

void dsc_resize_run(const dsc_context *context, const dsc_resizing *resizing, const void *x, void *y) {
    job job = {.resizing = resizing, .x = x, .y = y};
    DSC_CALL(resizing->dtype, prepare, resizing);
    job.count = resizing->planes * resizing->rows.count;
    job.tile = dsc_max_size(DSC_TILE / resizing->columns.count, 1);
    dsc_parallel_work(context, 2 * (double)job.count * (double)resizing->columns.count,
                      dsc_ceil_div(job.count, job.tile), resize_tile, &job);
}

static void spread_tile(void *argument, size_t tile) {
    const job *job = argument;
    const size_t from = tile * job->tile, to = dsc_min_size(from + job->tile, job->count);
    DSC_CALL(job->resizing->dtype, spread_tile, job, from, to);
}

void dsc_resize_transposed_run(const dsc_context *context, const dsc_resizing *resizing, const void *y,
                               void *x) {
    job job = {.resizing = resizing, .from_y = y, .to_x = x, .count = resizing->planes};
    DSC_CALL(resizing->dtype, prepare, resizing);
    const size_t size = resizing->rows.count * resizing->columns.count;
    job.tile = dsc_max_size(DSC_TILE / size, 1);
    dsc_parallel_work(context, 4 * (double)job.count * (double)size, dsc_ceil_div(job.count, job.tile),
                      spread_tile, &job);
}

#endif
