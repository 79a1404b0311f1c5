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
