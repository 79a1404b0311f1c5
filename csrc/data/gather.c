#include <string.h>

#include "core/internal.h"
#include "descent/data.h"

typedef struct gather_job {
    size_t row, count, tile;
    const uint8_t *data;
    const int64_t *indices;
    void *out;
} gather_job;

/* PyTorch divides by 255. A division costs more than the rest of the loop, one product with 1 / 255 differs
 * in the last bit, and this gives the quotient's bits for all 256 bytes: `UPPER` has 16 bits, so that its
 * product with a byte is exact, and `LOWER` is what it lacks of 1 / 255. */
#define UPPER 0x1.01p-8f
#define LOWER 0x1.010102p-24f

DSC_MULTIVERSION
static void bytes_to_unit(size_t n, const uint8_t *bytes, float *out) {
    for (size_t i = 0; i < n; ++i)
        out[i] = (float)bytes[i] * UPPER + (float)bytes[i] * LOWER;
}

#define CACHE_LINE 64
#define FETCHED 4096

/* Rows lie anywhere, so the processor cannot foresee the next one: it is fetched while this one is worked on.
 */
static const uint8_t *row_and_fetch_next(const gather_job *job, size_t b, size_t end) {
    if (b + 1 < end)
        for (size_t line = 0; line < dsc_min_size(job->row, FETCHED); line += CACHE_LINE)
            __builtin_prefetch(job->data + (size_t)job->indices[b + 1] * job->row + line);
    return job->data + (size_t)job->indices[b] * job->row;
}

static void bytes_tile(void *argument, size_t index) {
    const gather_job *job = argument;
    size_t end = dsc_min_size((index + 1) * job->tile, job->count);
    for (size_t b = index * job->tile; b < end; ++b)
        bytes_to_unit(job->row, row_and_fetch_next(job, b, end), (float *)job->out + b * job->row);
}

static void rows_tile(void *argument, size_t index) {
    const gather_job *job = argument;
    size_t end = dsc_min_size((index + 1) * job->tile, job->count);
    for (size_t b = index * job->tile; b < end; ++b)
        memcpy((char *)job->out + b * job->row, row_and_fetch_next(job, b, end), job->row);
}

static dsc_status gather(const dsc_context *context, size_t rows, gather_job *job, size_t out_size,
                         dsc_task tile) {
    if (dsc_bytes_overflow(rows, job->row, 1) || dsc_bytes_overflow(job->count, job->row, out_size) ||
        dsc_bytes_overflow(job->count, sizeof *job->indices, 1))
        return dsc_fail(DSC_ERROR_OVERFLOW, "rows = %zu or count = %zu of row = %zu overflow", rows,
                        job->count, job->row);
    if (job->count == 0 || job->row == 0)
        return DSC_OK;
    const void *data = job->data, *indices = job->indices, *out = job->out;
    DSC_CHECK_NOT_NULL(data);
    DSC_CHECK_NOT_NULL(indices);
    DSC_CHECK_NOT_NULL(out);
    for (size_t b = 0; b < job->count; ++b)
        if (job->indices[b] < 0 || (uint64_t)job->indices[b] >= rows)
            return dsc_fail(DSC_ERROR_ARGUMENT, "index %lld at place %zu is outside the %zu rows",
                            (long long)job->indices[b], b, rows);
    job->tile = dsc_max_size(DSC_TILE * 4 / job->row, 1);
    dsc_parallel_for(context, dsc_ceil_div(job->count, job->tile), tile, job);
    return DSC_OK;
}

dsc_status dsc_gather_bytes(const dsc_context *context, size_t rows, size_t row, const uint8_t *bytes,
                            size_t count, const int64_t *indices, float *out) {
    gather_job job = {.row = row, .count = count, .data = bytes, .indices = indices, .out = out};
    return gather(context, rows, &job, sizeof *out, bytes_tile);
}

dsc_status dsc_gather_rows(const dsc_context *context, size_t rows, size_t row, const void *data,
                           size_t count, const int64_t *indices, void *out) {
    gather_job job = {.row = row, .count = count, .data = data, .indices = indices, .out = out};
    return gather(context, rows, &job, 1, rows_tile);
}
