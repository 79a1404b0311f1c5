/* Where a fused backward kernel leaves its gradients, and what it reads. */
#ifndef DSC_OPERATIONS_TARGETS_H
#define DSC_OPERATIONS_TARGETS_H

#include "operations/table.h"

/* A leaf's own place, or a tensor that is then given; data NULL: the gradient is not wanted. */
typedef struct dsc_target {
    void *data;
    bool add, is_place;
    dsc_tensor *made;
} dsc_target;

/* may_be_place: whether the kernel can add to what is there. */
static inline void dsc_find_target(dsc_pullback *p, size_t input, bool may_be_place, dsc_target *t) {
    *t = (dsc_target){0};
    if (may_be_place)
        t->data = dsc_place_of_gradient(p, input, &t->add);
    t->is_place = t->data != NULL;
    if (!t->is_place && dsc_wants(p, input)) {
        dsc_tensor *x = p->node->inputs[input], *made = NULL;
        t->made = x_call(p, made, dsc_make_like(x, x->dtype, &made));
        t->data = t->made == NULL ? NULL : dsc_data(t->made);
    }
}

static inline void dsc_give_target(dsc_pullback *p, size_t input, const dsc_target *t) {
    if (t->is_place)
        dsc_gave(p, input);
    else
        dsc_give(p, input, t->made);
}

static inline dsc_tensor *x_dense(dsc_pullback *p, dsc_tensor *t) {
    dsc_tensor *made = NULL;
    return t == NULL || t->is_contiguous ? t : x_call(p, made, dsc_contiguous_of(t, &made));
}

#endif
