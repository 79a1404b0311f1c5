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
        t.to = t.from;
    return t;
}

/* Whether windows are so regular, and more than a row's numbers. */
static inline bool dsc_has_taps(const dsc_pooling *p) {
    return !p->rows.is_adaptive && !p->columns.is_adaptive && p->columns.kernel <= p->columns.count;
}

/* Rows of windows in a tile. */
static inline size_t dsc_rows_of_windows(const dsc_pooling *p) {
    const size_t height = dsc_min_size(p->rows.kernel, p->rows.extent);
    const size_t width = dsc_min_size(p->columns.kernel, p->columns.extent);
    return dsc_max_size(DSC_TILE / dsc_max_size(height * width, 1) / dsc_max_size(p->columns.count, 1), 1);
}

/* Numbers that all windows look at. */
static inline double dsc_pooling_work(const dsc_pooling *p) {
    return (double)p->planes * (double)p->rows.count * (double)p->columns.count *
           (double)dsc_min_size(p->rows.kernel, p->rows.extent) *
           (double)dsc_min_size(p->columns.kernel, p->columns.extent);
}

/* The other way: tiles of x's rows, within which windows are gone over in order. */
static inline size_t dsc_rows_of_plane(const dsc_pooling *p) {
    return dsc_max_size(DSC_TILE / p->columns.extent, 1);
}

#endif
