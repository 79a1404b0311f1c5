#include <string.h>

#include "core/internal.h"
#include "descent/data.h"

typedef struct gather_job {
    size_t row, count, tile;
    const uint8_t *data;
    const int64_t *indices;
    void *out;
} gather_job;

DSC_MULTIVERSION
static void bytes_to_unit(size_t n, const uint8_t *bytes, float *out) {
    for (size_t i = 0; i < n; ++i)
        out[i] = (float)bytes[i] / 255.0f; /* divided, not multiplied: PyTorch's last bit */
}

static void bytes_tile(void *argument, size_t index) {
    const gather_job *job = argument;
    size_t end = dsc_min_size((index + 1) * job->tile, job->count);
    for (size_t b = index * job->tile; b < end; ++b)
        bytes_to_unit(job->row, job->data + (size_t)job->indices[b] * job->row,
                      (float *)job->out + b * job->row);
}

static void rows_tile(void *argument, size_t index) {
    const gather_job *job = argument;
    size_t end = dsc_min_size((index + 1) * job->tile, job->count);
    for (size_t b = index * job->tile; b < end; ++b)
        memcpy((char *)job->out + b * job->row, job->data + (size_t)job->indices[b] * job->row, job->row);
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
