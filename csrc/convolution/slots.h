/* Memory that a tile has while it runs, beside a convolution's operands. */
#ifndef DSC_CONVOLUTION_SLOTS_H
#define DSC_CONVOLUTION_SLOTS_H

#include <stdatomic.h>

#include "core/scratch.h"

/* Pieces of equal size of which a tile has one while it runs: as many as there are threads. Should a
 * context get more meanwhile, tiles wait for one another. */
enum { DSC_MOST_SLOTS = 256 };
typedef struct dsc_slots {
    dsc_scratch space;
    size_t count, bytes;
    atomic_bool taken[DSC_MOST_SLOTS];
} dsc_slots;

static inline dsc_status dsc_slots_make(const dsc_context *context, size_t tiles, size_t bytes,
                                        dsc_slots *slots) {
    const size_t threads = (size_t)dsc_context_threads(context);
    slots->count = dsc_max_size(dsc_min_size(dsc_min_size(threads, tiles), DSC_MOST_SLOTS), 1);
    /* A page and a cache line more, so that slots do not stand at one offset of a page. */
    if (bytes > SIZE_MAX / 2 / DSC_MOST_SLOTS)
        return dsc_fail(DSC_ERROR_OVERFLOW, "convolution: %zu bytes beside are too many", bytes);
    slots->bytes = dsc_ceil_div(bytes, 64) * 64 + 64;
    for (size_t i = 0; i < slots->count; ++i)
        atomic_init(&slots->taken[i], false);
    return dsc_scratch_take(context, slots->count * slots->bytes, &slots->space);
}

static inline size_t dsc_slots_take(dsc_slots *slots) {
    for (;;)
        for (size_t i = 0; i < slots->count; ++i)
            if (!atomic_load_explicit(&slots->taken[i], memory_order_relaxed) &&
                !atomic_exchange_explicit(&slots->taken[i], true, memory_order_acquire))
                return i;
}

static inline void *dsc_slot(const dsc_slots *slots, size_t index) {
    return (char *)slots->space.memory + index * slots->bytes;
}

static inline void dsc_slots_give(dsc_slots *slots, size_t index) {
    atomic_store_explicit(&slots->taken[index], false, memory_order_release);
}

#endif
