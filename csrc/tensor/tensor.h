/* What a tensor is made of, for those who make and record them. */
#ifndef DSC_TENSOR_TENSOR_H
#define DSC_TENSOR_TENSOR_H

#include <stdatomic.h>

#include "core/internal.h"
#include "descent/tensor.h"

typedef struct dsc_node dsc_node;
struct dsc_parameters;

/* Gives a reference up; whether it was the last. Who has the only one needs no atomic subtraction: nobody
 * else has any to make a second from. */
static inline bool dsc_was_last(atomic_size_t *references) {
    return atomic_load_explicit(references, memory_order_acquire) == 1 ||
           atomic_fetch_sub_explicit(references, 1, memory_order_acq_rel) == 1;
}

/* Of numbers: right behind the storage, from the cache or the allocator, or the caller's. */
typedef enum dsc_ownership { DSC_INLINE, DSC_OWNED, DSC_BORROWED } dsc_ownership;

/* Counted memory. */
typedef struct dsc_storage {
    atomic_size_t references;
    atomic_uint_fast64_t version;
    void *data;
    const dsc_context *context;
    union {
        struct { /* of its own memory; cache: what it goes back to, NULL: none */
            struct dsc_cache *cache;
            size_t bytes;
        };
        struct { /* of the caller's */
            void (*release)(void *user);
            void *user;
        };
    };
    dsc_ownership ownership;
    atomic_bool holds_gradients; /* whether a leaf has, or had, its gradient here */
} dsc_storage;

/* What a step looks at of every leaf stands in the first 64 bytes. */
struct dsc_tensor {
    atomic_size_t references;
    dsc_storage *storage;
    void *data; /* the first number */
    size_t count;
    dsc_node *node;             /* what computed it; NULL for leaves */
    struct dsc_leaf_rows *rows; /* a gradient that is kept as rows: then has_grad is not set */
    dsc_dtype dtype;
    uint8_t rank;
    bool is_contiguous;
    bool requires_grad;
    bool has_grad;       /* whether `grad` has a gradient: else it is only the place for one */
    bool has_grad_place; /* whether that place is in parameters' buffer, and stays */
    bool is_grad;        /* whether it is the `grad` of a leaf */
    size_t shape[DSC_MAX_RANK], strides[DSC_MAX_RANK];
    dsc_storage *home; /* the storage that it was made with, in whose block it stands; NULL: alone */
    dsc_tensor *grad;
    dsc_tensor *recorded_grad; /* the same gradient as something to differentiate, after create_graph */
    uint64_t swapped;          /* its version after it was: what was recorded before knew another tensor */
    size_t awaited;            /* deliveries that a pass with a callback is still going to make */
    const struct dsc_parameters *owner; /* what a leaf belongs to */
};

/* Before a tensor gets another storage: gives up its reference. Its home stays, but for the numbers. */
void dsc_storage_leave(dsc_tensor *tensor);

/* A shape's strides where the last dimension is next to itself; its number of elements. */
size_t dsc_contiguous_strides(size_t rank, const size_t *shape, size_t *strides);
/* Refuses shapes that no tensor can have. */
dsc_status dsc_check_shape(const char *function, dsc_dtype dtype, size_t rank, const size_t *shape);

/* A tensor of the same storage that begins `first` elements after another. Nothing is recorded. */
dsc_status dsc_view_of(const dsc_tensor *like, size_t rank, const size_t *shape, const size_t *strides,
                       size_t first, dsc_tensor **view);
/* Memory that a tensor of this type may lie in. */
dsc_status dsc_check_aligned(const char *function, dsc_dtype dtype, const void *data);
/* An uninitialised, contiguous tensor of a shape that some tensor has: refused only where it is too large. */
dsc_status dsc_make(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                    dsc_tensor **tensor);
/* A tensor of memory that there is. */
dsc_status dsc_make_around(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                           const size_t *strides, void *data, void (*release)(void *), void *user,
                           dsc_tensor **tensor);
static inline dsc_status dsc_make_like(const dsc_tensor *like, dsc_dtype dtype, dsc_tensor **tensor) {
    return dsc_make(like->storage->context, dtype, like->rank, like->shape, tensor);
}

/* dsc_tensor_retain and dsc_tensor_release where there is one. */
static inline void dsc_retain(dsc_tensor *t) {
    atomic_fetch_add_explicit(&t->references, 1, memory_order_relaxed);
}
void dsc_tensor_destroy(dsc_tensor *t);
static inline void dsc_release(dsc_tensor *t) {
    if (dsc_was_last(&t->references))
        dsc_tensor_destroy(t);
}
static inline void *dsc_data(const dsc_tensor *t) {
    return t->data;
}
static inline const dsc_context *dsc_context_of(const dsc_tensor *t) {
    return t->storage->context;
}
static inline void dsc_note_change(dsc_tensor *t) {
    atomic_fetch_add_explicit(&t->storage->version, 1, memory_order_relaxed);
}
static inline uint64_t dsc_version_of(const dsc_tensor *t) {
    return atomic_load_explicit(&t->storage->version, memory_order_relaxed);
}
bool dsc_same_shape(const dsc_tensor *a, const dsc_tensor *b);
/* Whether nobody else has the tensor or its memory, so that the numbers may change. */
static inline bool dsc_is_sole(const dsc_tensor *t) {
    return atomic_load(&t->references) == 1 && atomic_load(&t->storage->references) == 1 &&
           t->is_contiguous && t->node == NULL && t->storage->ownership != DSC_BORROWED;
}

/* A number of any type, and back: out of range becomes the nearest, as does what lies between. */
double dsc_number_at(dsc_dtype dtype, const void *data, size_t at);
void dsc_set_number(dsc_dtype dtype, void *data, size_t at, double value);

/* From element to element in order: `at` is where the present one stands. */
typedef struct dsc_walk {
    const dsc_tensor *tensor;
    size_t at, index[DSC_MAX_RANK];
} dsc_walk;
void dsc_walk_begin(dsc_walk *walk, const dsc_tensor *tensor);
void dsc_walk_next(dsc_walk *walk);

/* A view that repeats x to a shape; nothing is recorded. Refused: shapes that do not broadcast so. */
dsc_status dsc_broadcast_view(const char *function, const dsc_tensor *x, size_t rank, const size_t *shape,
                              dsc_tensor **view);

/* "[3, 4]" */
dsc_text dsc_shape_text(size_t rank, const size_t *shape);

/* The same numbers contiguously: the tensor itself, retained, or a copy. Nothing is recorded. */
dsc_status dsc_contiguous_of(dsc_tensor *tensor, dsc_tensor **contiguous);
/* The same for as long as the caller has the tensor anyway: where it is contiguous it is not retained. */
static inline dsc_status dsc_borrow_contiguous(dsc_tensor *tensor, dsc_tensor **contiguous) {
    *contiguous = tensor;
    return tensor->is_contiguous ? DSC_OK : dsc_contiguous_of(tensor, contiguous);
}
static inline void dsc_return_contiguous(dsc_tensor *tensor, dsc_tensor *contiguous) {
    if (contiguous != tensor)
        dsc_tensor_release(contiguous);
}
/* out, contiguous or not, = x of the same shape, converted. */
dsc_status dsc_convert_into(const dsc_tensor *x, dsc_tensor *out);
/* out, contiguous or not, += x of the same shape and real type. */
dsc_status dsc_add_into(const dsc_tensor *x, dsc_tensor *out);

#endif
