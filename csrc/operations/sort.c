/* Numbers in order. */
#include "operations/indices.h"

#include <math.h>
#include <string.h>

/* Keys stand in the order that is asked for, so that one sort of whole numbers serves all types. */
typedef struct entry {
    uint64_t key;
    int64_t index;
} entry;

typedef struct sort_job {
    const dsc_tensor *x;
    size_t dimension, step, n, lines, inner;
    size_t kept; /* of each line */
    bool descending;
    size_t tile;
    char *values;
    int64_t *indices;
    atomic_int status;
} sort_job;

/* A number's bits, in its order: negative ones reversed, below the others. NaNs are one another's equals and
 * above everything, as are 0 and -0 equal. */
static uint64_t key_of(dsc_dtype dtype, const void *data, size_t at) {
    if (dtype == DSC_FLOAT32) {
        float number = ((const float *)data)[at] + 0.0f;
        uint32_t bits;
        memcpy(&bits, &number, sizeof bits);
        return isnan(number) ? UINT32_MAX : bits >> 31 != 0 ? (uint32_t)~bits : bits | (uint32_t)1 << 31;
    }
    if (dtype == DSC_FLOAT64) {
        double number = ((const double *)data)[at] + 0.0;
        uint64_t bits;
        memcpy(&bits, &number, sizeof bits);
        return isnan(number) ? UINT64_MAX : bits >> 63 != 0 ? ~bits : bits | (uint64_t)1 << 63;
    }
    if (dtype == DSC_INT64)
        return ((const uint64_t *)data)[at] ^ (uint64_t)1 << 63;
    return ((const uint8_t *)data)[at];
}

static void sort_few(entry *entries, size_t n) {
    for (size_t i = 1; i < n; ++i) {
        entry moved = entries[i];
        size_t at = i;
        for (; at > 0 && entries[at - 1].key > moved.key; --at)
            entries[at] = entries[at - 1];
        entries[at] = moved;
    }
}

/* Byte by byte from the lowest, each time stably; bytes that are the same everywhere are passed by. Gives
 * back which of the two rooms the result is in. */
static entry *sort_many(entry *entries, entry *spare, size_t n) {
    size_t counts[8][256] = {{0}};
    for (size_t i = 0; i < n; ++i)
        for (size_t b = 0; b < 8; ++b)
            ++counts[b][entries[i].key >> 8 * b & 255];
    for (size_t b = 0; b < 8; ++b) {
        if (counts[b][entries[0].key >> 8 * b & 255] == n)
            continue;
        size_t start = 0;
        for (size_t v = 0; v < 256; ++v) {
            size_t count = counts[b][v];
            counts[b][v] = start;
            start += count;
        }
        for (size_t i = 0; i < n; ++i)
            spare[counts[b][entries[i].key >> 8 * b & 255]++] = entries[i];
        entry *sorted = spare;
        spare = entries;
        entries = sorted;
    }
    return entries;
}

static bool is_after(entry a, entry b) {
    return a.key > b.key || (a.key == b.key && a.index > b.index);
}

/* The entry at the root of a heap finds its place; the last ones are on top. */
static void sink(entry *heap, size_t n, size_t at) {
    entry moved = heap[at];
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        if (child + 1 < n && is_after(heap[child + 1], heap[child]))
            ++child;
        if (!is_after(heap[child], moved))
            break;
        heap[at] = heap[child];
    }
    heap[at] = moved;
}

static void sort_line(sort_job *job, size_t line, entry *room) {
    const dsc_tensor *x = job->x;
    size_t size = dsc_dtype_size(x->dtype), start = 0, rest = line, n = job->n;
    for (size_t d = x->rank; d-- > 0;) {
        if (d == job->dimension)
            continue;
        start += rest % x->shape[d] * x->strides[d];
        rest /= x->shape[d];
    }
    const char *data = (const char *)dsc_data(x) + start * size;
    uint64_t turned = job->descending ? UINT64_MAX : 0;
    bool selects = job->kept < n / 8;
    entry *sorted = room;
    size_t held = 0;
    for (size_t i = 0; i < n; ++i) {
        entry e = {key_of(x->dtype, data, i * job->step) ^ turned, (int64_t)i};
        if (!selects || held < job->kept) {
            room[held++] = e;
            if (selects && held == job->kept)
                for (size_t root = held / 2; root-- > 0;)
                    sink(room, held, root);
        } else if (held > 0 && e.key < room[0].key) {
            room[0] = e;
            sink(room, held, 0);
        }
    }
    if (selects)
        for (size_t last = held; last > 1; --last) {
            entry top = room[0];
            room[0] = room[last - 1];
            room[last - 1] = top;
            sink(room, last - 1, 0);
        }
    else if (n <= 64)
        sort_few(room, n);
    else
        sorted = sort_many(room, room + n, n);
    size_t to = line / job->inner * job->kept * job->inner + line % job->inner;
    for (size_t i = 0; i < job->kept; ++i, to += job->inner) {
        memcpy(job->values + to * size, data + (size_t)sorted[i].index * job->step * size, size);
        job->indices[to] = sorted[i].index;
    }
}

static void sort_tile(void *argument, size_t tile) {
    sort_job *job = argument;
    void *room;
    dsc_status status = dsc_allocate(2 * job->n * sizeof(entry), &room);
    if (status != DSC_OK) {
        atomic_store(&job->status, status);
        return;
    }
    size_t end = dsc_min_size((tile + 1) * job->tile, job->lines);
    for (size_t line = tile * job->tile; line < end; ++line)
        sort_line(job, line, room);
    dsc_free(room);
}

static dsc_status run(dsc_tensor *x, size_t d, bool descending, dsc_tensor *values, dsc_tensor *indices) {
    if (values->count == 0)
        return DSC_OK;
    dsc_around around = dsc_around_dimension(x, d);
    sort_job job = {.x = x,
                    .dimension = d,
                    .step = x->rank == 0 ? 1 : x->strides[d],
                    .n = around.extent,
                    .lines = around.outer * around.inner,
                    .inner = around.inner,
                    .kept = dsc_extent(values, d),
                    .descending = descending,
                    .tile = dsc_ceil_div(DSC_TILE / 8, around.extent),
                    .values = dsc_data(values),
                    .indices = dsc_data(indices)};
    if (dsc_product_overflows(around.extent, 2 * sizeof(entry), DSC_UINT8))
        return dsc_fail(DSC_ERROR_OVERFLOW, "sort: %zu numbers are too many", around.extent);
    dsc_parallel_work(dsc_context_of(x), 16 * (double)x->count, dsc_ceil_div(job.lines, job.tile), sort_tile,
                      &job);
    dsc_status status = atomic_load(&job.status);
    return status == DSC_OK ? DSC_OK : dsc_fail(status, "sort: out of memory");
}

/* The first `kept` of each line. Both results are written, or none. */
static dsc_status order(const dsc_operation *operation, dsc_tensor *x, size_t d, size_t kept, bool descending,
                        dsc_tensor **values, dsc_tensor **indices) {
    size_t shape[DSC_MAX_RANK];
    memcpy(shape, x->shape, sizeof shape);
    if (x->rank > 0)
        shape[d] = kept;
    DSC_TRY(dsc_check_shape(operation->name, DSC_INT64, x->rank, shape));
    dsc_tensor *made = NULL, *places = NULL;
    dsc_status status = dsc_make(dsc_context_of(x), x->dtype, x->rank, shape, &made);
    if (status == DSC_OK)
        status = dsc_make(dsc_context_of(x), DSC_INT64, x->rank, shape, &places);
    if (status == DSC_OK)
        status = run(x, d, descending, made, places);
    status = dsc_finish(&(dsc_record){.operation = operation,
                                      .count = 1,
                                      .inputs = &x,
                                      .saved = {places},
                                      .options = &(dsc_options){.sizes = {d}}},
                        status, made, values);
    if (status == DSC_OK)
        *indices = places;
    else
        dsc_tensor_release(places);
    return status;
}

static dsc_status check(const dsc_operation *operation, dsc_tensor *x, int64_t dimension, dsc_tensor **values,
                        dsc_tensor **indices, size_t *d) {
    DSC_TRY(dsc_check_inputs(operation, 1, &x, values));
    if (indices == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: indices is NULL", operation->name);
    DSC_TRY(dsc_check_addable(operation, x));
    return dsc_check_along(operation, dimension, x, d);
}

dsc_status dsc_sort(dsc_tensor *x, int64_t dimension, bool descending, dsc_tensor **values,
                    dsc_tensor **indices) {
    const dsc_operation *operation = &dsc_operations[dsc_op_sort];
    size_t d;
    DSC_TRY(check(operation, x, dimension, values, indices, &d));
    return order(operation, x, d, dsc_extent(x, d), descending, values, indices);
}

dsc_status dsc_topk(dsc_tensor *x, size_t k, int64_t dimension, bool largest, dsc_tensor **values,
                    dsc_tensor **indices) {
    const dsc_operation *operation = &dsc_operations[dsc_op_topk];
    size_t d;
    DSC_TRY(check(operation, x, dimension, values, indices, &d));
    if (k > dsc_extent(x, d) || (x->rank == 0 && k == 0))
        return dsc_fail(DSC_ERROR_SIZE, "topk: k is %zu, dimension %zu of shape %s has %zu numbers", k, d,
                        dsc_shape_text(x->rank, x->shape).text, dsc_extent(x, d));
    return order(operation, x, d, k, largest, values, indices);
}

dsc_status dsc_argsort(dsc_tensor *x, int64_t dimension, bool descending, dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[dsc_op_sort];
    DSC_TRY(dsc_check_inputs(operation, 1, &x, result));
    dsc_tensor *values, *indices;
    bool records = dsc_set_recording(false);
    dsc_status status = dsc_sort(x, dimension, descending, &values, &indices);
    dsc_set_recording(records);
    if (status != DSC_OK)
        return status;
    dsc_tensor_release(values);
    *result = indices;
    return DSC_OK;
}

/* Each number's gradient goes back to where it came from. */
void dsc_pull_back_sort(dsc_pullback *p) {
    dsc_tensor *indices = dsc_saved(p, 0), *made = NULL;
    if (indices == NULL)
        return;
    dsc_tensor *zeros = x_zeros_like(p, dsc_input_shape(p, 0));
    int64_t d = (int64_t)p->node->options.sizes[0];
    dsc_give(p, 0, x_call(p, made, dsc_scatter_add(zeros, d, indices, p->upstream, &made)));
}

void dsc_pull_back_topk(dsc_pullback *p) {
    dsc_pull_back_sort(p);
}
