#include <float.h>
#include <math.h>

#include "core/internal.h"
#include "descent/random.h"

enum { N = 624, M = 397 };

/* Matsumoto and Nishimura, "Mersenne Twister", ACM TOMACS 8 (1998). */
static void next_block(dsc_random *random) {
    uint32_t *s = random->state;
    for (int i = 0; i < N; ++i) {
        uint32_t y = (s[i] & 0x80000000u) | (s[(i + 1) % N] & 0x7fffffffu);
        s[i] = s[(i + M) % N] ^ (y >> 1) ^ (y & 1 ? 0x9908b0dfu : 0);
    }
    random->index = 0;
}

void dsc_random_seed(dsc_random *random, uint64_t seed) {
    if (random == NULL)
        return;
    random->state[0] = (uint32_t)seed;
    for (uint32_t i = 1; i < N; ++i) {
        uint32_t previous = random->state[i - 1];
        random->state[i] = 1812433253u * (previous ^ (previous >> 30)) + i;
    }
    random->index = N;
    random->has_normal = 0;
    random->next_normal = 0;
}

uint32_t dsc_random_next32(dsc_random *random) {
    if (random == NULL)
        return 0;
    if (random->index >= N)
        next_block(random);
    uint32_t y = random->state[random->index++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680u;
    y ^= (y << 15) & 0xefc60000u;
    return y ^ (y >> 18);
}

uint64_t dsc_random_next64(dsc_random *random) {
    uint64_t high = dsc_random_next32(random);
    return high << 32 | dsc_random_next32(random);
}

static double unit24(dsc_random *random) {
    return (dsc_random_next32(random) & 0xffffffu) * 0x1p-24;
}

static double unit53(dsc_random *random) {
    return (double)(dsc_random_next64(random) & 0x1fffffffffffffull) * 0x1p-53;
}

static dsc_status check(const dsc_random *random, dsc_dtype dtype, size_t n, const void *buffer) {
    DSC_CHECK_NOT_NULL(random);
    DSC_CHECK_DTYPE(dtype);
    DSC_CHECK_COUNT(n, dtype);
    if (n > 0)
        DSC_CHECK_NOT_NULL(buffer);
    return DSC_OK;
}

dsc_status dsc_random_uniform(dsc_random *random, dsc_dtype dtype, size_t n, double low, double high,
                              void *buffer) {
    DSC_TRY(check(random, dtype, n, buffer));
    double most = dtype == DSC_FLOAT32 ? (double)FLT_MAX : DBL_MAX;
    if (!(low >= -most && high <= most && low <= high && high - low <= most))
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "%s: [low, high) is [%g, %g), must be ascending, finite and no wider than %g",
                        __func__, low, high, most);
    /* The width is rounded to the type; product and sum once, in double: PyTorch's builds use FMA
     * here. */
    if (dtype == DSC_FLOAT32) {
        float from = (float)low, width = (float)high - from;
        for (size_t i = 0; i < n; ++i)
            ((float *)buffer)[i] = (float)fma(unit24(random), width, from);
    } else {
        for (size_t i = 0; i < n; ++i)
            ((double *)buffer)[i] = fma(unit53(random), high - low, low);
    }
    return DSC_OK;
}

/* One draw of at::normal_distribution<double>: the pair's sine waits for the next call. */
static double single_normal(dsc_random *random) {
    if (random->has_normal) {
        random->has_normal = 0;
        return random->next_normal;
    }
    double u1 = unit53(random), u2 = unit53(random);
    double radius = sqrt(-2 * log1p(-u2)), angle = 2 * M_PI * u1;
    random->next_normal = radius * sin(angle);
    random->has_normal = 1;
    return radius * cos(angle);
}

/* In: 16 uniform numbers in [0, 1). Out: 16 normal ones. The arithmetic is in the type's own
 * precision. */
static void normal_16_f32(float *x, float mean, float deviation) {
    for (int i = 0; i < 8; ++i) {
        float u1 = 1 - x[i], u2 = x[i + 8];
        float radius = sqrtf(-2 * logf(u1)), angle = 2.0f * (float)M_PI * u2;
        x[i] = radius * cosf(angle) * deviation + mean;
        x[i + 8] = radius * sinf(angle) * deviation + mean;
    }
}

static void normal_16_f64(double *x, double mean, double deviation) {
    for (int i = 0; i < 8; ++i) {
        double u1 = 1 - x[i], u2 = x[i + 8];
        double radius = sqrt(-2 * log(u1)), angle = 2 * M_PI * u2;
        x[i] = radius * cos(angle) * deviation + mean;
        x[i + 8] = radius * sin(angle) * deviation + mean;
    }
}

dsc_status dsc_random_normal(dsc_random *random, dsc_dtype dtype, size_t n, double mean, double deviation,
                             void *buffer) {
    DSC_TRY(check(random, dtype, n, buffer));
    if (!isfinite(mean) || !isfinite(deviation) || deviation < 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: mean %g and deviation %g must be finite, the latter >= 0",
                        __func__, mean, deviation);
    if (n < 16) {
        for (size_t i = 0; i < n; ++i)
            dsc_store_real(dtype, buffer, i, single_normal(random) * deviation + mean);
        return DSC_OK;
    }
    dsc_random_uniform(random, dtype, n, 0, 1, buffer);
    size_t size = dsc_size_of(dtype);
    for (size_t i = 0; i + 16 <= n; i += 16) {
        void *next = (char *)buffer + i * size;
        DSC_CALL(dtype, normal_16, next, mean, deviation);
    }
    if (n % 16 != 0) { /* the last 16 are drawn anew, as PyTorch does */
        void *last = (char *)buffer + (n - 16) * size;
        dsc_random_uniform(random, dtype, 16, 0, 1, last);
        DSC_CALL(dtype, normal_16, last, mean, deviation);
    }
    return DSC_OK;
}

dsc_status dsc_random_permutation(dsc_random *random, size_t n, int64_t *order) {
    DSC_CHECK_NOT_NULL(random);
    if (n > 0)
        DSC_CHECK_NOT_NULL(order);
    if (n >= UINT32_MAX / 20)
        return dsc_fail(DSC_ERROR_SIZE, "%s: n is %zu, must be below %u", __func__, n, UINT32_MAX / 20);
    for (size_t i = 0; i < n; ++i)
        order[i] = (int64_t)i;
    for (size_t i = 0; i + 1 < n; ++i) {
        size_t other = i + dsc_random_next32(random) % (uint32_t)(n - i);
        int64_t swapped = order[i];
        order[i] = order[other];
        order[other] = swapped;
    }
    return DSC_OK;
}
