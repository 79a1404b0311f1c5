/* Activations with numbers for options: values and first derivatives, a formula each in activations.c. */
#ifndef DSC_ELEMENTWISE_ACTIVATIONS_H
#define DSC_ELEMENTWISE_ACTIVATIONS_H

#include "core/internal.h"

typedef enum dsc_activation_kind {
    /* Only their slopes, of the first three by the result: the values are dsc_unary_run's. */
    DSC_RELU_OF_RESULT,
    DSC_SIGMOID_OF_RESULT,
    DSC_TANH_OF_RESULT,
    DSC_LOG_SIGMOID_OF_INPUT,
    DSC_LEAKY_RELU, /* numbers: the slope */
    DSC_ELU,        /* alpha scale, scale, input_scale */
    DSC_GELU,
    DSC_GELU_TANH,
    DSC_SILU,
    DSC_MISH,
    DSC_SOFTPLUS, /* beta, threshold */
    DSC_SOFTSIGN,
    DSC_SOFTSHRINK, /* lambda */
    DSC_HARDSHRINK, /* lambda */
    DSC_TANHSHRINK,
    DSC_HARDTANH, /* the limits */
    DSC_HARDSIGMOID,
    DSC_HARDSWISH,
    DSC_THRESHOLD /* the threshold, what stands for what is not above it */
} dsc_activation_kind;

typedef struct dsc_activation_call {
    dsc_activation_kind kind;
    double numbers[3];
} dsc_activation_call;

/* y[i] = f(x[i]) */
void dsc_activation_run(const dsc_context *context, dsc_dtype dtype, const dsc_activation_call *f, size_t n,
                        const void *x, void *y);
/* dx[i] = f'(x[i]) g[i]. dx may be g. */
void dsc_activation_backward_run(const dsc_context *context, dsc_dtype dtype, const dsc_activation_call *f,
                                 size_t n, const void *x, const void *g, void *dx);

#endif
