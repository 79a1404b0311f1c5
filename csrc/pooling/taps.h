/* Windows of equal size side by side: the numbers at one place of each, a tap, are `stride` apart. */
#ifndef DSC_POOLING_TAPS_H
#define DSC_POOLING_TAPS_H

#include "pooling/pooling.h"

/* Windows that are gone over side by side. */
enum { DSC_TAP_COLUMNS = 256 };

/* Of the windows [from, to) those whose number `tap` exists, and where the first one's stands. */
typedef struct dsc_tap {
    size_t from, to, at;
} dsc_tap;

static inline dsc_tap dsc_tap_of(const dsc_window *w, size_t tap, size_t from, size_t to) {
    const size_t offset = tap * w->dilation;
    dsc_tap t = {from, to, 0};
    if (offset < w->padding)
        t.from = dsc_max_size(from, dsc_ceil_div(w->padding - offset, w->stride));
    /* o stride + offset < extent + padding */
    const size_t limit = w->extent + w->padding;
    t.to = offset >= limit ? 0 : dsc_min_size(to, (limit - offset - 1) / w->stride + 1);
    if (t.from < t.to)
        t.at = t.from * w->stride + offset - w->padding;
    else
        t.from = t.to = from;
    return t;
}

/* Whether windows are so regular, and more than a row's numbers. */
static inline bool dsc_has_taps(const dsc_pooling *p) {
    return !p->rows.is_adaptive && !p->columns.is_adaptive && p->columns.kernel <= p->columns.count;
}

/* Whether all windows are squares of two by two side by side, as in most networks: those have loops of their
 * own.
 */
static inline bool dsc_is_halved(const dsc_window *w) {
    return !w->is_adaptive && w->kernel == 2 && w->stride == 2 && w->padding == 0 && w->dilation == 1 &&
           2 * w->count <= w->extent;
}
static inline bool dsc_has_squares(const dsc_pooling *p) {
    return dsc_is_halved(&p->rows) && dsc_is_halved(&p->columns);
}

/* A row of squares: where its numbers begin in x, and how many rows of x belong to it. A plane's last has
 * what is left over, too. */
typedef struct dsc_square_rows {
    const dsc_pooling *pooling;
    size_t row, at, height;
} dsc_square_rows;

static inline size_t dsc_square_height(const dsc_pooling *p, size_t row) {
    return row + 1 == p->rows.count ? p->rows.extent - 2 * row : 2;
}

/* Row `from` of all planes' rows. */
static inline dsc_square_rows dsc_square_rows_from(const dsc_pooling *p, size_t from) {
    const size_t row = from % p->rows.count;
    return (dsc_square_rows){.pooling = p,
                             .row = row,
                             .at = (from / p->rows.count * p->rows.extent + 2 * row) * p->columns.extent,
                             .height = dsc_square_height(p, row)};
}

static inline void dsc_next_square_row(dsc_square_rows *r) {
    r->at += r->height * r->pooling->columns.extent;
    r->row = r->row + 1 == r->pooling->rows.count ? 0 : r->row + 1;
    r->height = dsc_square_height(r->pooling, r->row);
}

/* Rows of windows in a tile. */
static inline size_t dsc_rows_of_windows(const dsc_pooling *p) {
    const size_t height = dsc_min_size(p->rows.kernel, p->rows.extent);
    const size_t width = dsc_min_size(p->columns.kernel, p->columns.extent);
    return dsc_max_size(DSC_TILE / dsc_max_size(height * width, 1) / dsc_max_size(p->columns.count, 1), 1);
}

/* Numbers that all windows look at, each of which takes about as long as 4 products. */
static inline double dsc_pooling_work(const dsc_pooling *p) {
    return 4 * (double)p->planes * (double)p->rows.count * (double)p->columns.count *
           (double)dsc_min_size(p->rows.kernel, p->rows.extent) *
           (double)dsc_min_size(p->columns.kernel, p->columns.extent);
}

/* The other way: tiles of x's rows, within which windows are gone over in order. */
static inline size_t dsc_rows_of_plane(const dsc_pooling *p) {
    return dsc_max_size(DSC_TILE / p->columns.extent, 1);
}

#endif
