/* For convolution/weight.c, between vectors.h and vectors_end.h: sums along positions, of a number of dy
 * times one of x, for blocks of channels and taps. */

#include "linalg/dot_blocks.h"

/* What a tile has staged, as runs of positions: images, planes, rows. What runs are made of, and what stands
 * between, is one after another in memory. */
typedef struct DSC_NAME(tile) {
    size_t runs[3], apart[3]; /* runs, and where the next one of x's begins */
    size_t vectors, y_run;    /* of a run */
    size_t y_channel;
    const DSC_NAME(mask) * masks; /* which lanes of a run's vectors are positions */
} DSC_NAME(tile);

/* The runs of a box: rows are one run, and planes and images, with what stands between them, unless that
 * takes more vectors than they do, and 2 for each run's beginning and end. */
static void DSC_NAME(find_runs)(const dsc_weight_product *p, const size_t *counts, DSC_NAME(tile) * t) {
    const dsc_line *l = p->lines;
    const size_t apart[3] = {p->image, l[1].staged * l[2].pitch, l[2].pitch};
    size_t run = counts[3], i = 3;
    for (; i > 0; --i) {
        const size_t longer = (counts[i - 1] - 1) * apart[i - 1] + run;
        if (dsc_ceil_div(longer, WIDTH) > counts[i - 1] * (dsc_ceil_div(run, WIDTH) + 2))
            break;
        run = longer;
    }
    for (size_t j = 0; j < 3; ++j) {
        t->runs[j] = j < i ? counts[j] : 1;
        t->apart[j] = apart[j];
    }
    t->vectors = dsc_ceil_div(run, WIDTH);
    t->y_run = t->vectors * WIDTH;
    t->y_channel = t->runs[0] * t->runs[1] * t->runs[2] * t->y_run;
}

/* Where a row's numbers stand among the runs of dy. */
static size_t DSC_NAME(place_in_runs)(const DSC_NAME(tile) * t, const size_t *index) {
    size_t run = 0, place = 0;
    for (size_t i = 0; i < 3; ++i) {
        run = run * t->runs[i] + (t->runs[i] > 1 ? index[i] : 0);
        place += t->runs[i] > 1 ? 0 : index[i] * t->apart[i];
    }
    return run * t->y_run + place;
}

/* -1 and 0, as wide as the numbers are. */
static void DSC_NAME(find_masks)(const DSC_NAME(tile) * t, const size_t *counts, DSC_REAL *masks) {
    memset(masks, 0, t->y_run * sizeof *masks);
    const size_t n = t->runs[0] > 1 ? 1 : counts[0], d = t->runs[1] > 1 ? 1 : counts[1];
    const size_t h = t->runs[2] > 1 ? 1 : counts[2];
    for (size_t i = 0; i < n * d * h; ++i) {
        const size_t index[] = {i / h / d, i / h % d, i % h};
        DSC_REAL *row = masks + DSC_NAME(place_in_runs)(t, index);
        memset(row, 0xff, counts[3] * sizeof *row);
    }
}

/* An image of dy in a box, with zeros behind each row, up to the next. */
static void DSC_NAME(stage_dy)(const dsc_weight_product *p, const DSC_NAME(tile) * t, size_t image,
                               const size_t *at, const size_t *counts, size_t channels, const DSC_REAL *from,
                               DSC_REAL *to) {
    const dsc_line *l = p->lines;
    const size_t rows = counts[1] * counts[2];
    for (size_t o = 0; o < channels; ++o) {
        size_t place = DSC_NAME(place_in_runs)(t, (const size_t[]){image, 0, 0});
        for (size_t i = 0; i < rows; ++i) {
            const size_t d = i / counts[2], h = i % counts[2];
            const size_t row = (o * l[0].count + at[0] + d) * l[1].count + at[1] + h;
            size_t next = t->y_channel;
            if (i + 1 < rows)
                next = DSC_NAME(place_in_runs)(
                    t, (const size_t[]){image, (i + 1) / counts[2], (i + 1) % counts[2]});
            else if (image + 1 < counts[0])
                next = DSC_NAME(place_in_runs)(t, (const size_t[]){image + 1, 0, 0});
            DSC_REAL *out = to + o * t->y_channel + place;
            DSC_NAME(copy_row)(counts[3], from + row * l[2].count + at[2], out);
            DSC_NAME(clear_row)(next - place - counts[3], out + counts[3]);
            place = next;
        }
    }
}

/* lanes += dy x along a run, for `rows` channels of dy and `taps` taps. With masks, x's lanes where there is
 * no position are set to 0. */
__attribute__((always_inline)) static inline void
DSC_NAME(add_run)(const size_t rows, const size_t taps, size_t vectors, const DSC_NAME(mask) * masks,
                  const size_t *offsets, const DSC_REAL *dy, size_t y_channel, const DSC_REAL *x,
                  DSC_NAME(vector) lanes[DSC_DOT_ROWS][DSC_DOT_COLUMNS]) {
    DSC_NAME(vector) sums[DSC_DOT_ROWS][DSC_DOT_COLUMNS];
    const DSC_REAL *right[DSC_DOT_COLUMNS];
    DSC_WRITE_OUT
    for (size_t l = 0; l < taps; ++l) {
        right[l] = x + offsets[l];
        DSC_WRITE_OUT
        for (size_t j = 0; j < rows; ++j)
            sums[j][l] = lanes[j][l];
    }
    for (size_t i = 0; i < vectors; ++i) {
        DSC_NAME(vector) v[DSC_DOT_COLUMNS];
        DSC_WRITE_OUT
        for (size_t l = 0; l < taps; ++l) {
            v[l] = LOAD(right[l] + i * WIDTH);
            if (masks != NULL)
                v[l] = (DSC_NAME(vector))((DSC_NAME(mask))v[l] & masks[i]);
        }
        DSC_WRITE_OUT
        for (size_t j = 0; j < rows; ++j) {
            const DSC_NAME(vector) y = LOAD(dy + j * y_channel + i * WIDTH);
            DSC_WRITE_OUT
            for (size_t l = 0; l < taps; ++l)
                sums[j][l] += y * v[l];
        }
    }
    DSC_WRITE_OUT
    for (size_t l = 0; l < taps; ++l) {
        DSC_WRITE_OUT
        for (size_t j = 0; j < rows; ++j)
            lanes[j][l] = sums[j][l];
    }
}

/* The same along all runs, then added up into `sums`, or added to them. */
__attribute__((always_inline)) static inline void
DSC_NAME(dots)(const size_t rows, const size_t taps, const bool is_masked, const DSC_NAME(tile) * t,
               const size_t *offsets, const DSC_REAL *dy, const DSC_REAL *x, bool add, DSC_REAL *sums,
               size_t lds) {
    DSC_NAME(vector) lanes[DSC_DOT_ROWS][DSC_DOT_COLUMNS] = {{{0}}};
    const DSC_REAL *left = dy;
    for (size_t n = 0; n < t->runs[0]; ++n)
        for (size_t d = 0; d < t->runs[1]; ++d)
            for (size_t h = 0; h < t->runs[2]; ++h) {
                /* In memory between runs: in registers for all of them, compilers move them about. */
                __asm__ volatile("" ::"r"(lanes) : "memory");
                DSC_NAME(add_run)
                (rows, taps, t->vectors, is_masked ? t->masks : NULL, offsets, left, t->y_channel,
                 x + n * t->apart[0] + d * t->apart[1] + h * t->apart[2], lanes);
                left += t->y_run;
            }
    __asm__ volatile("" ::"r"(lanes) : "memory");
    DSC_NAME(store_totals)(rows, taps, lanes, add, sums, lds);
}

#define DOTS(r, n)                                                                                           \
    case (r)*DSC_DOT_COLUMNS + (n)-1:                                                                        \
        DSC_NAME(dots)(r, n, false, t, offsets, dy, x, add, sums, lds);                                      \
        break;

static void DSC_NAME(any_dots)(size_t rows, size_t taps, const DSC_NAME(tile) * t, const size_t *offsets,
                               const DSC_REAL *dy, const DSC_REAL *x, bool add, DSC_REAL *sums, size_t lds) {
    switch (rows * DSC_DOT_COLUMNS + taps - 1) { DSC_DOT_BLOCKS(DOTS) }
}

#undef DOTS

/* Where dy has no position it is 0, but a NaN or an infinity of x would pass: then all of a box goes this
 * way, ten times as slowly, to the same sums. */
static void DSC_NAME(masked_dot)(const DSC_NAME(tile) * t, const size_t *offsets, const DSC_REAL *dy,
                                 const DSC_REAL *x, bool add, DSC_REAL *sum) {
    DSC_NAME(dots)(1, 1, true, t, offsets, dy, x, add, sum, 1);
}

/* All pairs of the tile's channels of dy and taps, shared out evenly. is_finite: all of x. */
static void DSC_NAME(add_products)(const DSC_NAME(tile) * t, bool is_finite, size_t channels, size_t taps,
                                   const size_t *offsets, const DSC_REAL *dy, const DSC_REAL *x, bool add,
                                   DSC_REAL *sums) {
    static const size_t most_taps[] = DSC_DOT_MOST;
    if (!is_finite) {
        for (size_t i = 0; i < channels * taps; ++i)
            DSC_NAME(masked_dot)(t, offsets + i % taps, dy + i / taps * t->y_channel, x, add, sums + i);
        return;
    }
    const size_t down = dsc_ceil_div(channels, sizeof most_taps / sizeof *most_taps - 1);
    for (size_t b = 0; b < down; ++b) {
        const size_t row = b * channels / down, rows = (b + 1) * channels / down - row;
        const size_t across = dsc_ceil_div(taps, most_taps[rows]);
        for (size_t i = 0; i < across; ++i) {
            const size_t tap = i * taps / across;
            DSC_NAME(any_dots)
            (rows, (i + 1) * taps / across - tap, t, offsets + tap, dy + row * t->y_channel, x, add,
             sums + row * taps + tap, taps);
        }
    }
}
