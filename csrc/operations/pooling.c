#include "operations/pooling.h"

#include <string.h>

static const size_t most = INT32_MAX;

static dsc_status refuse_shape(const char *owner, size_t count, size_t rank, const size_t *shape) {
    return dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must be [N, C, %s] or [C, %s]%s", owner,
                    dsc_shape_text(rank, shape).text, count == 1 ? "L" : "H, W", count == 1 ? "L" : "H, W",
                    rank == count + 1 || rank == count + 2 ? ", without 0" : "");
}

/* may_lack: how many dimensions in front may have extent 0. */
static dsc_status begin(const char *owner, size_t rank, const size_t *shape, size_t count, size_t may_lack,
                        dsc_pool_plan *plan) {
    if (count < 1 || count > DSC_POOL_DIMENSIONS)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: count is %zu, must be 1 or 2", owner, count);
    if (rank != count + 1 && rank != count + 2)
        return refuse_shape(owner, count, rank, shape);
    for (size_t d = may_lack; d < rank; ++d)
        if (shape[d] == 0)
            return refuse_shape(owner, count, rank, shape);
    const dsc_window whole = {.extent = 1, .count = 1, .kernel = 1, .stride = 1, .dilation = 1};
    *plan = (dsc_pool_plan){.pooling = {.planes = 1, .rows = whole}, .rank = rank};
    memcpy(plan->shape, shape, rank * sizeof *shape);
    for (size_t d = 0; d < rank - count; ++d)
        plan->pooling.planes *= shape[d];
    return DSC_OK;
}

static dsc_window *window_of(dsc_pool_plan *plan, size_t count, size_t i) {
    return i + 1 < count ? &plan->pooling.rows : &plan->pooling.columns;
}

/* ---- Windows of a size ---- */

static dsc_status check_number(const char *owner, const char *name, size_t i, size_t value, size_t least,
                               size_t limit) {
    if (value >= least && value <= limit)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s[%zu] is %zu, must be in [%zu, %zu]", owner, name, i, value,
                    least, limit);
}

static int64_t divided(int64_t a, int64_t b) {
    return a / b - (a % b < 0);
}

/* How many there are. */
static int64_t count_windows(const dsc_window *w, bool rounds_up) {
    const int64_t extent = (int64_t)w->extent, padding = (int64_t)w->padding, stride = (int64_t)w->stride;
    const int64_t room = extent + 2 * padding - (int64_t)(w->dilation * (w->kernel - 1)) - 1;
    int64_t count = divided(room + (rounds_up ? stride - 1 : 0), stride) + 1;
    if (rounds_up && (count - 1) * stride >= extent + padding)
        --count;
    return count;
}

/* Only windows that begin before the numbers, in steps longer than all of them, can step over them. */
static bool has_empty_window(const dsc_window *w) {
    if (w->padding == 0 || w->dilation <= w->extent)
        return false;
    for (size_t o = 0; o < w->count && o * w->stride < w->padding; ++o) {
        const dsc_span span = dsc_span_of(w, o);
        if (span.first >= span.end)
            return true;
    }
    return false;
}

static dsc_status set_window(const char *owner, size_t i, bool rounds_up, dsc_window *w) {
    DSC_TRY(check_number(owner, "kernel_size", i, w->kernel, 1, most));
    DSC_TRY(check_number(owner, "stride", i, w->stride, 1, most));
    DSC_TRY(check_number(owner, "dilation", i, w->dilation, 1, most));
    DSC_TRY(check_number(owner, "padding", i, w->padding, 0, w->kernel / 2));
    const int64_t count = count_windows(w, rounds_up);
    if (count < 1)
        return dsc_fail(DSC_ERROR_SIZE, "%s: kernel_size[%zu] %zu is too large for an extent of %zu", owner,
                        i, w->kernel, w->extent);
    w->count = (size_t)count;
    if (has_empty_window(w))
        return dsc_fail(DSC_ERROR_SIZE, "%s: dilation[%zu] %zu leaves a window without any of %zu numbers",
                        owner, i, w->dilation, w->extent);
    return DSC_OK;
}

dsc_status dsc_plan_max_pool(const char *owner, size_t rank, const size_t *shape, size_t count,
                             const dsc_max_pool_options *options, dsc_pool_plan *plan) {
    DSC_TRY(begin(owner, rank, shape, count, rank == count + 2, plan));
    for (size_t i = 0; i < count; ++i) {
        dsc_window *w = window_of(plan, count, i);
        *w = (dsc_window){.extent = shape[rank - count + i],
                          .kernel = options->kernel_size[i],
                          .stride = options->stride[i] == 0 ? options->kernel_size[i] : options->stride[i],
                          .padding = options->padding[i],
                          .dilation = options->dilation[i] == 0 ? 1 : options->dilation[i]};
        DSC_TRY(set_window(owner, i, options->ceil_mode, w));
        plan->shape[rank - count + i] = w->count;
    }
    return DSC_OK;
}

dsc_status dsc_plan_avg_pool(const char *owner, size_t rank, const size_t *shape, size_t count,
                             const dsc_avg_pool_options *options, dsc_pool_plan *plan) {
    dsc_max_pool_options windows = {.ceil_mode = options->ceil_mode};
    memcpy(windows.kernel_size, options->kernel_size, sizeof windows.kernel_size);
    memcpy(windows.stride, options->stride, sizeof windows.stride);
    memcpy(windows.padding, options->padding, sizeof windows.padding);
    return dsc_plan_max_pool(owner, rank, shape, count, &windows, plan);
}

/* ---- So many windows ---- */

dsc_status dsc_plan_adaptive_pool(const char *owner, size_t rank, const size_t *shape, size_t count,
                                  const size_t *sizes, bool lacks_channels, dsc_pool_plan *plan) {
    DSC_TRY(begin(owner, rank, shape, count, lacks_channels ? rank - count : rank == count + 2, plan));
    for (size_t i = 0; i < count; ++i) {
        DSC_TRY(check_number(owner, "size", i, sizes[i], 0, most));
        dsc_window *w = window_of(plan, count, i);
        const size_t extent = shape[rank - count + i];
        *w = (dsc_window){.extent = extent, .count = sizes[i], .stride = 1, .dilation = 1};
        plan->shape[rank - count + i] = sizes[i];
        if (sizes[i] == 0)
            continue;
        /* Where they come out even they are windows of a size. */
        w->is_adaptive = extent % sizes[i] != 0;
        w->kernel = w->is_adaptive ? extent / sizes[i] + 2 : extent / sizes[i];
        w->stride = w->is_adaptive ? 1 : w->kernel;
    }
    return DSC_OK;
}
