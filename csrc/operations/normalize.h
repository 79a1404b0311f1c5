/* The derivatives that normalizations share. Their inputs are x, weight and bias, of which the latter may be
 * NULL; what is saved first are their statistics. */
#ifndef DSC_OPERATIONS_NORMALIZE_H
#define DSC_OPERATIONS_NORMALIZE_H

#include "operations/table.h"

enum { DSC_NORMAL_RANK = 4 };

/* How x is looked at. */
typedef struct dsc_normalization {
    size_t rank, shape[DSC_NORMAL_RANK];
    size_t weight_shape[DSC_NORMAL_RANK]; /* which broadcasts to that */
    int64_t over[2];                      /* the dimensions that mean and variance are taken over */
    int64_t along[2];                     /* those that a weight stands for */
    bool centers;                         /* false: the mean counts as 0 */
    double eps;
    dsc_tensor *mean, *inverse; /* held fixed, of a shape that broadcasts; NULL: x's own */
} dsc_normalization;

/* What a kernel reads: contiguous. */
typedef struct dsc_normal_inputs {
    dsc_tensor *x, *weight, *dy;
} dsc_normal_inputs;

/* Gives the gradients. The numbers are always the kernel's, which writes to[i] where it is not NULL and is
 * not called for x without numbers; what is recorded are the derivatives of the formula. */
void dsc_pull_back_normalization(dsc_pullback *p, const dsc_normalization *n,
                                 void (*kernel)(dsc_pullback *p, const dsc_normal_inputs *inputs,
                                                void *const *to));

#endif
