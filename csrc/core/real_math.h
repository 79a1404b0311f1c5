/* For inclusion inside a template: arithmetic on DSC_REAL that the compiler can vectorise. */

#ifndef DSC_LANES
/* Partial sums kept side by side, so that a sum vectorises and its order is the same everywhere. */
#define DSC_LANES 16
#endif

/* A square root that vectorises: the library function may set errno, which keeps loops scalar. GCC has no
 * other, and is told with -fno-math-errno that nobody looks there. */
#ifndef dsc_sqrt
#if __has_builtin(__builtin_elementwise_sqrt)
#define dsc_sqrt(x) __builtin_elementwise_sqrt(x)
#else
#define dsc_sqrt(x) _Generic((x), float : __builtin_sqrtf, double : __builtin_sqrt)(x)
#endif
#define dsc_abs(x) _Generic((x), float : __builtin_fabsf, double : __builtin_fabs)(x)
#define dsc_fma(x, y, z) _Generic((x), float : __builtin_fmaf, double : __builtin_fma)(x, y, z)
#define dsc_copysign(x, y) _Generic((x), float : __builtin_copysignf, double : __builtin_copysign)(x, y)
#endif

/* torch.lerp: the way it takes depends on the weight, which matters for infinities, and at weight 1. */
static inline DSC_REAL DSC_NAME(dsc_lerp)(DSC_REAL start, DSC_REAL end, DSC_REAL weight) {
    return weight < (DSC_REAL)0.5 && weight > (DSC_REAL)-0.5 ? start + weight * (end - start)
                                                             : end - (end - start) * (1 - weight);
}

/* A running mean of squares, in the order of torch.addcmul: weight * (x * x) would overflow earlier. */
static inline DSC_REAL DSC_NAME(dsc_mean_square)(DSC_REAL mean, DSC_REAL x, DSC_REAL decay, DSC_REAL weight) {
    return mean * decay + weight * x * x;
}

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

/* e^x = (rest + 1) low high, where rest is e^r - 1 with |r| <= ln 2 / 2, by its Taylor series, and low high
 * is 2^k, in two factors, since k may exceed what one exponent holds: x = k ln 2 + r. */
typedef struct DSC_NAME(dsc_exp_parts) {
    DSC_REAL rest, low, high;
} DSC_NAME(dsc_exp_parts);

static inline DSC_NAME(dsc_exp_parts) DSC_NAME(dsc_exp_parts_of)(DSC_REAL x) {
#if DSC_IS_FLOAT32
    typedef int32_t integer;
    typedef uint32_t bits;
    const DSC_REAL lowest = -104, highest = 89, magic = 12582912.0f;
    const DSC_REAL log2_e = 1.44269504f, ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
    const int bias = 127, mantissa = 23;
#else
    typedef int64_t integer;
    typedef uint64_t bits;
    const DSC_REAL lowest = -746, highest = 710, magic = 6755399441055744.0;
    const DSC_REAL log2_e = 1.4426950408889634, ln2_high = 6.93147180369123816490e-01;
    const DSC_REAL ln2_low = 1.90821492927058770002e-10;
    const int bias = 1023, mantissa = 52;
#endif
    x = x < lowest ? lowest : x;
    x = x > highest ? highest : x;
    union {
        DSC_REAL real;
        bits word;
    } rounded = {x * log2_e + magic}, whole = {magic}, low, high;
    DSC_REAL k = rounded.real - magic;
    DSC_REAL r = (x - k * ln2_high) - k * ln2_low;
#if DSC_IS_FLOAT32
    DSC_REAL p = 1.0f / 5040;
    p = p * r + 1.0f / 720;
    p = p * r + 1.0f / 120;
#else
    DSC_REAL p = 1.0 / 6227020800.0;
    p = p * r + 1.0 / 479001600.0;
    p = p * r + 1.0 / 39916800.0;
    p = p * r + 1.0 / 3628800.0;
    p = p * r + 1.0 / 362880.0;
    p = p * r + 1.0 / 40320.0;
    p = p * r + 1.0 / 5040.0;
    p = p * r + 1.0 / 720.0;
    p = p * r + 1.0 / 120.0;
#endif
    p = p * r + (DSC_REAL)(1.0 / 24);
    p = p * r + (DSC_REAL)(1.0 / 6);
    p = p * r + (DSC_REAL)0.5;
    p = p * r * r + r;
    integer exponent = (integer)(rounded.word - whole.word);
    integer half = exponent >> 1;
    low.word = (bits)(half + bias) << mantissa;
    high.word = (bits)(exponent - half + bias) << mantissa;
    return (DSC_NAME(dsc_exp_parts)){p, low.real, high.real};
}

/* e^x within 1.5 ULP over the whole range, with denormal results, 0, infinity and NaN where they belong. */
static inline DSC_REAL DSC_NAME(dsc_exp)(DSC_REAL x) {
    DSC_NAME(dsc_exp_parts) e = DSC_NAME(dsc_exp_parts_of)(x);
    return (e.rest + 1) * e.low * e.high;
}
