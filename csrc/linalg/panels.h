/* Products with a matrix that is used again and again, as a recurrence's weights are at every step: it is
 * packed once, into panels of columns that a block of sums in registers reads one row after the other. */
#ifndef DSC_LINALG_PANELS_H
#define DSC_LINALG_PANELS_H

#include "core/internal.h"

/* A packed matrix of k rows and n columns. */
typedef struct dsc_panels {
    dsc_dtype dtype;
    size_t k, n;
    size_t width; /* columns of a panel; those beyond n are 0 */
    size_t count; /* of panels */
    void *data;   /* dsc_panels_size of them */
} dsc_panels;

/* How a matrix would be packed: the layout, without data. */
dsc_panels dsc_panels_of(dsc_dtype dtype, size_t k, size_t n);
/* In numbers. */
static inline size_t dsc_panels_size(const dsc_panels *panels) {
    return panels->count * panels->width * panels->k;
}
/* Packs panel `index` of w, k x n, or of the transpose of w, n x k; its rows are ldw apart. */
void dsc_panels_pack(const dsc_panels *panels, bool transpose, const void *w, size_t ldw, size_t index);

/* Products with b of rows of a, lda apart, for columns of panels [first, first + count): c has `rows` rows,
 * ldc apart, and column 0 of panel 0 is its first. Each number is a sum in the order of k, by pieces,
 * whatever the rows and panels of a call.
 *
 * add         c += a b
 * multiply    c = a b + start, n numbers that each row begins with; NULL: zeros
 * transposed  c = a^T b, or that added to c; all panels; a has k rows, lda apart, of which DSC_TURNED_BYTES,
 *             three cache lines, are turned at once */
enum { DSC_TURNED_BYTES = 192 };
void dsc_panels_add(const dsc_panels *b, size_t first, size_t count, size_t rows, const void *a, size_t lda,
                    void *c, size_t ldc);
void dsc_panels_multiply(const dsc_panels *b, size_t first, size_t count, size_t rows, const void *a,
                         size_t lda, const void *start, void *c, size_t ldc);
void dsc_panels_transposed(const dsc_panels *b, size_t rows, const void *a, size_t lda, bool add, void *c,
                           size_t ldc);

#endif
