/* Gradients held within limits, for loops that do without an optimizer's clipping. */
#include <math.h>
#include <stdlib.h>

#include "autodiff/leaf_rows.h"
#include "autodiff/node.h"
#include "descent/operations.h"

static dsc_status check_leaves(const char *function, size_t count, dsc_tensor *const *leaves) {
    if (count > 0 && leaves == NULL)
        return dsc_fail_null(function, "leaves");
    for (size_t i = 0; i < count; ++i)
        if (leaves[i] == NULL)
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: leaf %zu is NULL", function, i);
    return DSC_OK;
}

/* The numbers of a leaf's gradient, of one that is kept as rows theirs: the others are 0, and stay so. */
static dsc_tensor *numbers_of(const dsc_tensor *leaf) {
    return leaf->rows != NULL ? leaf->rows->values : leaf->has_grad ? leaf->grad : NULL;
}

/* The norm of one gradient. */
static dsc_status measure(dsc_tensor *gradient, double norm_type, double *norm) {
    dsc_tensor *found;
    DSC_TRY(dsc_norm(gradient, norm_type, 0, NULL, false, &found));
    dsc_status status = dsc_tensor_item(found, norm);
    dsc_tensor_release(found);
    return status;
}

/* All gradients' norms as a vector, of which PyTorch takes the norm again. */
static dsc_status measure_all(const dsc_context *context, dsc_dtype dtype, size_t count,
                              dsc_tensor *const *leaves, double norm_type, double *norm) {
    dsc_tensor *norms;
    DSC_TRY(dsc_tensor_full(context, dtype, 1, &count, 0, &norms));
    dsc_status status = DSC_OK;
    for (size_t i = 0; status == DSC_OK && i < count; ++i) {
        double one;
        dsc_tensor *gradient = numbers_of(leaves[i]);
        if (gradient == NULL || gradient->count == 0)
            continue;
        status = measure(gradient, norm_type, &one);
        if (status == DSC_OK)
            dsc_set_number(dtype, dsc_data(norms), i, one);
    }
    if (status == DSC_OK)
        status = measure(norms, norm_type, norm);
    dsc_tensor_release(norms);
    return status;
}

static dsc_status replace(dsc_tensor *leaf, dsc_status status, dsc_tensor *const *made) {
    dsc_tensor *limited = *made;
    if (status == DSC_OK) {
        dsc_tensor_release(leaf->recorded_grad); /* it is not what it was */
        leaf->recorded_grad = NULL;
        status = dsc_tensor_assign(numbers_of(leaf), limited);
        dsc_tensor_release(limited);
    }
    return status;
}

dsc_status dsc_clip_grad_norm(size_t count, dsc_tensor *const *leaves, double max_norm, double norm_type,
                              double *norm) {
    DSC_TRY(check_leaves(__func__, count, leaves));
    if (!(max_norm >= 0))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: max_norm is %g, must be >= 0", __func__, max_norm);
    if (!(norm_type > 0))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: norm_type is %g, must be > 0", __func__, norm_type);
    double found = 0;
    dsc_tape kept = dsc_tape_here;
    dsc_tape_here.is_off = true;
    dsc_status status = DSC_OK;
    if (count > 0)
        status = measure_all(dsc_context_of(leaves[0]), leaves[0]->dtype, count, leaves, norm_type, &found);
    /* PyTorch's, in the gradients' type: NaN stays NaN. */
    double scale = max_norm / (found + 1e-6);
    scale = scale > 1 ? 1 : scale;
    for (size_t i = 0; status == DSC_OK && i < count; ++i) {
        dsc_tensor *limited = NULL, *gradient = numbers_of(leaves[i]);
        if (gradient != NULL)
            status = replace(leaves[i], dsc_affine(gradient, scale, -0.0, &limited), &limited);
    }
    dsc_tape_here.is_off = kept.is_off;
    if (status == DSC_OK && norm != NULL)
        *norm = found;
    return status;
}

dsc_status dsc_clip_grad_value(size_t count, dsc_tensor *const *leaves, double limit) {
    DSC_TRY(check_leaves(__func__, count, leaves));
    if (!(limit >= 0))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: limit is %g, must be >= 0", __func__, limit);
    dsc_tape kept = dsc_tape_here;
    dsc_tape_here.is_off = true;
    dsc_status status = DSC_OK;
    for (size_t i = 0; status == DSC_OK && i < count; ++i) {
        dsc_tensor *limited = NULL, *gradient = numbers_of(leaves[i]);
        if (gradient != NULL)
            status = replace(leaves[i], dsc_clamp(gradient, -limit, limit, &limited), &limited);
    }
    dsc_tape_here.is_off = kept.is_off;
    return status;
}
