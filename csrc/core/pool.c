/* Why not a library's pool: OpenMP's and pthreadpool's wait for every thread at the end of each section, in a
 * loop that holds the processor for milliseconds. Beside a busy process, a section then takes as long as the
 * scheduler keeps its slowest thread waiting. Here a section needs nobody but the caller: tiles are taken,
 * not assigned, and who comes late finds none left. Threads that wait hold the processor for microseconds,
 * then give it away, then sleep. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "core/pool.h"

enum { CACHE_LINE = 64 };
/* How long a thread looks again and again, and how long until it sleeps. Waking one takes a few microseconds:
 * sections that follow one another within a training step should find the others awake. */
enum { SPIN_NANOSECONDS = 4000, YIELD_NANOSECONDS = 60000 };

/* A thread's own part of the tiles: the others take from it when theirs are done. */
typedef struct share {
    _Alignas(CACHE_LINE) atomic_size_t next;
    size_t end;
} share;

typedef struct worker {
    dsc_pool *pool;
    size_t index;
    pthread_t thread;
} worker;

struct dsc_pool {
    /* Odd while a section is open. */
    _Alignas(CACHE_LINE) atomic_size_t epoch;
    /* Workers that may be in it. */
    _Alignas(CACHE_LINE) atomic_size_t inside;
    atomic_bool caller_sleeps;
    _Alignas(CACHE_LINE) atomic_size_t asleep;
    atomic_bool ends;
    /* The section. */
    dsc_task task;
    void *argument;
    pthread_mutex_t section, sleep;
    pthread_cond_t opened, left;
    size_t threads;
    worker *workers;
    share *shares;
};

static void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static int64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Waits until is_over(pool, argument), but no longer than a thread should without sleeping; whether it is. */
static bool wait_awake(dsc_pool *pool, size_t argument, bool (*is_over)(dsc_pool *, size_t)) {
    if (is_over(pool, argument))
        return true;
    const int64_t start = nanoseconds();
    for (int64_t waited = 0; waited < YIELD_NANOSECONDS; waited = nanoseconds() - start) {
        if (waited < SPIN_NANOSECONDS)
            for (int i = 0; i < 8; ++i)
                pause_briefly();
        else
            sched_yield();
        if (is_over(pool, argument))
            return true;
    }
    return false;
}

static void take_tiles(dsc_pool *pool, size_t self) {
    for (size_t k = 0; k < pool->threads; ++k) {
        share *from = &pool->shares[(self + k) % pool->threads];
        while (atomic_load_explicit(&from->next, memory_order_relaxed) < from->end) {
            size_t tile = atomic_fetch_add_explicit(&from->next, 1, memory_order_relaxed);
            if (tile < from->end)
                pool->task(pool->argument, tile);
        }
    }
}

/* Whether there is a section other than the one seen, or the end. */
static bool is_called(dsc_pool *pool, size_t seen) {
    size_t epoch = atomic_load(&pool->epoch);
    return (epoch % 2 == 1 && epoch != seen) || atomic_load(&pool->ends);
}

static bool is_alone(dsc_pool *pool, size_t unused) {
    (void)unused;
    return atomic_load(&pool->inside) == 0;
}

static void *work(void *pointer) {
    worker *self = pointer;
    dsc_pool *pool = self->pool;
    size_t seen = 0;
    for (;;) {
        if (!wait_awake(pool, seen, is_called)) {
            pthread_mutex_lock(&pool->sleep);
            atomic_fetch_add(&pool->asleep, 1);
            while (!is_called(pool, seen))
                pthread_cond_wait(&pool->opened, &pool->sleep);
            atomic_fetch_sub(&pool->asleep, 1);
            pthread_mutex_unlock(&pool->sleep);
        }
        if (atomic_load(&pool->ends))
            return NULL;
        /* First inside, then a look whether it is open still: the caller closes first, then looks who is
         * inside. */
        atomic_fetch_add(&pool->inside, 1);
        seen = atomic_load(&pool->epoch);
        if (seen % 2 == 1)
            take_tiles(pool, self->index);
        if (atomic_fetch_sub(&pool->inside, 1) == 1 && atomic_load(&pool->caller_sleeps)) {
            pthread_mutex_lock(&pool->sleep);
            pthread_cond_signal(&pool->left);
            pthread_mutex_unlock(&pool->sleep);
        }
    }
}

static void wake(dsc_pool *pool) {
    if (atomic_load(&pool->asleep) == 0)
        return;
    pthread_mutex_lock(&pool->sleep);
    pthread_cond_broadcast(&pool->opened);
    pthread_mutex_unlock(&pool->sleep);
}

bool dsc_pool_run(dsc_pool *pool, size_t count, dsc_task task, void *argument) {
    if (pthread_mutex_trylock(&pool->section) != 0)
        return false;
    pool->task = task;
    pool->argument = argument;
    for (size_t t = 0; t < pool->threads; ++t) {
        size_t quotient = count / pool->threads, rest = count % pool->threads;
        size_t start = t * quotient + dsc_min_size(t, rest);
        pool->shares[t].end = start + quotient + (t < rest);
        atomic_store_explicit(&pool->shares[t].next, start, memory_order_relaxed);
    }
    atomic_fetch_add(&pool->epoch, 1);
    wake(pool);
    take_tiles(pool, 0);
    atomic_fetch_add(&pool->epoch, 1);
    if (!wait_awake(pool, 0, is_alone)) {
        pthread_mutex_lock(&pool->sleep);
        atomic_store(&pool->caller_sleeps, true);
        while (!is_alone(pool, 0))
            pthread_cond_wait(&pool->left, &pool->sleep);
        atomic_store(&pool->caller_sleeps, false);
        pthread_mutex_unlock(&pool->sleep);
    }
    pthread_mutex_unlock(&pool->section);
    return true;
}

size_t dsc_pool_threads(const dsc_pool *pool) {
    return pool->threads;
}

dsc_pool *dsc_pool_create(size_t threads) {
    void *memory, *shares;
    if (dsc_allocate_zeroed(sizeof(dsc_pool), &memory) != DSC_OK)
        return NULL;
    dsc_pool *pool = memory;
    pool->workers = calloc(threads, sizeof *pool->workers);
    if (pool->workers == NULL || dsc_allocate_zeroed(threads * sizeof(share), &shares) != DSC_OK) {
        free(pool->workers);
        dsc_free(pool);
        return NULL;
    }
    pool->shares = shares;
    pthread_mutex_init(&pool->section, NULL);
    pthread_mutex_init(&pool->sleep, NULL);
    pthread_cond_init(&pool->opened, NULL);
    pthread_cond_init(&pool->left, NULL);
    /* Threads started already read `threads` only in a section, and none begins before this returns. */
    for (pool->threads = 1; pool->threads < threads; ++pool->threads) {
        worker *next = &pool->workers[pool->threads];
        *next = (worker){.pool = pool, .index = pool->threads};
        if (pthread_create(&next->thread, NULL, work, next) != 0)
            break;
    }
    return pool;
}

void dsc_pool_destroy(dsc_pool *pool) {
    if (pool == NULL)
        return;
    atomic_store(&pool->ends, true);
    pthread_mutex_lock(&pool->sleep);
    pthread_cond_broadcast(&pool->opened);
    pthread_mutex_unlock(&pool->sleep);
    for (size_t t = 1; t < pool->threads; ++t)
        pthread_join(pool->workers[t].thread, NULL);
    pthread_cond_destroy(&pool->left);
    pthread_cond_destroy(&pool->opened);
    pthread_mutex_destroy(&pool->sleep);
    pthread_mutex_destroy(&pool->section);
    free(pool->workers);
    dsc_free(pool->shares);
    dsc_free(pool);
}
