/* Normal numbers within limits, drawn as PyTorch draws them. */
#include <math.h>
#include <string.h>

#include "descent/elementwise.h"
#include "descent/initialize.h"
#include "layers/initialize.h"

/* Rounds after which next to nothing can have been accepted. */
enum { MOST_ROUNDS = 10000 };

typedef struct truncated {
    double mean, deviation, low, high;
} truncated;

static double share_below(double x) {
    return (1 + erf(x / sqrt(2.0))) / 2;
}

/* All are drawn again, and those outside replaced, until none is. */
static dsc_status reject(const truncated *t, dsc_random *random, dsc_tensor *numbers, dsc_tensor *again) {
    const dsc_dtype dtype = numbers->dtype;
    void *x = dsc_data(numbers), *y = dsc_data(again);
    /* The limits as the type has them. */
    dsc_store_real(dtype, y, 0, t->low);
    const double low = dsc_load_real(dtype, y, 0);
    dsc_store_real(dtype, y, 0, t->high);
    const double high = dsc_load_real(dtype, y, 0);
    DSC_TRY(dsc_random_normal(random, dtype, numbers->count, t->mean, t->deviation, x));
    for (;;) {
        size_t outside = 0;
        for (size_t i = 0; i < numbers->count; ++i) {
            const double value = dsc_load_real(dtype, x, i);
            outside += value < low || value > high;
        }
        if (outside == 0)
            return DSC_OK;
        DSC_TRY(dsc_random_normal(random, dtype, numbers->count, t->mean, t->deviation, y));
        for (size_t i = 0; i < numbers->count; ++i) {
            const double value = dsc_load_real(dtype, x, i);
            if (value < low || value > high)
                dsc_store_real(dtype, x, i, dsc_load_real(dtype, y, i));
        }
    }
}

/* The logarithm of the density, less the peak's, rounded as PyTorch's steps are. */
static double log_share(dsc_dtype dtype, const truncated *t, double peak, double x) {
    union {
        float single;
        double number;
    } room;
    double value = x;
#define ROUND(expression)                                                                                    \
    (dsc_store_real(dtype, &room, 0, expression), value = dsc_load_real(dtype, &room, 0))
    ROUND(value - t->mean);
    ROUND(value / t->deviation);
    ROUND(value * value);
    ROUND(value * -0.5);
    ROUND(value - peak);
#undef ROUND
    return value;
}

/* From a uniform distribution, each with the share that the normal one has there. */
static dsc_status accept(const truncated *t, dsc_random *random, dsc_tensor *numbers, dsc_tensor *again,
                         dsc_tensor *chances, dsc_tensor *pending) {
    const dsc_dtype dtype = numbers->dtype;
    const size_t n = numbers->count;
    const double mode = fmax(t->low, fmin(t->mean, t->high)), z = (mode - t->mean) / t->deviation;
    const double peak = -0.5 * (z * z);
    uint8_t *waits = dsc_data(pending);
    memset(waits, 1, n);
    size_t left = n;
    for (size_t round = 0; left > 0; ++round) {
        if (round == MOST_ROUNDS)
            return dsc_fail(
                DSC_ERROR_ARGUMENT,
                "dsc_initialize_trunc_normal: [%g, %g] is too wide for what N(%g, %g^2) has there", t->low,
                t->high, t->mean, t->deviation);
        DSC_TRY(dsc_random_uniform(random, dtype, n, t->low, t->high, dsc_data(again)));
        DSC_TRY(dsc_random_uniform(random, dtype, n, 0, 1, dsc_data(chances)));
        DSC_TRY(dsc_unary_run(NULL, dtype, DSC_LOG, n, dsc_data(chances), dsc_data(chances)));
        for (size_t i = 0; i < n; ++i) {
            if (!waits[i])
                continue;
            const double x = dsc_load_real(dtype, dsc_data(again), i);
            dsc_store_real(dtype, dsc_data(numbers), i, x);
            waits[i] = dsc_load_real(dtype, dsc_data(chances), i) > log_share(dtype, t, peak, x);
            left -= !waits[i];
        }
    }
    return DSC_OK;
}

static dsc_status check(const char *function, const truncated *t, bool accepts) {
    if (isnan(t->mean) || !(t->deviation > 0 && t->deviation < INFINITY) || !(t->low < t->high))
        return dsc_fail(
            DSC_ERROR_ARGUMENT,
            "%s: mean %g, deviation %g, limits %g and %g: the deviation must be above 0, the limits "
            "ascending",
            function, t->mean, t->deviation, t->low, t->high);
    if (accepts && !(isfinite(t->low) && isfinite(t->high)))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: limits %g and %g so far from the mean %g must be finite",
                        function, t->low, t->high, t->mean);
    return DSC_OK;
}

dsc_status dsc_initialize_trunc_normal(dsc_tensor *tensor, dsc_random *random, double mean, double deviation,
                                       double low, double high) {
    DSC_CHECK_NOT_NULL(random);
    const truncated t = {mean, deviation, low, high};
    const double share = share_below((high - mean) / deviation) - share_below((low - mean) / deviation);
    DSC_TRY(check(__func__, &t, !(share > 0.3)));
    dsc_tensor *numbers, *rooms[3] = {NULL};
    DSC_TRY(dsc_begin_initializing(__func__, tensor, &numbers));
    dsc_status status = DSC_OK;
    for (size_t i = 0; status == DSC_OK && i < 3; ++i)
        status = dsc_make_like(tensor, i == 2 ? DSC_UINT8 : tensor->dtype, &rooms[i]);
    if (status == DSC_OK && tensor->count > 0)
        status = share > 0.3 ? reject(&t, random, numbers, rooms[0])
                             : accept(&t, random, numbers, rooms[0], rooms[1], rooms[2]);
    for (size_t i = 0; i < 3; ++i)
        dsc_tensor_release(rooms[i]);
    return dsc_end_initializing(status, tensor, numbers);
}
