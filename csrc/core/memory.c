#include <stdlib.h>
#include <sys/mman.h>

#include "core/internal.h"

enum { ALIGNMENT = 64, HUGE_PAGE = 2 << 20 };

dsc_status dsc_allocate(size_t bytes, void **memory) {
    DSC_CHECK_NOT_NULL(memory);
    bool large = bytes >= HUGE_PAGE;
    size_t alignment = large ? HUGE_PAGE : ALIGNMENT;
    if (bytes > PTRDIFF_MAX - alignment)
        return dsc_fail(DSC_ERROR_OVERFLOW, "%s: %zu bytes are too many", __func__, bytes);
    size_t rounded = dsc_ceil_div(dsc_max_size(bytes, 1), alignment) * alignment;
    void *block = aligned_alloc(alignment, rounded);
    if (block == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: %zu bytes are not to be had", __func__, bytes);
    if (large)
        dsc_advise_huge_pages(block, rounded);
    *memory = block;
    return DSC_OK;
}

void dsc_advise_huge_pages(void *memory, size_t bytes) {
#ifdef MADV_HUGEPAGE
    uintptr_t start = dsc_ceil_div((uintptr_t)memory, HUGE_PAGE) * HUGE_PAGE;
    uintptr_t end = ((uintptr_t)memory + bytes) / HUGE_PAGE * HUGE_PAGE;
    if (start < end)
        madvise((void *)start, end - start, MADV_HUGEPAGE); /* a hint: failing is fine */
#else
    (void)memory;
    (void)bytes;
#endif
}

void dsc_free(void *memory) {
    free(memory);
}
