#ifdef DSC_REAL

DSC_MULTIVERSION
static void DSC_NAME(keep)(size_t n, const uint32_t *words, uint32_t last, double by, DSC_REAL *factors) {
    const DSC_REAL kept = (DSC_REAL)by;
    for (size_t j = 0; j < n; ++j)
        factors[j] = words[j] > last ? kept : 0;
}

#else

/* Dropout of weights. */
#include "attention/attention.h"
#include "elementwise/dropout.h"

#define DSC_TEMPLATE "attention/keep.c"
#include "core/instantiate.h"

enum { AT_ONCE = DSC_ATTENTION_KEYS };

void dsc_attention_keep(const dsc_attention_call *c, size_t row, size_t first, size_t n, void *factors) {
    const double kept = dsc_dropout_scale(c->dropout);
    const uint32_t last = dsc_dropout_last(c->dropout);
    uint32_t words[AT_ONCE + 8];
    for (size_t j = 0; j < n; j += AT_ONCE) {
        const size_t count = dsc_min_size(AT_ONCE, n - j);
        const uint64_t from = (uint64_t)row * c->keys + first + j;
        dsc_philox_draw(c->stream, from / 4, dsc_ceil_div(from % 4 + count, 4), words);
        void *to = (char *)factors + j * dsc_size_of(c->dtype);
        DSC_CALL(c->dtype, keep, count, words + from % 4, last, kept, to);
    }
}

#endif
