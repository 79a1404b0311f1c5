/* How tensors begin and end, with memory that is counted. */
#include "autodiff/leaf_rows.h"
#include "autodiff/node.h"
#include "autodiff/pass.h"
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

/* All of a tensor but its storage and home, and what has to do with its shape. */
static void begin(dsc_tensor *t, dsc_dtype dtype, size_t rank, void *data) {
    t->references = 1;
    t->data = data;
    t->node = NULL;
    t->grad = t->recorded_grad = NULL;
    t->dtype = dtype;
    t->rank = (uint8_t)rank;
    t->requires_grad = t->has_grad = t->has_grad_place = t->is_grad = false;
    t->rows = NULL;
    t->swapped = 0;
    t->awaited = 0;
    t->owner = NULL;
}

/* The shape, contiguous or by strides, not the unused ends of either; whether the numbers overflow. */
static bool set_shape(dsc_tensor *t, const size_t *shape, const size_t *strides) {
    size_t count = 1;
    bool is_contiguous = true, overflows = false;
    for (size_t d = t->rank; d-- > 0;) {
        t->shape[d] = shape[d];
        t->strides[d] = strides == NULL ? count : strides[d];
        is_contiguous &= t->strides[d] == count || shape[d] == 1;
        overflows |= __builtin_mul_overflow(count, shape[d], &count);
    }
    t->count = count;
    t->is_contiguous = is_contiguous || count == 0;
    return overflows;
}

static block *take_block(const dsc_context *context) {
    block *b = dsc_recycler_take(DSC_RECYCLED_STORAGE, sizeof *b);
    if (b == NULL)
        return NULL;
    dsc_storage *s = &b->storage;
    atomic_init(&s->references, 1);
    atomic_init(&s->version, 0);
    atomic_init(&s->holds_gradients, false);
    s->context = context;
    s->ownership = DSC_INLINE;
    b->tensor.storage = b->tensor.home = s;
    return b;
}

static dsc_status refuse(void) {
    return dsc_fail(DSC_ERROR_MEMORY, "a tensor: out of memory");
}

__attribute__((noinline)) static dsc_status refuse_size(dsc_dtype dtype, size_t rank, const size_t *shape) {
    return dsc_fail(DSC_ERROR_OVERFLOW, "a tensor: shape %s of %s is too large",
                    dsc_shape_text(rank, shape).text, dsc_dtype_name(dtype));
}

/* Memory for more: the context's. */
static dsc_status allocate(block *b, size_t bytes) {
    dsc_storage *s = &b->storage;
    s->bytes = bytes;
    s->cache = dsc_context_cache(s->context);
    DSC_TRY(s->cache != NULL ? dsc_cache_take(s->cache, bytes, &s->data) : dsc_allocate(bytes, &s->data));
    s->ownership = DSC_OWNED;
    b->tensor.data = s->data;
    return DSC_OK;
}

dsc_status dsc_make(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                    dsc_tensor **tensor) {
    block *b = take_block(context);
    if (b == NULL)
        return refuse();
    dsc_status status = DSC_OK;
    b->storage.data = b->numbers;
    begin(&b->tensor, dtype, rank, b->numbers);
    /* A shape that is good for one type may be too large for another: views make large shapes of little. */
    size_t bytes;
    bool overflows = set_shape(&b->tensor, shape, NULL);
    if (__builtin_mul_overflow(b->tensor.count, dsc_size_of(dtype), &bytes) || overflows ||
        bytes > PTRDIFF_MAX)
        status = refuse_size(dtype, rank, shape);
    else if (bytes > INLINE_BYTES)
        status = allocate(b, bytes);
    if (status != DSC_OK) {
        dsc_recycler_give(DSC_RECYCLED_STORAGE, b);
        return status;
    }
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
    b->storage.ownership = DSC_BORROWED;
    b->storage.release = release;
    b->storage.user = user;
    begin(&b->tensor, dtype, rank, data);
    set_shape(&b->tensor, shape, strides);
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
    begin(t, like->dtype, rank, data);
    set_shape(t, shape, strides);
    *view = t;
    return DSC_OK;
}

static void free_numbers(dsc_storage *s) {
    if (s->ownership == DSC_BORROWED && s->release != NULL)
        s->release(s->user);
    if (s->ownership != DSC_OWNED)
        return;
    if (s->cache != NULL)
        dsc_cache_give(s->cache, s->data, s->bytes);
    else
        dsc_free(s->data);
}

static void release_storage(dsc_storage *s) {
    if (!dsc_was_last(&s->references))
        return;
    free_numbers(s);
    dsc_recycler_give(DSC_RECYCLED_STORAGE, s);
}

void dsc_storage_leave(dsc_tensor *t) {
    dsc_storage *s = t->storage;
    if (t->home != s) {
        release_storage(s);
    } else if (atomic_load(&s->references) == 1) {
        free_numbers(s);
        s->ownership = DSC_INLINE;
    }
}

void dsc_tensor_destroy(dsc_tensor *t) {
    dsc_node *node = t->node;
    dsc_storage *storage = t->storage, *home = t->home;
    if (t->grad != NULL || t->recorded_grad != NULL)
        dsc_leaf_leave_grad(t);
    if (t->rows != NULL)
        dsc_leaf_forget_rows(t);
    if (home == NULL)
        dsc_recycler_give(DSC_RECYCLED_VIEW, t);
    else if (home != storage)
        release_storage(home);
    release_storage(storage);
    if (node != NULL)
        dsc_node_release(node);
}

dsc_tensor *dsc_tensor_retain(dsc_tensor *tensor) {
    if (tensor != NULL)
        dsc_retain(tensor);
    return tensor;
}

void dsc_tensor_release(dsc_tensor *t) {
    if (t != NULL)
        dsc_release(t);
}

/* What a tensor is, but for the references to it, where it stands, and what it belongs to. */
static void take_over(dsc_tensor *t, const dsc_tensor *from) {
    size_t references = atomic_load(&t->references);
    dsc_storage *home = t->home;
    const struct dsc_parameters *owner = t->owner;
    *t = *from;
    atomic_store(&t->references, references);
    t->home = home;
    t->owner = owner;
}

/* One reference serves a home that is the storage too: it has gone with the numbers, or come with them. */
static void settle_home(dsc_tensor *t, const dsc_storage *before) {
    if (t->home == NULL || t->storage == before)
        return;
    if (t->home == before)
        atomic_fetch_add(&t->home->references, 1);
    else if (t->home == t->storage)
        atomic_fetch_sub(&t->home->references, 1);
}

dsc_status dsc_tensor_swap(dsc_tensor *a, dsc_tensor *b) {
    DSC_CHECK_NOT_NULL(a);
    DSC_CHECK_NOT_NULL(b);
    if (a->node != NULL || b->node != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: only leaves can be swapped", __func__);
    if (a->is_grad || b->is_grad)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s is a leaf's gradient: clone it", __func__,
                        a->is_grad ? "a" : "b");
    dsc_tensor kept = *a;
    dsc_storage *of_a = a->storage, *of_b = b->storage;
    take_over(a, b);
    take_over(b, &kept);
    settle_home(a, of_a);
    settle_home(b, of_b);
    /* What was recorded with the old numbers must not be taken for unchanged. */
    uint64_t later = 1 + (dsc_version_of(a) > dsc_version_of(b) ? dsc_version_of(a) : dsc_version_of(b));
    atomic_store(&a->storage->version, later);
    atomic_store(&b->storage->version, later);
    a->swapped = b->swapped = later;
    return DSC_OK;
}
