/* Pooling over planes: windows that lie over the rows and columns of each, and what is found in them. */
#ifndef DSC_POOLING_POOLING_H
#define DSC_POOLING_POOLING_H

#include "core/internal.h"

/* One dimension: `count` windows over `extent` numbers, each of which has one at least. Window o begins at
 * o stride - padding and takes `kernel` numbers, `dilation` apart; or, adaptive, goes from
 * floor(o extent / count) to ceil((o + 1) extent / count), `kernel` being at least the longest's length. */
typedef struct dsc_window {
    size_t extent, count, kernel, stride, padding, dilation;
    bool is_adaptive;
} dsc_window;

/* What a window has of the numbers that there are: first, first + dilation, ... below end. */
typedef struct dsc_span {
    int64_t start; /* where it begins, which may be before them */
    size_t first, end;
    size_t padded; /* its length with padding on both sides, but no further */
} dsc_span;

static inline dsc_span dsc_span_of(const dsc_window *w, size_t o) {
    dsc_span s;
    if (w->is_adaptive) {
        const size_t whole = w->extent / w->count, rest = w->extent % w->count;
        s.first = o * whole + o * rest / w->count;
        s.end = (o + 1) * whole + ((o + 1) * rest + w->count - 1) / w->count;
        s.start = (int64_t)s.first;
        s.padded = s.end - s.first;
        return s;
    }
    const size_t at = o * w->stride, reach = (w->kernel - 1) * w->dilation + 1;
    const size_t missing = at < w->padding ? w->padding - at : 0;
    s.start = (int64_t)at - (int64_t)w->padding;
    s.padded = dsc_min_size(reach, w->extent + 2 * w->padding - at);
    s.first = missing > 0 ? dsc_ceil_div(missing, w->dilation) * w->dilation - missing : at - w->padding;
    s.end = at + reach <= w->padding ? 0 : dsc_min_size(at + reach - w->padding, w->extent);
    return s;
}

/* The first window that ends behind `at`. */
size_t dsc_window_behind(const dsc_window *w, size_t at);

/* planes x rows x columns. */
typedef struct dsc_pooling {
    dsc_dtype dtype;
    size_t planes;
    dsc_window rows, columns;
} dsc_pooling;

/* What a window's sum is divided by. */
typedef struct dsc_average {
    double divisor;      /* 0: how many numbers there are */
    bool counts_padding; /* among those numbers */
} dsc_average;

/* y = the windows' means. Of up to 256 numbers they are summed in their own type row by row, as PyTorch does;
 * of more, in double. */
void dsc_average_run(const dsc_context *context, const dsc_pooling *pooling, const dsc_average *average,
                     const void *x, void *y);
/* x = the transpose of that map, applied to y. */
void dsc_average_transposed_run(const dsc_context *context, const dsc_pooling *pooling,
                                const dsc_average *average, const void *y, void *x);

/* y = the windows' largest numbers, the first of equal ones; of NaN the last. places, NULL or as many: which
 * of its window's numbers it is, (row in the window) * columns.kernel + (column in the window), in a byte
 * where dsc_places_are_bytes, else as int64. */
void dsc_maximum_run(const dsc_context *context, const dsc_pooling *pooling, const void *x, void *y,
                     void *places);
static inline bool dsc_places_are_bytes(const dsc_pooling *pooling) {
    return pooling->rows.kernel <= 256 && pooling->columns.kernel <= 256 &&
           pooling->rows.kernel * pooling->columns.kernel <= 256;
}
/* Places as indices into planes: row * columns.extent + column. */
void dsc_maximum_indices(const dsc_context *context, const dsc_pooling *pooling, const void *places,
                         int64_t *indices);
/* x = zeros, plus y at the places: in the order of y. */
void dsc_maximum_scatter(const dsc_context *context, const dsc_pooling *pooling, const void *places,
                         const void *y, void *x);

#endif
