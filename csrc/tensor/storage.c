#include <stdlib.h>

#include "core/cache.h"
#include "tensor/tensor.h"

/* Up to so many bytes stand in the block of the storage itself: what the C library keeps ready anyway. */
enum { INLINE_BYTES = 512, LINE = 64 };

static dsc_status allocate(size_t extra, dsc_storage **storage) {
    dsc_storage *s = malloc(sizeof *s + extra);
    if (s == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "a tensor: out of memory");
    *s = (dsc_storage){.references = 1};
    *storage = s;
    return DSC_OK;
}

dsc_status dsc_storage_create(const dsc_context *context, size_t bytes, dsc_storage **storage) {
    bool is_inline = bytes <= INLINE_BYTES;
    dsc_storage *s;
    DSC_TRY(allocate(is_inline ? bytes + LINE : 0, &s));
    s->context = context;
    s->bytes = bytes;
    if (is_inline) {
        s->data = (void *)(dsc_ceil_div((uintptr_t)(s + 1), LINE) * LINE);
    } else {
        s->cache = dsc_context_cache(context);
        dsc_status status =
            s->cache == NULL ? dsc_allocate(bytes, &s->data) : dsc_cache_take(s->cache, bytes, &s->data);
        if (status != DSC_OK) {
            free(s);
            return status;
        }
        if (s->cache == NULL) {
            s->release = dsc_free;
            s->user = s->data;
        }
    }
    *storage = s;
    return DSC_OK;
}

dsc_status dsc_storage_wrap(const dsc_context *context, void *data, void (*release)(void *), void *user,
                            dsc_storage **storage) {
    DSC_TRY(allocate(0, storage));
    (*storage)->context = context;
    (*storage)->data = data;
    (*storage)->release = release;
    (*storage)->user = user;
    return DSC_OK;
}

void dsc_storage_release(dsc_storage *s) {
    if (atomic_fetch_sub_explicit(&s->references, 1, memory_order_acq_rel) != 1)
        return;
    if (s->cache != NULL)
        dsc_cache_give(s->cache, s->data, s->bytes);
    else if (s->release != NULL)
        s->release(s->user);
    free(s);
}
