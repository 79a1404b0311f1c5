/* A few threads that share out the tiles of one parallel section after another. */
#ifndef DSC_CORE_POOL_H
#define DSC_CORE_POOL_H

#include "core/internal.h"

typedef struct dsc_pool dsc_pool;

/* `threads` threads, at most DSC_MAX_THREADS, the caller's among them; fewer if the system has no more. They
 * start when they are first needed. NULL: out of memory. */
dsc_pool *dsc_pool_create(size_t threads);
void dsc_pool_destroy(dsc_pool *pool);
/* Starts them where they have not been yet, to know how many there are. */
size_t dsc_pool_threads(dsc_pool *pool);
/* Safe at any time, in a section too: one that is under way keeps its threads, the next has the new ones. */
void dsc_pool_set_threads(dsc_pool *pool, size_t threads);

/* Calls task(argument, i) for each i in 0 ..< count and returns when all are done. false, with nothing done:
 * the pool is taken, by another thread or by a section that the caller is part of. */
bool dsc_pool_run(dsc_pool *pool, size_t count, dsc_task task, void *argument);

#endif
