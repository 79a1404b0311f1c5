#ifdef DSC_REAL

#define WIDTH (DSC_VECTOR_BYTES / sizeof(DSC_REAL))
typedef DSC_REAL DSC_NAME(vector) __attribute__((vector_size(DSC_VECTOR_BYTES)));
/* The same in memory: at any address. */
typedef DSC_REAL DSC_NAME(loose)
    __attribute__((vector_size(DSC_VECTOR_BYTES), aligned(sizeof(DSC_REAL)), may_alias));

/* Of a block's sums, which have to stay in registers: AVX-512 has 32, the others half as many. */
#define TALL (DSC_VECTOR_BYTES == 64 ? 8 : 4)
#define BROAD (DSC_VECTOR_BYTES == 64 ? 4 : 2)

#define AT(p) (*(DSC_NAME(loose) *)(p))
#define LOAD(p) (*(const DSC_NAME(loose) *)(p))

__attribute__((always_inline)) static inline DSC_REAL DSC_NAME(total)(const DSC_NAME(vector) * v) {
    DSC_REAL lanes[WIDTH];
    AT(lanes) = *v;
    for (size_t half = WIDTH / 2; half > 0; half /= 2)
        for (size_t i = 0; i < half; ++i)
            lanes[i] += lanes[i + half];
    return lanes[0];
}

/* c (rows x columns) = a b^T, both read along k numbers of their rows, which are `ld` long. */
__attribute__((always_inline)) static inline void DSC_NAME(dot_block)(const size_t rows, const size_t columns,
                                                                      size_t k, size_t ld, const DSC_REAL *a,
                                                                      const DSC_REAL *b, bool add,
                                                                      DSC_REAL *c, size_t ldc) {
    DSC_NAME(vector) sums[4][4] = {{{0}}};
    size_t whole = k - k % WIDTH;
    for (size_t i = 0; i < whole; i += WIDTH) {
        DSC_NAME(vector) right[4];
        DSC_WRITE_OUT
        for (size_t l = 0; l < columns; ++l)
            right[l] = LOAD(b + l * ld + i);
        DSC_WRITE_OUT
        for (size_t j = 0; j < rows; ++j) {
            DSC_NAME(vector) left = LOAD(a + j * ld + i);
            DSC_WRITE_OUT
            for (size_t l = 0; l < columns; ++l)
                sums[j][l] += left * right[l];
        }
    }
    DSC_WRITE_OUT
    for (size_t j = 0; j < rows; ++j) {
        DSC_WRITE_OUT
        for (size_t l = 0; l < columns; ++l) {
            DSC_REAL sum = DSC_NAME(total)(&sums[j][l]);
            for (size_t i = whole; i < k; ++i)
                sum += a[j * ld + i] * b[l * ld + i];
            c[j * ldc + l] = add ? c[j * ldc + l] + sum : sum;
        }
    }
}

static void DSC_NAME(dot_tile)(size_t rows, size_t columns, size_t k, size_t ld, const DSC_REAL *a,
                               const DSC_REAL *b, bool add, DSC_REAL *c, size_t ldc) {
    for (size_t l = 0; l < columns;) {
        size_t wide = columns - l >= BROAD ? BROAD : 1;
        for (size_t j = 0; j < rows;) {
            const DSC_REAL *left = a + j * ld, *right = b + l * ld;
            DSC_REAL *out = c + j * ldc + l;
            size_t tall = rows - j >= 4 ? 4 : 1;
            if (tall == 4 && wide == BROAD)
                DSC_NAME(dot_block)(4, BROAD, k, ld, left, right, add, out, ldc);
            else if (tall == 4)
                DSC_NAME(dot_block)(4, 1, k, ld, left, right, add, out, ldc);
            else if (wide == BROAD)
                DSC_NAME(dot_block)(1, BROAD, k, ld, left, right, add, out, ldc);
            else
                DSC_NAME(dot_block)(1, 1, k, ld, left, right, add, out, ldc);
            j += tall;
        }
        l += wide;
    }
}

/* c (rows x vectors * WIDTH) = sum over k of a[row, k] b[k, ...]: a column times a row at a time. */
__attribute__((always_inline)) static inline void
DSC_NAME(outer_block)(const size_t rows, const size_t vectors, size_t k, const DSC_REAL *a, size_t a_row,
                      size_t a_k, const DSC_REAL *b, size_t ldb, bool add, DSC_REAL *c, size_t ldc) {
    DSC_NAME(vector) sums[8][8] = {{{0}}};
    for (size_t i = 0; i < k; ++i) {
        DSC_NAME(vector) right[8];
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
DSC_NAME(outer_strip)(size_t rows, const size_t vectors, size_t k, const DSC_REAL *a, size_t a_row,
                      size_t a_k, const DSC_REAL *b, size_t ldb, bool add, DSC_REAL *c, size_t ldc) {
    size_t j = 0;
    for (; vectors <= 2 && j + TALL <= rows; j += TALL)
        DSC_NAME(outer_block)(TALL, vectors, k, a + j * a_row, a_row, a_k, b, ldb, add, c + j * ldc, ldc);
    for (; j < rows; ++j)
        DSC_NAME(outer_block)(1, vectors, k, a + j * a_row, a_row, a_k, b, ldb, add, c + j * ldc, ldc);
}

/* The columns that fill no vector: in `b` they have zeros beside them, and do. */
static void DSC_NAME(outer_rest)(size_t rows, size_t columns, size_t k, const DSC_REAL *a, size_t a_row,
                                 size_t a_k, const DSC_REAL *b, bool add, DSC_REAL *c, size_t ldc) {
    DSC_REAL sums[ROWS_AT_ONCE * WIDTH];
    DSC_NAME(outer_strip)(rows, 1, k, a, a_row, a_k, b, WIDTH, false, sums, WIDTH);
    for (size_t j = 0; j < rows; ++j)
        for (size_t l = 0; l < columns; ++l)
            c[j * ldc + l] = add ? c[j * ldc + l] + sums[j * WIDTH + l] : sums[j * WIDTH + l];
}

/* rest: the columns of b that fill no vector, for outer_rest. */
static void DSC_NAME(outer_rows)(size_t rows, size_t columns, size_t k, const DSC_REAL *a, size_t a_row,
                                 size_t a_k, const DSC_REAL *b, size_t ldb, const DSC_REAL *rest, bool add,
                                 DSC_REAL *c, size_t ldc) {
    size_t l = 0;
    for (; rows < 8 && l + 8 * WIDTH <= columns; l += 8 * WIDTH)
        DSC_NAME(outer_strip)(rows, 8, k, a, a_row, a_k, b + l, ldb, add, c + l, ldc);
    for (; l + 2 * WIDTH <= columns; l += 2 * WIDTH)
        DSC_NAME(outer_strip)(rows, 2, k, a, a_row, a_k, b + l, ldb, add, c + l, ldc);
    for (; l + WIDTH <= columns; l += WIDTH)
        DSC_NAME(outer_strip)(rows, 1, k, a, a_row, a_k, b + l, ldb, add, c + l, ldc);
    if (l < columns)
        DSC_NAME(outer_rest)(rows, columns - l, k, a, a_row, a_k, rest, add, c + l, ldc);
}

/* `count` numbers of each of k rows, `to_row` apart. */
static void DSC_NAME(gather)(size_t k, size_t count, const DSC_REAL *from, size_t from_row, DSC_REAL *to,
                             size_t to_row) {
    for (size_t i = 0; i < k; ++i)
        for (size_t j = 0; j < to_row; ++j)
            to[i * to_row + j] = j < count ? from[i * from_row + j] : 0;
}

/* c = a b, b along its rows. */
static void DSC_NAME(outer_tile)(const dsc_gemm_plan *p, dsc_gemm_tile t, size_t count, const DSC_REAL *a,
                                 const DSC_REAL *b, bool add, DSC_REAL *c) {
    size_t n = p->n, a_row = p->transpose_a ? 1 : p->k, a_k = p->transpose_a ? p->m : 1;
    size_t whole = t.width - t.width % WIDTH;
    DSC_REAL band[PIECE * BAND], rest[PIECE * WIDTH];
    /* Many rows: a band at a time, so that c is written along its rows. Few: strip by strip, so that b is
     * read once. A band of a transposed operand is brought together: in their places its rows would stand a
     * power of two apart as often as not, and all in a few sets of the first cache. */
    size_t most = p->transpose_a || t.height > ROWS_AT_ONCE ? BAND : t.height;
    for (size_t i = 0; i < count; i += PIECE) {
        size_t piece = dsc_min_size(PIECE, count - i);
        if (whole < t.width)
            DSC_NAME(gather)(piece, t.width - whole, b + i * n + whole, n, rest, WIDTH);
        for (size_t j = 0; j < t.height; j += most) {
            size_t rows = dsc_min_size(most, t.height - j);
            const DSC_REAL *left = a + j * a_row + i * a_k;
            if (p->transpose_a)
                DSC_NAME(gather)(piece, rows, left, a_k, band, BAND);
            DSC_NAME(outer_rows)
            (rows, t.width, piece, p->transpose_a ? band : left, a_row, p->transpose_a ? BAND : a_k,
             b + i * n, n, rest, add || i > 0, c + j * n, n);
        }
    }
}

/* By pieces whose sums are added to c: of PIECE products one after another, which dot_tile adds up in as
 * many lanes as a vector has. */
static void DSC_NAME(thin_tile)(const dsc_gemm_plan *p, dsc_gemm_tile t, size_t first, size_t count,
                                bool add) {
    size_t k = p->k, n = p->n;
    DSC_REAL *c = (DSC_REAL *)p->c + t.row * n + t.column;
    const DSC_REAL *a = (const DSC_REAL *)p->a + (p->transpose_a ? t.row + first * p->m : t.row * k + first);
    if (!p->transpose_b) {
        DSC_NAME(outer_tile)(p, t, count, a, (const DSC_REAL *)p->b + t.column + first * n, add, c);
        return;
    }
    const DSC_REAL *b = (const DSC_REAL *)p->b + t.column * k + first;
    for (size_t i = 0; i < count; i += PIECE * WIDTH) {
        size_t piece = dsc_min_size(PIECE * WIDTH, count - i);
        DSC_NAME(dot_tile)(t.height, t.width, piece, k, a + i, b + i, add || i > 0, c, n);
    }
}

#undef WIDTH
#undef TALL
#undef BROAD
#undef AT
#undef LOAD

#else

#include "core/sums.h"
#include "linalg/thin.h"

/* Measured at 784 and 512 against OpenBLAS 0.3.21: 1.7 to 2.4 times as fast at 16, 1.2 to 1.6 at 256. The
 * operand that is read again and again should stay in the second-level cache. */
enum { ROWS_AT_ONCE = 64, BAND = 8, THIN = 256, CACHED_BYTES = 1 << 20, PIECE = DSC_ONE_SUM };

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

void dsc_thin_run_tile(const dsc_gemm_plan *plan, dsc_gemm_tile tile, size_t first, size_t count, bool add) {
    DSC_CALL_VERSION(plan->dtype, thin_tile, plan, tile, first, count, add);
}

#endif
