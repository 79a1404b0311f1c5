#ifdef DSC_REAL

#define WIDTH (DSC_VECTOR_BYTES / sizeof(DSC_REAL))
typedef DSC_REAL DSC_NAME(vector) __attribute__((vector_size(DSC_VECTOR_BYTES)));
/* The same in memory: at any address. */
typedef DSC_REAL DSC_NAME(loose)
    __attribute__((vector_size(DSC_VECTOR_BYTES), aligned(sizeof(DSC_REAL)), may_alias));

/* Rows of a block, whose sums have to stay in registers with two vectors of b and one of a: AVX-512 has 32,
 * the others half as many. */
#define TALL (DSC_VECTOR_BYTES == 64 ? 12 : 6)

#define AT(p) (*(DSC_NAME(loose) *)(p))
#define LOAD(p) (*(const DSC_NAME(loose) *)(p))

static size_t DSC_NAME(width)(void) {
    return ACROSS * WIDTH;
}

/* Rows x one panel. */
__attribute__((always_inline)) static inline void DSC_NAME(block)(const size_t rows, size_t k,
                                                                  const DSC_REAL *a, size_t lda,
                                                                  const DSC_REAL *b, DSC_REAL *c,
                                                                  size_t ldc) {
    DSC_NAME(vector) sums[12][ACROSS] = {{{0}}};
    for (size_t i = 0; i < k; ++i) {
        DSC_NAME(vector) right[ACROSS];
        for (size_t v = 0; v < ACROSS; ++v)
            right[v] = LOAD(b + (i * ACROSS + v) * WIDTH);
        for (size_t j = 0; j < rows; ++j) {
            DSC_REAL left = a[j * lda + i];
            for (size_t v = 0; v < ACROSS; ++v)
                sums[j][v] += left * right[v];
        }
    }
    for (size_t j = 0; j < rows; ++j)
        for (size_t v = 0; v < ACROSS; ++v) {
            DSC_REAL *out = c + j * ldc + v * WIDTH;
            AT(out) = LOAD(out) + sums[j][v];
        }
}

static void DSC_NAME(rows)(size_t rows, size_t k, const DSC_REAL *a, size_t lda, const DSC_REAL *b,
                           DSC_REAL *c, size_t ldc) {
    size_t j = 0;
    for (; j + TALL <= rows; j += TALL)
        DSC_NAME(block)(TALL, k, a + j * lda, lda, b, c + j * ldc, ldc);
    for (; j + 4 <= rows; j += 4)
        DSC_NAME(block)(4, k, a + j * lda, lda, b, c + j * ldc, ldc);
    for (; j + 2 <= rows; j += 2)
        DSC_NAME(block)(2, k, a + j * lda, lda, b, c + j * ldc, ldc);
    if (j < rows)
        DSC_NAME(block)(1, k, a + j * lda, lda, b, c + j * ldc, ldc);
}

/* The last panel of columns that do not fill it. */
static void DSC_NAME(narrow)(size_t rows, size_t columns, size_t k, const DSC_REAL *a, size_t lda,
                             const DSC_REAL *b, DSC_REAL *c, size_t ldc) {
    DSC_REAL room[NARROW_ROWS * ACROSS * WIDTH];
    for (size_t first = 0; first < rows; first += NARROW_ROWS) {
        size_t height = dsc_min_size(NARROW_ROWS, rows - first);
        for (size_t j = 0; j < height; ++j)
            for (size_t l = 0; l < ACROSS * WIDTH; ++l)
                room[j * ACROSS * WIDTH + l] = l < columns ? c[(first + j) * ldc + l] : 0;
        DSC_NAME(rows)(height, k, a + first * lda, lda, b, room, ACROSS * WIDTH);
        for (size_t j = 0; j < height; ++j)
            for (size_t l = 0; l < columns; ++l)
                c[(first + j) * ldc + l] = room[j * ACROSS * WIDTH + l];
    }
}

static void DSC_NAME(add)(const dsc_panels *p, size_t first, size_t count, size_t rows, const DSC_REAL *a,
                          size_t lda, DSC_REAL *c, size_t ldc) {
    const size_t width = ACROSS * WIDTH;
    for (size_t panel = first; panel < first + count; ++panel) {
        const DSC_REAL *b = (const DSC_REAL *)p->data + panel * p->k * width;
        size_t columns = p->n - panel * width;
        /* A piece of a panel stays in the first cache while all rows go over it. */
        for (size_t i = 0; i < p->k; i += PIECE) {
            size_t piece = dsc_min_size(PIECE, p->k - i);
            if (columns >= width)
                DSC_NAME(rows)(rows, piece, a + i, lda, b + i * width, c + panel * width, ldc);
            else
                DSC_NAME(narrow)(rows, columns, piece, a + i, lda, b + i * width, c + panel * width, ldc);
        }
    }
}

static void DSC_NAME(pack)(const dsc_panels *p, bool transpose, const DSC_REAL *w, size_t index) {
    const size_t width = ACROSS * WIDTH, column = index * width, k = p->k, n = p->n;
    const size_t columns = dsc_min_size(width, n - column);
    DSC_REAL *to = (DSC_REAL *)p->data + index * k * width;
    for (size_t i = 0; i < k; ++i)
        for (size_t l = columns; l < width; ++l)
            to[i * width + l] = 0;
    if (!transpose) {
        for (size_t i = 0; i < k; ++i)
            for (size_t l = 0; l < columns; ++l)
                to[i * width + l] = w[i * n + column + l];
        return;
    }
    for (size_t l = 0; l < columns; ++l)
        for (size_t i = 0; i < k; ++i)
            to[i * width + l] = w[(column + l) * k + i];
}

#undef WIDTH
#undef TALL
#undef AT
#undef LOAD

#else

#include "linalg/panels.h"

/* Vectors side by side; products one after another in a register; rows at a time of a panel that is not full.
 */
enum { ACROSS = 2, PIECE = 256, NARROW_ROWS = 24 };

#define DSC_TEMPLATE "linalg/panels.c"
#include "core/instantiate_versions.h"

dsc_panels dsc_panels_of(dsc_dtype dtype, size_t k, size_t n) {
    size_t width = DSC_CALL_VERSION(dtype, width, );
    return (dsc_panels){.dtype = dtype, .k = k, .n = n, .width = width, .count = dsc_ceil_div(n, width)};
}

void dsc_panels_pack(const dsc_panels *panels, bool transpose, const void *w, size_t index) {
    DSC_CALL_VERSION(panels->dtype, pack, panels, transpose, w, index);
}

void dsc_panels_add(const dsc_panels *b, size_t first, size_t count, size_t rows, const void *a, size_t lda,
                    void *c, size_t ldc) {
    DSC_CALL_VERSION(b->dtype, add, b, first, count, rows, a, lda, c, ldc);
}

#endif
