/* Gradients as leaves keep them. */
#include <string.h>

#include "autodiff/pass.h"
#include "descent/elementwise.h"

bool dsc_tensor_requires_grad(const dsc_tensor *t) {
    return t != NULL && t->requires_grad;
}

bool dsc_tensor_is_leaf(const dsc_tensor *t) {
    return t != NULL && t->node == NULL;
}

dsc_status dsc_tensor_set_requires_grad(dsc_tensor *t, bool requires) {
    DSC_CHECK_NOT_NULL(t);
    if (t->node != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: the result of %s is no leaf: detach it", __func__,
                        t->node->operation->name);
    if (requires && !dsc_is_real(t->dtype))
        return dsc_fail(DSC_ERROR_DTYPE, "%s: the type is %s, gradients need float32 or float64", __func__,
                        dsc_dtype_name(t->dtype));
    t->requires_grad = requires;
    return DSC_OK;
}

dsc_tensor *dsc_tensor_grad(const dsc_tensor *t) {
    if (t == NULL)
        return NULL;
    if (t->recorded_grad != NULL)
        return dsc_tensor_retain(t->recorded_grad);
    if (t->rows != NULL && dsc_leaf_make_dense((dsc_tensor *)(uintptr_t)t) != DSC_OK)
        return NULL;
    return t->has_grad ? dsc_tensor_retain(t->grad) : NULL;
}

bool dsc_tensor_has_grad(const dsc_tensor *t) {
    return t != NULL && (t->has_grad || t->rows != NULL);
}

void dsc_leaf_keep_grad(dsc_tensor *t, dsc_tensor *grad) {
    if (t->grad != NULL) {
        t->grad->is_grad = false;
        dsc_release(t->grad);
    }
    t->grad = grad;
    if (grad != NULL) {
        grad->is_grad = true;
        atomic_store_explicit(&grad->storage->holds_gradients, true, memory_order_relaxed);
    }
}

void dsc_leaf_leave_grad(dsc_tensor *t) {
    dsc_tensor_release(t->recorded_grad);
    t->recorded_grad = NULL;
    dsc_leaf_keep_grad(t, NULL);
}

void dsc_leaf_release_grad(dsc_tensor *t) {
    dsc_tensor_release(t->recorded_grad);
    t->recorded_grad = NULL;
    if (!t->has_grad_place)
        dsc_leaf_keep_grad(t, NULL);
}

dsc_status dsc_tensor_set_grad(dsc_tensor *t, dsc_tensor *grad) {
    DSC_CHECK_NOT_NULL(t);
    if (grad == NULL) {
        dsc_leaf_forget(t);
        return DSC_OK;
    }
    if (grad->dtype != t->dtype || !dsc_same_shape(grad, t))
        return dsc_fail(DSC_ERROR_SIZE, "%s: the gradient is %s of shape %s, must be %s of shape %s",
                        __func__, dsc_dtype_name(grad->dtype), dsc_shape_text(grad->rank, grad->shape).text,
                        dsc_dtype_name(t->dtype), dsc_shape_text(t->rank, t->shape).text);
    dsc_tensor *copy;
    DSC_TRY(dsc_make_like(grad, grad->dtype, &copy));
    dsc_status status = dsc_convert_into(grad, copy);
    if (status == DSC_OK) {
        dsc_leaf_forget(t);
        status = dsc_leaf_accumulate(t, copy, true, false);
    }
    dsc_tensor_release(copy);
    return status;
}

dsc_status dsc_leaf_make_place(dsc_tensor *leaf) {
    if (leaf->grad != NULL)
        return DSC_OK;
    dsc_tensor *grad;
    DSC_TRY(dsc_make_like(leaf, leaf->dtype, &grad));
    dsc_leaf_keep_grad(leaf, grad);
    return DSC_OK;
}

dsc_status dsc_leaf_accumulate(dsc_tensor *leaf, dsc_tensor *gradient, bool is_spare, bool creates_graph) {
    if (leaf->dtype != gradient->dtype || !dsc_same_shape(leaf, gradient))
        return dsc_fail(
            DSC_ERROR_SIZE,
            "a gradient is %s of shape %s, its leaf %s of shape %s: it was swapped after it was used",
            dsc_dtype_name(gradient->dtype), dsc_shape_text(gradient->rank, gradient->shape).text,
            dsc_dtype_name(leaf->dtype), dsc_shape_text(leaf->rank, leaf->shape).text);
    if (leaf->rows != NULL)
        DSC_TRY(dsc_leaf_make_dense(leaf));
    dsc_tensor *recorded = NULL;
    if (creates_graph) {
        dsc_tensor *before = dsc_tensor_grad(leaf);
        dsc_status status = DSC_OK;
        if (before == NULL)
            recorded = dsc_tensor_retain(gradient);
        else
            status = dsc_add(before, gradient, &recorded);
        dsc_tensor_release(before);
        DSC_TRY(status);
    }
    dsc_status status = DSC_OK;
    if (is_spare && !leaf->has_grad && leaf->grad == NULL && dsc_is_sole(gradient)) {
        dsc_leaf_keep_grad(leaf, dsc_tensor_retain(gradient));
    } else {
        status = dsc_leaf_make_place(leaf);
        if (status == DSC_OK && !leaf->has_grad) {
            dsc_note_change(leaf->grad);
            status = dsc_convert_into(gradient, leaf->grad);
        } else if (status == DSC_OK) {
            dsc_note_change(leaf->grad);
            status = dsc_add_into(gradient, leaf->grad);
        }
    }
    if (status != DSC_OK) {
        dsc_tensor_release(recorded);
        return status;
    }
    leaf->has_grad = true;
    dsc_tensor_release(leaf->recorded_grad);
    leaf->recorded_grad = recorded;
    return DSC_OK;
}
