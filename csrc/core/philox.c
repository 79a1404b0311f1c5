#ifdef DSC_REAL

#if DSC_IS_FLOAT32 /* which makes no difference: once for each instruction set */

/* As dsc_philox_at, a vector of fours at a time, each word in 64 bits: fours `first` to `first` + SIDE. */
typedef uint64_t DSC_NAME(lanes) __attribute__((vector_size(DSC_VECTOR_BYTES)));

static inline void DSC_NAME(make)(dsc_stream stream, uint64_t first, uint64_t made[4][SIDE]) {
    typedef DSC_NAME(lanes) lanes;
    enum { LANES = DSC_VECTOR_BYTES / 8 };
    const uint64_t low = UINT32_MAX;
    for (size_t v = 0; v < SIDE; v += LANES) {
        uint64_t key0 = stream.seed & low, key1 = stream.seed >> 32;
        lanes a, b, c = {0}, d = {0};
        for (size_t l = 0; l < LANES; ++l)
            a[l] = first + v + l;
        b = a >> 32;
        a &= low;
        c += stream.calls & low;
        d += stream.calls >> 32;
        for (int round = 0; round < 10; ++round) {
            lanes p = a * UINT64_C(0xD2511F53), q = c * UINT64_C(0xCD9E8D57);
            a = (q >> 32) ^ b ^ key0;
            b = q & low;
            c = (p >> 32) ^ d ^ key1;
            d = p & low;
            key0 = (key0 + 0x9E3779B9u) & low;
            key1 = (key1 + 0xBB67AE85u) & low;
        }
        memcpy(made[0] + v, &a, sizeof a);
        memcpy(made[1] + v, &b, sizeof b);
        memcpy(made[2] + v, &c, sizeof c);
        memcpy(made[3] + v, &d, sizeof d);
    }
}

static void DSC_NAME(draw)(dsc_stream stream, uint64_t first, size_t count, uint32_t *words) {
    uint64_t made[4][SIDE];
    size_t at = 0;
    for (; at + SIDE <= count; at += SIDE) {
        DSC_NAME(make)(stream, first + at, made);
        for (size_t i = 0; i < SIDE; ++i)
            for (size_t k = 0; k < 4; ++k)
                words[4 * (at + i) + k] = (uint32_t)made[k][i];
    }
    for (; at < count; ++at) {
        const dsc_philox four = dsc_philox_at(stream, first + at);
        memcpy(words + 4 * at, four.words, sizeof four.words);
    }
}

#endif

#else

#include "core/philox.h"

#include <string.h>

#include "core/internal.h"

/* Fours that are made side by side. */
enum { SIDE = 16 };

#define DSC_TEMPLATE "core/philox.c"
#include "core/instantiate_versions.h"

void dsc_philox_draw(dsc_stream stream, uint64_t first, size_t count, uint32_t *words) {
    DSC_VERSION(draw_f32)(stream, first, count, words);
}

#endif
