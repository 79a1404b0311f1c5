#include <stdatomic.h>
#include <stdlib.h>

#include "core/pool.h"
#include "core/cache.h"
#include "core/philox.h"

struct dsc_context {
    dsc_pool *pool; /* NULL for one thread; the default's, which may get more, always there */
    dsc_cache *cache;
    atomic_uint_fast64_t seed, calls;
};

/* Once made it stays: its threads may change in number, it is never freed. */
static _Atomic(dsc_context *) default_context;

/* What a context gets that is asked for 0 threads. */
static dsc_status default_threads(int32_t *threads) {
    const char *text = getenv("DESCENT_THREADS");
    if (text == NULL || *text == 0) {
        *threads = dsc_processor_count();
        return DSC_OK;
    }
    char *end;
    long number = strtol(text, &end, 10);
    if (*end != 0 || number < 1 || number > DSC_MAX_THREADS)
        return dsc_fail(DSC_ERROR_ARGUMENT, "DESCENT_THREADS is '%s', must be a whole number in [1, %d]",
                        text, DSC_MAX_THREADS);
    *threads = (int32_t)number;
    return DSC_OK;
}

static dsc_status find_threads(const char *function, int32_t *threads) {
    if (*threads < 0 || *threads > DSC_MAX_THREADS)
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "%s: threads is %d, must be in [0, %d]; 0: $DESCENT_THREADS, or one for each "
                        "processor that the process may use",
                        function, *threads, DSC_MAX_THREADS);
    return *threads == 0 ? default_threads(threads) : DSC_OK;
}

static dsc_status make(const char *function, int32_t threads, bool has_pool, dsc_context **context) {
    dsc_context *made = calloc(1, sizeof *made);
    if (made == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", function);
    made->cache = dsc_cache_create();
    if (has_pool && made->cache != NULL)
        made->pool = dsc_pool_create((size_t)threads);
    if (made->cache == NULL || (has_pool && made->pool == NULL)) {
        dsc_context_destroy(made);
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", function);
    }
    *context = made;
    return DSC_OK;
}

dsc_status dsc_context_create(int32_t threads, dsc_context **context) {
    DSC_CHECK_NOT_NULL(context);
    DSC_TRY(find_threads(__func__, &threads));
    return make(__func__, threads, threads > 1, context);
}

void dsc_context_destroy(dsc_context *context) {
    if (context == NULL)
        return;
    dsc_pool_destroy(context->pool);
    if (context->cache != NULL)
        dsc_cache_close(context->cache);
    free(context);
}

/* NULL where no context can be made (no memory): the work then runs on the caller. Two threads that need it
 * first at once both make one; the slower throws its own away. */
static dsc_context *default_or_null(void) {
    dsc_context *current = atomic_load_explicit(&default_context, memory_order_acquire);
    if (current != NULL)
        return current;
    int32_t threads = 0;
    if (default_threads(&threads) != DSC_OK)
        threads = 1;
    dsc_context *made = NULL;
    if (make("the default context", threads, true, &made) != DSC_OK)
        return NULL;
    if (atomic_compare_exchange_strong(&default_context, &current, made))
        return made;
    dsc_context_destroy(made);
    return current;
}

static const dsc_context *or_default(const dsc_context *context) {
    return context != NULL ? context : default_or_null();
}

dsc_status dsc_set_default_threads(int32_t threads) {
    DSC_TRY(find_threads(__func__, &threads));
    dsc_context *context = default_or_null();
    if (context == NULL)
        return DSC_ERROR_MEMORY;
    dsc_pool_set_threads(context->pool, (size_t)threads);
    return DSC_OK;
}

int32_t dsc_context_threads(const dsc_context *context) {
    context = or_default(context);
    return context != NULL && context->pool != NULL ? (int32_t)dsc_pool_threads(context->pool) : 1;
}

/* Elements or products that take a few microseconds. */
static const double FORK_WORK = 1 << 19;

void dsc_parallel_work(const dsc_context *context, double work, size_t count, dsc_task task, void *argument) {
    if (work >= FORK_WORK) {
        dsc_parallel_for(context, count, task, argument);
        return;
    }
    for (size_t i = 0; i < count; ++i)
        task(argument, i);
}

static void spread(const dsc_context *context, size_t count, dsc_task task, void *argument) {
    context = or_default(context);
    if (context != NULL && context->pool != NULL && dsc_pool_run(context->pool, count, task, argument))
        return;
    for (size_t i = 0; i < count; ++i)
        task(argument, i);
}

void dsc_parallel_for(const dsc_context *context, size_t count, dsc_task task, void *argument) {
    if (task == NULL)
        return;
    if (count > 1)
        spread(context, count, task, argument);
    else if (count == 1)
        task(argument, 0);
}

dsc_stream dsc_draw(const dsc_context *context) {
    /* The numbers change, not what the caller sees of a context. */
    dsc_context *c = (dsc_context *)(uintptr_t)or_default(context);
    if (c == NULL)
        return (dsc_stream){0};
    return (dsc_stream){atomic_load(&c->seed), atomic_fetch_add(&c->calls, 1)};
}

static dsc_status find(const dsc_context *context, dsc_context **found) {
    *found = (dsc_context *)(uintptr_t)or_default(context);
    return *found != NULL ? DSC_OK : dsc_fail(DSC_ERROR_MEMORY, "no context could be made");
}

dsc_status dsc_context_stream(const dsc_context *context, dsc_stream *stream) {
    DSC_CHECK_NOT_NULL(stream);
    dsc_context *c;
    DSC_TRY(find(context, &c));
    *stream = (dsc_stream){atomic_load(&c->seed), atomic_load(&c->calls)};
    return DSC_OK;
}

dsc_status dsc_context_set_stream(const dsc_context *context, dsc_stream stream) {
    dsc_context *c;
    DSC_TRY(find(context, &c));
    atomic_store(&c->seed, stream.seed);
    atomic_store(&c->calls, stream.calls);
    return DSC_OK;
}

dsc_cache *dsc_context_cache(const dsc_context *context) {
    context = or_default(context);
    return context == NULL ? NULL : context->cache;
}

static dsc_status cache_of(const dsc_context *context, dsc_cache **cache) {
    dsc_context *c;
    DSC_TRY(find(context, &c));
    *cache = c->cache;
    return DSC_OK;
}

dsc_status dsc_context_memory(const dsc_context *context, dsc_memory *state) {
    DSC_CHECK_NOT_NULL(state);
    dsc_cache *cache;
    DSC_TRY(cache_of(context, &cache));
    dsc_cache_look(cache, state);
    return DSC_OK;
}

dsc_status dsc_context_set_memory_limit(const dsc_context *context, size_t bytes) {
    dsc_cache *cache;
    DSC_TRY(cache_of(context, &cache));
    dsc_cache_limit(cache, bytes);
    return DSC_OK;
}

dsc_status dsc_context_trim(const dsc_context *context) {
    dsc_cache *cache;
    DSC_TRY(cache_of(context, &cache));
    dsc_cache_trim(cache);
    return DSC_OK;
}
