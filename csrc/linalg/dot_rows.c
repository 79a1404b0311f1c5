#ifdef DSC_REAL

#include "core/vectors.h"

#include "linalg/dot_blocks.h"

/* sums += products of vectors of a's rows with those of b's. */
__attribute__((always_inline)) static inline void
DSC_NAME(dot_vectors)(const size_t rows, const size_t columns, const DSC_REAL *a, size_t lda,
                      const DSC_REAL *b, size_t ldb, DSC_NAME(vector) sums[DSC_DOT_ROWS][DSC_DOT_COLUMNS]) {
    DSC_NAME(vector) right[DSC_DOT_COLUMNS];
    DSC_WRITE_OUT
    for (size_t l = 0; l < columns; ++l)
        right[l] = LOAD(b + l * ldb);
    DSC_WRITE_OUT
    for (size_t j = 0; j < rows; ++j) {
        const DSC_NAME(vector) left = LOAD(a + j * lda);
        DSC_WRITE_OUT
        for (size_t l = 0; l < columns; ++l)
            sums[j][l] += left * right[l];
    }
}

/* The operands of dot products: rows of k numbers, a multiple of WIDTH, `ld` apart, and what comes after
 * them, with zeros behind it, in vectors of its own; b_rest is NULL where nothing does. */
typedef struct DSC_NAME(operands) {
    size_t k, ld;
    const DSC_REAL *a, *b, *a_rest, *b_rest;
} DSC_NAME(operands);

/* c (rows x columns) = a b^T. */
__attribute__((always_inline)) static inline void DSC_NAME(dot_block)(const size_t rows, const size_t columns,
                                                                      const DSC_NAME(operands) * o, bool add,
                                                                      DSC_REAL *c, size_t ldc) {
    DSC_NAME(vector) sums[DSC_DOT_ROWS][DSC_DOT_COLUMNS] = {{{0}}};
    const size_t k = o->k, ld = o->ld;
    const DSC_REAL *a = o->a, *b = o->b;
    for (size_t i = 0; i < k; i += WIDTH)
        DSC_NAME(dot_vectors)(rows, columns, a + i, ld, b + i, ld, sums);
    if (o->b_rest != NULL)
        DSC_NAME(dot_vectors)(rows, columns, o->a_rest, WIDTH, o->b_rest, WIDTH, sums);
    DSC_NAME(store_totals)(rows, columns, sums, add, c, ldc);
}

#define BLOCK(r, n)                                                                                          \
    case (r)*DSC_DOT_COLUMNS + (n)-1:                                                                        \
        DSC_NAME(dot_block)(r, n, o, add, c, ldc);                                                           \
        break;

static void DSC_NAME(any_dot_block)(size_t rows, size_t columns, const DSC_NAME(operands) * o, bool add,
                                    DSC_REAL *c, size_t ldc) {
    switch (rows * DSC_DOT_COLUMNS + columns - 1) { DSC_DOT_BLOCKS(BLOCK) }
}

#undef BLOCK

#include "linalg/gather_rows.h"

/* Rows of a block stay in the first cache, those of a chunk of b in the second one. */
static void DSC_NAME(dot_chunk)(size_t rows, size_t columns, size_t k, size_t ld, const DSC_REAL *a,
                                const DSC_REAL *b, bool add, DSC_REAL *c, size_t ldc) {
    static const size_t most[] = DSC_DOT_MOST;
    DSC_REAL a_rest[DSC_DOT_ROWS * WIDTH], b_rest[CHUNK * WIDTH];
    const size_t rest = k % WIDTH, whole = k - rest;
    const size_t down = dsc_ceil_div(rows, sizeof most / sizeof *most - 1);
    if (rest > 0)
        DSC_NAME(gather_rows)(columns, rest, b + whole, ld, b_rest, WIDTH);
    for (size_t i = 0; i < down; ++i) {
        const size_t row = i * rows / down, tall = (i + 1) * rows / down - row;
        const size_t across = dsc_ceil_div(columns, most[tall]);
        if (rest > 0)
            DSC_NAME(gather_rows)(tall, rest, a + row * ld + whole, ld, a_rest, WIDTH);
        for (size_t j = 0; j < across; ++j) {
            const size_t column = j * columns / across;
            const DSC_NAME(operands) o = {.k = whole,
                                          .ld = ld,
                                          .a = a + row * ld,
                                          .b = b + column * ld,
                                          .a_rest = a_rest,
                                          .b_rest = rest > 0 ? b_rest + column * WIDTH : NULL};
            DSC_NAME(any_dot_block)
            (tall, (j + 1) * columns / across - column, &o, add, c + row * ldc + column, ldc);
        }
    }
}

/* c = a b^T. */
static void DSC_NAME(dot_rows)(size_t rows, size_t columns, size_t k, size_t ld, const DSC_REAL *a,
                               const DSC_REAL *b, bool add, DSC_REAL *c, size_t ldc) {
    for (size_t i = 0; i < k; i += VECTORS * WIDTH)
        for (size_t l = 0; l < columns; l += CHUNK)
            DSC_NAME(dot_chunk)
    (rows, dsc_min_size(CHUNK, columns - l), dsc_min_size(VECTORS * WIDTH, k - i), ld, a + i, b + l * ld + i,
     add || i > 0, c + l, ldc);
}

#include "core/vectors_end.h"

#else

#include "linalg/dot_rows.h"

/* Columns and vectors at once. */
enum { CHUNK = 48, VECTORS = 64 };

#define DSC_TEMPLATE "linalg/dot_rows.c"
#include "core/instantiate_versions.h"

void dsc_dot_rows(dsc_dtype dtype, size_t rows, size_t columns, size_t k, size_t ld, const void *a,
                  const void *b, bool add, void *c, size_t ldc) {
    DSC_CALL_VERSION(dtype, dot_rows, rows, columns, k, ld, a, b, add, c, ldc);
}

#endif
