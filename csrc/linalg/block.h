/* For templates between core/vectors.h and core/vectors_end.h: products of blocks that stand in the cache, as
 * kernels make them that go over matrices block by block. A block's rows are padded to whole vectors. */
#include "linalg/gather_rows.h"
#include "linalg/turn.h"

#ifndef DSC_BLOCK_PADDED
/* The length of a padded row, inside a template. */
#define DSC_BLOCK_PADDED(n) (((n) + WIDTH - 1) / WIDTH * WIDTH)
/* Rows of c whose sums stay in registers, two vectors each: AVX-512 has 32 registers, the others 16. */
#define DSC_BLOCK_TALL ((size_t)(DSC_VECTOR_BYTES == 64 ? 12 : 6))
#endif

/* `rows` rows of c, `vectors` vectors of them, of which the first `columns` numbers are written. */
__attribute__((always_inline)) static inline void
DSC_NAME(block_strip)(const size_t rows, const size_t vectors, size_t columns, size_t k, const DSC_REAL *a,
                      size_t a_row, size_t a_k, const DSC_REAL *b, size_t ldb, bool add, DSC_REAL *c,
                      size_t ldc) {
    DSC_NAME(vector) sums[12][2] = {{{0}}};
    for (size_t i = 0; i < k; ++i) {
        DSC_NAME(vector) right[2];
        DSC_WRITE_OUT
        for (size_t v = 0; v < vectors; ++v)
            right[v] = LOAD(b + i * ldb + v * WIDTH);
        DSC_WRITE_OUT
        for (size_t j = 0; j < rows; ++j) {
            DSC_REAL left = a[j * a_row + i * a_k];
            DSC_WRITE_OUT
            for (size_t v = 0; v < vectors; ++v)
                sums[j][v] += left * right[v];
        }
    }
    bool is_whole = columns >= vectors * WIDTH;
    DSC_WRITE_OUT
    for (size_t j = 0; j < rows; ++j) {
        DSC_WRITE_OUT
        for (size_t v = 0; v < vectors; ++v) {
            DSC_REAL *out = c + j * ldc + v * WIDTH;
            if (is_whole) {
                if (add)
                    sums[j][v] += LOAD(out);
                AT(out) = sums[j][v];
            } else {
                for (size_t l = 0; l < WIDTH && v * WIDTH + l < columns; ++l)
                    out[l] = add ? out[l] + sums[j][v][l] : sums[j][v][l];
            }
        }
    }
}

__attribute__((always_inline)) static inline void
DSC_NAME(block_panel)(size_t rows, const size_t vectors, size_t columns, size_t k, const DSC_REAL *a,
                      size_t a_row, size_t a_k, const DSC_REAL *b, size_t ldb, bool add, DSC_REAL *c,
                      size_t ldc) {
    size_t j = 0;
    for (; j + DSC_BLOCK_TALL <= rows; j += DSC_BLOCK_TALL)
        DSC_NAME(block_strip)
    (DSC_BLOCK_TALL, vectors, columns, k, a + j * a_row, a_row, a_k, b, ldb, add, c + j * ldc, ldc);
    for (; j + 4 <= rows; j += 4)
        DSC_NAME(block_strip)
    (4, vectors, columns, k, a + j * a_row, a_row, a_k, b, ldb, add, c + j * ldc, ldc);
    for (; j + 2 <= rows; j += 2)
        DSC_NAME(block_strip)
    (2, vectors, columns, k, a + j * a_row, a_row, a_k, b, ldb, add, c + j * ldc, ldc);
    if (j < rows)
        DSC_NAME(block_strip)
    (1, vectors, columns, k, a + j * a_row, a_row, a_k, b, ldb, add, c + j * ldc, ldc);
}

/* c (rows x columns) = a b, or is added to. Number [j, i] of a stands at j a_row + i a_k; b's k rows are
 * padded, c's need not be. Sums are made one product after another. */
static void DSC_NAME(block_product)(size_t rows, size_t columns, size_t k, const DSC_REAL *a, size_t a_row,
                                    size_t a_k, const DSC_REAL *b, size_t ldb, bool add, DSC_REAL *c,
                                    size_t ldc) {
    const size_t two = 2 * WIDTH;
    size_t l = 0;
    for (; l + WIDTH < columns; l += two)
        DSC_NAME(block_panel)(rows, 2, columns - l, k, a, a_row, a_k, b + l, ldb, add, c + l, ldc);
    if (l < columns)
        DSC_NAME(block_panel)(rows, 1, columns - l, k, a, a_row, a_k, b + l, ldb, add, c + l, ldc);
}
