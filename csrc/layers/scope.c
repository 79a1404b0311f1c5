#include "layers/scope.h"

#include "descent/activations.h"
#include "tensor/tensor.h"

enum { MOST = sizeof((dsc_scope){0}).tensors / sizeof(dsc_tensor *) };

dsc_tensor *dsc_scope_keep(dsc_scope *s, dsc_status status, dsc_tensor *const *made) {
    if (status == DSC_OK && s->count == MOST) {
        dsc_tensor_release(*made);
        status = dsc_fail(DSC_ERROR_ARGUMENT, "a layer's forward pass has too many parts");
    }
    if (status != DSC_OK) {
        s->status = status;
        return NULL;
    }
    return s->tensors[s->count++] = *made;
}

dsc_status dsc_scope_end(dsc_scope *s, dsc_tensor *kept, dsc_tensor **result) {
    if (s->status == DSC_OK && kept != NULL)
        *result = dsc_tensor_retain(kept);
    while (s->count > 0)
        dsc_tensor_release(s->tensors[--s->count]);
    return s->status;
}

dsc_tensor *s_add(dsc_scope *s, dsc_tensor *a, dsc_tensor *b) {
    dsc_tensor *made = NULL;
    return a == NULL || b == NULL ? NULL : s_call(s, made, dsc_add(a, b, &made));
}

dsc_tensor *s_matmul(dsc_scope *s, dsc_tensor *a, dsc_tensor *b) {
    dsc_tensor *made = NULL;
    return a == NULL || b == NULL ? NULL : s_call(s, made, dsc_matmul(a, b, &made));
}

dsc_tensor *s_reshape(dsc_scope *s, dsc_tensor *x, size_t rank, const size_t *shape) {
    dsc_tensor *made = NULL;
    return x == NULL ? NULL : s_call(s, made, dsc_reshape(x, rank, shape, &made));
}

dsc_tensor *s_permute(dsc_scope *s, dsc_tensor *x, size_t rank, const int64_t *order) {
    dsc_tensor *made = NULL;
    return x == NULL ? NULL : s_call(s, made, dsc_permute(x, rank, order, &made));
}

dsc_tensor *s_slice(dsc_scope *s, dsc_tensor *x, int64_t dimension, size_t start, size_t end) {
    dsc_tensor *made = NULL;
    return x == NULL ? NULL
                     : s_call(s, made, dsc_slice(x, dimension, (int64_t)start, (int64_t)end, 1, &made));
}

dsc_tensor *s_unsqueeze(dsc_scope *s, dsc_tensor *x, int64_t dimension) {
    dsc_tensor *made = NULL;
    return x == NULL ? NULL : s_call(s, made, dsc_unsqueeze(x, dimension, &made));
}

dsc_tensor *s_squeeze(dsc_scope *s, dsc_tensor *x, int64_t dimension) {
    dsc_tensor *made = NULL;
    return x == NULL ? NULL : s_call(s, made, dsc_squeeze(x, dimension, &made));
}

dsc_tensor *s_expand(dsc_scope *s, dsc_tensor *x, size_t rank, const size_t *shape) {
    dsc_tensor *made = NULL;
    return x == NULL ? NULL : s_call(s, made, dsc_expand(x, rank, shape, &made));
}

dsc_tensor *s_dropout(dsc_scope *s, dsc_tensor *x, double p) {
    dsc_tensor *made = NULL;
    return x == NULL || p == 0 ? x : s_call(s, made, dsc_dropout(x, p, &made));
}

dsc_tensor *s_linear(dsc_scope *s, dsc_tensor *x, dsc_tensor *weight, dsc_tensor *bias,
                     dsc_activation activation) {
    dsc_tensor *made = NULL;
    return x == NULL || weight == NULL ? NULL
                                       : s_call(s, made, dsc_linear(x, weight, bias, activation, &made));
}

dsc_tensor *s_full(dsc_scope *s, const dsc_tensor *like, size_t rank, const size_t *shape, double value) {
    dsc_tensor *made = NULL;
    return s_call(s, made, dsc_tensor_full(dsc_context_of(like), like->dtype, rank, shape, value, &made));
}
