/* For convolution/correlation.c, between vectors.h and vectors_end.h: blocks of sums, rows of channels by
 * vectors of positions, that stay in registers, and what is done with them. */

#include "convolution/copy.h"

/* Rows of a block's sums, which have to stay in registers: AVX-512 has 32, the others half as many. Half as
 * many rows have twice as many vectors of positions. */
#define TALL (DSC_VECTOR_BYTES == 64 ? 12 : 6)
#define ACROSS(rows) (DSC_VECTOR_BYTES == 64 && (rows) <= TALL / 2 ? MOST_ACROSS : MOST_ACROSS / 2)

/* Where a vector of sums goes. */
typedef struct DSC_NAME(target) {
    DSC_REAL *to;
    size_t count; /* of its numbers that are written */
} DSC_NAME(target);

/* What is done with the sums of a block of rows. */
typedef struct DSC_NAME(ending) {
    size_t row, step;     /* of `to`, between rows and between positions */
    const DSC_REAL *bias; /* of the rows, or NULL */
    bool adds, relu;
    bool is_plain; /* nothing else, and only whole vectors */
} DSC_NAME(ending);

/* A vector of which not all goes somewhere, or not side by side. */
__attribute__((noinline)) static void DSC_NAME(put_some)(const DSC_NAME(ending) * e, DSC_REAL *to,
                                                         size_t count, const DSC_NAME(vector) * sums) {
    DSC_REAL lanes[WIDTH > 8 ? WIDTH : 8] = {0}; /* as long as a piece of copy_row */
    AT(lanes) = *sums;
    for (size_t i = 0; i < count && (e->adds || e->relu); ++i) {
        const DSC_REAL sum = e->adds ? to[i * e->step] + lanes[i] : lanes[i];
        lanes[i] = e->relu && sum < 0 ? 0 : sum;
    }
    if (e->step == 1)
        DSC_NAME(copy_row)(count, lanes, to);
    else
        for (size_t i = 0; i < count; ++i)
            to[i * e->step] = lanes[i];
}

__attribute__((always_inline)) static inline void
DSC_NAME(put)(const DSC_NAME(ending) * e, const DSC_NAME(target) * t, size_t row, DSC_NAME(vector) sums) {
    DSC_REAL *to = t->to + row * e->row;
    if (e->bias != NULL)
        sums += e->bias[row];
    if (t->count < WIDTH || e->step != 1) {
        DSC_NAME(put_some)(e, to, t->count, &sums);
        return;
    }
    if (e->adds)
        sums += LOAD(to);
    if (e->relu) /* NaN passes, as it does in PyTorch */
        sums = (DSC_NAME(vector))((DSC_NAME(mask))sums & ~(DSC_NAME(mask))(sums < 0));
    AT(to) = sums;
}

/* Products of the list: of each `period` ones, `count` from `first` on. */
typedef struct DSC_NAME(some) {
    size_t end, period, first, count;
} DSC_NAME(some);

/* The sums of some products for `rows` rows and `vectors` vectors of positions. */
__attribute__((always_inline)) static inline void
DSC_NAME(block)(const size_t rows, const size_t vectors, const DSC_NAME(some) * some, const size_t *offsets,
                const DSC_REAL *a, const DSC_REAL *const *b, const DSC_NAME(ending) * e,
                const DSC_NAME(target) * t) {
    DSC_NAME(vector) sums[12][MOST_ACROSS] = {{{0}}};
    const DSC_REAL *from[MOST_ACROSS];
    DSC_WRITE_OUT
    for (size_t v = 0; v < vectors; ++v)
        from[v] = b[v];
    for (size_t first = some->first; first < some->end; first += some->period)
        for (size_t i = first; i < first + some->count; ++i) {
            DSC_NAME(vector) right[MOST_ACROSS];
            DSC_WRITE_OUT
            for (size_t v = 0; v < vectors; ++v)
                right[v] = LOAD(from[v] + offsets[i]);
            DSC_WRITE_OUT
            for (size_t j = 0; j < rows; ++j) {
                DSC_WRITE_OUT
                for (size_t v = 0; v < vectors; ++v)
                    sums[j][v] += a[i * rows + j] * right[v];
            }
        }
    if (e->is_plain) {
        DSC_WRITE_OUT
        for (size_t j = 0; j < rows; ++j) {
            DSC_WRITE_OUT
            for (size_t v = 0; v < vectors; ++v)
                AT(t[v].to + j * e->row) = e->bias != NULL ? sums[j][v] + e->bias[j] : sums[j][v];
        }
        return;
    }
    DSC_WRITE_OUT
    for (size_t j = 0; j < rows; ++j) {
        DSC_WRITE_OUT
        for (size_t v = 0; v < vectors; ++v)
            DSC_NAME(put)(e, t + v, j, sums[j][v]);
    }
}

#define BLOCK(n, across)                                                                                     \
    case (n)*MOST_ACROSS + (across)-1:                                                                       \
        DSC_NAME(block)(n, across, some, offsets, a, b, e, t);                                               \
        break;
#define ROWS(n) BLOCK(n, 1) BLOCK(n, 2)
#if DSC_VECTOR_BYTES == 64
#define FEW_ROWS(n) ROWS(n) BLOCK(n, 3) BLOCK(n, 4)
#else
#define FEW_ROWS(n) ROWS(n)
#endif

static void DSC_NAME(any_block)(size_t rows, size_t vectors, const DSC_NAME(some) * some,
                                const size_t *offsets, const DSC_REAL *a, const DSC_REAL *const *b,
                                const DSC_NAME(ending) * e, const DSC_NAME(target) * t) {
    switch (rows * MOST_ACROSS + vectors - 1) {
        FEW_ROWS(1)
        FEW_ROWS(2)
        FEW_ROWS(3)
        FEW_ROWS(4)
        FEW_ROWS(5)
        FEW_ROWS(6)
#if DSC_VECTOR_BYTES == 64
        ROWS(7)
        ROWS(8)
        ROWS(9)
        ROWS(10)
        ROWS(11)
        ROWS(12)
#endif
    }
}

#undef BLOCK
#undef ROWS
#undef FEW_ROWS
