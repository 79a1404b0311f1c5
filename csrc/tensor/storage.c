/* Tensors, made with memory that is counted. */
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

/* All of a tensor but its storage and home, and not the unused ends of shape and strides. */
static void assemble(dsc_tensor *t, dsc_dtype dtype, size_t rank, const size_t *shape, const size_t *strides,
                     void *data) {
    t->references = 1;
    t->data = data;
    t->node = NULL;
    t->grad = t->recorded_grad = NULL;
    t->dtype = dtype;
    t->rank = (uint8_t)rank;
    t->requires_grad = t->has_grad = t->has_grad_place = false;
    t->awaited = 0;
    t->owner = NULL;
    size_t count = 1;
    bool is_contiguous = true;
    for (size_t d = rank; d-- > 0;) {
        t->shape[d] = shape[d];
        t->strides[d] = strides == NULL ? count : strides[d];
        is_contiguous &= t->strides[d] == count || shape[d] == 1;
        count *= shape[d];
    }
    t->count = count;
    t->is_contiguous = is_contiguous || count == 0;
}

static block *take_block(const dsc_context *context) {
    block *b = dsc_recycler_take(DSC_RECYCLED_STORAGE, sizeof *b);
    if (b == NULL)
        return NULL;
    dsc_storage *s = &b->storage;
    s->references = 1;
    s->version = 0;
    s->context = context;
    s->cache = NULL;
    s->release = NULL;
    b->tensor.storage = b->tensor.home = s;
    return b;
}

static dsc_status refuse(void) {
    return dsc_fail(DSC_ERROR_MEMORY, "a tensor: out of memory");
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

dsc_status dsc_make(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                    dsc_tensor **tensor) {
    /* A shape that is good for one type may be too large for another: views make large shapes of little. */
    size_t bytes = dsc_size_of(dtype);
    bool overflows = false;
    for (size_t d = 0; d < rank; ++d)
        overflows |= __builtin_mul_overflow(bytes, shape[d], &bytes);
    if (overflows || bytes > PTRDIFF_MAX)
        return dsc_fail(DSC_ERROR_OVERFLOW, "a tensor: shape %s of %s is too large",
                        dsc_shape_text(rank, shape).text, dsc_dtype_name(dtype));
    block *b = take_block(context);
    if (b == NULL)
        return refuse();
    b->storage.data = b->numbers;
    if (bytes > INLINE_BYTES) {
        dsc_status status = allocate(&b->storage, bytes);
        if (status != DSC_OK) {
            dsc_recycler_give(DSC_RECYCLED_STORAGE, b);
            return status;
        }
    }
    assemble(&b->tensor, dtype, rank, shape, NULL, b->storage.data);
    *tensor = &b->tensor;
    return DSC_OK;
}

dsc_status dsc_make_around(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                           const size_t *strides, void *data, void (*release)(void *), void *user,
                           dsc_tensor **tensor) {
    block *b = take_block(context);
    if (b == NULL)
        return refuse();
    b->storage.data = data;
    b->storage.release = release;
    b->storage.user = user;
    assemble(&b->tensor, dtype, rank, shape, strides, data);
    *tensor = &b->tensor;
    return DSC_OK;
}

dsc_status dsc_view_of(const dsc_tensor *like, size_t rank, const size_t *shape, const size_t *strides,
                       size_t first, dsc_tensor **view) {
    dsc_tensor *t = dsc_recycler_take(DSC_RECYCLED_VIEW, sizeof *t);
    if (t == NULL)
        return refuse();
    t->storage = like->storage;
    t->home = NULL;
    atomic_fetch_add_explicit(&t->storage->references, 1, memory_order_relaxed);
    void *data = first == 0 ? like->data : (char *)like->data + first * dsc_size_of(like->dtype);
    assemble(t, like->dtype, rank, shape, strides, data);
    *view = t;
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
