/* Small blocks of a few sizes that are made and freed all the time: tensors, nodes, numbers. Each thread
 * keeps a few of each ready; the rest goes back to the C library. Any thread may give a block back. */
#ifndef DSC_CORE_RECYCLER_H
#define DSC_CORE_RECYCLER_H

#include <stddef.h>

typedef enum dsc_recycled {
    DSC_RECYCLED_VIEW,
    DSC_RECYCLED_NODE,
    DSC_RECYCLED_STORAGE, /* with its tensor and numbers */
    DSC_RECYCLED_KINDS
} dsc_recycled;

typedef struct dsc_ready_block {
    struct dsc_ready_block *next;
} dsc_ready_block;

/* `room` is for so many more blocks: for none before it is sure that they will be freed when the thread ends,
 * nor after that. */
typedef struct dsc_ready_list {
    dsc_ready_block *first;
    unsigned room;
} dsc_ready_list;
extern _Thread_local dsc_ready_list dsc_ready[DSC_RECYCLED_KINDS] __attribute__((visibility("hidden")));

/* The same where a list is empty, or has no room. */
void *dsc_recycler_make(size_t bytes);
void dsc_recycler_give_beyond(dsc_recycled kind, void *block);

/* A block of `bytes`, the same for all of a kind, at a cache line; NULL: out of memory. */
static inline void *dsc_recycler_take(dsc_recycled kind, size_t bytes) {
    dsc_ready_list *list = &dsc_ready[kind];
    dsc_ready_block *block = list->first;
    if (block == NULL)
        return dsc_recycler_make(bytes);
    list->first = block->next;
    ++list->room;
    return block;
}

static inline void dsc_recycler_give(dsc_recycled kind, void *memory) {
    dsc_ready_list *list = &dsc_ready[kind];
    if (list->room == 0) {
        dsc_recycler_give_beyond(kind, memory);
        return;
    }
    --list->room;
    dsc_ready_block *block = memory;
    block->next = list->first;
    list->first = block;
}

#endif
