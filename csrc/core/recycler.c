#include "core/recycler.h"

#include <pthread.h>
#include <stdlib.h>

/* Of a kind and thread: enough for the tape of a small network. */
enum { MOST_READY = 64, LINE = 64 };

_Thread_local dsc_ready_list dsc_ready[DSC_RECYCLED_KINDS];
static _Thread_local enum { UNKNOWN, KEEPS, ENDED } state;

static pthread_key_t at_end;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void free_all(void *unused) {
    (void)unused;
    state = ENDED;
    for (size_t k = 0; k < DSC_RECYCLED_KINDS; ++k) {
        while (dsc_ready[k].first != NULL) {
            dsc_ready_block *block = dsc_ready[k].first;
            dsc_ready[k].first = block->next;
            free(block);
        }
        dsc_ready[k].room = 0;
    }
}

static void make_key(void) {
    pthread_key_create(&at_end, free_all);
}

void *dsc_recycler_make(size_t bytes) {
    return aligned_alloc(LINE, (bytes + LINE - 1) / LINE * LINE);
}

void dsc_recycler_give_beyond(dsc_recycled kind, void *memory) {
    if (state == UNKNOWN) {
        pthread_once(&once, make_key);
        /* Any value but NULL has the destructor called. */
        if (pthread_setspecific(at_end, dsc_ready) == 0) {
            state = KEEPS;
            for (size_t k = 0; k < DSC_RECYCLED_KINDS; ++k)
                dsc_ready[k].room = MOST_READY;
            dsc_recycler_give(kind, memory);
            return;
        }
    }
    free(memory);
}
