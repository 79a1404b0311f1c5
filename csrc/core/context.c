#include <pthread.h>
#include <pthreadpool.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "core/internal.h"

struct dsc_context {
    pthreadpool_t pool; /* NULL for one thread */
    int32_t threads;
};

static _Atomic(dsc_context *) default_context;
static pthread_mutex_t default_lock = PTHREAD_MUTEX_INITIALIZER;

dsc_status dsc_context_create(int32_t threads, dsc_context **context) {
    DSC_CHECK_NOT_NULL(context);
    if (threads < 0 || threads > DSC_MAX_THREADS)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: threads is %d, must be in [0, %d] (0 = every processor)",
                        __func__, threads, DSC_MAX_THREADS);
    dsc_context *made = malloc(sizeof *made);
    if (made == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    made->pool = NULL;
    made->threads = 1;
    if (threads != 1) {
        made->pool = pthreadpool_create((size_t)threads);
        if (made->pool == NULL) {
            free(made);
            return dsc_fail(DSC_ERROR_THREADS, "%s: %d threads could not be started", __func__, threads);
        }
        made->threads = (int32_t)pthreadpool_get_threads_count(made->pool);
    }
    *context = made;
    return DSC_OK;
}

void dsc_context_destroy(dsc_context *context) {
    if (context == NULL)
        return;
    pthreadpool_destroy(context->pool);
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
    return context != NULL ? context->threads : 1;
}

#ifdef DSC_THREAD_SANITIZER
/* The system's pthreadpool is not instrumented: these say what its fork and join order. */
void __tsan_acquire(void *address);
void __tsan_release(void *address);

typedef struct announced_task {
    dsc_task task;
    void *argument;
} announced_task;

static void run_announced(void *pointer, size_t index) {
    announced_task *announced = pointer;
    __tsan_acquire(announced);
    announced->task(announced->argument, index);
    __tsan_release(announced);
}

static void run_on_pool(pthreadpool_t pool, dsc_task task, void *argument, size_t count) {
    announced_task announced = {task, argument};
    __tsan_release(&announced);
    pthreadpool_parallelize_1d(pool, run_announced, &announced, count, 0);
    __tsan_acquire(&announced);
}
#else
static void run_on_pool(pthreadpool_t pool, dsc_task task, void *argument, size_t count) {
    pthreadpool_parallelize_1d(pool, task, argument, count, 0);
}
#endif

void dsc_parallel_for(const dsc_context *context, size_t count, dsc_task task, void *argument) {
    /* One tile needs no pool, and must not wait for one that another thread is using. */
    if (count > 1) {
        context = or_default(context);
        if (context != NULL && context->pool != NULL) {
            run_on_pool(context->pool, task, argument, count);
            return;
        }
    }
    for (size_t i = 0; i < count; ++i)
        task(argument, i);
}
