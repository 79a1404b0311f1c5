/* For templates of core/instantiate_versions.h with WIDTH, AT and DSC_NAME(vector): blocks of dot products,
 * each with as many sums as a vector has lanes. May be included again by another template. */

#ifndef DSC_DOT_ROWS
#define DSC_DOT_ROWS 8
#define DSC_DOT_COLUMNS 8
#endif

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

#undef DSC_HALVES

/* c (rows x columns) = the sums of the lanes, or is added to. */
__attribute__((always_inline)) static inline void
DSC_NAME(store_totals)(const size_t rows, const size_t columns,
                       DSC_NAME(vector) lanes[DSC_DOT_ROWS][DSC_DOT_COLUMNS], bool add, DSC_REAL *c,
                       size_t ldc) {
    DSC_WRITE_OUT
    for (size_t first = 0; first < rows * columns; first += WIDTH) {
        DSC_NAME(vector) some[WIDTH] = {{0}};
        DSC_REAL total[WIDTH];
        const size_t count = dsc_min_size(WIDTH, rows * columns - first);
        DSC_WRITE_OUT
        for (size_t i = 0; i < count; ++i)
            some[i] = lanes[(first + i) / columns][(first + i) % columns];
        AT(total) = DSC_NAME(totals)(some);
        DSC_WRITE_OUT
        for (size_t i = 0; i < count; ++i) {
            DSC_REAL *out = c + (first + i) / columns * ldc + (first + i) % columns;
            *out = add ? *out + total[i] : total[i];
        }
    }
}

/* The most columns of a block of so many rows. Its sums, and what they are made of, have to stay in
 * registers: AVX-512 has 32, the others half as many. And each such block: EACH(rows, columns). */
#undef DSC_DOT_MOST
#undef DSC_DOT_BLOCKS
#if DSC_VECTOR_BYTES == 64
#define DSC_DOT_MOST                                                                                         \
    { 0, 8, 8, 6, 5, 4, 4, 3, 3 }
#define DSC_DOT_BLOCKS(EACH)                                                                                 \
    DSC_DOT_TO_8(EACH, 1)                                                                                    \
    DSC_DOT_TO_8(EACH, 2)                                                                                    \
    DSC_DOT_TO_6(EACH, 3)                                                                                    \
    DSC_DOT_TO_5(EACH, 4)                                                                                    \
    DSC_DOT_TO_4(EACH, 5) DSC_DOT_TO_4(EACH, 6) DSC_DOT_TO_3(EACH, 7) DSC_DOT_TO_3(EACH, 8)
#else
#define DSC_DOT_MOST                                                                                         \
    { 0, 8, 4, 3, 2, 2, 2 }
#define DSC_DOT_BLOCKS(EACH)                                                                                 \
    DSC_DOT_TO_8(EACH, 1)                                                                                    \
    DSC_DOT_TO_4(EACH, 2)                                                                                    \
    DSC_DOT_TO_3(EACH, 3) DSC_DOT_TO_2(EACH, 4) DSC_DOT_TO_2(EACH, 5) DSC_DOT_TO_2(EACH, 6)
#endif

#ifndef DSC_DOT_TO_2
#define DSC_DOT_TO_2(EACH, rows) EACH(rows, 1) EACH(rows, 2)
#define DSC_DOT_TO_3(EACH, rows) DSC_DOT_TO_2(EACH, rows) EACH(rows, 3)
#define DSC_DOT_TO_4(EACH, rows) DSC_DOT_TO_3(EACH, rows) EACH(rows, 4)
#define DSC_DOT_TO_5(EACH, rows) DSC_DOT_TO_4(EACH, rows) EACH(rows, 5)
#define DSC_DOT_TO_6(EACH, rows) DSC_DOT_TO_5(EACH, rows) EACH(rows, 6)
#define DSC_DOT_TO_8(EACH, rows) DSC_DOT_TO_6(EACH, rows) EACH(rows, 7) EACH(rows, 8)
#endif
