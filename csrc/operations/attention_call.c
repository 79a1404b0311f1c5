/* Tensors as the kernels of attention take them. */
#include "operations/attention.h"

#include <string.h>

static dsc_tensor heads_of(const dsc_tensor *t) {
    dsc_tensor heads = {.dtype = t->dtype, .rank = (uint8_t)(t->rank - 2)};
    memcpy(heads.shape, t->shape, sizeof heads.shape);
    return heads;
}

dsc_status dsc_attention_score_shape(const dsc_operation *operation, dsc_tensor *const *x,
                                     dsc_tensor *scores) {
    dsc_tensor q = heads_of(x[QUERY]), k = heads_of(x[KEY]), v = heads_of(x[VALUE]), both = q;
    size_t rank, shape[DSC_MAX_RANK];
    DSC_TRY(dsc_broadcast_shape(operation, &q, &k, &rank, both.shape));
    both.rank = (uint8_t)rank;
    DSC_TRY(dsc_broadcast_shape(operation, &both, &v, &rank, shape));
    shape[rank] = x[QUERY]->shape[x[QUERY]->rank - 2];
    shape[rank + 1] = x[KEY]->shape[x[KEY]->rank - 2];
    *scores = (dsc_tensor){.dtype = x[QUERY]->dtype, .rank = (uint8_t)(rank + 2)};
    memcpy(scores->shape, shape, sizeof shape);
    return DSC_OK;
}

dsc_status dsc_attention_prepare(const dsc_tensor *scores, dsc_tensor *t, dsc_tensor **prepared) {
    dsc_tensor *rows = NULL;
    size_t shape[DSC_MAX_RANK];
    memcpy(shape, scores->shape, sizeof shape);
    shape[scores->rank - 2] = t->shape[t->rank - 2];
    shape[scores->rank - 1] = t->shape[t->rank - 1];
    if (t->strides[t->rank - 1] != 1 && t->shape[t->rank - 1] > 1)
        DSC_TRY(dsc_contiguous_of(t, &rows));
    dsc_status status = dsc_broadcast_view("scaled_dot_product_attention", rows != NULL ? rows : t,
                                           scores->rank, shape, prepared);
    dsc_tensor_release(rows);
    return status;
}

dsc_attention_matrix dsc_attention_matrix_of(const dsc_tensor *t) {
    if (t == NULL)
        return (dsc_attention_matrix){.data = NULL};
    dsc_attention_matrix m = {.data = dsc_data(t), .row = t->strides[t->rank - 2]};
    for (size_t d = 0; d + 2 < t->rank; ++d)
        m.heads[d] = t->shape[d] == 1 ? 0 : t->strides[d];
    return m;
}

dsc_status dsc_attention_make_in_order(const dsc_tensor *like, size_t last, dsc_tensor **made) {
    size_t order[DSC_MAX_RANK] = {0}, shape[DSC_MAX_RANK] = {0}, strides[DSC_MAX_RANK] = {0};
    const size_t rank = like->rank;
    for (size_t d = 0; d < rank; ++d) {
        size_t at = d;
        /* What is repeated has no place in memory: it keeps that in the shape. */
        while (d < rank - 1 && at > 0 && like->strides[order[at - 1]] < like->strides[d] &&
               like->strides[order[at - 1]] != 0) {
            order[at] = order[at - 1];
            --at;
        }
        order[at] = d;
    }
    for (size_t d = 0; d < rank; ++d)
        shape[d] = order[d] == rank - 1 ? last : like->shape[order[d]];
    dsc_tensor *memory;
    DSC_TRY(dsc_make(dsc_context_of(like), like->dtype, rank, shape, &memory));
    for (size_t d = 0; d < rank; ++d)
        strides[order[d]] = memory->strides[d];
    memcpy(shape, like->shape, sizeof shape);
    shape[rank - 1] = last;
    dsc_status status = dsc_view_of(memory, rank, shape, strides, 0, made);
    dsc_tensor_release(memory);
    return status;
}

dsc_attention_call dsc_attention_call_of(const dsc_tensor *scores, dsc_tensor *const *x,
                                         const dsc_attention_kept *o, const dsc_tensor *out,
                                         const dsc_tensor *statistics) {
    const dsc_tensor *mask = x[MASK];
    const size_t rank = scores->rank;
    dsc_attention_call call = {
        .dtype = scores->dtype,
        .rank = rank - 2,
        .heads = 1,
        .queries = scores->shape[rank - 2],
        .keys = scores->shape[rank - 1],
        .width = x[QUERY]->shape[rank - 1],
        .value_width = x[VALUE]->shape[rank - 1],
        .q = dsc_attention_matrix_of(x[QUERY]),
        .k = dsc_attention_matrix_of(x[KEY]),
        .v = dsc_attention_matrix_of(x[VALUE]),
        .out = dsc_attention_matrix_of(out),
        .mask = dsc_attention_matrix_of(mask),
        .mask_column = mask == NULL ? 0 : mask->strides[rank - 1],
        .mask_is_bool = mask != NULL && mask->dtype == DSC_BOOL,
        .is_causal = o->is_causal,
        .scale = o->scale,
        .dropout = o->dropout,
        .stream = o->stream,
    };
    for (size_t d = 0; d + 2 < rank; ++d)
        call.heads *= call.shape[d] = scores->shape[d];
    if (statistics != NULL) {
        call.largest = dsc_data(statistics);
        call.inverse = (char *)call.largest + call.heads * call.queries * dsc_size_of(call.dtype);
    }
    return call;
}

dsc_status dsc_attention_prepare_all(const dsc_tensor *scores, dsc_tensor *const *x, dsc_tensor **prepared) {
    for (size_t i = QUERY; i <= VALUE; ++i)
        DSC_TRY(dsc_attention_prepare(scores, x[i], &prepared[i]));
    if (x[MASK] == NULL)
        return DSC_OK;
    return dsc_broadcast_view("scaled_dot_product_attention", x[MASK], scores->rank, scores->shape,
                              &prepared[MASK]);
}

void dsc_attention_release_all(dsc_tensor *const *prepared) {
    for (size_t i = QUERY; i <= MASK; ++i)
        dsc_tensor_release(prepared[i]);
}
