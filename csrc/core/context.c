#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "core/pool.h"

struct dsc_context {
    dsc_pool *pool; /* NULL for one thread */
};

static _Atomic(dsc_context *) default_context;
static pthread_mutex_t default_lock = PTHREAD_MUTEX_INITIALIZER;

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

dsc_status dsc_context_create(int32_t threads, dsc_context **context) {
    DSC_CHECK_NOT_NULL(context);
    if (threads < 0 || threads > DSC_MAX_THREADS)
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "%s: threads is %d, must be in [0, %d]; 0: $DESCENT_THREADS, or one for each "
                        "processor that the process may use",
                        __func__, threads, DSC_MAX_THREADS);
    if (threads == 0)
        DSC_TRY(default_threads(&threads));
    dsc_context *made = calloc(1, sizeof *made);
    if (made == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    if (threads > 1) {
        made->pool = dsc_pool_create((size_t)threads);
        if (made->pool == NULL) {
            free(made);
            return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
        }
    }
    *context = made;
    return DSC_OK;
}

void dsc_context_destroy(dsc_context *context) {
    if (context == NULL)
        return;
    dsc_pool_destroy(context->pool);
    free(context);
}

/* NULL where no context can be made (no threads, no memory): the work then runs on the caller. */
static const dsc_context *or_default(const dsc_context *context) {
    if (context != NULL)
        return context;
    dsc_context *current = atomic_load_explicit(&default_context, memory_order_acquire);
    if (current == NULL) {
        pthread_mutex_lock(&default_lock);
        current = atomic_load_explicit(&default_context, memory_order_acquire);
        if (current == NULL &&
            (dsc_context_create(0, &current) == DSC_OK || dsc_context_create(1, &current) == DSC_OK))
            atomic_store_explicit(&default_context, current, memory_order_release);
        pthread_mutex_unlock(&default_lock);
    }
    return current;
}

dsc_status dsc_set_default_threads(int32_t threads) {
    dsc_context *fresh = NULL;
    DSC_TRY(dsc_context_create(threads, &fresh));
    pthread_mutex_lock(&default_lock);
    dsc_context *old = atomic_exchange(&default_context, fresh);
    pthread_mutex_unlock(&default_lock);
    dsc_context_destroy(old);
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

void dsc_parallel_for(const dsc_context *context, size_t count, dsc_task task, void *argument) {
    if (task == NULL)
        return;
    if (count > 1) {
        context = or_default(context);
        if (context != NULL && context->pool != NULL && dsc_pool_run(context->pool, count, task, argument))
            return;
    }
    for (size_t i = 0; i < count; ++i)
        task(argument, i);
}
