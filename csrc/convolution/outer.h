/* For convolution/weight.c, between vectors.h and vectors_end.h: sums along positions, of a number of dy
 * times one of x, with dy's channels for lanes. As in a product of matrices no lane is added up in the end,
 * and only positions are read; it takes enough channels to fill vectors. */

/* Rows of sums, of a tap each, that stay in registers with two vectors of dy: AVX-512 has 32, AVX2 16. */
#define TALL (DSC_VECTOR_BYTES == 64 ? 12 : 6)

/* Lanes of the panel of dy that begins with a channel: two vectors, or one where the rest fits. */
static inline size_t DSC_NAME(panel_width)(size_t channels, size_t first) {
    return channels - first > WIDTH ? 2 * WIDTH : WIDTH;
}

/* Channels, rounded up to whole vectors. */
static inline size_t DSC_NAME(lanes)(size_t channels) {
    return dsc_ceil_div(channels, WIDTH) * WIDTH;
}

/* An image of dy in a box, as panels of channels: `positions` rows each, of which the image's begin with
 * `first`. Lanes beyond the channels are 0. Rows and planes that lie one behind another are turned at once.
 */
static void DSC_NAME(turn_dy)(const dsc_line *l, const size_t *at, const size_t *counts, size_t positions,
                              size_t first, size_t channels, const DSC_REAL *from, DSC_REAL *to) {
    const size_t plane = l[0].count * l[1].count * l[2].count;
    const bool joins_rows = counts[3] == l[2].count, joins_planes = joins_rows && counts[2] == l[1].count;
    const size_t rows = joins_rows ? 1 : counts[2], planes = joins_planes ? 1 : counts[1];
    const size_t run = counts[1] * counts[2] * counts[3] / (rows * planes);
    for (size_t o = 0; o < channels; o += 2 * WIDTH) {
        const size_t width = DSC_NAME(panel_width)(channels, o), some = dsc_min_size(width, channels - o);
        DSC_REAL *out = to + o * positions + first * width;
        for (size_t i = 0; i < planes * rows; ++i, out += run * width) {
            const size_t row = (at[0] + i / rows) * l[1].count + at[1] + i % rows;
            const DSC_REAL *in = from + o * plane + row * l[2].count + at[2];
            DSC_NAME(turn)(some, run, in, plane, out, width);
        }
    }
}

/* sums (taps x vectors) = those along some runs, or have them added. */
__attribute__((always_inline)) static inline void
DSC_NAME(outer_block)(const size_t taps, const size_t vectors, const run_of_x *runs, size_t count,
                      const size_t *offsets, const DSC_REAL *dy, const DSC_REAL *x, bool add, DSC_REAL *to,
                      size_t ldt) {
    DSC_NAME(vector) sums[TALL][2] = {{{0}}};
    for (const run_of_x *run = runs; run < runs + count; ++run) {
        const DSC_REAL *left[TALL];
        DSC_WRITE_OUT
        for (size_t j = 0; j < taps; ++j)
            left[j] = x + run->begin + offsets[j];
        for (size_t i = 0; i < run->length; ++i, dy += vectors * WIDTH) {
            DSC_NAME(vector) right[2];
            DSC_WRITE_OUT
            for (size_t v = 0; v < vectors; ++v)
                right[v] = LOAD(dy + v * WIDTH);
            DSC_WRITE_OUT
            for (size_t j = 0; j < taps; ++j) {
                DSC_WRITE_OUT
                for (size_t v = 0; v < vectors; ++v)
                    sums[j][v] += left[j][i] * right[v];
            }
        }
    }
    DSC_WRITE_OUT
    for (size_t j = 0; j < taps; ++j) {
        DSC_WRITE_OUT
        for (size_t v = 0; v < vectors; ++v) {
            DSC_REAL *out = to + j * ldt + v * WIDTH;
            if (add)
                sums[j][v] += LOAD(out);
            AT(out) = sums[j][v];
        }
    }
}

#define OUTER(n)                                                                                             \
    case 2 * (n):                                                                                            \
        DSC_NAME(outer_block)(n, 1, runs, count, offsets, dy, x, add, to, ldt);                              \
        break;                                                                                               \
    case 2 * (n) + 1:                                                                                        \
        DSC_NAME(outer_block)(n, 2, runs, count, offsets, dy, x, add, to, ldt);                              \
        break;

static void DSC_NAME(any_outer)(size_t taps, size_t vectors, const run_of_x *runs, size_t count,
                                const size_t *offsets, const DSC_REAL *dy, const DSC_REAL *x, bool add,
                                DSC_REAL *to, size_t ldt) {
    switch (2 * taps + vectors - 1) {
        OUTER(1)
        OUTER(2)
        OUTER(3)
        OUTER(4)
        OUTER(5)
        OUTER(6)
#if DSC_VECTOR_BYTES == 64
        OUTER(7)
        OUTER(8)
        OUTER(9)
        OUTER(10)
        OUTER(11)
        OUTER(12)
#endif
    }
}
#undef OUTER

/* All pairs of a box's taps and channels, taps shared out evenly. A piece of a panel stays in the first cache
 * while all taps go over it. */
static void DSC_NAME(add_outer)(const run_of_x *runs, size_t run_count, size_t positions, size_t channels,
                                size_t taps, const size_t *offsets, const DSC_REAL *dy, const DSC_REAL *x,
                                bool add, DSC_REAL *sums) {
    const size_t blocks = dsc_ceil_div(taps, TALL), lds = DSC_NAME(lanes)(channels);
    for (size_t o = 0; o < channels; o += 2 * WIDTH) {
        const size_t width = DSC_NAME(panel_width)(channels, o);
        const DSC_REAL *panel = dy + o * positions;
        for (size_t first = 0, count; first < run_count; first += count) {
            size_t length = runs[first].length;
            for (count = 1; first + count < run_count && length + runs[first + count].length <= LONGEST_SUM;
                 ++count)
                length += runs[first + count].length;
            for (size_t b = 0; b < blocks; ++b) {
                const size_t tap = b * taps / blocks;
                DSC_NAME(any_outer)
                ((b + 1) * taps / blocks - tap, width / WIDTH, runs + first, count, offsets + tap, panel, x,
                 add || first > 0, sums + tap * lds + o, lds);
            }
            panel += length * width;
        }
    }
}

#undef TALL
