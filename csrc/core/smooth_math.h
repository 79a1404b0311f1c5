/* For inclusion inside a template: smooth functions without branches, so that loops over them vectorise.
 * Their polynomials are interpolations at Chebyshev nodes. */
#include "core/sigmoid.h"

/* The polynomial whose coefficients are given, the highest power's first. */
static inline __attribute__((always_inline)) DSC_REAL
DSC_NAME(dsc_polynomial)(size_t count, const DSC_REAL *coefficients, DSC_REAL x) {
    DSC_REAL sum = coefficients[0];
#pragma GCC unroll 32
    for (size_t i = 1; i < count; ++i)
        sum = sum * x + coefficients[i];
    return sum;
}
#define DSC_POLYNOMIAL(x, ...)                                                                               \
    DSC_NAME(dsc_polynomial)                                                                                 \
    (sizeof((DSC_REAL[]){__VA_ARGS__}) / sizeof(DSC_REAL), (const DSC_REAL[]){__VA_ARGS__}, x)

/* e^x - 1 within 2 ULP, for x below 88 (float32) or 709. */
static inline DSC_REAL DSC_NAME(dsc_expm1)(DSC_REAL x) {
    DSC_NAME(dsc_exp_parts) e = DSC_NAME(dsc_exp_parts_of)(x);
    DSC_REAL scale = e.low * e.high;
    return e.rest * scale + (scale - 1);
}

/* log(1 + x) for x in [0, 1], within 2 ULP: 2 artanh(x / (2 + x)). */
static inline DSC_REAL DSC_NAME(dsc_log1p_unit)(DSC_REAL x) {
    DSC_REAL s = x / (2 + x), square = s * s;
#if DSC_IS_FLOAT32
    DSC_REAL p = DSC_POLYNOMIAL(square, 1.161952527e-1f, 1.08516575e-1f, 1.429629171e-1f, 1.999985068e-1f,
                                3.333333367e-1f);
#else
    DSC_REAL p = DSC_POLYNOMIAL(square, 8.08790345407254743e-2, 4.39743336947483356e-2,
                                6.00114699771365608e-2, 6.6570036413351451e-2, 7.69278950512931123e-2,
                                9.09089454649137476e-2, 1.11111113624093814e-1, 1.42857142835145317e-1,
                                2.00000000000074566e-1, 3.33333333333333292e-1);
#endif
    return 2 * (s + s * square * p);
}

/* The hyperbolic tangent, within 3 ULP. */
static inline DSC_REAL DSC_NAME(dsc_tanh)(DSC_REAL x) {
    DSC_REAL e = DSC_NAME(dsc_expm1)(-2 * dsc_abs(x));
    return dsc_copysign(e / (2 + e), x);
}

/* The normal distribution: its density at x times sqrt(2 pi), and the share below x, within a few ULP of
 * itself even where it is small. */
typedef struct DSC_NAME(dsc_normal) {
    DSC_REAL bell, below;
} DSC_NAME(dsc_normal);

static inline DSC_NAME(dsc_normal) DSC_NAME(dsc_normal_of)(DSC_REAL x) {
    DSC_REAL a = dsc_abs(x);
    a = a > 40 ? 40 : a; /* the bell is 0 there; infinity would make it NaN */
    /* a^2 is rounded; the rest, from the halves of a's digits, is made up for. */
#if DSC_IS_FLOAT32
    union {
        DSC_REAL real;
        uint32_t word;
    } half = {a};
    half.word &= UINT32_C(0xfffff000);
    const DSC_REAL shift = 3;
#else
    union {
        DSC_REAL real;
        uint64_t word;
    } half = {a};
    half.word &= UINT64_C(0xfffffffff8000000);
    const DSC_REAL shift = 5;
#endif
    DSC_REAL square = a * a, low = a - half.real;
    DSC_REAL rest = (half.real * half.real - square) + 2 * half.real * low + low * low;
    DSC_REAL bell = DSC_NAME(dsc_exp)(-square / 2);
    bell -= bell * rest / 2;
    /* The share above a is bell t p(q), with p nearly constant. */
    DSC_REAL t = 1 / (a + shift), q = (a - shift) * t;
#if DSC_IS_FLOAT32
    DSC_REAL p = DSC_POLYNOMIAL(q, 4.806466996e-5f, 1.222209465e-4f, -2.38314114e-4f, -1.020672673e-3f,
                                1.023203268e-3f, 6.964105845e-3f, -1.046260147e-2f, -4.726184325e-2f,
                                2.300177398e-1f, -5.093320283e-1f, 7.290836895e-1f);
#else
    DSC_REAL p = DSC_POLYNOMIAL(
        q, -1.84130754703231463e-10, 1.68316594889150013e-9, 7.67793759243833113e-9, -9.12233667638369339e-9,
        -6.5862333324385769e-8, 4.20562587142455342e-8, 4.32991984340035074e-7, -3.36480076283806612e-7,
        -2.76914791151757276e-6, 3.98085336927427084e-6, 1.66811601072885744e-5, -4.9762804014789228e-5,
        -5.93757134958740352e-5, 5.44899063606992871e-4, -7.97869400825455843e-4, -2.99337677045396727e-3,
        2.07950668001020728e-2, -6.91186387063094944e-2, 1.65020366170374438e-1, -3.13533156671304651e-1,
        4.953056159699766e-1, -6.65382502890056699e-1, 7.69193049750062958e-1);
#endif
    DSC_REAL above = bell * t * p;
    return (DSC_NAME(dsc_normal)){bell, x < 0 ? above : 1 - above};
}
