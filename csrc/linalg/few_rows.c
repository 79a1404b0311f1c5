#ifdef DSC_REAL

#include "core/vectors.h"

/* Of a block's sums, which have to stay in registers: AVX-512 has 32, the others half as many. */
#define TALL (DSC_VECTOR_BYTES == 64 ? 8 : 4)

#include "linalg/gather_rows.h"

/* c (rows x vectors * WIDTH) = sum over k of a[row, k] b[k, ...]: a column times a row at a time. */
__attribute__((always_inline)) static inline void
DSC_NAME(outer_block)(const size_t rows, const size_t vectors, size_t k, const DSC_REAL *a, size_t lda,
                      const DSC_REAL *b, size_t ldb, bool add, DSC_REAL *c, size_t ldc) {
    DSC_NAME(vector) sums[8][8] = {{{0}}};
    for (size_t i = 0; i < k; ++i) {
        DSC_NAME(vector) right[8];
        DSC_WRITE_OUT
        for (size_t v = 0; v < vectors; ++v)
            right[v] = LOAD(b + i * ldb + v * WIDTH);
        DSC_WRITE_OUT
        for (size_t j = 0; j < rows; ++j) {
            DSC_REAL left = a[j * lda + i];
            DSC_WRITE_OUT
            for (size_t v = 0; v < vectors; ++v)
                sums[j][v] += left * right[v];
        }
    }
    DSC_WRITE_OUT
    for (size_t j = 0; j < rows; ++j) {
        DSC_WRITE_OUT
        for (size_t v = 0; v < vectors; ++v) {
            DSC_REAL *out = c + j * ldc + v * WIDTH;
            if (add)
                sums[j][v] += LOAD(out);
            AT(out) = sums[j][v];
        }
    }
}

/* Rows [0, rows) of a strip of columns `vectors` vectors wide. */
__attribute__((always_inline)) static inline void
DSC_NAME(outer_strip)(size_t rows, const size_t vectors, size_t k, const DSC_REAL *a, size_t lda,
                      const DSC_REAL *b, size_t ldb, bool add, DSC_REAL *c, size_t ldc) {
    size_t j = 0;
    for (; vectors <= 2 && j + TALL <= rows; j += TALL)
        DSC_NAME(outer_block)(TALL, vectors, k, a + j * lda, lda, b, ldb, add, c + j * ldc, ldc);
    for (; j < rows; ++j)
        DSC_NAME(outer_block)(1, vectors, k, a + j * lda, lda, b, ldb, add, c + j * ldc, ldc);
}

/* The columns that fill no vector: in `b` they have zeros beside them, and do. */
static void DSC_NAME(outer_rest)(size_t rows, size_t columns, size_t k, const DSC_REAL *a, size_t lda,
                                 const DSC_REAL *b, bool add, DSC_REAL *c, size_t ldc) {
    DSC_REAL sums[DSC_FEW_ROWS * WIDTH];
    DSC_NAME(outer_strip)(rows, 1, k, a, lda, b, WIDTH, false, sums, WIDTH);
    for (size_t j = 0; j < rows; ++j)
        for (size_t l = 0; l < columns; ++l)
            c[j * ldc + l] = add ? c[j * ldc + l] + sums[j * WIDTH + l] : sums[j * WIDTH + l];
}

/* rest: the columns of b that fill no vector, for outer_rest. */
static void DSC_NAME(outer_rows)(size_t rows, size_t columns, size_t k, const DSC_REAL *a, size_t lda,
                                 const DSC_REAL *b, size_t ldb, const DSC_REAL *rest, bool add, DSC_REAL *c,
                                 size_t ldc) {
    size_t l = 0;
    for (; rows < 8 && l + 8 * WIDTH <= columns; l += 8 * WIDTH)
        DSC_NAME(outer_strip)(rows, 8, k, a, lda, b + l, ldb, add, c + l, ldc);
    for (; l + 2 * WIDTH <= columns; l += 2 * WIDTH)
        DSC_NAME(outer_strip)(rows, 2, k, a, lda, b + l, ldb, add, c + l, ldc);
    for (; l + WIDTH <= columns; l += WIDTH)
        DSC_NAME(outer_strip)(rows, 1, k, a, lda, b + l, ldb, add, c + l, ldc);
    if (l < columns)
        DSC_NAME(outer_rest)(rows, columns - l, k, a, lda, rest, add, c + l, ldc);
}

/* ld: of b and c. */
static void DSC_NAME(few_rows)(size_t rows, size_t columns, size_t k, const DSC_REAL *a, size_t lda,
                               const DSC_REAL *b, bool add, DSC_REAL *c, size_t ld) {
    const size_t whole = columns - columns % WIDTH;
    DSC_REAL rest[PIECE * WIDTH];
    for (size_t i = 0; i < k; i += PIECE) {
        const size_t piece = dsc_min_size(PIECE, k - i);
        if (whole < columns)
            DSC_NAME(gather_rows)(piece, columns - whole, b + i * ld + whole, ld, rest, WIDTH);
        DSC_NAME(outer_rows)(rows, columns, piece, a + i, lda, b + i * ld, ld, rest, add || i > 0, c, ld);
    }
}

#include "core/vectors_end.h"
#undef TALL

#else

#include "linalg/few_rows.h"

/* Products one after another. */
enum { PIECE = 256 };

#define DSC_TEMPLATE "linalg/few_rows.c"
#include "core/instantiate_versions.h"

void dsc_few_rows(dsc_dtype dtype, size_t rows, size_t columns, size_t k, const void *a, size_t lda,
                  const void *b, bool add, void *c, size_t ld) {
    DSC_CALL_VERSION(dtype, few_rows, rows, columns, k, a, lda, b, add, c, ld);
}

#endif
