/* For templates between core/vectors.h and core/vectors_end.h: turning matrices, so that rows become columns.
 *
 * A square of as many rows as a vector has lanes is turned in registers: riffling the vectors of its first
 * half with those of its second half moves the highest bit of a number's row to the end of its lane, and the
 * highest bit of its lane to the end of its row. When all bits have moved, rows are lanes. */

/* Numbers of a and b alternately: n = 0, those of their first halves, n = WIDTH / 2, of their second ones. */
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

/* Number [j, i] of `to` is [i, j] of `from`; zeros behind each row, up to to_row. The matrices are apart.
 * Eight rows at a time, where a square does not fit; else the last squares overlap the ones before. */
static void DSC_NAME(turn)(size_t rows, size_t columns, const DSC_REAL *from, size_t from_row, DSC_REAL *to,
                           size_t to_row) {
    const bool fits = rows >= WIDTH && columns >= WIDTH;
    for (size_t i = 0; fits && i < rows; i += WIDTH)
        for (size_t j = 0; j < columns; j += WIDTH) {
            const size_t row = dsc_min_size(i, rows - WIDTH), column = dsc_min_size(j, columns - WIDTH);
            DSC_NAME(turn_square)
            (from + row * from_row + column, from_row, to + column * to_row + row, to_row);
        }
    size_t done = fits ? rows : 0;
    for (; done + 8 <= rows; done += 8)
        for (size_t j = 0; j < columns; ++j)
            for (size_t i = done; i < done + 8; ++i)
                to[j * to_row + i] = from[i * from_row + j];
    for (; done < rows; ++done)
        for (size_t j = 0; j < columns; ++j)
            to[j * to_row + done] = from[done * from_row + j];
    for (size_t j = 0; rows < to_row && j < columns; ++j)
        for (size_t i = rows; i < to_row; ++i)
            to[j * to_row + i] = 0;
}
