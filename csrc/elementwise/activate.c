#include "elementwise/activate.h"

#include "descent/elementwise.h"
#include "elementwise/activations.h"
#include "elementwise/unary.h"

dsc_status dsc_check_activation(const char *function, dsc_activation activation) {
    if ((unsigned)activation <= DSC_ACTIVATION_TANH)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s: unknown activation %d", function, (int)activation);
}

void dsc_activate(dsc_dtype dtype, dsc_activation activation, size_t n, void *y) {
    static const dsc_unary functions[] = {[DSC_ACTIVATION_RELU] = DSC_RELU,
                                          [DSC_ACTIVATION_SIGMOID] = DSC_SIGMOID,
                                          [DSC_ACTIVATION_TANH] = DSC_TANH};
    if (activation != DSC_ACTIVATION_NONE)
        dsc_unary_piece(dtype, functions[activation], n, y, y);
}

void dsc_activate_rows(dsc_dtype dtype, dsc_activation activation, size_t rows, size_t columns, size_t stride,
                       void *y) {
    const bool are_joined = columns == stride || rows == 1;
    const size_t runs = are_joined ? 1 : rows, run = are_joined ? rows * columns : columns;
    for (size_t i = 0; i < runs; ++i)
        dsc_activate(dtype, activation, run, (char *)y + i * stride * dsc_size_of(dtype));
}

void dsc_activation_back(const dsc_context *context, dsc_dtype dtype, dsc_activation activation, size_t n,
                         const void *y, const void *dy, void *dz) {
    static const dsc_activation_kind kinds[] = {[DSC_ACTIVATION_RELU] = DSC_RELU_OF_RESULT,
                                                [DSC_ACTIVATION_SIGMOID] = DSC_SIGMOID_OF_RESULT,
                                                [DSC_ACTIVATION_TANH] = DSC_TANH_OF_RESULT};
    if (activation != DSC_ACTIVATION_NONE)
        dsc_activation_backward_run(context, dtype, &(dsc_activation_call){kinds[activation], {0}}, n, y, dy,
                                    dz);
}

dsc_status dsc_relu_forward(const dsc_context *context, dsc_dtype dtype, size_t n, const void *x, void *y) {
    DSC_CHECK_DTYPE(dtype);
    DSC_CHECK_COUNT(n, dtype);
    if (n == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(y);
    return dsc_unary_run(context, dtype, DSC_RELU, n, x, y);
}

dsc_status dsc_relu_backward(const dsc_context *context, dsc_dtype dtype, size_t n, const void *y,
                             const void *dy, void *dx) {
    DSC_CHECK_DTYPE(dtype);
    DSC_CHECK_COUNT(n, dtype);
    if (n == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(y);
    DSC_CHECK_NOT_NULL(dy);
    DSC_CHECK_NOT_NULL(dx);
    dsc_activation_back(context, dtype, DSC_ACTIVATION_RELU, n, y, dy, dx);
    return DSC_OK;
}
