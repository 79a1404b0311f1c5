/* Numbers of twice float64's precision, as unevaluated sums (Dekker 1971; Knuth's two-sum): for residuals and
 * sums whose rounding would show. Products and sums stand in statements of their own: Clang joins them into
 * one operation, which would lose the remainder, within an expression only. GCC joins across statements, but
 * a product only with all its uses, and the remainder is a use that it cannot join. Tests/Rounding holds them
 * to it. */
#ifndef DSC_CORE_WIDE_H
#define DSC_CORE_WIDE_H

/* high + low, |low| <= an ulp of high. */
typedef struct dsc_wide {
    double high, low;
} dsc_wide;

/* a + b, exactly. */
static inline dsc_wide dsc_wide_sum(double a, double b) {
    double sum = a + b;
    double part = sum - a;
    double rest = sum - part;
    double left = a - rest, right = b - part;
    return (dsc_wide){sum, left + right};
}

/* a b, exactly, but for underflow. */
static inline dsc_wide dsc_wide_product(double a, double b) {
    double product = a * b;
    return (dsc_wide){product, __builtin_fma(a, b, -product)};
}

static inline dsc_wide dsc_wide_add(dsc_wide a, dsc_wide b) {
    dsc_wide sum = dsc_wide_sum(a.high, b.high);
    double low = a.low + b.low;
    return dsc_wide_sum(sum.high, sum.low + low);
}

static inline dsc_wide dsc_wide_multiply(dsc_wide a, dsc_wide b) {
    dsc_wide product = dsc_wide_product(a.high, b.high);
    double crossed = a.high * b.low + a.low * b.high;
    return dsc_wide_sum(product.high, product.low + crossed);
}

/* sum - a b */
static inline dsc_wide dsc_wide_subtract_product(dsc_wide sum, dsc_wide a, dsc_wide b) {
    dsc_wide product = dsc_wide_multiply(a, b);
    return dsc_wide_add(sum, (dsc_wide){-product.high, -product.low});
}

/* a / b: two steps of long division. */
static inline dsc_wide dsc_wide_divide(dsc_wide a, dsc_wide b) {
    double quotient = a.high / b.high;
    dsc_wide rest = dsc_wide_subtract_product(a, b, (dsc_wide){quotient, 0});
    return dsc_wide_sum(quotient, rest.high / b.high);
}

/* The square root of a > 0: one step of Newton's. */
static inline dsc_wide dsc_wide_root(dsc_wide a) {
    double root = __builtin_sqrt(a.high);
    dsc_wide rest = dsc_wide_subtract_product(a, (dsc_wide){root, 0}, (dsc_wide){root, 0});
    return dsc_wide_sum(root, rest.high / (2 * root));
}

#endif
