/* Small blocks of a few sizes that are made and freed all the time: handles, nodes, numbers. Each thread
 * keeps a few of each ready; the rest goes back to the C library. Any thread may give a block back. */
#ifndef DSC_CORE_RECYCLER_H
#define DSC_CORE_RECYCLER_H

#include <stddef.h>

typedef enum dsc_recycled {
    DSC_RECYCLED_TENSOR,
    DSC_RECYCLED_NODE,
    DSC_RECYCLED_STORAGE, /* with its tensor and numbers */
    DSC_RECYCLED_KINDS
} dsc_recycled;

/* A block of `bytes`, the same for all of a kind, at a cache line; NULL: out of memory. */
void *dsc_recycler_take(dsc_recycled kind, size_t bytes);
void dsc_recycler_give(dsc_recycled kind, void *block);

#endif
