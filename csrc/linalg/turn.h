/* For templates between core/vectors.h and core/vectors_end.h: matrices that are turned.
 *
 * A square of as many rows as a vector has lanes is turned in registers: riffling the vectors of its first
 * half with those of its second half moves the first bit of a number's row to the end of its lane, and the
 * first bit of its lane to the end of its row. When all bits have moved, rows are lanes. */

/* Numbers of two vectors in turns: those of their first halves, from 0 on, or of their second ones. */
#if DSC_VECTOR_BYTES == 64 && DSC_IS_FLOAT32
#define DSC_RIFFLE(n, a, b)                                                                                  \
    __builtin_shufflevector(a, b, n, n + 16, n + 1, n + 17, n + 2, n + 18, n + 3, n + 19, n + 4, n + 20,     \
                            n + 5, n + 21, n + 6, n + 22, n + 7, n + 23)
#elif DSC_VECTOR_BYTES == 64 || (DSC_VECTOR_BYTES == 32 && DSC_IS_FLOAT32)
#define DSC_RIFFLE(n, a, b)                                                                                  \
    __builtin_shufflevector(a, b, n, n + 8, n + 1, n + 9, n + 2, n + 10, n + 3, n + 11)
#elif DSC_VECTOR_BYTES == 32 || DSC_IS_FLOAT32
#define DSC_RIFFLE(n, a, b) __builtin_shufflevector(a, b, n, n + 4, n + 1, n + 5)
#else
#define DSC_RIFFLE(n, a, b) __builtin_shufflevector(a, b, n, n + 2)
#endif

static void DSC_NAME(turn_square)(const DSC_REAL *from, size_t from_row, DSC_REAL *to, size_t to_row) {
    DSC_NAME(vector) square[WIDTH], riffled[WIDTH];
    DSC_WRITE_OUT
    for (size_t i = 0; i < WIDTH; ++i)
        square[i] = LOAD(from + i * from_row);
    DSC_WRITE_OUT
    for (size_t bit = 1; bit < WIDTH; bit *= 2) {
        DSC_WRITE_OUT
        for (size_t i = 0; i < WIDTH / 2; ++i) {
            riffled[2 * i] = DSC_RIFFLE(0, square[i], square[i + WIDTH / 2]);
            riffled[2 * i + 1] = DSC_RIFFLE(WIDTH / 2, square[i], square[i + WIDTH / 2]);
        }
        DSC_WRITE_OUT
        for (size_t i = 0; i < WIDTH; ++i)
            square[i] = riffled[i];
    }
    DSC_WRITE_OUT
    for (size_t i = 0; i < WIDTH; ++i)
        AT(to + i * to_row) = square[i];
}

#undef DSC_RIFFLE

/* Number [j, i] of `to` is [i, j] of `from`. The last squares overlap those before them. */
static void DSC_NAME(turn)(size_t rows, size_t columns, const DSC_REAL *from, size_t from_row, DSC_REAL *to,
                           size_t to_row) {
    if (rows < WIDTH || columns < WIDTH) {
        for (size_t i = 0; i < rows; ++i)
            for (size_t j = 0; j < columns; ++j)
                to[j * to_row + i] = from[i * from_row + j];
        return;
    }
    for (size_t i = 0; i < rows; i += WIDTH)
        for (size_t j = 0; j < columns; j += WIDTH) {
            const size_t row = dsc_min_size(i, rows - WIDTH), column = dsc_min_size(j, columns - WIDTH);
            DSC_NAME(turn_square)
            (from + row * from_row + column, from_row, to + column * to_row + row, to_row);
        }
}
