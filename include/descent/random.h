/* Random numbers exactly as PyTorch's CPU generator draws them (at::mt19937, ATen's
 * DistributionsHelper.h and TransformationHelper.h): the same seed gives the same weights and
 * orders. */
#ifndef DESCENT_RANDOM_H
#define DESCENT_RANDOM_H

#include <stdbool.h>

#include "status.h"

DSC_BEGIN_API

/* The whole state of a generator, copyable and serialisable as it stands. */
typedef struct dsc_random {
    uint32_t state[624];
    uint32_t index;      /* words of `state` already drawn, 624 = a new block is due */
    uint32_t has_normal; /* 1: next_normal holds the second half of a Box-Muller pair */
    double next_normal;
} dsc_random;

/* Seeds as torch.manual_seed(seed) does: the low 32 bits start MT19937. Nothing happens to NULL, whose draws
 * are 0. */
void dsc_random_seed(dsc_random *random, uint64_t seed);

/* The next 32 bits, and the next 64 (two draws, the first one high). */
uint32_t dsc_random_next32(dsc_random *random);
uint64_t dsc_random_next64(dsc_random *random);

/* buffer[i] ~ U[low, high), as torch.Tensor.uniform_: 24 random bits for float32, 53 for float64.
 * Refused: low or high not finite in the type, low > high, or high - low not finite. */
dsc_status dsc_random_uniform(dsc_random *random, dsc_dtype dtype, size_t n, double low, double high,
                              void *buffer);

/* buffer[i] ~ N(mean, deviation^2), as torch.Tensor.normal_: Box-Muller in blocks of 16 from 16
 * elements on, one at a time below. float32 differs from PyTorch's vectorised logarithm and cosine
 * by a few ULP. Refused: deviation < 0 or not finite. */
dsc_status dsc_random_normal(dsc_random *random, dsc_dtype dtype, size_t n, double mean, double deviation,
                             void *buffer);

/* A permutation of 0 ..< n, as torch.randperm. Refused: n >= 2^32 / 20 (PyTorch changes method
 * there). */
dsc_status dsc_random_permutation(dsc_random *random, size_t n, int64_t *order);

/* out[i] ~ uniform on 0 ..< high, `count` of them, as torch.randint. Refused: high = 0 or above INT64_MAX. */
dsc_status dsc_random_integers(dsc_random *random, uint64_t high, size_t count, int64_t *out);

/* out: `count` numbers of 0 ..< n, i with a probability in proportion to weights[i], as torch.multinomial of
 * float64 weights: with replacement by search in their running sums; without, or where count is 1, the
 * largest weights[i] / e[i], e being exponential numbers. Refused: n = 0 where count > 0, a weight that is
 * negative or not finite (DSC_ERROR_NON_FINITE), a sum that is 0 or not finite, and, without replacement,
 * more numbers than positive weights: PyTorch would go on with those of weight 0. */
dsc_status dsc_random_weighted(dsc_random *random, size_t n, const double *weights, bool replacement,
                               size_t count, int64_t *out);

DSC_END_API
#endif
