#ifdef DSC_REAL

#define WIDTH (DSC_VECTOR_BYTES / sizeof(DSC_REAL))
typedef DSC_REAL DSC_NAME(vector) __attribute__((vector_size(DSC_VECTOR_BYTES)));
/* The same in memory: at any address. */
typedef DSC_REAL DSC_NAME(loose)
    __attribute__((vector_size(DSC_VECTOR_BYTES), aligned(sizeof(DSC_REAL)), may_alias));

/* Of a block's sums, which have to stay in registers: AVX-512 has 32, the others half as many. */
#define TALL (DSC_VECTOR_BYTES == 64 ? 8 : 4)

#define AT(p) (*(DSC_NAME(loose) *)(p))
#define LOAD(p) (*(const DSC_NAME(loose) *)(p))

#include "linalg/dot_blocks.h"

/* sums += products of vectors of a's rows with those of b's. */
__attribute__((always_inline)) static inline void
DSC_NAME(dot_vectors)(const size_t rows, const size_t columns, const DSC_REAL *a, size_t lda,
                      const DSC_REAL *b, size_t ldb, DSC_NAME(vector) sums[DSC_DOT_ROWS][8]) {
    DSC_NAME(vector) right[8];
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
 * them, with zeros behind it, in vectors of its own; NULL if there is nothing. */
typedef struct DSC_NAME(operands) {
    size_t k, ld;
    const DSC_REAL *a, *b, *a_rest, *b_rest;
} DSC_NAME(operands);

/* c (rows x columns) = a b^T. */
__attribute__((always_inline)) static inline void DSC_NAME(dot_block)(const size_t rows, const size_t columns,
                                                                      const DSC_NAME(operands) * o, bool add,
                                                                      DSC_REAL *c, size_t ldc) {
    DSC_NAME(vector) sums[DSC_DOT_ROWS][8] = {{{0}}};
    const size_t k = o->k, ld = o->ld;
    const DSC_REAL *a = o->a, *b = o->b;
    for (size_t i = 0; i < k; i += WIDTH)
        DSC_NAME(dot_vectors)(rows, columns, a + i, ld, b + i, ld, sums);
    if (o->b_rest != NULL)
        DSC_NAME(dot_vectors)(rows, columns, o->a_rest, WIDTH, o->b_rest, WIDTH, sums);
    DSC_NAME(store_totals)(rows, columns, sums, add, c, ldc);
}

#define BLOCK(r, n)                                                                                          \
    case (r)*8 + (n)-1:                                                                                      \
        DSC_NAME(dot_block)(r, n, o, add, c, ldc);                                                           \
        break;

static void DSC_NAME(any_dot_block)(size_t rows, size_t columns, const DSC_NAME(operands) * o, bool add,
                                    DSC_REAL *c, size_t ldc) {
    switch (rows * 8 + columns - 1) { DSC_DOT_BLOCKS(BLOCK) }
}

#undef BLOCK

/* `count` numbers of each of k rows, `to_row` apart. */
static void DSC_NAME(gather)(size_t k, size_t count, const DSC_REAL *from, size_t from_row, DSC_REAL *to,
                             size_t to_row) {
    for (size_t i = 0; i < k; ++i)
        for (size_t j = 0; j < to_row; ++j)
            to[i * to_row + j] = j < count ? from[i * from_row + j] : 0;
}

/* Rows of a block stay in the first cache, those of a chunk of b in the second one. */
static void DSC_NAME(dot_chunk)(size_t rows, size_t columns, size_t k, size_t ld, const DSC_REAL *a,
                                const DSC_REAL *b, bool add, DSC_REAL *c, size_t ldc) {
    static const size_t most[] = DSC_DOT_MOST;
    DSC_REAL a_rest[DSC_DOT_ROWS * WIDTH], b_rest[CHUNK * WIDTH];
    const size_t rest = k % WIDTH, whole = k - rest;
    const size_t down = dsc_ceil_div(rows, sizeof most / sizeof *most - 1);
    if (rest > 0)
        DSC_NAME(gather)(columns, rest, b + whole, ld, b_rest, WIDTH);
    for (size_t i = 0; i < down; ++i) {
        const size_t row = i * rows / down, tall = (i + 1) * rows / down - row;
        const size_t across = dsc_ceil_div(columns, most[tall]);
        if (rest > 0)
            DSC_NAME(gather)(tall, rest, a + row * ld + whole, ld, a_rest, WIDTH);
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
    DSC_REAL sums[FEW * WIDTH];
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

/* c = a b for few rows: b is read once, where it is. */
static void DSC_NAME(few_rows)(dsc_gemm_tile t, size_t k, const DSC_REAL *a, size_t lda, const DSC_REAL *b,
                               bool add, DSC_REAL *c, size_t ld) {
    const size_t whole = t.width - t.width % WIDTH;
    DSC_REAL rest[PIECE * WIDTH];
    for (size_t i = 0; i < k; i += PIECE) {
        const size_t piece = dsc_min_size(PIECE, k - i);
        if (whole < t.width)
            DSC_NAME(gather)(piece, t.width - whole, b + i * ld + whole, ld, rest, WIDTH);
        DSC_NAME(outer_rows)(t.height, t.width, piece, a + i, lda, b + i * ld, ld, rest, add || i > 0, c, ld);
    }
}

/* c = a b^T. */
static void DSC_NAME(dot_tile)(dsc_gemm_tile t, size_t k, size_t ld, const DSC_REAL *a, const DSC_REAL *b,
                               bool add, DSC_REAL *c, size_t ldc) {
    for (size_t i = 0; i < k; i += VECTORS * WIDTH)
        for (size_t l = 0; l < t.width; l += CHUNK)
            DSC_NAME(dot_chunk)
    (t.height, dsc_min_size(CHUNK, t.width - l), dsc_min_size(VECTORS * WIDTH, k - i), ld, a + i,
     b + l * ld + i, add || i > 0, c + l, ldc);
}

#undef WIDTH
#undef TALL
#undef AT
#undef LOAD

#else

#include "linalg/thin.h"

#include "linalg/panels.h"

/* Up to so many rows. The operand that is read again and again should stay in the second-level cache, what is
 * packed of the other one in the first. */
enum { THIN = 256, CACHED_BYTES = 1 << 20, FEW = 16, PIECE = 256, ROOM_BYTES = 32 << 10 };
/* Of dot products: columns and vectors at once. */
enum { CHUNK = 48, VECTORS = 64 };

#define DSC_TEMPLATE "linalg/thin.c"
#include "core/instantiate_versions.h"

/* Whether the products of rows with rows are long enough: each ends in adding up a vector's lanes, which
 * costs more than packing does once many rows share what is packed. With AVX2, at 300 and 512 columns, both
 * are about even at k = 50, 200 and 400 for 4, 16 and 32 rows; at 30 OpenBLAS is two to six times as fast. */
static bool is_long(const dsc_gemm_plan *p) {
    size_t sharing = dsc_min_size(dsc_min_size(p->m, p->n), 32);
    return p->k * dsc_dtype_size(p->dtype) >= 48 * sharing;
}

bool dsc_is_thin(const dsc_gemm_plan *p) {
    /* With k = 0 there may be no operands to point to. */
    if (p->k == 0 || p->alpha != 1 || (p->beta != 0 && p->beta != 1) || (p->transpose_a && p->transpose_b))
        return false;
    size_t cached = CACHED_BYTES / dsc_dtype_size(p->dtype);
    if (p->transpose_b)
        return p->m <= THIN && p->m * p->k <= cached && is_long(p);
    return (p->m <= THIN && p->m * p->k <= cached) || (p->k <= THIN && p->k * p->n <= cached);
}

/* c = a b, or a^T b, for many rows, with panels of b that are packed for them. */
static void many_rows(const dsc_gemm_plan *p, dsc_gemm_tile t, size_t k, const char *a, const char *b,
                      bool add, char *c) {
    _Alignas(64) char room[ROOM_BYTES];
    const size_t size = dsc_size_of(p->dtype), a_k = p->transpose_a ? p->m : 1;
    for (size_t i = 0; i < k; i += PIECE) {
        const size_t piece = dsc_min_size(PIECE, k - i);
        const size_t width = dsc_panels_of(p->dtype, piece, 1).width;
        const size_t most = ROOM_BYTES / (piece * width * size) * width;
        for (size_t l = 0; l < t.width; l += most) {
            dsc_panels some = dsc_panels_of(p->dtype, piece, dsc_min_size(most, t.width - l));
            some.data = room;
            for (size_t panel = 0; panel < some.count; ++panel)
                dsc_panels_pack(&some, false, b + (i * p->n + l) * size, p->n, panel);
            const char *left = a + i * a_k * size;
            char *out = c + l * size;
            if (p->transpose_a)
                dsc_panels_transposed(&some, t.height, left, p->m, add || i > 0, out, p->n);
            else if (add || i > 0)
                dsc_panels_add(&some, 0, some.count, t.height, left, p->k, out, p->n);
            else
                dsc_panels_multiply(&some, 0, some.count, t.height, left, p->k, NULL, out, p->n);
        }
    }
}

void dsc_thin_run_tile(const dsc_gemm_plan *p, dsc_gemm_tile t, size_t first, size_t count, bool add) {
    const size_t size = dsc_size_of(p->dtype), n = p->n, k = p->k;
    char *c = (char *)p->c + (t.row * n + t.column) * size;
    const char *a = (const char *)p->a + (p->transpose_a ? first * p->m + t.row : t.row * k + first) * size;
    const char *b =
        (const char *)p->b + (p->transpose_b ? t.column * k + first : first * n + t.column) * size;
    if (p->transpose_b)
        DSC_CALL_VERSION(p->dtype, dot_tile, t, count, k, (const void *)a, (const void *)b, add, (void *)c,
                         n);
    else if (p->transpose_a || t.height > FEW)
        many_rows(p, t, count, a, b, add, c);
    else
        DSC_CALL_VERSION(p->dtype, few_rows, t, count, (const void *)a, k, (const void *)b, add, (void *)c,
                         n);
}

#endif
