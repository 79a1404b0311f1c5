/* Why not a library's pool: OpenMP's and pthreadpool's wait for every thread at the end of each section, in a
 * loop that holds the processor for milliseconds. Beside a busy process, a section then takes as long as the
 * scheduler keeps its slowest thread waiting. Here a section needs nobody but the caller: tiles are taken,
 * not assigned, and who comes late finds none left. Threads that wait hold the processor for microseconds,
 * then offer it to others, then sleep. */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "core/fork.h"
#include "core/pool.h"

enum { CACHE_LINE = 64 };
/* How long a thread looks again and again before it offers its processor to others, and how long until it
 * sleeps.
 *
 * A yield beside a busy process costs milliseconds: that process has the processor for its whole time slice.
 * So the gaps within a training step, and the end of a section, should be over before it. Without yields,
 * though, a thread spends its share of the processor on waiting, is put aside in the middle of a tile, and
 * the caller waits for it.
 *
 * Waking takes a few microseconds, on a virtual machine forty, and the system may wake a thread on the
 * caller's own processor. So a thread sleeps only when the gap is longer than those between two iterations of
 * Newton's method or two training steps. */
enum { SPIN_NANOSECONDS = 50000, YIELD_NANOSECONDS = 1000000 };

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
    /* Threads there are, which changes only between sections, and threads there should be. */
    atomic_size_t threads, wanted;
    /* Guards what follows while threads start and end: a fork must not come in between. */
    pthread_mutex_t staff;
    dsc_forkable forkable;
    worker workers[DSC_MAX_THREADS];
    share shares[DSC_MAX_THREADS];
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
    const size_t threads = atomic_load_explicit(&pool->threads, memory_order_relaxed);
    for (size_t k = 0; k < threads; ++k) {
        share *from = &pool->shares[(self + k) % threads];
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

/* ---- Threads that start and end ---- */

static void end_workers(dsc_pool *pool) {
    const size_t threads = atomic_load(&pool->threads);
    atomic_store(&pool->ends, true);
    pthread_mutex_lock(&pool->sleep);
    pthread_cond_broadcast(&pool->opened);
    pthread_mutex_unlock(&pool->sleep);
    for (size_t t = 1; t < threads; ++t)
        pthread_join(pool->workers[t].thread, NULL);
    atomic_store(&pool->threads, 1);
    atomic_store(&pool->ends, false);
}

static void start_workers(dsc_pool *pool, size_t wanted) {
    size_t threads = 1;
    for (; threads < wanted; ++threads) {
        worker *next = &pool->workers[threads];
        *next = (worker){.pool = pool, .index = threads};
        if (pthread_create(&next->thread, NULL, work, next) != 0)
            break;
    }
    atomic_store(&pool->threads, threads);
    /* Where the system has no more, not every section is to try anew. */
    if (threads < wanted)
        atomic_compare_exchange_strong(&pool->wanted, &wanted, threads);
}

/* Makes as many threads as there should be. Only with the section's lock, and no section open. */
static void adjust(dsc_pool *pool) {
    const size_t wanted = atomic_load(&pool->wanted);
    if (atomic_load(&pool->threads) == wanted)
        return;
    pthread_mutex_lock(&pool->staff);
    end_workers(pool);
    start_workers(pool, wanted);
    pthread_mutex_unlock(&pool->staff);
}

static void adjust_if_free(dsc_pool *pool) {
    if (pthread_mutex_trylock(&pool->section) != 0)
        return;
    adjust(pool);
    pthread_mutex_unlock(&pool->section);
}

void dsc_pool_set_threads(dsc_pool *pool, size_t threads) {
    atomic_store(&pool->wanted, threads);
    adjust_if_free(pool);
}

size_t dsc_pool_threads(dsc_pool *pool) {
    if (atomic_load(&pool->threads) != atomic_load(&pool->wanted))
        adjust_if_free(pool);
    return atomic_load(&pool->wanted);
}

/* ---- Sections ---- */

bool dsc_pool_run(dsc_pool *pool, size_t count, dsc_task task, void *argument) {
    if (atomic_load_explicit(&pool->wanted, memory_order_relaxed) == 1 &&
        atomic_load_explicit(&pool->threads, memory_order_relaxed) == 1)
        return false;
    if (pthread_mutex_trylock(&pool->section) != 0)
        return false;
    adjust(pool);
    const size_t threads = atomic_load_explicit(&pool->threads, memory_order_relaxed);
    pool->task = task;
    pool->argument = argument;
    for (size_t t = 0; t < threads; ++t) {
        size_t quotient = count / threads, rest = count % threads;
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

/* ---- Forks ---- */

static dsc_pool *pool_of(dsc_forkable *forkable) {
    return (dsc_pool *)(void *)((char *)forkable - offsetof(dsc_pool, forkable));
}

static void before_fork(dsc_forkable *self) {
    pthread_mutex_lock(&pool_of(self)->staff);
}

static void make_locks(dsc_pool *pool) {
    pthread_mutex_init(&pool->section, NULL);
    pthread_mutex_init(&pool->sleep, NULL);
    pthread_cond_init(&pool->opened, NULL);
    pthread_cond_init(&pool->left, NULL);
}

/* The child has none of the threads, and whoever held the locks of a section is gone with them. Its own
 * threads start at its first section. */
static void after_fork(dsc_forkable *self, bool is_child) {
    dsc_pool *pool = pool_of(self);
    if (is_child) {
        make_locks(pool);
        atomic_store(&pool->threads, 1);
        atomic_store(&pool->inside, 0);
        atomic_store(&pool->asleep, 0);
        atomic_store(&pool->caller_sleeps, false);
        atomic_store(&pool->ends, false);
        atomic_store(&pool->epoch, 0);
    }
    pthread_mutex_unlock(&pool->staff);
}

dsc_pool *dsc_pool_create(size_t threads) {
    void *memory;
    if (dsc_allocate_zeroed(sizeof(dsc_pool), &memory) != DSC_OK)
        return NULL;
    dsc_pool *pool = memory;
    make_locks(pool);
    pthread_mutex_init(&pool->staff, NULL);
    atomic_store(&pool->threads, 1);
    atomic_store(&pool->wanted, threads);
    pool->forkable = (dsc_forkable){.before = before_fork, .after = after_fork};
    dsc_fork_register(&pool->forkable);
    return pool;
}

void dsc_pool_destroy(dsc_pool *pool) {
    if (pool == NULL)
        return;
    /* Not while a section is under way, nor during a fork. */
    pthread_mutex_lock(&pool->section);
    pthread_mutex_lock(&pool->staff);
    end_workers(pool);
    pthread_mutex_unlock(&pool->staff);
    pthread_mutex_unlock(&pool->section);
    dsc_fork_unregister(&pool->forkable);
    pthread_cond_destroy(&pool->left);
    pthread_cond_destroy(&pool->opened);
    pthread_mutex_destroy(&pool->sleep);
    pthread_mutex_destroy(&pool->section);
    pthread_mutex_destroy(&pool->staff);
    dsc_free(pool);
}
