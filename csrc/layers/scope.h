/* Tensors on the way from a layer's inputs to its outputs, released together at the end. After a failure all
 * calls give NULL and do nothing, so that expressions need no checks:
 *
 *     dsc_scope s = {.status = DSC_OK};
 *     dsc_tensor *made = NULL;
 *     made = s_call(&s, made, dsc_add(a, b, &made));
 *     ...
 *     return dsc_scope_end(&s, made, y);
 */
#ifndef DSC_LAYERS_SCOPE_H
#define DSC_LAYERS_SCOPE_H

#include "descent/operations.h"

typedef struct dsc_scope {
    dsc_status status;
    size_t count;
    dsc_tensor *tensors[64];
} dsc_scope;

/* A result, kept until the end. `made` is looked at after the call that is the argument before it. */
dsc_tensor *dsc_scope_keep(dsc_scope *scope, dsc_status status, dsc_tensor *const *made);
/* `made` is a variable that is NULL before. */
#define s_call(scope, made, call)                                                                            \
    ((scope)->status != DSC_OK ? NULL : dsc_scope_keep((scope), (call), &(made)))
/* Releases all; one more reference to `kept` is written to *result, if the scope did not fail. */
dsc_status dsc_scope_end(dsc_scope *scope, dsc_tensor *kept, dsc_tensor **result);

/* Operations that layers share, of tensors that may be NULL: then so is the result. */
dsc_tensor *s_add(dsc_scope *s, dsc_tensor *a, dsc_tensor *b);
dsc_tensor *s_matmul(dsc_scope *s, dsc_tensor *a, dsc_tensor *b);
dsc_tensor *s_reshape(dsc_scope *s, dsc_tensor *x, size_t rank, const size_t *shape);
dsc_tensor *s_permute(dsc_scope *s, dsc_tensor *x, size_t rank, const int64_t *order);
dsc_tensor *s_slice(dsc_scope *s, dsc_tensor *x, int64_t dimension, size_t start, size_t end);
dsc_tensor *s_unsqueeze(dsc_scope *s, dsc_tensor *x, int64_t dimension);
dsc_tensor *s_squeeze(dsc_scope *s, dsc_tensor *x, int64_t dimension);
dsc_tensor *s_expand(dsc_scope *s, dsc_tensor *x, size_t rank, const size_t *shape);
dsc_tensor *s_dropout(dsc_scope *s, dsc_tensor *x, double p);
/* bias may be NULL. */
dsc_tensor *s_linear(dsc_scope *s, dsc_tensor *x, dsc_tensor *weight, dsc_tensor *bias,
                     dsc_activation activation);
/* Of the type and context of another. */
dsc_tensor *s_full(dsc_scope *s, const dsc_tensor *like, size_t rank, const size_t *shape, double value);

#endif
