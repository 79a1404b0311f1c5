/* For inclusion inside a template: the logistic function and its logarithm, without overflow. */
#include <math.h>

#include "core/real_math.h"

/* 1 / (1 + e^-x) */
static inline DSC_REAL DSC_NAME(dsc_sigmoid)(DSC_REAL x) {
    DSC_REAL e = DSC_NAME(dsc_exp)(x < 0 ? x : -x);
    return (x < 0 ? e : 1) / (1 + e);
}

/* log(1 + e^-x) */
static inline DSC_REAL DSC_NAME(dsc_softplus_of_minus)(DSC_REAL x) {
    return (x < 0 ? -x : 0) + (DSC_REAL)log1p((double)DSC_NAME(dsc_exp)(x < 0 ? x : -x));
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
