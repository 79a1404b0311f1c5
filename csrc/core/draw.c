#include <math.h>
#include <stdlib.h>

#include "core/internal.h"
#include "descent/random.h"

dsc_status dsc_random_integers(dsc_random *random, uint64_t high, size_t count, int64_t *out) {
    DSC_CHECK_NOT_NULL(random);
    DSC_CHECK_COUNT(count, DSC_INT64);
    if (high == 0 || high > INT64_MAX)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: high is %llu, must be 1 ... %lld", __func__,
                        (unsigned long long)high, (long long)INT64_MAX);
    if (count > 0)
        DSC_CHECK_NOT_NULL(out);
    /* From here on PyTorch takes 64 bits, so that the remainder's bias stays small. */
    bool is_wide = high >= UINT64_C(1) << 28;
    for (size_t i = 0; i < count; ++i)
        out[i] = (int64_t)((is_wide ? dsc_random_next64(random) : dsc_random_next32(random)) % high);
    return DSC_OK;
}

static dsc_status check_weights(const char *function, size_t n, const double *weights, size_t *positive,
                                double *total) {
    double sum = 0;
    size_t found = 0;
    for (size_t i = 0; i < n; ++i) {
        if (!isfinite(weights[i]))
            return dsc_fail(DSC_ERROR_NON_FINITE, "%s: weight %zu is %g", function, i, weights[i]);
        if (weights[i] < 0)
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: weight %zu is %g, must be at least 0", function, i,
                            weights[i]);
        sum += weights[i];
        found += weights[i] > 0;
    }
    if (!isfinite(sum) || sum == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "%s: the sum of the %zu weights is %g, must be positive and finite", function, n,
                        sum);
    *positive = found;
    *total = sum;
    return DSC_OK;
}

static size_t first_reaching(double share, size_t n, const double *shares) {
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (shares[middle] < share)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void draw_with_replacement(dsc_random *random, size_t n, const double *weights, double total,
                                  double *shares, size_t count, int64_t *out) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i) {
        sum += weights[i];
        shares[i] = sum / total;
    }
    for (size_t i = 0; i < count; ++i) {
        double share = 0;
        dsc_random_uniform(random, DSC_FLOAT64, 1, 0, 1, &share);
        out[i] = (int64_t)first_reaching(share, n, shares);
    }
}

typedef struct candidate {
    double key;
    int64_t index;
} candidate;

static int larger_first(const void *a, const void *b) {
    const candidate *x = a, *y = b;
    if (x->key != y->key)
        return x->key > y->key ? -1 : 1;
    return x->index < y->index ? -1 : 1;
}

static void draw_without_replacement(dsc_random *random, size_t n, const double *weights,
                                     candidate *candidates, size_t count, int64_t *out) {
    for (size_t i = 0; i < n; ++i) {
        double uniform = 0;
        dsc_random_uniform(random, DSC_FLOAT64, 1, 0, 1, &uniform);
        /* Below all others, also where the exponential number is 0. */
        double key = weights[i] > 0 ? weights[i] / -log1p(-uniform) : -1;
        candidates[i] = (candidate){key, (int64_t)i};
    }
    qsort(candidates, n, sizeof *candidates, larger_first);
    for (size_t i = 0; i < count; ++i)
        out[i] = candidates[i].index;
}

dsc_status dsc_random_weighted(dsc_random *random, size_t n, const double *weights, bool replacement,
                               size_t count, int64_t *out) {
    DSC_CHECK_NOT_NULL(random);
    DSC_CHECK_COUNT(n, DSC_FLOAT64);
    DSC_CHECK_COUNT(count, DSC_INT64);
    if (count == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(weights);
    DSC_CHECK_NOT_NULL(out);
    size_t positive = 0;
    double total = 0;
    DSC_TRY(check_weights(__func__, n, weights, &positive, &total));
    if (!replacement && count > positive)
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "%s: count is %zu without replacement, but %zu weights are positive", __func__, count,
                        positive);
    const bool by_search = replacement && count > 1;
    const size_t size = by_search ? sizeof *weights : sizeof(candidate);
    if (dsc_bytes_overflow(n, size, 1))
        return dsc_fail_count(__func__, "n", n);
    void *memory = NULL;
    DSC_TRY(dsc_allocate(n * size, &memory));
    if (by_search)
        draw_with_replacement(random, n, weights, total, memory, count, out);
    else
        draw_without_replacement(random, n, weights, memory, count, out);
    dsc_free(memory);
    return DSC_OK;
}
