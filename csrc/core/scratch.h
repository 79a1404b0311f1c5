/* Memory that a call needs while it runs, from the context's cache. */
#ifndef DSC_CORE_SCRATCH_H
#define DSC_CORE_SCRATCH_H

#include <string.h>

#include "core/cache.h"

typedef struct dsc_scratch {
    struct dsc_cache *cache;
    void *memory;
    size_t bytes;
} dsc_scratch;

static inline dsc_status dsc_scratch_take(const dsc_context *context, size_t bytes, dsc_scratch *scratch) {
    *scratch = (dsc_scratch){.cache = dsc_context_cache(context), .bytes = dsc_max_size(bytes, 64)};
    if (scratch->cache == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "out of memory");
    return dsc_cache_take(scratch->cache, scratch->bytes, &scratch->memory);
}

/* `count` zeros of float64. */
static inline dsc_status dsc_scratch_zeros(const dsc_context *context, size_t count, dsc_scratch *scratch) {
    DSC_CHECK_COUNT(count, DSC_FLOAT64);
    DSC_TRY(dsc_scratch_take(context, count * sizeof(double), scratch));
    memset(scratch->memory, 0, count * sizeof(double));
    return DSC_OK;
}

static inline void dsc_scratch_give(dsc_scratch *scratch) {
    if (scratch->memory != NULL)
        dsc_cache_give(scratch->cache, scratch->memory, scratch->bytes);
    scratch->memory = NULL;
}

#endif
