#include "core/cache.h"
#include "core/recycler.h"
#include "tensor/tensor.h"

/* Up to so many bytes stand behind the storage and its tensor, in a block that is recycled. */
enum { INLINE_BYTES = 512, LINE = 64 };

typedef struct block {
    dsc_storage storage;
    _Alignas(LINE) dsc_tensor tensor;
    _Alignas(LINE) unsigned char numbers[INLINE_BYTES];
} block;

static dsc_status create(const dsc_context *context, block **made) {
    block *b = dsc_recycler_take(DSC_RECYCLED_STORAGE, sizeof *b);
    if (b == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "a tensor: out of memory");
    b->storage = (dsc_storage){.references = 1, .context = context};
    b->tensor.storage = b->tensor.home = &b->storage;
    *made = b;
    return DSC_OK;
}

/* Memory for more: the context's. */
static dsc_status allocate(dsc_storage *s, size_t bytes) {
    s->bytes = bytes;
    s->cache = dsc_context_cache(s->context);
    if (s->cache != NULL)
        return dsc_cache_take(s->cache, bytes, &s->data);
    DSC_TRY(dsc_allocate(bytes, &s->data));
    s->release = dsc_free;
    s->user = s->data;
    return DSC_OK;
}

dsc_status dsc_storage_create(const dsc_context *context, size_t bytes, dsc_tensor **tensor) {
    block *b;
    DSC_TRY(create(context, &b));
    dsc_status status = DSC_OK;
    if (bytes <= INLINE_BYTES)
        b->storage.data = b->numbers;
    else
        status = allocate(&b->storage, bytes);
    if (status == DSC_OK)
        *tensor = &b->tensor;
    else
        dsc_recycler_give(DSC_RECYCLED_STORAGE, b);
    return status;
}

dsc_status dsc_storage_wrap(const dsc_context *context, void *data, void (*release)(void *), void *user,
                            dsc_tensor **tensor) {
    block *b;
    DSC_TRY(create(context, &b));
    b->storage.data = data;
    b->storage.release = release;
    b->storage.user = user;
    *tensor = &b->tensor;
    return DSC_OK;
}

static void free_numbers(dsc_storage *s) {
    if (s->cache != NULL)
        dsc_cache_give(s->cache, s->data, s->bytes);
    else if (s->release != NULL)
        s->release(s->user);
}

__attribute__((noinline)) static void destroy(dsc_storage *s) {
    free_numbers(s);
    dsc_recycler_give(DSC_RECYCLED_STORAGE, s);
}

void dsc_storage_release(dsc_storage *s) {
    if (dsc_was_last(&s->references))
        destroy(s);
}

void dsc_storage_leave(dsc_tensor *t) {
    dsc_storage *s = t->storage;
    if (t->home != s) {
        dsc_storage_release(s);
    } else if (atomic_load(&s->references) == 1) {
        free_numbers(s);
        s->cache = NULL;
        s->release = NULL;
    }
}
