/* More expressions for slopes. */
#ifndef DSC_LOSSES_EXPRESSIONS_H
#define DSC_LOSSES_EXPRESSIONS_H

#include <string.h>

#include "autodiff/pullback.h"
#include "descent/loss_kernels.h"

/* 1 / (1 + e^-x), whose derivatives of any order keep their digits where it is near 1. */
dsc_tensor *x_logistic(dsc_pullback *p, dsc_tensor *x);

/* a where the condition is true, else 0, whatever a is there. */
static inline dsc_tensor *x_mask(dsc_pullback *p, dsc_tensor *condition, dsc_tensor *a) {
    return a == NULL ? NULL : x_where(p, condition, a, x_constant(p, a, 0));
}
/* x >= 0, x = 0, x != 0: false for NaN but for the last. */
static inline dsc_tensor *x_is_not_negative(dsc_pullback *p, dsc_tensor *x) {
    return x == NULL ? NULL : x_greater_equal(p, x, x_constant(p, x, 0));
}
static inline dsc_tensor *x_is_not_zero(dsc_pullback *p, dsc_tensor *x) {
    return x == NULL ? NULL : x_not_equal(p, x, x_constant(p, x, 0));
}
static inline dsc_tensor *x_equals(dsc_pullback *p, dsc_tensor *x, double number) {
    return x == NULL ? NULL : x_equal(p, x, x_constant(p, x, number));
}
/* The condition as 1 and 0, of the type of `like`. */
static inline dsc_tensor *x_indicator(dsc_pullback *p, dsc_tensor *condition, const dsc_tensor *like) {
    return condition == NULL ? NULL : x_where(p, condition, x_constant(p, like, 1), x_constant(p, like, 0));
}
/* a^exponent */
static inline dsc_tensor *x_power_of(dsc_pullback *p, dsc_tensor *a, double exponent) {
    return a == NULL ? NULL : x_power(p, a, x_constant(p, a, exponent));
}
/* a factor, where there is one. */
static inline dsc_tensor *x_weighted(dsc_pullback *p, dsc_tensor *a, dsc_tensor *factor) {
    return factor == NULL ? a : x_multiply(p, a, factor);
}
/* Sums of rows, which stay columns. */
static inline dsc_tensor *x_sum_rows(dsc_pullback *p, dsc_tensor *a) {
    return x_sum(p, a, 1, (const int64_t[]){-1}, true);
}

/* Reduces values: their sum over `divisor` for the mean. */
dsc_tensor *x_reduce(dsc_pullback *p, dsc_tensor *values, dsc_reduction reduction, double divisor);

#endif
