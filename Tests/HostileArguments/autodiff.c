/* autodiff.h */
#include "rows.h"

static dsc_status square(void *user, size_t count, dsc_tensor *const *inputs, dsc_tensor **result) {
    (void)user, (void)count;
    return dsc_square(inputs[0], result);
}

static dsc_status sum(void *user, size_t count, dsc_tensor *const *inputs, dsc_tensor **result) {
    (void)user, (void)count;
    return dsc_sum(inputs[0], 0, NULL, false, result);
}

static dsc_status fail(void *user, size_t count, dsc_tensor *const *inputs, dsc_tensor **result) {
    (void)user, (void)count, (void)inputs, (void)result;
    return DSC_ERROR_NON_FINITE;
}

static dsc_status nothing(void *user, size_t count, dsc_tensor *const *inputs, dsc_tensor **result) {
    (void)user, (void)count, (void)inputs, (void)result;
    return DSC_OK;
}

static void pass_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_backward(NULL, w.real, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "does not require", dsc_backward(w.real, w.real, NULL));
    REFUSED(DSC_ERROR_SIZE, "[2, 3] needs an upstream", dsc_backward(w.result, NULL, NULL));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_backward(w.result, w.vector, NULL));
    REFUSED(DSC_ERROR_SIZE, "float64", dsc_backward(w.result, w.doubles, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "multiply",
            (dsc_tensor_mutable_data(w.leaf), dsc_backward(w.result, w.real, NULL)));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_gradients(NULL, NULL, 1, &w.leaf, false, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "at is NULL", dsc_gradients(w.result, w.real, 1, NULL, false, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "gradients is NULL",
            dsc_gradients(w.result, w.real, 1, &w.leaf, false, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "tensor 1 is NULL",
            dsc_gradients(w.result, w.real, 2, (dsc_tensor *[]){w.leaf, NULL}, false, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "tensor 0 does not require",
            dsc_gradients(w.result, w.real, 1, &w.real, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "upstream", dsc_gradients(w.result, NULL, 1, &w.leaf, false, w.made));
    REFUSED(DSC_ERROR_SIZE, "upstream", dsc_gradients(w.result, w.vector, 1, &w.leaf, true, w.made));
    REFUSED(DSC_ERROR_SIZE, "upstream", dsc_gradients(w.result, w.doubles, 1, &w.leaf, true, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "multiply",
            (dsc_tensor_mutable_data(w.leaf), dsc_gradients(w.result, w.real, 1, &w.leaf, false, w.made)));
    ACCEPTED(dsc_gradients(w.result, w.real, 0, NULL, false, NULL));
    HOLDS(dsc_set_recording(false) && !dsc_is_recording() && !dsc_set_recording(true));
    HOLDS(!dsc_set_anomaly_detection(true) && dsc_set_anomaly_detection(false));
}

static void function_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "function is NULL",
            dsc_hessian_vector_product(NULL, NULL, w.real, w.other, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "point is NULL",
            dsc_hessian_vector_product(sum, NULL, NULL, w.other, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "v is NULL",
            dsc_hessian_vector_product(sum, NULL, w.real, NULL, w.made + 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL",
            dsc_hessian_vector_product(sum, NULL, w.real, w.other, w.made + 1, NULL));
    REFUSED(DSC_ERROR_SIZE, "v is float64",
            dsc_hessian_vector_product(sum, NULL, w.real, w.doubles, w.made + 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "[3]",
            dsc_hessian_vector_product(sum, NULL, w.real, w.vector, w.made + 1, w.made));
    REFUSED(DSC_ERROR_DTYPE, "int64",
            dsc_hessian_vector_product(sum, NULL, w.whole, w.whole, w.made + 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "one number",
            dsc_hessian_vector_product(square, NULL, w.real, w.other, w.made + 1, w.made));
    REFUSED(DSC_ERROR_NON_FINITE, "dsc_hessian_vector_product",
            dsc_hessian_vector_product(fail, NULL, w.real, w.other, w.made + 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "no result",
            dsc_hessian_vector_product(nothing, NULL, w.real, w.other, w.made + 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "leaves is NULL", dsc_clip_grad_norm(1, NULL, 1, 2, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "leaf 1 is NULL",
            dsc_clip_grad_norm(2, (dsc_tensor *[]){w.real, NULL}, 1, 2, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "max_norm is -1", dsc_clip_grad_norm(1, &w.real, -1, 2, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "norm_type is 0", dsc_clip_grad_norm(1, &w.real, 1, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "leaves is NULL", dsc_clip_grad_value(1, NULL, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "leaf 0 is NULL", dsc_clip_grad_value(1, (dsc_tensor *[]){NULL}, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "limit is nan", dsc_clip_grad_value(1, &w.real, NAN));
    ACCEPTED(dsc_clip_grad_norm(0, NULL, 1, 2, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "function is NULL", dsc_hessian(NULL, NULL, w.real, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "point is NULL", dsc_hessian(sum, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_hessian(sum, NULL, w.real, NULL));
    REFUSED(DSC_ERROR_SIZE, "one number", dsc_hessian(square, NULL, w.real, w.made));
    REFUSED(DSC_ERROR_DTYPE, "uint8", dsc_hessian(sum, NULL, w.vast, w.made));
    REFUSED(DSC_ERROR_NON_FINITE, "dsc_hessian", dsc_hessian(fail, NULL, w.real, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "no result", dsc_hessian(nothing, NULL, w.real, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "function is NULL", dsc_jacobian(NULL, NULL, w.real, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "point is NULL", dsc_jacobian(sum, NULL, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_jacobian(sum, NULL, w.real, NULL));
    REFUSED(DSC_ERROR_NON_FINITE, "dsc_jacobian", dsc_jacobian(fail, NULL, w.real, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "no result", dsc_jacobian(nothing, NULL, w.real, w.made));
    REFUSED(DSC_ERROR_DTYPE, "bool", dsc_jacobian(sum, NULL, w.truth, w.made));
}

static dsc_status gradcheck(dsc_function function, dsc_tensor *input, double step, double tolerance) {
    dsc_gradcheck_options options = {.step = step, .tolerance = tolerance};
    return dsc_gradcheck(function, NULL, 1, &input, &options);
}

static void check_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "function is NULL", gradcheck(NULL, w.doubles, 0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "inputs is NULL", dsc_gradcheck(sum, NULL, 1, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", gradcheck(sum, NULL, 0, 0));
    REFUSED(DSC_ERROR_DTYPE, "float64", gradcheck(sum, w.real, 0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_gradcheck(sum, NULL, 0, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "step -1", gradcheck(sum, w.doubles, -1, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "step nan", gradcheck(sum, w.doubles, NAN, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "tolerance nan", gradcheck(sum, w.doubles, 0, NAN));
    REFUSED(DSC_ERROR_ARGUMENT, "tolerance -1", gradcheck(sum, w.doubles, 0, -1));
    REFUSED(DSC_ERROR_NON_FINITE, "function", gradcheck(fail, w.doubles, 0, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "no result", gradcheck(nothing, w.doubles, 0, 0));
    ACCEPTED(gradcheck(sum, w.doubles, 0, 0));
}

static dsc_status back(void *user, size_t count, dsc_tensor *const *inputs, dsc_tensor *upstream,
                       dsc_tensor **gradients) {
    (void)user, (void)count, (void)inputs, (void)upstream;
    gradients[0] = dsc_tensor_retain(w.vector);
    return DSC_OK;
}

static dsc_status custom(const char *name, size_t count, dsc_tensor *const *inputs, dsc_tensor *value) {
    dsc_custom_operation operation = {.name = name, .backward = back};
    return dsc_custom(&operation, count, inputs, value, w.made);
}

/* The backward function gives a gradient of another shape. */
static dsc_status pass_of_custom(void) {
    dsc_custom_operation operation = {.name = "mine", .backward = back};
    dsc_tensor *result = NULL;
    dsc_status status = dsc_custom(&operation, 1, &w.leaf, w.real, &result);
    if (status == DSC_OK)
        status = dsc_backward(result, w.real, NULL);
    dsc_tensor_release(result);
    return status;
}

static void custom_rows(void) {
    dsc_tensor *none[] = {NULL};
    REFUSED(DSC_ERROR_ARGUMENT, "operation is NULL", dsc_custom(NULL, 1, &w.leaf, w.real, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "name", custom(NULL, 1, &w.leaf, w.real));
    REFUSED(DSC_ERROR_ARGUMENT, "backward",
            dsc_custom(&(dsc_custom_operation){.name = "mine"}, 1, &w.leaf, w.real, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "inputs is NULL", custom("mine", 1, NULL, w.real));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", custom("mine", 1, none, w.real));
    REFUSED(DSC_ERROR_ARGUMENT, "value is NULL", custom("mine", 1, &w.leaf, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL",
            dsc_custom(&(dsc_custom_operation){"mine", back, NULL, NULL}, 1, &w.leaf, w.real, NULL));
    REFUSED(DSC_ERROR_SIZE, "mine: gradient 0 is float32 of shape [3]", pass_of_custom());
    ACCEPTED(custom("mine", 0, NULL, w.real));
}

void autodiff_rows(void) {
    pass_rows();
    function_rows();
    check_rows();
    custom_rows();
}
