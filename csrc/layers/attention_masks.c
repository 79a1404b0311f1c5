/* The masks of multi-head attention, made one. */
#include "layers/attention.h"

#include <stdio.h>

#include "layers/scope.h"

static dsc_status check(const dsc_tensor *query, const dsc_tensor *mask, const char *name, bool fits,
                        const char *must) {
    if (mask->dtype != DSC_BOOL && mask->dtype != query->dtype)
        return dsc_fail(DSC_ERROR_DTYPE, "multihead_attention: %s is %s, must be bool or %s", name,
                        dsc_dtype_name(mask->dtype), dsc_dtype_name(query->dtype));
    return fits ? DSC_OK
                : dsc_fail(DSC_ERROR_SIZE, "multihead_attention: %s is of shape %s, must be %s", name,
                           dsc_shape_text(mask->rank, mask->shape).text, must);
}

static dsc_text shape_text_2(size_t a, size_t b) {
    return dsc_shape_text(2, (const size_t[]){a, b});
}

static dsc_status check_padding(const dsc_attention_inputs *in, const dsc_attention_extents *e) {
    const dsc_tensor *m = in->key_padding_mask;
    if (m == NULL)
        return DSC_OK;
    const size_t rank = e->is_batched ? 2 : 1;
    bool fits = m->rank == rank && m->shape[rank - 1] == e->keys && (rank == 1 || m->shape[0] == e->batch);
    return check(in->query, m, "key_padding_mask", fits,
                 e->is_batched ? shape_text_2(e->batch, e->keys).text : dsc_shape_text(1, &e->keys).text);
}

static dsc_status check_attention(const dsc_attention_inputs *in, const dsc_attention_extents *e) {
    const dsc_tensor *m = in->attn_mask;
    if (m == NULL)
        return DSC_OK;
    bool fits = (m->rank == 2 || (m->rank == 3 && m->shape[0] == e->batch * e->heads)) &&
                m->shape[m->rank - 2] == e->queries && m->shape[m->rank - 1] == e->keys;
    char must[300];
    snprintf(must, sizeof must, "%s or %s", shape_text_2(e->queries, e->keys).text,
             dsc_shape_text(3, (const size_t[]){e->batch * e->heads, e->queries, e->keys}).text);
    return check(in->query, m, "attn_mask", fits, must);
}

/* -infinity where a boolean mask leaves a key out, else 0. */
static dsc_tensor *s_real(dsc_scope *s, const dsc_tensor *like, dsc_tensor *mask) {
    dsc_tensor *made = NULL;
    if (mask == NULL || mask->dtype != DSC_BOOL)
        return mask;
    dsc_tensor *never = s_full(s, like, 0, NULL, -INFINITY), *nothing = s_full(s, like, 0, NULL, 0);
    return s_call(s, made, dsc_where(mask, never, nothing, &made));
}

/* Keys after the query's. */
static dsc_tensor *s_future(dsc_scope *s, const dsc_tensor *like, const dsc_attention_extents *e) {
    dsc_tensor *made = NULL;
    const size_t shape[] = {e->queries, e->keys};
    made = s_call(s, made, dsc_make(dsc_context_of(like), DSC_BOOL, 2, shape, &made));
    for (size_t i = 0; made != NULL && i < e->queries; ++i)
        for (size_t j = 0; j < e->keys; ++j)
            ((uint8_t *)dsc_data(made))[i * e->keys + j] = j > i;
    return made;
}

/* Both masks: booleans if both are. */
static dsc_tensor *s_both(dsc_scope *s, const dsc_tensor *like, dsc_tensor *a, dsc_tensor *b) {
    dsc_tensor *made = NULL;
    if (a == NULL || b == NULL)
        return a == NULL ? b : a;
    if (a->dtype == DSC_BOOL && b->dtype == DSC_BOOL)
        return s_call(s, made, dsc_logical_or(a, b, &made));
    return s_add(s, s_real(s, like, a), s_real(s, like, b));
}

dsc_status dsc_attention_merge_masks(const dsc_attention_inputs *in, const dsc_attention_extents *e,
                                     dsc_tensor **merged) {
    DSC_TRY(check_padding(in, e));
    DSC_TRY(check_attention(in, e));
    dsc_scope s = {.status = DSC_OK};
    dsc_tensor *padding = in->key_padding_mask, *mask = in->attn_mask, *made = NULL;
    if (padding != NULL)
        padding = s_reshape(&s, padding, 4, (const size_t[]){e->batch, 1, 1, e->keys});
    if (mask != NULL && mask->rank == 3)
        mask = s_reshape(&s, mask, 4, (const size_t[]){e->batch, e->heads, e->queries, e->keys});
    mask = s_both(&s, in->query, mask, padding);
    if (in->is_causal)
        mask = s_both(&s, in->query, mask, s_future(&s, in->query, e));
    if (mask != NULL && e->more > 0)
        mask = s_call(&s, made,
                      dsc_pad(mask, 1, (const int64_t[]){0, (int64_t)e->more}, DSC_PAD_CONSTANT, 0, &made));
    made = NULL;
    if (mask != NULL && mask->dtype == DSC_BOOL)
        mask = s_call(&s, made, dsc_logical_not(mask, &made));
    *merged = NULL;
    return dsc_scope_end(&s, mask, merged);
}
