/* For inclusion inside a template: the logistic function and its logarithm, without overflow. */
#include <math.h>

#include "core/real_math.h"

/* 1 / (1 + e^-x) */
static inline DSC_REAL DSC_NAME(dsc_sigmoid)(DSC_REAL x) {
    DSC_REAL e = DSC_NAME(dsc_exp)(x < 0 ? x : -x);
    return (x < 0 ? e : 1) / (1 + e);
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

/* log(1 + e^-x) */
static inline DSC_REAL DSC_NAME(dsc_softplus_of_minus)(DSC_REAL x) {
    return (x < 0 ? -x : 0) + DSC_NAME(dsc_log1p_unit)(DSC_NAME(dsc_exp)(x < 0 ? x : -x));
}

/* What losses of logits are made of: s(x), s(-x), log(1 + e^-|x|), max(x, 0) and max(-x, 0). */
typedef struct DSC_NAME(dsc_logit) {
    DSC_REAL yes, no, tail, above, below;
} DSC_NAME(dsc_logit);

static inline DSC_NAME(dsc_logit) DSC_NAME(dsc_logit_of)(DSC_REAL x) {
    DSC_REAL e = DSC_NAME(dsc_exp)(x < 0 ? x : -x), large = 1 / (1 + e), small = e / (1 + e);
    return (DSC_NAME(dsc_logit)){x < 0 ? small : large, x < 0 ? large : small, (DSC_REAL)log1p((double)e),
                                 x > 0 ? x : 0, x < 0 ? -x : 0};
}
