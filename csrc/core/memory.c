#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "core/internal.h"

/* Between the starts of large blocks, within a page: blocks that a loop goes through side by side, as
 * parameters, gradients and state, must not all stand at the same offset of a page. A processor tells a load
 * from the stores before it by those bits at first and waits where they agree. 64 blocks have different
 * offsets, and neighbours are further apart than the iterations in flight. */
enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20, PAGE = 4096, STAGGER = 9 * ALIGNMENT };

static size_t next_stagger(void) {
    static atomic_size_t blocks;
    return atomic_fetch_add_explicit(&blocks, 1, memory_order_relaxed) * STAGGER % PAGE;
}

static dsc_status allocate(size_t bytes, bool zeroed, void **memory) {
    bool large = bytes >= HUGE_PAGE;
    size_t alignment = large ? HUGE_PAGE : ALIGNMENT;
    size_t stagger = bytes >= 8 * PAGE ? next_stagger() : 0;
    /* The word before the block is for dsc_free. */
    size_t most = sizeof(void *) + alignment + stagger;
    if (bytes > PTRDIFF_MAX - most)
        return dsc_fail(DSC_ERROR_OVERFLOW, "dsc_allocate: %zu bytes are too many", bytes);
    void *start = zeroed ? calloc(most + bytes, 1) : malloc(most + bytes);
    if (start == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "dsc_allocate: %zu bytes could not be allocated", bytes);
    uintptr_t aligned = dsc_ceil_div((uintptr_t)start + sizeof start, alignment) * alignment;
    void **block = (void **)(aligned + stagger);
    block[-1] = start;
#ifdef MADV_HUGEPAGE
    /* A huge page that the block does not fill would be wasted memory. A hint: failing is fine. */
    if (large)
        madvise((void *)aligned, (stagger + bytes) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
#endif
    *memory = block;
    return DSC_OK;
}

dsc_status dsc_allocate(size_t bytes, void **memory) {
    DSC_CHECK_NOT_NULL(memory);
    return allocate(bytes, false, memory);
}

dsc_status dsc_allocate_zeroed(size_t bytes, void **memory) {
    DSC_CHECK_NOT_NULL(memory);
    return allocate(bytes, true, memory);
}

void dsc_free(void *memory) {
    if (memory != NULL)
        free(((void **)memory)[-1]);
}
