/* For templates between core/vectors.h and core/vectors_end.h: a block of scores, and the exponentials
 * that weights are made of. */
#include "core/real_math.h"
#include "linalg/block.h"

/* Where the numbers of a head stand. */
typedef struct DSC_NAME(head) {
    const DSC_REAL *q, *k, *v, *dout;
    const char *mask;
    DSC_REAL *out, *dq, *dk, *dv, *dmask, *largest, *inverse;
} DSC_NAME(head);

static DSC_REAL *DSC_NAME(matrix_of)(const dsc_attention_call *c, const dsc_attention_matrix *m,
                                     size_t head) {
    return m->data == NULL ? NULL : (DSC_REAL *)m->data + dsc_attention_offset(c, m, head);
}

static DSC_NAME(head) DSC_NAME(head_at)(const dsc_attention_call *c, size_t head) {
    const size_t size = c->mask_is_bool ? 1 : sizeof(DSC_REAL);
    return (DSC_NAME(head)){
        .q = DSC_NAME(matrix_of)(c, &c->q, head),
        .k = DSC_NAME(matrix_of)(c, &c->k, head),
        .v = DSC_NAME(matrix_of)(c, &c->v, head),
        .dout = DSC_NAME(matrix_of)(c, &c->dout, head),
        .mask = c->mask.data == NULL
                    ? NULL
                    : (const char *)c->mask.data + dsc_attention_offset(c, &c->mask, head) * size,
        .out = DSC_NAME(matrix_of)(c, &c->out, head),
        .dq = DSC_NAME(matrix_of)(c, &c->dq, head),
        .dk = DSC_NAME(matrix_of)(c, &c->dk, head),
        .dv = DSC_NAME(matrix_of)(c, &c->dv, head),
        .dmask = c->dmask == NULL ? NULL : (DSC_REAL *)c->dmask + head * c->queries * c->keys,
        .largest = (DSC_REAL *)c->largest + head * c->queries,
        .inverse = (DSC_REAL *)c->inverse + head * c->queries,
    };
}

static void DSC_NAME(mask_row)(const dsc_attention_call *c, const char *mask, size_t n, DSC_REAL *scores) {
    const DSC_REAL scale = (DSC_REAL)c->scale;
    const size_t step = c->mask_column;
    if (mask == NULL) {
        for (size_t j = 0; j < n; ++j)
            scores[j] *= scale;
    } else if (c->mask_is_bool) {
        const uint8_t *takes_part = (const uint8_t *)mask;
        for (size_t j = 0; j < n; ++j)
            scores[j] = takes_part[j * step] != 0 ? scores[j] * scale : -(DSC_REAL)INFINITY;
    } else {
        const DSC_REAL *more = (const DSC_REAL *)(const void *)mask;
        if (step == 1) /* known to the compiler, else the loop would gather */
            for (size_t j = 0; j < n; ++j)
                scores[j] = scores[j] * scale + more[j];
        else
            for (size_t j = 0; j < n; ++j)
                scores[j] = scores[j] * scale + more[j * step];
    }
}

/* The scores of `rows` queries and n keys, the latter turned. */
static void DSC_NAME(score)(const dsc_attention_call *c, const DSC_NAME(head) * h, size_t query, size_t rows,
                            size_t key, size_t n, const DSC_REAL *turned, DSC_REAL *scores) {
    const size_t size = c->mask_is_bool ? 1 : sizeof(DSC_REAL);
    DSC_NAME(block_product)
    (rows, DSC_BLOCK_PADDED(n), c->width, h->q + query * c->q.row, c->q.row, 1, turned, DSC_BLOCK_PADDED(n),
     false, scores, DSC_ATTENTION_ROW);
    for (size_t i = 0; i < rows; ++i) {
        DSC_REAL *row = scores + i * DSC_ATTENTION_ROW;
        const char *mask =
            h->mask == NULL ? NULL : h->mask + ((query + i) * c->mask.row + key * c->mask_column) * size;
        DSC_NAME(mask_row)(c, mask, n, row);
        if (c->is_causal)
            for (size_t j = query + i + 1 > key ? query + i + 1 - key : 0; j < n; ++j)
                row[j] = -(DSC_REAL)INFINITY;
    }
}

/* Whether a causal mask leaves nothing of a block. */
static inline bool DSC_NAME(is_masked)(const dsc_attention_call *c, size_t query, size_t rows, size_t key) {
    return c->is_causal && query + rows <= key;
}
