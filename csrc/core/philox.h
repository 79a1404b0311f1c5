/* Philox 4x32-10: random numbers by their place, so that any thread may make any of them. Source: Salmon,
 * Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3 (2011). */
#ifndef DSC_CORE_PHILOX_H
#define DSC_CORE_PHILOX_H

#include "descent/context.h"

/* The next call's stream: the context has counted it. */
dsc_stream dsc_draw(const dsc_context *context);

typedef struct dsc_philox {
    uint32_t words[4];
} dsc_philox;

/* Words 4 i to 4 i + 3 of a call. */
static inline dsc_philox dsc_philox_at(dsc_stream stream, uint64_t i) {
    uint32_t key0 = (uint32_t)stream.seed, key1 = (uint32_t)(stream.seed >> 32);
    uint32_t a = (uint32_t)i, b = (uint32_t)(i >> 32);
    uint32_t c = (uint32_t)stream.calls, d = (uint32_t)(stream.calls >> 32);
    for (int round = 0; round < 10; ++round) {
        uint64_t p = (uint64_t)a * 0xD2511F53u, q = (uint64_t)c * 0xCD9E8D57u;
        a = (uint32_t)(q >> 32) ^ b ^ key0;
        b = (uint32_t)q;
        c = (uint32_t)(p >> 32) ^ d ^ key1;
        d = (uint32_t)p;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return (dsc_philox){{a, b, c, d}};
}

/* Words 4 first to 4 (first + count) - 1, all at once. */
void dsc_philox_draw(dsc_stream stream, uint64_t first, size_t count, uint32_t *words);

#endif
