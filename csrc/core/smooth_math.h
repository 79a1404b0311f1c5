/* For inclusion inside a template: smooth functions without branches, so that loops over them vectorise.
 * Their polynomials are interpolations at Chebyshev nodes. */
#include "core/sigmoid.h"

/* e^x - 1 within 2 ULP, for x below 88 (float32) or 709. */
static inline DSC_REAL DSC_NAME(dsc_expm1)(DSC_REAL x) {
    DSC_NAME(dsc_exp_parts) e = DSC_NAME(dsc_exp_parts_of)(x);
    DSC_REAL scale = e.low * e.high;
    return e.rest * scale + (scale - 1);
}

/* The hyperbolic tangent, within 3 ULP. */
static inline DSC_REAL DSC_NAME(dsc_tanh)(DSC_REAL x) {
    DSC_REAL e = DSC_NAME(dsc_expm1)(-2 * dsc_abs(x));
    return dsc_copysign(e / (2 + e), x);
}

/* x - tanh x, which keeps its digits near 0. */
static inline DSC_REAL DSC_NAME(dsc_tanhshrink)(DSC_REAL x) {
    DSC_REAL square = x * x;
    square = square > 1 ? 1 : square;
#if DSC_IS_FLOAT32
    DSC_REAL p = DSC_POLYNOMIAL(square, -1.438288195e-4f, 9.271475262e-4f, -3.211853739e-3f, 8.701321082e-3f,
                                -2.183077769e-2f, 5.396362237e-2f, -1.333331198e-1f, 3.333333317e-1f);
#else
    DSC_REAL p = DSC_POLYNOMIAL(square, -2.5337464676442193e-8, 2.64679900235510574e-7,
                                -1.38382666220196375e-6, 4.99711009816312647e-6, -1.46185823890454663e-5,
                                3.84011570016115222e-5, -9.64704289187692265e-5, 2.38960704816463923e-4,
                                -5.89980546178206273e-4, 1.45582499510025156e-3, -3.59212672967680457e-3,
                                8.86323541003267154e-3, -2.18694885294854261e-2, 5.3968253968058578e-2,
                                -1.33333333333331066e-1, 3.33333333333333329e-1);
#endif
    return dsc_abs(x) < 1 ? x * square * p : x - DSC_NAME(dsc_tanh)(x);
}

/* The normal distribution: its density at x times sqrt(2 pi), and the share below x, within a few ULP of
 * itself even where it is small. */
typedef struct DSC_NAME(dsc_normal) {
    DSC_REAL bell, below;
} DSC_NAME(dsc_normal);

static inline DSC_NAME(dsc_normal) DSC_NAME(dsc_normal_of)(DSC_REAL x) {
    /* magic: a sum with it is rounded to a whole number, which its last bits have, biased as an exponent. The
     * bell is 0 at `most`, with an exponent of 0. */
#if DSC_IS_FLOAT32
    typedef uint32_t bits;
    const DSC_REAL most = 13.25f, magic = 12582912.0f + 127, ln2_high = 0.693359375f,
                   ln2_low = -2.12194440e-4f;
    const int mantissa = 23;
    const bits upper_half = UINT32_C(0xfffff000);
    const DSC_REAL shift = 3;
#else
    typedef uint64_t bits;
    const DSC_REAL most = 37.66, magic = 6755399441055744.0 + 1023, ln2_high = 6.93147180369123816490e-01;
    const DSC_REAL ln2_low = 1.90821492927058770002e-10;
    const int mantissa = 52;
    const bits upper_half = UINT64_C(0xfffffffff8000000);
    const DSC_REAL shift = 5;
#endif
    DSC_REAL a = dsc_abs(x);
    a = a > most ? most : a;
    /* a^2 = square + rest: the exponential would magnify the rounding. */
    DSC_REAL square = a * a;
#ifdef DSC_HAS_FMA
    DSC_REAL rest = dsc_fma(a, a, -square);
    (void)upper_half;
#else
    union {
        DSC_REAL real;
        bits word;
    } half = {a};
    half.word &= upper_half;
    DSC_REAL low = a - half.real;
    DSC_REAL rest = (half.real * half.real - square) + 2 * half.real * low + low * low;
#endif
    union {
        DSC_REAL real;
        bits word;
    } rounded = {square * (DSC_REAL)(-0.5 * M_LOG2E) + magic}, scale;
    DSC_REAL k = rounded.real - magic;
    DSC_REAL r = (square * (DSC_REAL)-0.5 - k * ln2_high) - k * ln2_low;
    r -= rest * (DSC_REAL)0.5;
    scale.word = rounded.word << mantissa;
    /* The share above a is bell t p(q), with p nearly constant. */
    DSC_REAL t = 1 / (a + shift), q = (a - shift) * t;
#if DSC_IS_FLOAT32
    DSC_REAL e = DSC_POLYNOMIAL(r, 1.394859278e-3f, 8.375137268e-3f, 4.166621809e-2f, 1.666641538e-1f,
                                5.000000108e-1f, 1.000000038f, 1);
    DSC_REAL p = DSC_POLYNOMIAL(q, -2.888384758e-4f, -9.317598015e-4f, 1.088363197e-3f, 6.945438635e-3f,
                                -1.048188011e-2f, -4.726085811e-2f, 2.300194965e-1f, -5.093320219e-1f,
                                7.290836644e-1f);
#else
    DSC_REAL e = DSC_POLYNOMIAL(r, 2.51148827869966873e-8, 2.76326557593320308e-7, 2.75572249183688685e-6,
                                2.4801485438447381e-5, 1.98412699092606459e-4, 1.38888889523561362e-3,
                                8.33333333330950658e-3, 4.16666666664879385e-2, 1.66666666666667025e-1,
                                5.00000000000001841e-1, 1, 1);
    DSC_REAL p = DSC_POLYNOMIAL(
        q, 2.17726523036315041e-9, 7.52778480870285346e-9, -1.05194434867505767e-8, -6.63441987328709624e-8,
        4.3724032882082974e-8, 4.33987593486232955e-7, -3.37573003148555397e-7, -2.76998107541848955e-6,
        3.98128156725879141e-6, 1.66815489666877544e-5, -4.97629064716428918e-5, -5.93758224490550722e-5,
        5.44899078300833898e-4, -7.97869382478255892e-4, -2.99337677164708934e-3, 2.07950667983364459e-2,
        -6.91186387062601176e-2, 1.65020366170460598e-1, -3.13533156671305529e-1, 4.9530561596997497e-1,
        -6.65382502890056694e-1, 7.69193049750062963e-1);
#endif
    DSC_REAL bell = e * scale.real, above = bell * t * p;
    return (DSC_NAME(dsc_normal)){bell, x < 0 ? above : 1 - above};
}
