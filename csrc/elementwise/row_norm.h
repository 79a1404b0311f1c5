/* Normalization of rows over buffers: each way in passes over a row, which the cache holds in between. */
#ifndef DSC_ELEMENTWISE_ROW_NORM_H
#define DSC_ELEMENTWISE_ROW_NORM_H

#include "core/internal.h"

/* x, and what has its shape, is outer x groups x channels x inner, with a number at least. A row, of which
 * mean and variance are taken, is channels x inner; a weight belongs to a channel of a group. */
typedef struct dsc_row_norm_call {
    dsc_dtype dtype;
    size_t outer, groups, channels, inner;
    bool centers;                  /* false: the mean counts as 0 */
    const void *x, *weight, *bias; /* weight NULL: 1; bias NULL: 0 */
    double *mean, *inverse;        /* of each row; 1 / sqrt(variance + eps) */
    double *workspace;             /* dsc_row_norm_workspace numbers */
} dsc_row_norm_call;

size_t dsc_row_norm_workspace(const dsc_row_norm_call *norm);

/* Writes mean and inverse, and y = (x - mean) inverse weight + bias. */
void dsc_row_norm_run(const dsc_context *context, const dsc_row_norm_call *norm, double eps, void *y);

/* The gradients through that, each rounded once from double, where they are not NULL. Of a row with g = dy
 * weight and z = (x - mean) inverse: dx = (g - mean of g - z mean of g z) inverse, without the mean of g
 * where the row is not centred, dw = sum dy z,  db = sum dy,  over outer and inner */
void dsc_row_norm_backward(const dsc_context *context, const dsc_row_norm_call *norm, const void *dy,
                           void *dx, void *dw, void *db);

#endif
