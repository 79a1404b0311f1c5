#include "core/recycler.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

/* Of a kind and thread: enough for the tape of a small network. */
enum { MOST_READY = 64, LINE = 64 };

typedef struct ready_block {
    struct ready_block *next;
} ready_block;

static _Thread_local struct ready_list {
    ready_block *first;
    unsigned count;
} ready[DSC_RECYCLED_KINDS];

/* Whether the thread's blocks will be freed when it ends; after that, nothing is kept. */
static _Thread_local enum { UNKNOWN, KEEPS, ENDED } state;

static pthread_key_t at_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void free_all(void *unused) {
    (void)unused;
    state = ENDED;
    for (size_t k = 0; k < DSC_RECYCLED_KINDS; ++k)
        while (ready[k].first != NULL) {
            ready_block *block = ready[k].first;
            ready[k].first = block->next;
            free(block);
        }
}

static void make_key(void) {
    pthread_key_create(&at_end, free_all);
}

void *dsc_recycler_take(dsc_recycled kind, size_t bytes) {
    struct ready_list *list = &ready[kind];
    ready_block *block = list->first;
    if (block != NULL) {
        list->first = block->next;
        --list->count;
        return block;
    }
    return aligned_alloc(LINE, (bytes + LINE - 1) / LINE * LINE);
}

void dsc_recycler_give(dsc_recycled kind, void *memory) {
    struct ready_list *list = &ready[kind];
    if (state != KEEPS || list->count == MOST_READY) {
        if (state == UNKNOWN) {
            pthread_once(&once, make_key);
            /* Any value but NULL has the destructor called. */
            if (pthread_setspecific(at_end, ready) == 0)
                state = KEEPS;
        }
        if (state != KEEPS || list->count == MOST_READY) {
            free(memory);
            return;
        }
    }
    ready_block *block = memory;
    block->next = list->first;
    list->first = block;
    ++list->count;
}
