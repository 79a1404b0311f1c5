/* What a fork must not break: locks that another thread may hold at that moment, threads that the child does
 * not have. */
#ifndef DSC_CORE_FORK_H
#define DSC_CORE_FORK_H

#include <stdbool.h>

/* Part of whatever has locks or threads; it registers itself and is told. */
typedef struct dsc_forkable {
    void (*before)(struct dsc_forkable *self);
    void (*after)(struct dsc_forkable *self, bool is_child);
    struct dsc_forkable *next, *previous;
} dsc_forkable;

/* Both functions are to be set. */
void dsc_fork_register(dsc_forkable *member);
void dsc_fork_unregister(dsc_forkable *member);

#endif
