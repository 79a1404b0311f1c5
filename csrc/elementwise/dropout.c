#ifdef DSC_REAL

static void DSC_NAME(mask_range)(const dsc_dropout_call *mask, size_t n, uint64_t first, const DSC_REAL *x,
                                 DSC_REAL *y) {
    uint32_t words[WORDS];
    dsc_philox_draw(mask->stream, first, dsc_ceil_div(n, 4), words);
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
    dsc_philox_draw(stream, first, dsc_ceil_div(n, 4), words);
    for (size_t i = 0; i < n; ++i)
        y[i] = (DSC_REAL)(low + width * (words[i] * 0x1p-32));
}

#else

#include "elementwise/dropout.h"

#include "core/philox.h"

/* Words that are made at once, which stay in the cache. */
enum { WORDS = 1024, TILE = 4 * WORDS };

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
