#include "core/cache.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/fork.h"

/* Four sizes between one power of two and the next, so that at most a fifth of a block is unused. */
enum { STEPS = 4, SMALLEST_LOG = 10, BINS = (48 - SMALLEST_LOG) * STEPS };

/* What idle blocks may take together, unless the context says otherwise. */
static const size_t DEFAULT_LIMIT = (size_t)1 << 30;

typedef struct idle_block {
    struct idle_block *next;
} idle_block;

struct dsc_cache {
    pthread_mutex_t lock;
    idle_block *bins[BINS];
    dsc_memory state;
    size_t blocks; /* in use */
    bool is_closed;
    dsc_forkable forkable;
};

static dsc_cache *cache_of(dsc_forkable *forkable) {
    return (dsc_cache *)(void *)((char *)forkable - offsetof(dsc_cache, forkable));
}

/* So that the child finds it whole, and can unlock it. */
static void before_fork(dsc_forkable *self) {
    pthread_mutex_lock(&cache_of(self)->lock);
}

static void after_fork(dsc_forkable *self, bool is_child) {
    (void)is_child;
    pthread_mutex_unlock(&cache_of(self)->lock);
}

static size_t bin_of(size_t bytes, size_t *size) {
    size_t log = SMALLEST_LOG;
    while (log < 47 && ((size_t)2 << log) < bytes)
        ++log;
    size_t step = ((size_t)1 << log) / STEPS;
    size_t over = bytes > (size_t)1 << log ? bytes - ((size_t)1 << log) : 0;
    size_t steps = dsc_ceil_div(over, step);
    *size = ((size_t)1 << log) + steps * step;
    return (log - SMALLEST_LOG) * STEPS + steps;
}

dsc_cache *dsc_cache_create(void) {
    dsc_cache *cache = calloc(1, sizeof *cache);
    if (cache == NULL)
        return NULL;
    pthread_mutex_init(&cache->lock, NULL);
    cache->state.limit = DEFAULT_LIMIT;
    cache->forkable = (dsc_forkable){.before = before_fork, .after = after_fork};
    dsc_fork_register(&cache->forkable);
    return cache;
}

static void trim(dsc_cache *cache, size_t limit) {
    for (size_t b = BINS; b-- > 0 && cache->state.idle > limit;) {
        while (cache->bins[b] != NULL && cache->state.idle > limit) {
            idle_block *block = cache->bins[b];
            cache->bins[b] = block->next;
            size_t steps = b % STEPS, log = b / STEPS + SMALLEST_LOG;
            cache->state.idle -= ((size_t)1 << log) + steps * (((size_t)1 << log) / STEPS);
            dsc_free(block);
        }
    }
}

static void destroy(dsc_cache *cache) {
    dsc_fork_unregister(&cache->forkable);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}

void dsc_cache_close(dsc_cache *cache) {
    pthread_mutex_lock(&cache->lock);
    cache->is_closed = true;
    cache->state.limit = 0;
    trim(cache, 0);
    bool is_unused = cache->blocks == 0;
    pthread_mutex_unlock(&cache->lock);
    if (is_unused)
        destroy(cache);
}

dsc_status dsc_cache_take(dsc_cache *cache, size_t bytes, void **memory) {
    size_t size, bin = bin_of(bytes, &size);
    pthread_mutex_lock(&cache->lock);
    idle_block *block = bin < BINS ? cache->bins[bin] : NULL;
    if (block != NULL) {
        cache->bins[bin] = block->next;
        cache->state.idle -= size;
    }
    ++cache->blocks;
    cache->state.requests += block == NULL;
    cache->state.in_use += size;
    cache->state.most_in_use = dsc_max_size(cache->state.most_in_use, cache->state.in_use);
    pthread_mutex_unlock(&cache->lock);
    *memory = block;
    if (block != NULL)
        return DSC_OK;
    dsc_status status = dsc_allocate(size, memory);
    if (status != DSC_OK) {
        /* What lies idle may be what is missing. */
        dsc_cache_trim(cache);
        status = dsc_allocate(size, memory);
    }
    if (status != DSC_OK) {
        pthread_mutex_lock(&cache->lock);
        --cache->blocks;
        cache->state.in_use -= size;
        pthread_mutex_unlock(&cache->lock);
    }
    return status;
}

void dsc_cache_give(dsc_cache *cache, void *memory, size_t bytes) {
    size_t size, bin = bin_of(bytes, &size);
    pthread_mutex_lock(&cache->lock);
    --cache->blocks;
    cache->state.in_use -= size;
    bool keeps = bin < BINS && size <= cache->state.limit && cache->state.idle <= cache->state.limit - size;
    if (keeps) {
        idle_block *block = memory;
        block->next = cache->bins[bin];
        cache->bins[bin] = block;
        cache->state.idle += size;
    }
    bool is_over = cache->is_closed && cache->blocks == 0;
    pthread_mutex_unlock(&cache->lock);
    if (!keeps)
        dsc_free(memory);
    if (is_over)
        destroy(cache);
}

void dsc_cache_look(dsc_cache *cache, dsc_memory *state) {
    pthread_mutex_lock(&cache->lock);
    *state = cache->state;
    pthread_mutex_unlock(&cache->lock);
}

void dsc_cache_limit(dsc_cache *cache, size_t bytes) {
    pthread_mutex_lock(&cache->lock);
    cache->state.limit = bytes;
    trim(cache, bytes);
    pthread_mutex_unlock(&cache->lock);
}

void dsc_cache_trim(dsc_cache *cache) {
    pthread_mutex_lock(&cache->lock);
    trim(cache, 0);
    pthread_mutex_unlock(&cache->lock);
}
