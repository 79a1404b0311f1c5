#ifdef DSC_REAL

/* As dsc_philox_at, a vector of fours at a time, each word in 64 bits: of fours `first` to `first` + n / 4, n
 * being rounded up to 4 SIDE. */
typedef uint64_t DSC_NAME(lanes) __attribute__((vector_size(DSC_VECTOR_BYTES)));

static void DSC_NAME(draw)(dsc_stream stream, uint64_t first, size_t n, uint32_t *words) {
    typedef DSC_NAME(lanes) lanes;
    enum { LANES = DSC_VECTOR_BYTES / 8 };
    const uint64_t low = UINT32_MAX;
    for (size_t at = 0; 4 * at < n; at += SIDE) {
        uint64_t made[4][SIDE];
        for (size_t v = 0; v < SIDE; v += LANES) {
            uint64_t key0 = stream.seed & low, key1 = stream.seed >> 32;
            lanes a, b, c = {0}, d = {0};
            for (size_t l = 0; l < LANES; ++l)
                a[l] = first + at + v + l;
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
        for (size_t i = 0; i < SIDE; ++i)
            for (size_t k = 0; k < 4; ++k)
                words[4 * (at + i) + k] = (uint32_t)made[k][i];
    }
}

static void DSC_NAME(mask_range)(const dsc_dropout_call *mask, size_t n, uint64_t first, const DSC_REAL *x,
                                 DSC_REAL *y) {
    uint32_t words[WORDS];
    DSC_NAME(draw)(mask->stream, first, n, words);
    const uint32_t last = mask->last;
    const DSC_REAL scale = (DSC_REAL)mask->scale;
    const DSC_REAL kept = (DSC_REAL)mask->kept, dropped = (DSC_REAL)mask->dropped;
    for (size_t i = 0; i < n; ++i)
        y[i] = words[i] > last ? x[i] * scale + kept : x[i] * 0 + dropped;
}

static void DSC_NAME(row_range)(size_t n, const DSC_REAL *x, double by, double more, DSC_REAL *y) {
    const DSC_REAL scale = (DSC_REAL)by, offset = (DSC_REAL)more;
    for (size_t i = 0; i < n; ++i)
        y[i] = x[i] * scale + offset;
}

static void DSC_NAME(uniform_range)(size_t n, dsc_stream stream, uint64_t first, double low, double width,
                                    DSC_REAL *y) {
    uint32_t words[WORDS];
    DSC_NAME(draw)(stream, first, n, words);
    for (size_t i = 0; i < n; ++i)
        y[i] = (DSC_REAL)(low + width * (words[i] * 0x1p-32));
}

#else

#include "elementwise/dropout.h"

#include <string.h>

#include "core/philox.h"

/* Words that are made at once, which stay in the cache; fours that are made side by side. */
enum { WORDS = 1024, TILE = 4 * WORDS, SIDE = 16 };

#define DSC_TEMPLATE "elementwise/dropout.c"
#include "core/instantiate_versions.h"

typedef struct mask_job {
    dsc_dtype dtype;
    const dsc_dropout_call *mask; /* NULL: uniform numbers */
    dsc_stream stream;
    double low, width;
    size_t n;
    const char *x;
    char *y;
} mask_job;

static void words_tile(void *argument, size_t index) {
    const mask_job *job = argument;
    const size_t size = dsc_size_of(job->dtype), end = dsc_min_size((index + 1) * TILE, job->n);
    for (size_t at = index * TILE; at < end; at += WORDS) {
        const size_t n = dsc_min_size(WORDS, end - at);
        void *y = job->y + at * size;
        if (job->mask == NULL) {
            DSC_CALL_VERSION(job->dtype, uniform_range, n, job->stream, at / 4, job->low, job->width, y);
        } else {
            const void *x = job->x + at * size;
            DSC_CALL_VERSION(job->dtype, mask_range, job->mask, n, at / 4, x, y);
        }
    }
}

/* A word for each row of `inner` numbers, a part of which the tile may have. */
static void rows_tile(void *argument, size_t index) {
    const mask_job *job = argument;
    const dsc_dropout_call *mask = job->mask;
    const size_t size = dsc_size_of(job->dtype), end = dsc_min_size((index + 1) * TILE, job->n);
    for (size_t at = index * TILE; at < end;) {
        const size_t row = at / mask->inner, n = dsc_min_size((row + 1) * mask->inner, end) - at;
        const bool stays = dsc_philox_at(job->stream, row / 4).words[row % 4] > mask->last;
        const void *x = job->x + at * size;
        void *y = job->y + at * size;
        DSC_CALL_VERSION(job->dtype, row_range, n, x, stays ? mask->scale : 0,
                         stays ? mask->kept : mask->dropped, y);
        at += n;
    }
}

void dsc_dropout_run(const dsc_context *context, dsc_dtype dtype, const dsc_dropout_call *mask, size_t n,
                     const void *x, void *y) {
    mask_job job = {.dtype = dtype, .mask = mask, .stream = mask->stream, .n = n, .x = x, .y = y};
    dsc_parallel_work(context, 4 * (double)n, dsc_ceil_div(n, TILE),
                      mask->inner == 1 ? words_tile : rows_tile, &job);
}

void dsc_draw_uniform(const dsc_context *context, dsc_dtype dtype, dsc_stream stream, double low, double high,
                      size_t n, void *y) {
    mask_job job = {.dtype = dtype, .stream = stream, .low = low, .width = high - low, .n = n, .y = y};
    dsc_parallel_work(context, 4 * (double)n, dsc_ceil_div(n, TILE), words_tile, &job);
}

#endif
