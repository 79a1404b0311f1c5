/* What the files of scaled dot-product attention share. */
#ifndef DSC_OPERATIONS_ATTENTION_H
#define DSC_OPERATIONS_ATTENTION_H

#include "attention/attention.h"
#include "operations/table.h"

/* The inputs. */
enum { QUERY, KEY, VALUE, MASK };

/* What the pull-back has to know. */
typedef struct dsc_attention_kept {
    double scale, dropout;
    dsc_stream stream;
    bool is_causal;
} dsc_attention_kept;

/* The shape of the scores: the heads, L, S. */
dsc_status dsc_attention_score_shape(const dsc_operation *operation, dsc_tensor *const *x,
                                     dsc_tensor *scores);

/* A tensor repeated to the heads of the scores, with rows of numbers that stand together; a reference. */
dsc_status dsc_attention_prepare(const dsc_tensor *scores, dsc_tensor *t, dsc_tensor **prepared);
/* All four so; references, also after a failure. */
dsc_status dsc_attention_prepare_all(const dsc_tensor *scores, dsc_tensor *const *x, dsc_tensor **prepared);
void dsc_attention_release_all(dsc_tensor *const *prepared);
/* A tensor in the order of another in memory, which may differ in its last extent. */
dsc_status dsc_attention_make_in_order(const dsc_tensor *like, size_t last, dsc_tensor **made);

/* NULL: none. */
dsc_attention_matrix dsc_attention_matrix_of(const dsc_tensor *t);
/* x: as prepared; statistics: [2, heads, L]. */
dsc_attention_call dsc_attention_call_of(const dsc_tensor *scores, dsc_tensor *const *x,
                                         const dsc_attention_kept *o, const dsc_tensor *out,
                                         const dsc_tensor *statistics);

#endif
