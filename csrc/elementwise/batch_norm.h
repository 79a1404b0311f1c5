/* Batch normalization over buffers, each way in few passes, which find what they read again in the cache. */
#ifndef DSC_ELEMENTWISE_BATCH_NORM_H
#define DSC_ELEMENTWISE_BATCH_NORM_H

#include "core/internal.h"

/* x, and what has its shape, is outer x channels x inner, with a number at least; the rest is a number for
 * each channel. */
typedef struct dsc_batch_norm_call {
    dsc_dtype dtype;
    size_t outer, channels, inner;
    const void *x, *weight; /* weight NULL: 1 */
    double *mean, *inverse; /* 1 / sqrt(variance + eps) */
    double *workspace;      /* dsc_batch_norm_workspace numbers */
} dsc_batch_norm_call;

size_t dsc_batch_norm_workspace(const dsc_batch_norm_call *norm);

/* Writes mean and inverse, and squares = sum (x - mean)^2: in double, in two passes, in pieces as
 * dsc_sum_run's. Then does what dsc_batch_norm_apply does. */
void dsc_batch_norm_train(const dsc_context *context, const dsc_batch_norm_call *norm, double eps,
                          const void *bias, double *squares, void *y);
/* y = (x - mean) inverse weight + bias, rounded once. bias NULL: 0. */
void dsc_batch_norm_apply(const dsc_context *context, const dsc_batch_norm_call *norm, const void *bias,
                          void *y);

/* The gradients through dsc_batch_norm_train, each rounded once from double, where they are not NULL:
 *     db = sum dy,  dw = sum dy (x - mean) inverse,
 *     dx = (dy - db / n - (x - mean) inverse dw / n) inverse weight,  n = outer * inner */
void dsc_batch_norm_backward(const dsc_context *context, const dsc_batch_norm_call *norm, const void *dy,
                             void *dx, void *dw, void *db);

/* The running numbers, `strides` apart, of which a new batch of n has the share `momentum`, in PyTorch's
 * order and rounding: momentum new + (1 - momentum) running, the variance being squares / (n - 1). */
void dsc_batch_norm_track(const dsc_batch_norm_call *norm, const double *squares, double momentum, void *mean,
                          size_t mean_stride, void *variance, size_t variance_stride);

#endif
