#include "elementwise/extremes.h"

#include "core/partials.h"

enum { LANES = 16, COLUMNS = 128 };

#define NUMBER float
#define NAMED(name) name##_f32
#define IS_NAN(x) ((x) != (x))
#include "elementwise/extremes_rows.h"
#undef NUMBER
#undef NAMED
#define NUMBER double
#define NAMED(name) name##_f64
#include "elementwise/extremes_rows.h"
#undef NUMBER
#undef NAMED
#undef IS_NAN
#define IS_NAN(x) ((void)(x), false)
#define NUMBER int64_t
#define NAMED(name) name##_i64
#include "elementwise/extremes_rows.h"
#undef NUMBER
#undef NAMED
#define NUMBER uint8_t
#define NAMED(name) name##_u8
#include "elementwise/extremes_rows.h"
#undef NUMBER
#undef NAMED
#undef IS_NAN

/* One call for every type: the function's name, then its arguments. */
#define FOR_TYPE(dtype, name, ...)                                                                           \
    do {                                                                                                     \
        switch (dtype) {                                                                                     \
        case DSC_FLOAT32:                                                                                    \
            name##_f32(__VA_ARGS__);                                                                         \
            break;                                                                                           \
        case DSC_FLOAT64:                                                                                    \
            name##_f64(__VA_ARGS__);                                                                         \
            break;                                                                                           \
        case DSC_INT64:                                                                                      \
            name##_i64(__VA_ARGS__);                                                                         \
            break;                                                                                           \
        default:                                                                                             \
            name##_u8(__VA_ARGS__);                                                                          \
        }                                                                                                    \
    } while (0)

typedef struct extremes_job {
    dsc_dtype dtype;
    bool smallest;
    size_t size, outer, n, inner, tile;
    const char *x;
    char *values;
    int64_t *indices;
    uint64_t best[DSC_MOST_PARTIALS]; /* numbers of the type, next to each other */
    int64_t where[DSC_MOST_PARTIALS];
} extremes_job;

static void whole_tile(void *argument, size_t index) {
    extremes_job *job = argument;
    size_t at = index * job->tile, n = dsc_min_size(job->tile, job->n - at);
    FOR_TYPE(job->dtype, row, job->smallest, n, (const void *)(job->x + at * job->size),
             (char *)job->best + index * job->size, &job->where[index]);
    job->where[index] += (int64_t)at;
}

static void rows_tile(void *argument, size_t index) {
    const extremes_job *job = argument;
    size_t end = dsc_min_size((index + 1) * job->tile, job->outer);
    for (size_t o = index * job->tile; o < end; ++o)
        FOR_TYPE(job->dtype, row, job->smallest, job->n, (const void *)(job->x + o * job->n * job->size),
                 job->values == NULL ? NULL : job->values + o * job->size,
                 job->indices == NULL ? NULL : job->indices + o);
}

static void columns_tile(void *argument, size_t index) {
    const extremes_job *job = argument;
    size_t blocks = dsc_ceil_div(job->inner, COLUMNS), outer = index / blocks;
    size_t column = index % blocks * COLUMNS, count = dsc_min_size(COLUMNS, job->inner - column);
    size_t from = outer * job->n * job->inner + column, to = outer * job->inner + column;
    FOR_TYPE(job->dtype, columns, job->smallest, job->n, job->inner, count,
             (const void *)(job->x + from * job->size),
             job->values == NULL ? NULL : job->values + to * job->size,
             job->indices == NULL ? NULL : job->indices + to);
}

void dsc_extremes_run(const dsc_context *context, dsc_dtype dtype, bool smallest, size_t outer, size_t n,
                      size_t inner, const void *x, void *values, int64_t *indices) {
    if (outer == 0 || inner == 0)
        return;
    extremes_job job = {.dtype = dtype,
                        .smallest = smallest,
                        .size = dsc_dtype_size(dtype),
                        .outer = outer,
                        .n = n,
                        .inner = inner,
                        .x = x,
                        .values = values,
                        .indices = indices};
    if (outer == 1 && inner == 1) {
        job.tile = dsc_rows_per_tile(n, 1);
        size_t tiles = dsc_ceil_div(n, job.tile);
        dsc_parallel_for(context, tiles, whole_tile, &job);
        FOR_TYPE(dtype, join, smallest, tiles, (const void *)job.best, job.where, values, indices);
    } else if (inner == 1) {
        job.tile = dsc_rows_per_tile(outer, n);
        dsc_parallel_for(context, dsc_ceil_div(outer, job.tile), rows_tile, &job);
    } else {
        dsc_parallel_work(context, (double)outer * (double)n * (double)inner,
                          outer * dsc_ceil_div(inner, COLUMNS), columns_tile, &job);
    }
}
