/* Derivatives of functions at points. */
#include <string.h>

#include "autodiff/pullback.h"

static dsc_status check(const char *function, dsc_function f, const dsc_tensor *point, dsc_tensor **result) {
    if (f == NULL || point == NULL || result == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s is NULL", function,
                        f == NULL       ? "function"
                        : point == NULL ? "point"
                                        : "the result");
    if (!dsc_is_real(point->dtype))
        return dsc_fail(DSC_ERROR_DTYPE, "%s: the point is %s, must be float32 or float64", function,
                        dsc_dtype_name(point->dtype));
    return DSC_OK;
}

/* The point as a leaf, and the function's value there. */
static dsc_status evaluate(const char *name, dsc_function function, void *user, dsc_tensor *point,
                           dsc_tensor **leaf, dsc_tensor **value) {
    DSC_TRY(dsc_tensor_detach(point, leaf));
    (*leaf)->requires_grad = true;
    size_t failures = dsc_failure_count();
    bool recorded = dsc_set_recording(true);
    *value = NULL;
    dsc_status status = dsc_check_callback(function(user, 1, leaf, value), failures, name);
    dsc_set_recording(recorded);
    if (status >= 0 && *value == NULL)
        status = dsc_fail(DSC_ERROR_ARGUMENT, "%s: the function gave no result", name);
    if (status >= 0)
        return DSC_OK;
    dsc_tensor_release(*leaf);
    return status;
}

static dsc_status scalar(const char *name, const dsc_tensor *value) {
    return value->count == 1 ? DSC_OK
                             : dsc_fail(DSC_ERROR_SIZE, "%s: the function gives shape %s, must be one number",
                                        name, dsc_shape_text(value->rank, value->shape).text);
}

dsc_status dsc_hessian_vector_product(dsc_function function, void *user, dsc_tensor *point, dsc_tensor *v,
                                      dsc_tensor **value, dsc_tensor **product) {
    DSC_TRY(check(__func__, function, point, product));
    DSC_CHECK_NOT_NULL(v);
    if (v->dtype != point->dtype || !dsc_same_shape(v, point))
        return dsc_fail(DSC_ERROR_SIZE, "%s: v is %s of shape %s, must be %s of shape %s", __func__,
                        dsc_dtype_name(v->dtype), dsc_shape_text(v->rank, v->shape).text,
                        dsc_dtype_name(point->dtype), dsc_shape_text(point->rank, point->shape).text);
    dsc_tensor *leaf, *at, *slope = NULL, *found = NULL;
    DSC_TRY(evaluate(__func__, function, user, point, &leaf, &at));
    dsc_status status = scalar(__func__, at);
    if (status == DSC_OK)
        status = dsc_gradients(at, NULL, 1, &leaf, true, &slope);
    if (status == DSC_OK)
        status = dsc_gradients(slope, v, 1, &leaf, false, &found);
    if (status == DSC_OK && value != NULL)
        status = dsc_tensor_detach(at, value);
    if (status == DSC_OK)
        *product = found;
    else
        dsc_tensor_release(found);
    dsc_tensor_release(slope);
    dsc_tensor_release(at);
    dsc_tensor_release(leaf);
    return status;
}

/* Row by row: the gradient of each of a tensor's numbers. */
static dsc_status rows_of_jacobian(dsc_tensor *value, dsc_tensor *leaf, dsc_tensor *jacobian) {
    dsc_tensor *upstream;
    DSC_TRY(dsc_tensor_full(dsc_context_of(value), value->dtype, value->rank, value->shape, 0, &upstream));
    dsc_status status = DSC_OK;
    size_t bytes = leaf->count * dsc_dtype_size(leaf->dtype);
    for (size_t i = 0; status == DSC_OK && i < value->count; ++i) {
        dsc_tensor *row;
        dsc_set_number(upstream->dtype, dsc_data(upstream), i, 1);
        status = dsc_gradients(value, upstream, 1, &leaf, false, &row);
        dsc_set_number(upstream->dtype, dsc_data(upstream), i, 0);
        if (status == DSC_OK) {
            status = dsc_tensor_copy_out(row, (char *)dsc_data(jacobian) + i * bytes);
            dsc_tensor_release(row);
        }
    }
    dsc_tensor_release(upstream);
    return status;
}

static dsc_status jacobian_of(dsc_tensor *value, dsc_tensor *leaf, dsc_tensor **jacobian) {
    dsc_tensor *made;
    DSC_TRY(dsc_tensor_empty(dsc_context_of(leaf), leaf->dtype, 2,
                             (const size_t[]){value->count, leaf->count}, &made));
    dsc_status status = rows_of_jacobian(value, leaf, made);
    if (status == DSC_OK)
        *jacobian = made;
    else
        dsc_tensor_release(made);
    return status;
}

dsc_status dsc_jacobian(dsc_function function, void *user, dsc_tensor *point, dsc_tensor **jacobian) {
    DSC_TRY(check(__func__, function, point, jacobian));
    dsc_tensor *leaf, *value;
    DSC_TRY(evaluate(__func__, function, user, point, &leaf, &value));
    dsc_status status = jacobian_of(value, leaf, jacobian);
    dsc_tensor_release(value);
    dsc_tensor_release(leaf);
    return status;
}

dsc_status dsc_hessian(dsc_function function, void *user, dsc_tensor *point, dsc_tensor **hessian) {
    DSC_TRY(check(__func__, function, point, hessian));
    dsc_tensor *leaf, *value, *slope = NULL;
    DSC_TRY(evaluate(__func__, function, user, point, &leaf, &value));
    dsc_status status = scalar(__func__, value);
    if (status == DSC_OK)
        status = dsc_gradients(value, NULL, 1, &leaf, true, &slope);
    if (status == DSC_OK)
        status = jacobian_of(slope, leaf, hessian);
    dsc_tensor_release(slope);
    dsc_tensor_release(value);
    dsc_tensor_release(leaf);
    return status;
}
