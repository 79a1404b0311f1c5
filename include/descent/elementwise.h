/* What tensors are made of besides products: elementwise operations with broadcasting, sums,
 * copies. */
#ifndef DESCENT_ELEMENTWISE_H
#define DESCENT_ELEMENTWISE_H

#include <stdbool.h>

#include "context.h"
#include "status.h"

DSC_BEGIN_API

typedef enum dsc_unary {
    DSC_NEGATE,
    DSC_EXP,
    DSC_LOG,
    DSC_SQRT,
    DSC_ABS,
    DSC_SIGN, /* -1, 0 or 1; 0 for NaN, as PyTorch */
    DSC_STEP, /* 1 where x > 0, else 0: the derivative of max(x, 0) */
    DSC_TANH,
    DSC_SIGMOID,     /* 1 / (1 + e^-x), without overflow */
    DSC_LOG_SIGMOID, /* its logarithm, likewise */
    DSC_SIN,         /* of radians */
    DSC_COS,
    DSC_ATAN,
    DSC_FLOOR,
    DSC_RELU, /* max(x, 0); NaN stays */
    DSC_ERF,
    DSC_LOG1P, /* log(1 + x), exact near 0 */
    DSC_EXPM1, /* e^x - 1, likewise */
    DSC_RSQRT, /* 1 / sqrt(x) */
    DSC_RECIPROCAL,
    DSC_SQUARE,
    DSC_TAN,
    DSC_ASIN,
    DSC_ACOS,
    DSC_SINH,
    DSC_COSH,
    DSC_ROUND, /* halves to the even neighbour */
    DSC_CEIL,
    DSC_TRUNC /* towards 0 */
} dsc_unary;

/* y[i] = operation(x[i]). y may be x. */
dsc_status dsc_unary_run(const dsc_context *context, dsc_dtype dtype, dsc_unary operation, size_t n,
                         const void *x, void *y);

/* y = scale x + offset; min(max(x, low), high), NaN staying NaN. y may be x. */
dsc_status dsc_affine_run(const dsc_context *context, dsc_dtype dtype, size_t n, double scale, const void *x,
                          double offset, void *y);
dsc_status dsc_clamp_run(const dsc_context *context, dsc_dtype dtype, size_t n, const void *x, double low,
                         double high, void *y);

typedef enum dsc_binary {
    DSC_ADD,
    DSC_SUBTRACT,
    DSC_MULTIPLY,
    DSC_DIVIDE,
    DSC_POWER,
    DSC_MAXIMUM, /* NaN where either is NaN */
    DSC_GREATER, /* 1 or 0 */
    DSC_EQUAL,   /* 1 or 0 */
    DSC_MASK,    /* a where b is not 0, else 0, whatever a is there */
    DSC_MINIMUM  /* NaN where either is NaN */
} dsc_binary;

/* An operand as the operation walks it: element (i_0, ..., i_r-1) stands at sum_d i_d strides[d].
 * A stride of 0 repeats: that is broadcasting. Strides count elements. */
typedef struct dsc_operand {
    const void *data;
    size_t strides[DSC_MAX_RANK];
} dsc_operand;

/* out, contiguous of the given shape, = operation(a, b). out may be an operand that is contiguous
 * too. Refused: rank > DSC_MAX_RANK, overflowing shapes. */
dsc_status dsc_binary_run(const dsc_context *context, dsc_dtype dtype, dsc_binary operation, size_t rank,
                          const size_t *shape, const dsc_operand *a, const dsc_operand *b, void *out);

/* out, contiguous, = a: broadcasts, transposes, or copies. */
dsc_status dsc_copy_run(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                        const dsc_operand *a, void *out);

/* out[o][i] = sum over j of x[o][j][i], x being outer x n x inner. Sums are in double, over
 * fixed pieces of 256 (of a row, 4096) and then over those: of float32 they are right to the last bit but for
 * cancellation, of float64 within about (256 + n / 256) 2^-53 of the sum of absolute values. */
dsc_status dsc_sum_run(const dsc_context *context, dsc_dtype dtype, size_t outer, size_t n, size_t inner,
                       const void *x, void *out);

/* Over j, for each o and i: y[o][j][i] = e^x[o][j][i] / sum over k of e^x[o][k][i], or its logarithm. Stable;
 * sums are like dsc_sum_run's. y may be x. Refused: n = 0 with outer * inner > 0. */
dsc_status dsc_softmax_run(const dsc_context *context, dsc_dtype dtype, size_t outer, size_t n, size_t inner,
                           bool logarithm, const void *x, void *y);

/* The gradient of x through dsc_softmax_run: dx = y (g - sum of g y), for logarithms g - e^y (sum of g), the
 * sums being over j and as dsc_sum_run's, so that the composed formula gives the same numbers. dx may be g.
 */
dsc_status dsc_softmax_backward_run(const dsc_context *context, dsc_dtype dtype, size_t outer, size_t n,
                                    size_t inner, bool logarithm, const void *y, const void *g, void *dx);

/* Over j, for each o and i: y[o][i] = log(sum over j of e^x[o][j][i]), without overflow; -infinity for
 * n = 0. */
dsc_status dsc_logsumexp_run(const dsc_context *context, dsc_dtype dtype, size_t outer, size_t n,
                             size_t inner, const void *x, void *y);

/* index[o] = where the row x[o] of n numbers is largest; the first such place; a NaN counts as
 * largest. Refused: n = 0 with outer > 0. */
dsc_status dsc_argmax_run(dsc_dtype dtype, size_t outer, size_t n, const void *x, int64_t *index);

DSC_END_API
#endif
