/* elementwise.h, linalg.h, layer_kernels.h */
#include "rows.h"

static void unary_rows(void) {
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_unary_run(NULL, DSC_FLOAT32, DSC_EXP, WRAPS, w.x, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_unary_run(NULL, DSC_FLOAT64, DSC_SQRT, MOST, w.x, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "int64", dsc_unary_run(NULL, (dsc_dtype)2, DSC_EXP, 1, w.x, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "-1", dsc_unary_run(NULL, DSC_FLOAT32, (dsc_unary)-1, 1, w.x, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "99", dsc_unary_run(NULL, DSC_FLOAT32, (dsc_unary)99, 1, w.x, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "x", dsc_unary_run(NULL, DSC_FLOAT32, DSC_EXP, 1, NULL, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "y", dsc_unary_run(NULL, DSC_FLOAT32, DSC_EXP, 1, w.x, NULL));
    ACCEPTED(dsc_unary_run(NULL, DSC_FLOAT32, DSC_EXP, 0, NULL, NULL));
}

static dsc_status add(size_t rank, const size_t *shape, dsc_operand a, dsc_operand b) {
    return dsc_binary_run(NULL, DSC_FLOAT32, DSC_ADD, rank, shape, &a, &b, w.out);
}

static dsc_status copy(size_t rank, const size_t *shape, dsc_operand a) {
    return dsc_copy_run(NULL, DSC_FLOAT64, rank, shape, &a, w.out);
}

static void binary_rows(void) {
    dsc_operand plain = {w.x, {1, 1}}, absent = {NULL, {1, 1}}, far = {w.x, {MOST / 2, 1}},
                wraps = {w.x, {WRAPS, 1}}, repeats = {w.x, {0, 0}};
    size_t three[] = {3, 2}, huge[] = {WRAPS, 2}, most[] = {1, MOST}, nothing[] = {0, MOST}, ones[9] = {1};
    REFUSED(DSC_ERROR_OVERFLOW, "shape", add(2, huge, repeats, repeats));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", add(2, most, repeats, repeats));
    REFUSED(DSC_ERROR_OVERFLOW, "stride", add(2, three, far, plain));
    REFUSED(DSC_ERROR_OVERFLOW, "stride", add(2, three, plain, wraps));
    REFUSED(DSC_ERROR_SIZE, "rank is 9", add(9, ones, plain, plain));
    REFUSED(DSC_ERROR_SIZE, "rank", add(MOST, ones, plain, plain));
    REFUSED(DSC_ERROR_ARGUMENT, "shape", add(1, NULL, plain, plain));
    REFUSED(DSC_ERROR_ARGUMENT, "data", add(1, three, absent, plain));
    REFUSED(DSC_ERROR_ARGUMENT, "data", add(1, three, plain, absent));
    REFUSED(DSC_ERROR_ARGUMENT, "99",
            dsc_binary_run(NULL, DSC_FLOAT32, (dsc_binary)99, 1, three, &plain, &plain, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "dtype",
            dsc_binary_run(NULL, (dsc_dtype)-3, DSC_ADD, 1, three, &plain, &plain, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "a is NULL",
            dsc_binary_run(NULL, DSC_FLOAT32, DSC_ADD, 1, three, NULL, &plain, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "b is NULL",
            dsc_binary_run(NULL, DSC_FLOAT32, DSC_ADD, 1, three, &plain, NULL, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "out",
            dsc_binary_run(NULL, DSC_FLOAT32, DSC_ADD, 1, three, &plain, &plain, NULL));
    ACCEPTED(add(2, nothing, absent, absent));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", copy(2, huge, repeats));
    REFUSED(DSC_ERROR_OVERFLOW, "stride", copy(2, three, far));
    REFUSED(DSC_ERROR_SIZE, "rank", copy(9, ones, plain));
    REFUSED(DSC_ERROR_ARGUMENT, "a is NULL", dsc_copy_run(NULL, DSC_FLOAT64, 1, three, NULL, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "out", dsc_copy_run(NULL, DSC_FLOAT64, 1, three, &plain, NULL));
    ACCEPTED(copy(0, NULL, plain));
}

static void sum_rows(void) {
    REFUSED(DSC_ERROR_OVERFLOW, "outer", dsc_sum_run(NULL, DSC_FLOAT32, MOST, 2, 2, w.x, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "inner", dsc_sum_run(NULL, DSC_FLOAT32, 1, 1, MOST, w.x, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "inner", dsc_sum_run(NULL, DSC_FLOAT32, 4, 0, WRAPS, w.x, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "inner", dsc_sum_run(NULL, DSC_FLOAT64, MOST, 0, 1, w.x, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "x", dsc_sum_run(NULL, DSC_FLOAT32, 1, 1, 1, NULL, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "out", dsc_sum_run(NULL, DSC_FLOAT32, 1, 1, 1, w.x, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "float16", dsc_sum_run(NULL, (dsc_dtype)5, 1, 1, 1, w.x, w.out));
    ACCEPTED(dsc_sum_run(NULL, DSC_FLOAT32, 2, 0, 2, NULL, w.out));
    ACCEPTED(dsc_sum_run(NULL, DSC_FLOAT32, 0, 2, 2, NULL, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_softmax_run(NULL, DSC_FLOAT32, 1, WRAPS, 1, false, w.x, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615 x 1 x 2",
            dsc_softmax_run(NULL, DSC_FLOAT32, MOST, 1, 2, true, w.x, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "8 x 0 x", dsc_softmax_run(NULL, DSC_FLOAT64, 8, 0, WRAPS, true, w.x, w.out));
    REFUSED(DSC_ERROR_SIZE, "n is 0", dsc_softmax_run(NULL, DSC_FLOAT32, 1, 0, 1, false, w.x, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "y", dsc_softmax_run(NULL, DSC_FLOAT32, 1, 1, 1, false, w.x, NULL));
    ACCEPTED(dsc_softmax_run(NULL, DSC_FLOAT32, 0, 0, MOST, false, NULL, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "outer", dsc_argmax_run(DSC_FLOAT32, MOST, 2, w.x, w.indices));
    REFUSED(DSC_ERROR_OVERFLOW, "outer", dsc_argmax_run(DSC_FLOAT32, WRAPS / 2, 1, w.x, w.indices));
    REFUSED(DSC_ERROR_SIZE, "empty", dsc_argmax_run(DSC_FLOAT32, 1, 0, w.x, w.indices));
    REFUSED(DSC_ERROR_ARGUMENT, "index", dsc_argmax_run(DSC_FLOAT32, 1, 2, w.x, NULL));
}

static dsc_status gemm(size_t m, size_t n, size_t k) {
    return dsc_gemm(NULL, DSC_FLOAT32, false, false, m, n, k, 1, w.x, w.y, 1, w.out);
}

static void product_rows(void) {
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615", gemm(MOST, 1, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615", gemm(1, MOST, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615", gemm(1, 1, MOST));
    REFUSED(DSC_ERROR_OVERFLOW, "2147483648", gemm(0, 0, (size_t)1 << 31));
    REFUSED(DSC_ERROR_OVERFLOW, "m", gemm(INT32_MAX, INT32_MAX, INT32_MAX));
    REFUSED(DSC_ERROR_ARGUMENT, "c is NULL",
            dsc_gemm(NULL, DSC_FLOAT64, false, false, 1, 1, 1, 1, w.x, w.y, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "b is NULL",
            dsc_gemm(NULL, DSC_FLOAT64, true, false, 1, 1, 1, 1, w.x, NULL, 0, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "dtype",
            dsc_gemm(NULL, (dsc_dtype)9, true, false, 1, 1, 1, 1, w.x, w.y, 0, w.out));
    ACCEPTED(gemm(0, 3, 2));
}

static void eigen_rows(void) {
    REFUSED(DSC_ERROR_OVERFLOW, "n = 18446744073709551615", dsc_symmetric_eigen(MOST, w.x, w.out, w.y));
    REFUSED(DSC_ERROR_OVERFLOW, "n = 1073741824", dsc_symmetric_eigen((size_t)1 << 30, w.x, w.out, w.y));
    REFUSED(DSC_ERROR_ARGUMENT, "matrix is NULL", dsc_symmetric_eigen(2, NULL, w.out, w.y));
    REFUSED(DSC_ERROR_ARGUMENT, "values is NULL", dsc_symmetric_eigen(2, w.x, NULL, w.y));
    static const double bad[] = {1, NAN, 0, 1};
    REFUSED(DSC_ERROR_NON_FINITE, "matrix[0][1] is nan", dsc_symmetric_eigen(2, bad, w.out, w.y));
    REFUSED(DSC_ERROR_NON_FINITE, "matrix[0][1] is nan", dsc_symmetric_eigen(2, bad, w.out, NULL));
    ACCEPTED(dsc_symmetric_eigen(0, NULL, NULL, NULL));
}

static dsc_status forward(size_t batch, size_t inputs, size_t outputs) {
    dsc_linear_call layer = {
        .batch = batch, .inputs = inputs, .outputs = outputs, .x = w.x, .w = w.y, .y = w.out};
    return dsc_linear_forward(NULL, &layer);
}

static dsc_status backward(dsc_activation activation, size_t batch, size_t inputs, size_t outputs) {
    dsc_linear_call layer = {.activation = activation,
                             .batch = batch,
                             .inputs = inputs,
                             .outputs = outputs,
                             .x = w.x,
                             .w = w.y,
                             .y = w.x};
    dsc_linear_gradients gradients = {.dy = w.z, .dz = w.out, .dx = w.out, .dw = w.out, .db = w.out};
    return dsc_linear_backward(NULL, &layer, &gradients);
}

/* Of an empty batch, whose bias has a gradient all the same. */
static dsc_status bias_backward(size_t outputs) {
    static float weights[600], gradients[600];
    dsc_linear_call layer = {.inputs = 1, .outputs = outputs, .w = weights};
    return dsc_linear_backward(NULL, &layer, &(dsc_linear_gradients){.db = gradients});
}

static void layer_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "layer", dsc_linear_forward(NULL, NULL));
    REFUSED(DSC_ERROR_SIZE, "0 inputs", forward(1, 0, 1));
    REFUSED(DSC_ERROR_SIZE, "0 outputs", forward(1, 1, 0));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615", forward(MOST, 1, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615", forward(1, MOST, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "m", forward(0, INT32_MAX, INT32_MAX));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615", backward(DSC_ACTIVATION_NONE, MOST, 1, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615", backward(DSC_ACTIVATION_RELU, 1, MOST, 1));
    REFUSED(DSC_ERROR_OVERFLOW, "outputs", backward(DSC_ACTIVATION_RELU, WRAPS, 1, 4));
    REFUSED(DSC_ERROR_OVERFLOW, "outputs", bias_backward(WRAPS));
    ACCEPTED(bias_backward(600));
    REFUSED(DSC_ERROR_ARGUMENT, "activation 7", backward((dsc_activation)7, 1, 1, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "gradients",
            dsc_linear_backward(
                NULL, &(dsc_linear_call){.batch = 1, .inputs = 1, .outputs = 1, .x = w.x, .w = w.y, .y = w.x},
                NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_relu_forward(NULL, DSC_FLOAT32, WRAPS, w.x, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_relu_forward(NULL, DSC_FLOAT64, MOST, w.x, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "y", dsc_relu_forward(NULL, DSC_FLOAT64, 1, w.x, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_relu_backward(NULL, DSC_FLOAT32, WRAPS, w.x, w.y, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "dy", dsc_relu_backward(NULL, DSC_FLOAT32, 1, w.x, NULL, w.out));
}

static void more_rows(void) {
    const size_t n = 2;
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_affine_run(NULL, DSC_FLOAT32, WRAPS, 1, w.x, 0, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "x", dsc_affine_run(NULL, DSC_FLOAT32, n, 1, NULL, 0, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "y", dsc_affine_run(NULL, DSC_FLOAT32, n, 1, w.x, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "int64", dsc_affine_run(NULL, DSC_INT64, n, 1, w.x, 0, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_clamp_run(NULL, DSC_FLOAT64, MOST, w.x, 0, 1, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "x", dsc_clamp_run(NULL, DSC_FLOAT32, n, NULL, 0, 1, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "y", dsc_clamp_run(NULL, DSC_FLOAT32, n, w.x, 0, 1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "bool", dsc_clamp_run(NULL, DSC_BOOL, n, w.x, 0, 1, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "n",
            dsc_softmax_backward_run(NULL, DSC_FLOAT32, 1, WRAPS, 1, false, w.x, w.y, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615 x 1 x 2",
            dsc_softmax_backward_run(NULL, DSC_FLOAT32, MOST, 1, 2, false, w.x, w.y, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "y",
            dsc_softmax_backward_run(NULL, DSC_FLOAT32, 1, n, 1, false, NULL, w.y, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "g",
            dsc_softmax_backward_run(NULL, DSC_FLOAT32, 1, n, 1, true, w.x, NULL, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "dx",
            dsc_softmax_backward_run(NULL, DSC_FLOAT32, 1, n, 1, true, w.x, w.y, NULL));
    REFUSED(DSC_ERROR_OVERFLOW, "n", dsc_logsumexp_run(NULL, DSC_FLOAT32, 1, WRAPS, 1, w.x, w.out));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615 x 0 x 1",
            dsc_logsumexp_run(NULL, DSC_FLOAT64, MOST, 0, 1, w.x, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "x", dsc_logsumexp_run(NULL, DSC_FLOAT32, 1, n, 1, NULL, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "y is NULL", dsc_logsumexp_run(NULL, DSC_FLOAT32, 1, n, 1, w.x, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "float16", dsc_logsumexp_run(NULL, DSC_FLOAT16, 1, n, 1, w.x, w.out));
}

void kernel_rows(void) {
    unary_rows();
    binary_rows();
    sum_rows();
    product_rows();
    eigen_rows();
    layer_rows();
    more_rows();
}
