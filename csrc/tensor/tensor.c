#include <string.h>

#include "tensor/tensor.h"

dsc_status dsc_tensor_empty(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                            dsc_tensor **tensor) {
    DSC_CHECK_NOT_NULL(tensor);
    DSC_TRY(dsc_check_shape(__func__, dtype, rank, shape));
    return dsc_make(context, dtype, rank, shape, tensor);
}

/* What a constructor leaves: the tensor, or nothing where filling it failed. */
static dsc_status finish(dsc_status status, dsc_tensor *made, dsc_tensor **tensor) {
    if (status == DSC_OK)
        *tensor = made;
    else
        dsc_tensor_release(made);
    return status;
}

dsc_status dsc_tensor_full(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                           double value, dsc_tensor **tensor) {
    DSC_CHECK_NOT_NULL(tensor);
    dsc_tensor *made;
    DSC_TRY(dsc_tensor_empty(context, dtype, rank, shape, &made));
    return finish(dsc_tensor_fill(made, value), made, tensor);
}

dsc_status dsc_tensor_copy_in(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                              const void *data, dsc_tensor **tensor) {
    DSC_CHECK_NOT_NULL(tensor);
    dsc_tensor *made;
    DSC_TRY(dsc_tensor_empty(context, dtype, rank, shape, &made));
    if (made->count > 0 && data == NULL)
        return finish(dsc_fail_null(__func__, "data"), made, tensor);
    if (made->count > 0)
        memcpy(dsc_data(made), data, made->count * dsc_dtype_size(dtype));
    *tensor = made;
    return DSC_OK;
}

dsc_status dsc_check_aligned(const char *function, dsc_dtype dtype, const void *data) {
    if ((uintptr_t)data % dsc_size_of(dtype) == 0)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s: the memory is not aligned to its type's %zu bytes", function,
                    dsc_size_of(dtype));
}

dsc_status dsc_tensor_wrap(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                           const size_t *strides, void *data, void (*release)(void *user), void *user,
                           dsc_tensor **tensor) {
    DSC_CHECK_NOT_NULL(tensor);
    DSC_TRY(dsc_check_shape(__func__, dtype, rank, shape));
    size_t last = 0;
    bool is_empty = false;
    for (size_t d = 0; d < rank; ++d) {
        size_t reach;
        is_empty |= shape[d] == 0;
        if (strides != NULL && shape[d] > 0 &&
            (__builtin_mul_overflow(shape[d] - 1, strides[d], &reach) ||
             __builtin_add_overflow(last, reach, &last) || dsc_product_overflows(last, 1, dtype)))
            return dsc_fail(DSC_ERROR_OVERFLOW, "%s: stride %zu of dimension %zu is too large", __func__,
                            strides[d], d);
    }
    if (!is_empty)
        DSC_CHECK_NOT_NULL(data);
    DSC_TRY(dsc_check_aligned(__func__, dtype, data));
    /* Where wrapping fails, the memory stays the caller's. */
    return dsc_make_around(context, dtype, rank, shape, strides, data, release, user, tensor);
}

dsc_status dsc_tensor_uniform(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                              dsc_random *random, double low, double high, dsc_tensor **tensor) {
    DSC_CHECK_NOT_NULL(tensor);
    DSC_CHECK_DTYPE(dtype);
    dsc_tensor *made;
    DSC_TRY(dsc_tensor_empty(context, dtype, rank, shape, &made));
    return finish(dsc_random_uniform(random, dtype, made->count, low, high, dsc_data(made)), made, tensor);
}

dsc_status dsc_tensor_normal(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                             dsc_random *random, double mean, double deviation, dsc_tensor **tensor) {
    DSC_CHECK_NOT_NULL(tensor);
    DSC_CHECK_DTYPE(dtype);
    dsc_tensor *made;
    DSC_TRY(dsc_tensor_empty(context, dtype, rank, shape, &made));
    return finish(dsc_random_normal(random, dtype, made->count, mean, deviation, dsc_data(made)), made,
                  tensor);
}

/* What has no status to give says of NULL what is true of nothing. */

dsc_dtype dsc_tensor_dtype(const dsc_tensor *t) {
    return t == NULL ? DSC_FLOAT32 : t->dtype;
}
size_t dsc_tensor_rank(const dsc_tensor *t) {
    return t == NULL ? 0 : t->rank;
}
const size_t *dsc_tensor_shape(const dsc_tensor *t) {
    return t == NULL ? NULL : t->shape;
}
const size_t *dsc_tensor_strides(const dsc_tensor *t) {
    return t == NULL ? NULL : t->strides;
}
size_t dsc_tensor_count(const dsc_tensor *t) {
    return t == NULL ? 0 : t->count;
}
bool dsc_tensor_is_contiguous(const dsc_tensor *t) {
    return t != NULL && t->is_contiguous;
}
const dsc_context *dsc_tensor_context(const dsc_tensor *t) {
    return t == NULL ? NULL : dsc_context_of(t);
}
const void *dsc_tensor_data(const dsc_tensor *t) {
    return t == NULL ? NULL : dsc_data(t);
}
void *dsc_tensor_mutable_data(dsc_tensor *t) {
    if (t == NULL)
        return NULL;
    dsc_note_change(t);
    return dsc_data(t);
}
uint64_t dsc_tensor_version(const dsc_tensor *t) {
    return t == NULL ? 0 : dsc_version_of(t);
}

dsc_status dsc_tensor_item(const dsc_tensor *t, double *value) {
    DSC_CHECK_NOT_NULL(t);
    DSC_CHECK_NOT_NULL(value);
    if (t->count != 1)
        return dsc_fail(DSC_ERROR_SIZE, "%s: shape %s has %zu numbers, must have 1", __func__,
                        dsc_shape_text(t->rank, t->shape).text, t->count);
    *value = dsc_number_at(t->dtype, dsc_data(t), 0);
    return DSC_OK;
}

dsc_status dsc_tensor_copy_out(const dsc_tensor *t, void *data) {
    DSC_CHECK_NOT_NULL(t);
    if (t->count == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(data);
    dsc_tensor out = {.references = 1, .data = data, .dtype = t->dtype, .rank = t->rank, .count = t->count};
    dsc_storage there = {.data = data, .context = dsc_context_of(t)};
    out.storage = &there;
    memcpy(out.shape, t->shape, sizeof out.shape);
    dsc_contiguous_strides(t->rank, t->shape, out.strides);
    out.is_contiguous = true;
    return dsc_convert_into(t, &out);
}

dsc_status dsc_contiguous_of(dsc_tensor *t, dsc_tensor **contiguous) {
    if (t->is_contiguous) {
        *contiguous = dsc_tensor_retain(t);
        return DSC_OK;
    }
    dsc_tensor *made;
    DSC_TRY(dsc_make_like(t, t->dtype, &made));
    return finish(dsc_convert_into(t, made), made, contiguous);
}

dsc_status dsc_tensor_detach(dsc_tensor *t, dsc_tensor **detached) {
    DSC_CHECK_NOT_NULL(t);
    DSC_CHECK_NOT_NULL(detached);
    return dsc_view_of(t, t->rank, t->shape, t->strides, 0, detached);
}
