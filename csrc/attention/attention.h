/* Attention's kernels: head by head, in blocks of queries and keys, so that no more than a block of weights
 * is in memory at a time. */
#ifndef DSC_ATTENTION_ATTENTION_H
#define DSC_ATTENTION_ATTENTION_H

#include "core/internal.h"
#include "core/philox.h"

/* A matrix for each head; a row's numbers stand together. */
typedef struct dsc_attention_matrix {
    void *data;                 /* NULL: there is none */
    size_t row;                 /* from one to the next */
    size_t heads[DSC_MAX_RANK]; /* likewise, by dimension; 0 where all have the same */
} dsc_attention_matrix;

typedef struct dsc_attention_call {
    dsc_dtype dtype;
    size_t rank, shape[DSC_MAX_RANK]; /* of the heads */
    size_t heads, queries, keys, width, value_width;
    dsc_attention_matrix q, k, v, out;
    dsc_attention_matrix mask; /* real, or booleans: those that take part */
    size_t mask_column;
    bool mask_is_bool, is_causal;
    double scale, dropout;
    dsc_stream stream; /* of the dropout */
    /* heads x queries: each query's largest score (0 where that is -infinity), and 1 / the sum of the
     * exponentials (0 where that is 0). Written forward, read backward. */
    void *largest, *inverse;
    /* Backward: upstream, of out's shape, and where the gradients go; those that are not wanted have no data.
     * dmask: heads x queries x keys, of the real mask as it is repeated to that. */
    dsc_attention_matrix dout, dq, dk, dv;
    void *dmask;
} dsc_attention_call;

dsc_status dsc_attention_forward(const dsc_context *context, const dsc_attention_call *call);
/* Reads out. */
dsc_status dsc_attention_backward(const dsc_context *context, const dsc_attention_call *call);

/* What dropout multiplies the weights of one query by: 0 or 1 / (1 - p), for keys [first, first + n).
 * `row`: head queries + query. */
void dsc_attention_keep(const dsc_attention_call *call, size_t row, size_t first, size_t n, void *factors);

/* ---- Between the files of the kernels ---- */

/* Of queries and keys in a block: the operands of a block's products stand in the second-level cache. */
enum { DSC_ATTENTION_QUERIES = 64, DSC_ATTENTION_KEYS = 128 };
/* Rows of a block of weights are a line longer: a power of two apart they would be in a few sets of the
 * cache. */
enum { DSC_ATTENTION_ROW = DSC_ATTENTION_KEYS + 16 };

/* A part of the work: a head, some of its queries and keys. */
typedef struct dsc_attention_part {
    size_t head, first_query, end_query, first_key, end_key;
    bool by_queries, by_keys; /* backward: whose gradients are wanted */
} dsc_attention_part;

void dsc_attention_forward_part(const dsc_attention_call *call, const dsc_attention_part *part,
                                void *workspace);
void dsc_attention_backward_part(const dsc_attention_call *call, const dsc_attention_part *part,
                                 void *workspace);

/* Numbers before a head's matrix. */
size_t dsc_attention_offset(const dsc_attention_call *call, const dsc_attention_matrix *m, size_t head);

/* A padded row, whatever the instruction set. */
static inline size_t dsc_attention_padded(size_t n) {
    return dsc_ceil_div(n, 16) * 16;
}

#endif
