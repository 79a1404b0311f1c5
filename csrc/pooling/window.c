#include "pooling/pooling.h"

/* Both ends of windows go up. */
size_t dsc_window_behind(const dsc_window *w, size_t at) {
    size_t from = 0, to = w->count;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        if (dsc_span_of(w, middle).end > at)
            to = middle;
        else
            from = middle + 1;
    }
    return from;
}
