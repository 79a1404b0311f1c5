#ifdef DSC_REAL

#include "core/vectors.h"

#include "attention/scores.h"

/* Blocks that a part of the backward pass works on. */
typedef struct DSC_NAME(blocks) {
    DSC_REAL *weights, *slopes; /* queries x keys */
    DSC_REAL *turned, *keys;    /* keys, turned and not */
    DSC_REAL *turned_values;
    DSC_REAL *queries, *upstream;
} DSC_NAME(blocks);

static DSC_NAME(blocks) DSC_NAME(blocks_in)(const dsc_attention_call *c, DSC_REAL *workspace) {
    const size_t weights = DSC_ATTENTION_QUERIES * DSC_ATTENTION_ROW;
    const size_t width = dsc_attention_padded(c->width), value_width = dsc_attention_padded(c->value_width);
    DSC_NAME(blocks) b = {.weights = workspace};
    b.slopes = b.weights + weights;
    b.turned = b.slopes + weights;
    b.keys = b.turned + DSC_ATTENTION_KEYS * width;
    b.turned_values = b.keys + DSC_ATTENTION_KEYS * width;
    b.queries = b.turned_values + DSC_ATTENTION_KEYS * value_width;
    b.upstream = b.queries + DSC_ATTENTION_QUERIES * width;
    return b;
}

static double DSC_NAME(dot)(size_t n, const DSC_REAL *x, const DSC_REAL *y) {
    DSC_WIDE lanes[DSC_LANES] = {0}, sum = 0;
    size_t whole = n - n % DSC_LANES;
    for (size_t i = 0; i < whole; i += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l)
            lanes[l] += (DSC_WIDE)x[i + l] * (DSC_WIDE)y[i + l];
    for (size_t l = 0; l < DSC_LANES; ++l)
        sum += lanes[l];
    for (size_t i = whole; i < n; ++i)
        sum += (DSC_WIDE)x[i] * (DSC_WIDE)y[i];
    return sum;
}

/* Scores become weights, and the gradients by weights those by scores: p (dp - sum of p dp), the sum being
 * that of upstream times output. dmask: NULL, or where the latter are wanted. At the end slopes are by q k^T,
 * and weights those that values were multiplied by. */
static void DSC_NAME(slope_row)(const dsc_attention_call *c, size_t row, size_t key, size_t n,
                                DSC_REAL largest, DSC_REAL inverse, DSC_REAL sum, DSC_REAL *dmask,
                                DSC_REAL *weights, DSC_REAL *slopes) {
    const DSC_REAL scale = (DSC_REAL)c->scale;
    for (size_t j = 0; j < n; ++j)
        weights[j] = DSC_NAME(dsc_exp)(weights[j] - largest) * inverse;
    if (c->dropout > 0) {
        DSC_REAL factors[DSC_ATTENTION_KEYS];
        dsc_attention_keep(c, row, key, n, factors);
        for (size_t j = 0; j < n; ++j) {
            slopes[j] = weights[j] * (slopes[j] * factors[j] - sum);
            weights[j] *= factors[j];
        }
    } else {
        for (size_t j = 0; j < n; ++j)
            slopes[j] = weights[j] * (slopes[j] - sum);
    }
    if (dmask != NULL)
        memcpy(dmask, slopes, n * sizeof *dmask);
    for (size_t j = 0; j < n; ++j)
        slopes[j] *= scale;
}

static void DSC_NAME(slope)(const dsc_attention_call *c, const DSC_NAME(head) * h, const DSC_NAME(blocks) * b,
                            const dsc_attention_part *part, size_t query, size_t rows, size_t key, size_t n) {
    DSC_NAME(score)(c, h, query, rows, key, n, b->turned, b->weights);
    DSC_NAME(block_product)
    (rows, DSC_BLOCK_PADDED(n), c->value_width, h->dout + query * c->dout.row, c->dout.row, 1,
     b->turned_values, DSC_BLOCK_PADDED(n), false, b->slopes, DSC_ATTENTION_ROW);
    for (size_t i = 0; i < rows; ++i) {
        const size_t at = query + i;
        DSC_REAL sum =
            (DSC_REAL)DSC_NAME(dot)(c->value_width, h->dout + at * c->dout.row, h->out + at * c->out.row);
        DSC_REAL *dmask = h->dmask == NULL || !part->by_keys ? NULL : h->dmask + at * c->keys + key;
        DSC_NAME(slope_row)
        (c, part->head * c->queries + at, key, n, h->largest[at], h->inverse[at], sum, dmask,
         b->weights + i * DSC_ATTENTION_ROW, b->slopes + i * DSC_ATTENTION_ROW);
    }
}

static void DSC_NAME(clear)(size_t rows, size_t columns, size_t row, DSC_REAL *x) {
    for (size_t i = 0; x != NULL && i < rows; ++i)
        memset(x + i * row, 0, columns * sizeof *x);
}

/* A block of keys by all the part's queries. */
static void DSC_NAME(backward_keys)(const dsc_attention_call *c, const DSC_NAME(head) * h,
                                    const DSC_NAME(blocks) * b, const dsc_attention_part *part, size_t key,
                                    size_t n) {
    const size_t width = DSC_BLOCK_PADDED(c->width), value_width = DSC_BLOCK_PADDED(c->value_width);
    DSC_REAL *dk = part->by_keys && h->dk != NULL ? h->dk + key * c->dk.row : NULL;
    DSC_REAL *dv = part->by_keys && h->dv != NULL ? h->dv + key * c->dv.row : NULL;
    DSC_REAL *dq = part->by_queries ? h->dq : NULL;
    DSC_NAME(turn)(n, c->width, h->k + key * c->k.row, c->k.row, b->turned, DSC_BLOCK_PADDED(n));
    DSC_NAME(turn)
    (n, c->value_width, h->v + key * c->v.row, c->v.row, b->turned_values, DSC_BLOCK_PADDED(n));
    if (dq != NULL)
        DSC_NAME(gather_rows)(n, c->width, h->k + key * c->k.row, c->k.row, b->keys, width);
    bool adds = false;
    for (size_t i = part->first_query; i < part->end_query; i += DSC_ATTENTION_QUERIES) {
        const size_t rows = dsc_min_size(DSC_ATTENTION_QUERIES, part->end_query - i);
        if (DSC_NAME(is_masked)(c, i, rows, key)) {
            DSC_NAME(clear)
            (rows, n, c->keys, part->by_keys && h->dmask != NULL ? h->dmask + i * c->keys + key : NULL);
            continue;
        }
        DSC_NAME(slope)(c, h, b, part, i, rows, key, n);
        if (dv != NULL) {
            DSC_NAME(gather_rows)
            (rows, c->value_width, h->dout + i * c->dout.row, c->dout.row, b->upstream, value_width);
            DSC_NAME(block_product)
            (n, c->value_width, rows, b->weights, 1, DSC_ATTENTION_ROW, b->upstream, value_width, adds, dv,
             c->dv.row);
        }
        if (dk != NULL) {
            DSC_NAME(gather_rows)(rows, c->width, h->q + i * c->q.row, c->q.row, b->queries, width);
            DSC_NAME(block_product)
            (n, c->width, rows, b->slopes, 1, DSC_ATTENTION_ROW, b->queries, width, adds, dk, c->dk.row);
        }
        if (dq != NULL)
            DSC_NAME(block_product)
        (rows, c->width, n, b->slopes, DSC_ATTENTION_ROW, 1, b->keys, width, key > 0, dq + i * c->dq.row,
         c->dq.row);
        adds = true;
    }
    if (!adds) {
        DSC_NAME(clear)(n, c->width, c->dk.row, dk);
        DSC_NAME(clear)(n, c->value_width, c->dv.row, dv);
    }
}

static void DSC_NAME(backward)(const dsc_attention_call *c, const dsc_attention_part *part,
                               DSC_REAL *workspace) {
    const DSC_NAME(head) h = DSC_NAME(head_at)(c, part->head);
    const DSC_NAME(blocks) b = DSC_NAME(blocks_in)(c, workspace);
    for (size_t key = part->first_key; key < part->end_key; key += DSC_ATTENTION_KEYS)
        if (part->by_keys ||
            !DSC_NAME(is_masked)(c, part->first_query, part->end_query - part->first_query, key))
            DSC_NAME(backward_keys)
    (c, &h, &b, part, key, dsc_min_size(DSC_ATTENTION_KEYS, part->end_key - key));
    if (c->keys == 0 && part->by_queries && h.dq != NULL)
        DSC_NAME(clear)
    (part->end_query - part->first_query, c->width, c->dq.row, h.dq + part->first_query * c->dq.row);
}

#include "core/vectors_end.h"

#else

#include <math.h>
#include <string.h>

#include "attention/attention.h"

#define DSC_TEMPLATE "attention/backward.c"
#include "core/instantiate_versions.h"

void dsc_attention_backward_part(const dsc_attention_call *call, const dsc_attention_part *part,
                                 void *workspace) {
    DSC_CALL_VERSION(call->dtype, backward, call, part, workspace);
}

#endif
