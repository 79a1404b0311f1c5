/* Blocks of memory that were freed and wait to be used again: a step's tensors have the sizes of the step
 * before. */
#ifndef DSC_CORE_CACHE_H
#define DSC_CORE_CACHE_H

#include "core/internal.h"

/* Belongs to a context, and lives as long as any block taken from it. Any thread may take and give back. */
typedef struct dsc_cache dsc_cache;

dsc_cache *dsc_cache_create(void); /* NULL: out of memory */
/* The context's reference goes; nothing is kept for later any more. */
void dsc_cache_close(dsc_cache *cache);

dsc_status dsc_cache_take(dsc_cache *cache, size_t bytes, void **block);
void dsc_cache_give(dsc_cache *cache, void *block, size_t bytes);

void dsc_cache_look(dsc_cache *cache, dsc_memory *state);
/* Frees idle blocks until at most `bytes` are left, and keeps no more from now on. */
void dsc_cache_limit(dsc_cache *cache, size_t bytes);
void dsc_cache_trim(dsc_cache *cache);

/* The context's; NULL where there is no memory for one. */
dsc_cache *dsc_context_cache(const dsc_context *context);

#endif
