/* For convolution/weight.c, between vectors.h and vectors_end.h: sums along positions, of a number of dy
 * times one of x, for blocks of channels and taps. */

/* Every second number of two vectors, from the first or the second one on. */
#if DSC_VECTOR_BYTES == 64 && DSC_IS_FLOAT32
#define DSC_HALVES(n, a, b)                                                                                  \
    __builtin_shufflevector(a, b, n, n + 2, n + 4, n + 6, n + 8, n + 10, n + 12, n + 14, n + 16, n + 18,     \
                            n + 20, n + 22, n + 24, n + 26, n + 28, n + 30)
#elif DSC_VECTOR_BYTES == 64 || (DSC_VECTOR_BYTES == 32 && DSC_IS_FLOAT32)
#define DSC_HALVES(n, a, b)                                                                                  \
    __builtin_shufflevector(a, b, n, n + 2, n + 4, n + 6, n + 8, n + 10, n + 12, n + 14)
#elif DSC_VECTOR_BYTES == 32 || DSC_IS_FLOAT32
#define DSC_HALVES(n, a, b) __builtin_shufflevector(a, b, n, n + 2, n + 4, n + 6)
#else
#define DSC_HALVES(n, a, b) __builtin_shufflevector(a, b, n, n + 2)
#endif

/* A row of sums of vectors' lanes: lane i of the result is the sum of v[i]'s. */
__attribute__((always_inline)) static inline DSC_NAME(vector) DSC_NAME(totals)(DSC_NAME(vector) * v) {
    DSC_WRITE_OUT
    for (size_t left = WIDTH; left > 1; left /= 2) {
        DSC_WRITE_OUT
        for (size_t i = 0; i < left / 2; ++i)
            v[i] = DSC_HALVES(0, v[2 * i], v[2 * i + 1]) + DSC_HALVES(1, v[2 * i], v[2 * i + 1]);
    }
    return v[0];
}

/* What a tile has staged, as runs of positions: images, planes, rows. What runs are made of, and what stands
 * between, is one after another in memory. */
typedef struct DSC_NAME(tile) {
    size_t runs[3], apart[3]; /* runs, and where the next one of x's begins */
    size_t vectors, y_run;    /* of a run */
    size_t y_channel;
    const DSC_NAME(mask) * masks; /* which lanes of a run's vectors are positions */
} DSC_NAME(tile);

/* lanes += dy x along a run, for `rows` channels of dy and `taps` taps. x's lanes where there is no position
 * are set to 0: dy's are, but x may have a NaN there. */
__attribute__((always_inline)) static inline void
DSC_NAME(add_run)(const size_t rows, const size_t taps, size_t vectors, const DSC_NAME(mask) * masks,
                  const size_t *offsets, const DSC_REAL *dy, size_t y_channel, const DSC_REAL *x,
                  DSC_NAME(vector) lanes[MOST_ROWS][8]) {
    DSC_NAME(vector) sums[MOST_ROWS][8];
    const DSC_REAL *right[8];
    DSC_WRITE_OUT
    for (size_t l = 0; l < taps; ++l) {
        right[l] = x + offsets[l];
        DSC_WRITE_OUT
        for (size_t j = 0; j < rows; ++j)
            sums[j][l] = lanes[j][l];
    }
    for (size_t i = 0; i < vectors; ++i) {
        DSC_NAME(vector) v[8];
        DSC_WRITE_OUT
        for (size_t l = 0; l < taps; ++l)
            v[l] = (DSC_NAME(vector))((DSC_NAME(mask))LOAD(right[l] + i * WIDTH) & masks[i]);
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

/* The same along all runs, then added up and added to `sums`. */
__attribute__((always_inline)) static inline void
DSC_NAME(dots)(const size_t rows, const size_t taps, const DSC_NAME(tile) * t, const size_t *offsets,
               const DSC_REAL *dy, const DSC_REAL *x, DSC_REAL *sums, size_t lds) {
    DSC_NAME(vector) lanes[MOST_ROWS][8] = {{{0}}};
    const DSC_REAL *left = dy;
    for (size_t n = 0; n < t->runs[0]; ++n)
        for (size_t d = 0; d < t->runs[1]; ++d)
            for (size_t h = 0; h < t->runs[2]; ++h) {
                /* In memory between runs: in registers for all of them, compilers move them about. */
                __asm__ volatile("" ::"r"(lanes) : "memory");
                DSC_NAME(add_run)
                (rows, taps, t->vectors, t->masks, offsets, left, t->y_channel,
                 x + n * t->apart[0] + d * t->apart[1] + h * t->apart[2], lanes);
                left += t->y_run;
            }
    __asm__ volatile("" ::"r"(lanes) : "memory");
    DSC_WRITE_OUT
    for (size_t first = 0; first < rows * taps; first += WIDTH) {
        DSC_NAME(vector) some[WIDTH] = {{0}};
        DSC_REAL total[WIDTH];
        const size_t count = dsc_min_size(WIDTH, rows * taps - first);
        DSC_WRITE_OUT
        for (size_t i = 0; i < count; ++i)
            some[i] = lanes[(first + i) / taps][(first + i) % taps];
        AT(total) = DSC_NAME(totals)(some);
        DSC_WRITE_OUT
        for (size_t i = 0; i < count; ++i)
            sums[(first + i) / taps * lds + (first + i) % taps] += total[i];
    }
}

#define DOTS(r, n)                                                                                           \
    case (r)*8 + (n)-1:                                                                                      \
        DSC_NAME(dots)(r, n, t, offsets, dy, x, sums, lds);                                                  \
        break;

static void DSC_NAME(any_dots)(size_t rows, size_t taps, const DSC_NAME(tile) * t, const size_t *offsets,
                               const DSC_REAL *dy, const DSC_REAL *x, DSC_REAL *sums, size_t lds) {
    switch (rows * 8 + taps - 1) {
        DOTS(1, 1)
        DOTS(1, 2)
        DOTS(1, 3)
        DOTS(1, 4)
        DOTS(1, 5)
        DOTS(1, 6)
        DOTS(1, 7)
        DOTS(1, 8)
        DOTS(2, 1)
        DOTS(2, 2)
        DOTS(2, 3)
        DOTS(2, 4)
        DOTS(3, 1)
        DOTS(3, 2)
        DOTS(3, 3)
        DOTS(4, 1)
        DOTS(4, 2)
        DOTS(5, 1)
        DOTS(5, 2)
        DOTS(6, 1)
        DOTS(6, 2)
#if DSC_VECTOR_BYTES == 64
        DOTS(2, 5)
        DOTS(2, 6)
        DOTS(2, 7)
        DOTS(2, 8)
        DOTS(3, 4)
        DOTS(3, 5)
        DOTS(3, 6)
        DOTS(4, 3)
        DOTS(4, 4)
        DOTS(4, 5)
        DOTS(5, 3)
        DOTS(5, 4)
        DOTS(6, 3)
        DOTS(6, 4)
        DOTS(7, 1)
        DOTS(7, 2)
        DOTS(7, 3)
        DOTS(8, 1)
        DOTS(8, 2)
        DOTS(8, 3)
#endif
    }
}

#undef DOTS

/* All pairs of the tile's channels of dy and taps, shared out evenly. */
static void DSC_NAME(add_products)(const DSC_NAME(tile) * t, size_t channels, size_t taps,
                                   const size_t *offsets, const DSC_REAL *dy, const DSC_REAL *x,
                                   DSC_REAL *sums) {
    /* Sums, and what they are made of, have to stay in registers: AVX-512 has 32, the others half as many. */
#if DSC_VECTOR_BYTES == 64
    static const size_t most_taps[] = {0, 8, 8, 6, 5, 4, 4, 3, 3};
#else
    static const size_t most_taps[] = {0, 8, 4, 3, 2, 2, 2};
#endif
    const size_t down = dsc_ceil_div(channels, sizeof most_taps / sizeof *most_taps - 1);
    for (size_t b = 0; b < down; ++b) {
        const size_t row = b * channels / down, rows = (b + 1) * channels / down - row;
        const size_t across = dsc_ceil_div(taps, most_taps[rows]);
        for (size_t i = 0; i < across; ++i) {
            const size_t tap = i * taps / across;
            DSC_NAME(any_dots)
            (rows, (i + 1) * taps / across - tap, t, offsets + tap, dy + row * t->y_channel, x,
             sums + row * taps + tap, taps);
        }
    }
}

#undef DSC_HALVES
