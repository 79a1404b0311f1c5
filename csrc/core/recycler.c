#include "core/recycler.h"

#include <pthread.h>
#include <stdlib.h>

/* Of a kind and thread: enough for the tape of a small network. */
enum { MOST_READY = 64, LINE = 64 };

typedef struct ready_block {
    struct ready_block *next;
} ready_block;

/* `room` is for so many more blocks: for none before it is sure that they will be freed when the thread ends,
 * nor after that. */
typedef struct ready_list {
    ready_block *first;
    unsigned room;
} ready_list;

static _Thread_local ready_list ready[DSC_RECYCLED_KINDS];
static _Thread_local enum { UNKNOWN, KEEPS, ENDED } state;

static pthread_key_t at_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void free_all(void *unused) {
    (void)unused;
    state = ENDED;
    for (size_t k = 0; k < DSC_RECYCLED_KINDS; ++k) {
        while (ready[k].first != NULL) {
            ready_block *block = ready[k].first;
            ready[k].first = block->next;
            free(block);
        }
        ready[k].room = 0;
    }
}

static void make_key(void) {
    pthread_key_create(&at_end, free_all);
}

/* Where a list has no room: because nothing was given yet in this thread, or for good. */
__attribute__((noinline)) static void give_beyond(dsc_recycled kind, void *memory) {
    if (state == UNKNOWN) {
        pthread_once(&once, make_key);
        /* Any value but NULL has the destructor called. */
        if (pthread_setspecific(at_end, ready) == 0) {
            state = KEEPS;
            for (size_t k = 0; k < DSC_RECYCLED_KINDS; ++k)
                ready[k].room = MOST_READY;
            dsc_recycler_give(kind, memory);
            return;
        }
    }
    free(memory);
}

__attribute__((noinline)) static void *make(size_t bytes) {
    return aligned_alloc(LINE, (bytes + LINE - 1) / LINE * LINE);
}

void *dsc_recycler_take(dsc_recycled kind, size_t bytes) {
    ready_list *list = &ready[kind];
    ready_block *block = list->first;
    if (block == NULL)
        return make(bytes);
    list->first = block->next;
    ++list->room;
    return block;
}

void dsc_recycler_give(dsc_recycled kind, void *memory) {
    ready_list *list = &ready[kind];
    if (list->room == 0) {
        give_beyond(kind, memory);
        return;
    }
    --list->room;
    ready_block *block = memory;
    block->next = list->first;
    list->first = block;
}
