#ifdef DSC_REAL

#include "core/vectors.h"

#include "linalg/gather_rows.h"
#include "linalg/turn.h"

/* Rows of a block, whose sums have to stay in registers with two vectors of b and one of a: AVX-512 has 32,
 * the others half as many. Rows of a panel at once: with few registers, compilers put sums on the stack when
 * there is more than one. */
#if DSC_VECTOR_BYTES == 64
#define TALL 12
#define AT_ONCE 2
#define HEIGHTS(EACH)                                                                                        \
    EACH(1) EACH(2) EACH(3) EACH(4) EACH(5) EACH(6) EACH(7) EACH(8) EACH(9) EACH(10) EACH(11) EACH(12)
#else
#define TALL 6
#define AT_ONCE 1
#define HEIGHTS(EACH) EACH(1) EACH(2) EACH(3) EACH(4) EACH(5) EACH(6)
#endif
/* Bands that are turned together, as their numbers share cache lines: 48 KiB. */
#define BANDS (DSC_TURNED_BYTES / TALL / sizeof(DSC_REAL))

static size_t DSC_NAME(width)(void) {
    return ACROSS * WIDTH;
}

/* The sums of a block, and where its rows of `a` are: found from every third one, which takes few registers.
 * Compilers that come to their own idea of it keep sums on the stack. */
typedef struct DSC_NAME(block) {
    DSC_NAME(vector) sums[TALL][ACROSS];
    const DSC_REAL *third[TALL / 3];
} DSC_NAME(block);

/* Adds the products of a row of the panel with number `at` of each row of `a`. */
__attribute__((always_inline)) static inline void DSC_NAME(add_products)(DSC_NAME(block) * s,
                                                                         const size_t rows,
                                                                         const size_t a_row, const size_t at,
                                                                         const DSC_REAL *b) {
    DSC_NAME(vector) right[ACROSS];
    DSC_WRITE_OUT
    for (size_t v = 0; v < ACROSS; ++v)
        right[v] = LOAD(b + v * WIDTH);
    DSC_WRITE_OUT
    for (size_t line = 0; line < ACROSS * WIDTH; line += 64 / sizeof *b)
        __builtin_prefetch(b + PANEL_AHEAD * ACROSS * WIDTH + line);
    DSC_WRITE_OUT
    for (size_t j = 0; j < rows; ++j) {
        DSC_REAL left = s->third[j / 3][j % 3 * a_row + at];
        DSC_WRITE_OUT
        for (size_t v = 0; v < ACROSS; ++v)
            s->sums[j][v] += left * right[v];
    }
}

/* Rows of `a` begin some numbers later. */
__attribute__((always_inline)) static inline void DSC_NAME(go_on)(DSC_NAME(block) * s, const size_t rows,
                                                                  const size_t numbers) {
    DSC_WRITE_OUT
    for (size_t j = 0; j < rows; j += 3) {
        s->third[j / 3] += numbers;
        __asm__("" : "+r"(s->third[j / 3]));
    }
}

/* Rows x one panel. start: what the sums begin with instead of c; NULL: c. */
__attribute__((always_inline)) static inline void
DSC_NAME(run_block)(const size_t rows, size_t k, const DSC_REAL *a, const size_t a_row, const size_t a_k,
                    const DSC_REAL *b, const DSC_REAL *start, DSC_REAL *c, size_t ldc) {
    DSC_NAME(block) s = {0};
    DSC_WRITE_OUT
    for (size_t j = 0; j < rows; ++j)
        __builtin_prefetch(c + j * ldc, 1);
    DSC_WRITE_OUT
    for (size_t j = 0; j < rows; j += 3)
        s.third[j / 3] = a + j * a_row;
    size_t i = 0;
    for (; i + AT_ONCE <= k; i += AT_ONCE, b += AT_ONCE * ACROSS * WIDTH) {
        DSC_WRITE_OUT
        for (size_t next = 0; next < AT_ONCE; ++next)
            DSC_NAME(add_products)(&s, rows, a_row, next * a_k, b + next * ACROSS * WIDTH);
        DSC_NAME(go_on)(&s, rows, AT_ONCE * a_k);
    }
    for (; i < k; ++i, b += ACROSS * WIDTH) {
        DSC_NAME(add_products)(&s, rows, a_row, 0, b);
        DSC_NAME(go_on)(&s, rows, a_k);
    }
    DSC_WRITE_OUT
    for (size_t j = 0; j < rows; ++j) {
        DSC_WRITE_OUT
        for (size_t v = 0; v < ACROSS; ++v) {
            DSC_REAL *out = c + j * ldc + v * WIDTH;
            AT(out) = LOAD(start == NULL ? out : start + v * WIDTH) + s.sums[j][v];
        }
    }
}

/* In blocks of about the same height: low ones have too few sums to wait for each other. */
static void DSC_NAME(rows)(size_t rows, size_t k, const DSC_REAL *a, size_t lda, const DSC_REAL *b,
                           const DSC_REAL *start, DSC_REAL *c, size_t ldc) {
    size_t blocks = dsc_ceil_div(rows, TALL);
    for (size_t height; rows > 0; rows -= height, --blocks, a += height * lda, c += height * ldc) {
        height = dsc_ceil_div(rows, blocks);
#define BLOCK(tall)                                                                                          \
    case tall:                                                                                               \
        DSC_NAME(run_block)(tall, k, a, lda, 1, b, start, c, ldc);                                           \
        break;
        switch (height) { HEIGHTS(BLOCK) }
#undef BLOCK
    }
}

/* The same for rows that stand side by side, up to TALL of them. */
static void DSC_NAME(band)(size_t rows, size_t k, const DSC_REAL *a, const DSC_REAL *b, const DSC_REAL *start,
                           DSC_REAL *c, size_t ldc) {
#define BLOCK(tall)                                                                                          \
    case tall:                                                                                               \
        DSC_NAME(run_block)(tall, k, a, 1, TALL, b, start, c, ldc);                                          \
        break;
    switch (rows) { HEIGHTS(BLOCK) }
#undef BLOCK
}

/* Columns of c, or of what the sums begin with, with room for a whole panel. */
static void DSC_NAME(spread)(size_t rows, size_t columns, const DSC_REAL *from, size_t ld, DSC_REAL *room) {
    for (size_t j = 0; j < rows; ++j)
        for (size_t l = 0; l < ACROSS * WIDTH; ++l)
            room[j * ACROSS * WIDTH + l] = l < columns ? from[j * ld + l] : 0;
}
static void DSC_NAME(gather)(size_t rows, size_t columns, const DSC_REAL *room, DSC_REAL *to, size_t ld) {
    for (size_t j = 0; j < rows; ++j)
        for (size_t l = 0; l < columns; ++l)
            to[j * ld + l] = room[j * ACROSS * WIDTH + l];
}

/* The last panel, of columns that do not fill it. */
static void DSC_NAME(narrow)(size_t rows, size_t columns, size_t k, const DSC_REAL *a, size_t lda,
                             const DSC_REAL *b, const DSC_REAL *start, DSC_REAL *c, size_t ldc) {
    DSC_REAL room[NARROW_ROWS * ACROSS * WIDTH], first[ACROSS * WIDTH];
    if (start != NULL)
        DSC_NAME(spread)(1, columns, start, 0, first);
    for (size_t row = 0; row < rows; row += NARROW_ROWS) {
        size_t height = dsc_min_size(NARROW_ROWS, rows - row);
        if (start == NULL)
            DSC_NAME(spread)(height, columns, c + row * ldc, ldc, room);
        DSC_NAME(rows)
        (height, k, a + row * lda, lda, b, start == NULL ? NULL : first, room, ACROSS * WIDTH);
        DSC_NAME(gather)(height, columns, room, c + row * ldc, ldc);
    }
}

/* start: what the sums of a panel begin with, `step` numbers further for each; NULL: c. */
static void DSC_NAME(product)(const dsc_panels *p, size_t first, size_t count, size_t rows, const DSC_REAL *a,
                              size_t lda, const DSC_REAL *start, size_t step, DSC_REAL *c, size_t ldc) {
    const size_t width = ACROSS * WIDTH;
    for (size_t panel = first; panel < first + count; ++panel) {
        const DSC_REAL *b = (const DSC_REAL *)p->data + panel * p->k * width;
        const size_t column = panel * width, columns = p->n - column;
        /* A piece of a panel stays in the first cache while all rows go over it. */
        for (size_t i = 0; i < p->k; i += PIECE) {
            const size_t piece = dsc_min_size(PIECE, p->k - i);
            const DSC_REAL *begin = start == NULL || i > 0 ? NULL : start + panel * step;
            if (columns >= width)
                DSC_NAME(rows)(rows, piece, a + i, lda, b + i * width, begin, c + column, ldc);
            else
                DSC_NAME(narrow)(rows, columns, piece, a + i, lda, b + i * width, begin, c + column, ldc);
        }
    }
}

static void DSC_NAME(add)(const dsc_panels *p, size_t first, size_t count, size_t rows, const DSC_REAL *a,
                          size_t lda, DSC_REAL *c, size_t ldc) {
    DSC_NAME(product)(p, first, count, rows, a, lda, NULL, 0, c, ldc);
}

static void DSC_NAME(multiply)(const dsc_panels *p, size_t first, size_t count, size_t rows,
                               const DSC_REAL *a, size_t lda, const DSC_REAL *start, DSC_REAL *c,
                               size_t ldc) {
    const DSC_REAL zeros[ACROSS * WIDTH] = {0};
    DSC_NAME(product)
    (p, first, count, rows, a, lda, start == NULL ? zeros : start, start == NULL ? 0 : p->width, c, ldc);
}

/* Bands of up to TALL columns of a, from at[i] on, as rows that stand side by side, `apart` numbers from band
 * to band. Whole vectors are copied where a row of a has so many numbers more: what is too much of one is
 * written over by the next. Rows may stand too far apart for the hardware prefetcher. */
static void DSC_NAME(turn_bands)(size_t k, size_t rows, const DSC_REAL *a, size_t lda, const size_t *at,
                                 size_t count, DSC_REAL *bands, size_t apart) {
    enum { VECTORS = (TALL + WIDTH - 1) / WIDTH, AHEAD = 12, LINE = 64 / sizeof(DSC_REAL) };
    size_t whole = count;
    while (whole > 0 && rows - at[whole - 1] < VECTORS * WIDTH)
        --whole;
    for (size_t i = 0; i < k; ++i) {
        const DSC_REAL *from = a + i * lda, *later = a + dsc_min_size(i + AHEAD, k - 1) * lda;
        for (size_t l = at[0]; l < at[count]; l += LINE)
            __builtin_prefetch(later + l);
        for (size_t j = 0; j < whole; ++j) {
            DSC_WRITE_OUT
            for (size_t v = 0; v < VECTORS; ++v)
                AT(bands + j * apart + i * TALL + v * WIDTH) = LOAD(from + at[j] + v * WIDTH);
        }
        for (size_t j = whole; j < count; ++j)
            for (size_t t = at[j]; t < at[j + 1]; ++t)
                bands[j * apart + i * TALL + t - at[j]] = from[t];
    }
}

static void DSC_NAME(transposed)(const dsc_panels *p, size_t rows, const DSC_REAL *a, size_t lda, bool add,
                                 DSC_REAL *c, size_t ldc) {
    const size_t width = ACROSS * WIDTH, blocks = dsc_ceil_div(rows, TALL);
    const DSC_REAL zeros[ACROSS * WIDTH] = {0};
    enum { BAND = TALL * (PIECE + 1) + WIDTH };
    DSC_REAL bands[BANDS * BAND], room[TALL * ACROSS * WIDTH];
    for (size_t i = 0; i < p->k; i += PIECE) {
        const size_t piece = dsc_min_size(PIECE, p->k - i);
        const DSC_REAL *start = add || i > 0 ? NULL : zeros;
        for (size_t first = 0; first < blocks; first += BANDS) {
            const size_t count = dsc_min_size(BANDS, blocks - first);
            size_t at[BANDS + 1]; /* where bands begin */
            for (size_t j = 0; j <= count; ++j)
                at[j] = (first + j) * rows / blocks;
            DSC_NAME(turn_bands)(piece, rows, a + i * lda, lda, at, count, bands, BAND);
            for (size_t panel = 0; panel < p->count; ++panel) {
                const DSC_REAL *b = (const DSC_REAL *)p->data + (panel * p->k + i) * width;
                const size_t columns = p->n - panel * width;
                for (size_t j = 0; j < count; ++j) {
                    const size_t height = at[j + 1] - at[j];
                    DSC_REAL *out = c + at[j] * ldc + panel * width;
                    if (columns >= width) {
                        DSC_NAME(band)(height, piece, bands + j * BAND, b, start, out, ldc);
                        continue;
                    }
                    if (start == NULL)
                        DSC_NAME(spread)(height, columns, out, ldc, room);
                    DSC_NAME(band)(height, piece, bands + j * BAND, b, start, room, width);
                    DSC_NAME(gather)(height, columns, room, out, ldc);
                }
            }
        }
    }
}

static void DSC_NAME(pack)(const dsc_panels *p, bool transpose, const DSC_REAL *w, size_t ldw, size_t index) {
    const size_t width = ACROSS * WIDTH, column = index * width, k = p->k;
    const size_t columns = dsc_min_size(width, p->n - column);
    DSC_REAL *to = (DSC_REAL *)p->data + index * k * width;
    w += transpose ? column * ldw : column;
    if (transpose) {
        DSC_NAME(turn)(columns, k, w, ldw, to, width);
    } else if (columns < width) {
        DSC_NAME(gather_rows)(k, columns, w, ldw, to, width);
    } else {
        for (size_t i = 0; i < k; ++i) {
            DSC_WRITE_OUT
            for (size_t v = 0; v < ACROSS; ++v)
                AT(to + i * width + v * WIDTH) = LOAD(w + i * ldw + v * WIDTH);
        }
    }
}

#include "core/vectors_end.h"
#undef TALL
#undef AT_ONCE
#undef HEIGHTS
#undef BANDS

#else

#include "linalg/panels.h"

/* Vectors side by side; products one after another in a register; rows at a time of a panel that is not full.
 */
enum { ACROSS = 2, PIECE = 256, NARROW_ROWS = 24 };
/* How many rows of a panel ahead its lines are fetched, which may be beyond its end: the first block that
 * goes over it finds it in the second cache at best, and would wait for it. */
enum { PANEL_AHEAD = 32 };

#define DSC_TEMPLATE "linalg/panels.c"
#include "core/instantiate_versions.h"

dsc_panels dsc_panels_of(dsc_dtype dtype, size_t k, size_t n) {
    size_t width = DSC_CALL_VERSION(dtype, width, );
    return (dsc_panels){.dtype = dtype, .k = k, .n = n, .width = width, .count = dsc_ceil_div(n, width)};
}

void dsc_panels_pack(const dsc_panels *panels, bool transpose, const void *w, size_t ldw, size_t index) {
    DSC_CALL_VERSION(panels->dtype, pack, panels, transpose, w, ldw, index);
}

void dsc_panels_add(const dsc_panels *b, size_t first, size_t count, size_t rows, const void *a, size_t lda,
                    void *c, size_t ldc) {
    DSC_CALL_VERSION(b->dtype, add, b, first, count, rows, a, lda, c, ldc);
}

void dsc_panels_multiply(const dsc_panels *b, size_t first, size_t count, size_t rows, const void *a,
                         size_t lda, const void *start, void *c, size_t ldc) {
    DSC_CALL_VERSION(b->dtype, multiply, b, first, count, rows, a, lda, start, c, ldc);
}

void dsc_panels_transposed(const dsc_panels *b, size_t rows, const void *a, size_t lda, bool add, void *c,
                           size_t ldc) {
    DSC_CALL_VERSION(b->dtype, transposed, b, rows, a, lda, add, c, ldc);
}

#endif
