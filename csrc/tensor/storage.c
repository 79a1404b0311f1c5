#include "core/cache.h"
#include "core/recycler.h"
#include "tensor/tensor.h"

/* Up to so many bytes stand behind the storage itself, in a block that is recycled. */
enum { INLINE_BYTES = 512 };

_Static_assert(sizeof(dsc_storage) == 64, "numbers begin at a cache line");

static dsc_status allocate(dsc_storage **storage) {
    dsc_storage *s = dsc_recycler_take(DSC_RECYCLED_STORAGE, sizeof *s + INLINE_BYTES);
    if (s == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "a tensor: out of memory");
    *s = (dsc_storage){.references = 1};
    *storage = s;
    return DSC_OK;
}

/* Memory for more: the context's. */
static dsc_status allocate_block(dsc_storage *s) {
    s->cache = dsc_context_cache(s->context);
    if (s->cache != NULL)
        return dsc_cache_take(s->cache, s->bytes, &s->data);
    DSC_TRY(dsc_allocate(s->bytes, &s->data));
    s->release = dsc_free;
    s->user = s->data;
    return DSC_OK;
}

dsc_status dsc_storage_create(const dsc_context *context, size_t bytes, dsc_storage **storage) {
    dsc_storage *s = NULL;
    DSC_TRY(allocate(&s));
    s->context = context;
    s->bytes = bytes;
    s->data = s + 1;
    dsc_status status = bytes <= INLINE_BYTES ? DSC_OK : allocate_block(s);
    if (status == DSC_OK)
        *storage = s;
    else
        dsc_recycler_give(DSC_RECYCLED_STORAGE, s);
    return status;
}

dsc_status dsc_storage_wrap(const dsc_context *context, void *data, void (*release)(void *), void *user,
                            dsc_storage **storage) {
    DSC_TRY(allocate(storage));
    (*storage)->context = context;
    (*storage)->data = data;
    (*storage)->release = release;
    (*storage)->user = user;
    return DSC_OK;
}

__attribute__((noinline)) static void destroy(dsc_storage *s) {
    if (s->cache != NULL)
        dsc_cache_give(s->cache, s->data, s->bytes);
    else if (s->release != NULL)
        s->release(s->user);
    dsc_recycler_give(DSC_RECYCLED_STORAGE, s);
}

void dsc_storage_release(dsc_storage *s) {
    if (dsc_was_last(&s->references))
        destroy(s);
}
