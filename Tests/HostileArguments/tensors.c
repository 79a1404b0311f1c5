/* tensor.h */
#include "rows.h"

static const size_t two_three[] = {2, 3}, ones[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
static const size_t huge[] = {WRAPS, 2}, most[] = {MOST, 1}, hidden[] = {WRAPS, 0, WRAPS};

static dsc_status empty(dsc_dtype dtype, size_t rank, const size_t *shape) {
    return dsc_tensor_empty(NULL, dtype, rank, shape, w.made);
}

static dsc_status wrap(size_t rank, const size_t *shape, const size_t *strides, void *data) {
    return dsc_tensor_wrap(NULL, DSC_FLOAT32, rank, shape, strides, data, NULL, NULL, w.made);
}

static void shape_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "tensor is NULL", dsc_tensor_empty(NULL, DSC_FLOAT32, 0, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "shape is NULL", empty(DSC_FLOAT32, 2, NULL));
    REFUSED(DSC_ERROR_SIZE, "rank is 9", empty(DSC_FLOAT32, 9, ones));
    REFUSED(DSC_ERROR_SIZE, "rank is 18446744073709551615", empty(DSC_FLOAT32, MOST, ones));
    REFUSED(DSC_ERROR_ARGUMENT, "unknown dtype 7", empty((dsc_dtype)7, 2, two_three));
    REFUSED(DSC_ERROR_ARGUMENT, "unknown dtype -1", empty((dsc_dtype)-1, 2, two_three));
    REFUSED(DSC_ERROR_OVERFLOW, "4611686018427387904, 2", empty(DSC_FLOAT32, 2, huge));
    REFUSED(DSC_ERROR_OVERFLOW, "18446744073709551615", empty(DSC_UINT8, 2, most));
    REFUSED(DSC_ERROR_OVERFLOW, "0, 4611686018427387904", empty(DSC_UINT8, 3, hidden));
    REFUSED(DSC_ERROR_MEMORY, "4611686018427387904", empty(DSC_UINT8, 1, huge));
    ACCEPTED(empty(DSC_BFLOAT16, 8, ones));
    ACCEPTED(empty(DSC_FLOAT32, 0, NULL));
}

static void filled_rows(void) {
    dsc_random *r = &w.random;
    REFUSED(DSC_ERROR_ARGUMENT, "tensor is NULL", dsc_tensor_full(NULL, DSC_INT64, 2, two_three, 1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "shape is NULL", dsc_tensor_full(NULL, DSC_INT64, 2, NULL, 1, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", dsc_tensor_full(NULL, DSC_INT64, 2, huge, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "rank is 9", dsc_tensor_full(NULL, DSC_INT64, 9, ones, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "dtype", dsc_tensor_full(NULL, (dsc_dtype)99, 2, two_three, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "tensor is NULL",
            dsc_tensor_copy_in(NULL, DSC_FLOAT32, 2, two_three, w.x, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "data is NULL",
            dsc_tensor_copy_in(NULL, DSC_FLOAT32, 2, two_three, NULL, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", dsc_tensor_copy_in(NULL, DSC_FLOAT32, 2, huge, w.x, w.made));
    ACCEPTED(dsc_tensor_copy_in(NULL, DSC_FLOAT32, 1, (size_t[]){0}, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "tensor is NULL",
            dsc_tensor_uniform(NULL, DSC_FLOAT32, 2, two_three, r, 0, 1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL",
            dsc_tensor_uniform(NULL, DSC_FLOAT32, 2, two_three, NULL, 0, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "int64", dsc_tensor_uniform(NULL, DSC_INT64, 2, two_three, r, 0, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "[1, 0)",
            dsc_tensor_uniform(NULL, DSC_FLOAT32, 2, two_three, r, 1, 0, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", dsc_tensor_uniform(NULL, DSC_FLOAT64, 2, huge, r, 0, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "tensor is NULL",
            dsc_tensor_normal(NULL, DSC_FLOAT32, 2, two_three, r, 0, 1, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "random is NULL",
            dsc_tensor_normal(NULL, DSC_FLOAT32, 2, two_three, NULL, 0, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "-1", dsc_tensor_normal(NULL, DSC_FLOAT32, 2, two_three, r, 0, -1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "bfloat16",
            dsc_tensor_normal(NULL, DSC_BFLOAT16, 2, two_three, r, 0, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "rank is 9", dsc_tensor_normal(NULL, DSC_FLOAT32, 9, ones, r, 0, 1, w.made));
}

static void wrap_rows(void) {
    const size_t far[] = {MOST / 2, 1}, wraps[] = {WRAPS, 1}, sum[] = {(size_t)1 << 61, (size_t)1 << 61};
    REFUSED(DSC_ERROR_ARGUMENT, "tensor is NULL",
            dsc_tensor_wrap(NULL, DSC_FLOAT32, 2, two_three, NULL, w.x, NULL, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "data is NULL", wrap(2, two_three, NULL, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "shape is NULL", wrap(2, NULL, NULL, w.x));
    REFUSED(DSC_ERROR_SIZE, "rank is 9", wrap(9, ones, NULL, w.x));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", wrap(2, huge, NULL, w.x));
    REFUSED(DSC_ERROR_OVERFLOW, "stride 9223372036854775807 of dimension 0", wrap(2, two_three, far, w.x));
    REFUSED(DSC_ERROR_OVERFLOW, "stride 4611686018427387904", wrap(2, two_three, wraps, w.x));
    REFUSED(DSC_ERROR_OVERFLOW, "of dimension", wrap(2, two_three, sum, w.x));
    REFUSED(DSC_ERROR_ARGUMENT, "aligned", wrap(2, two_three, NULL, w.bytes + 1));
    ACCEPTED(wrap(2, (size_t[]){0, 3}, far, NULL));
}

/* What has no status to give: of NULL, nothing. */
static void look_rows(void) {
    HOLDS((dsc_tensor_release(NULL), dsc_tensor_retain(NULL) == NULL));
    HOLDS(dsc_tensor_dtype(NULL) == DSC_FLOAT32 && dsc_tensor_rank(NULL) == 0);
    HOLDS(dsc_tensor_count(NULL) == 0 && dsc_tensor_version(NULL) == 0);
    HOLDS(dsc_tensor_shape(NULL) == NULL && dsc_tensor_strides(NULL) == NULL);
    HOLDS(dsc_tensor_data(NULL) == NULL && dsc_tensor_mutable_data(NULL) == NULL);
    HOLDS(dsc_tensor_context(NULL) == NULL && !dsc_tensor_is_contiguous(NULL));
    HOLDS(!dsc_tensor_requires_grad(NULL) && !dsc_tensor_is_leaf(NULL) && dsc_tensor_grad(NULL) == NULL);
    HOLDS(!dsc_tensor_has_grad(NULL) && !dsc_tensor_has_grad(w.leaf));
    HOLDS(!dsc_parameters_have(NULL) && !dsc_parameters_have(w.leaf));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_tensor_item(NULL, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "value is NULL", dsc_tensor_item(w.number, NULL));
    REFUSED(DSC_ERROR_SIZE, "[2, 3] has 6 numbers", dsc_tensor_item(w.real, w.out));
    REFUSED(DSC_ERROR_SIZE, "[0, 3] has 0 numbers", dsc_tensor_item(w.empty, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_tensor_copy_out(NULL, w.out));
    REFUSED(DSC_ERROR_ARGUMENT, "data is NULL", dsc_tensor_copy_out(w.real, NULL));
    ACCEPTED(dsc_tensor_copy_out(w.empty, NULL));
}

static void change_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_tensor_fill(NULL, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_tensor_assign(NULL, w.real));
    REFUSED(DSC_ERROR_ARGUMENT, "source is NULL", dsc_tensor_assign(w.real, NULL));
    REFUSED(DSC_ERROR_SIZE, "[2, 3] does not broadcast to [3]", dsc_tensor_assign(w.vector, w.real));
    REFUSED(DSC_ERROR_SIZE, "does not broadcast", dsc_tensor_assign(w.real, w.empty));
    ACCEPTED(dsc_tensor_assign(w.real, w.real));
    ACCEPTED(dsc_tensor_fill(w.whole, NAN));
    ACCEPTED(dsc_tensor_fill(w.empty, 1));
    REFUSED(DSC_ERROR_ARGUMENT, "a is NULL", dsc_tensor_swap(NULL, w.real));
    REFUSED(DSC_ERROR_ARGUMENT, "b is NULL", dsc_tensor_swap(w.real, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "only leaves", dsc_tensor_swap(w.real, w.result));
    ACCEPTED(dsc_tensor_swap(w.real, w.real));
}

static void gradient_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_tensor_set_requires_grad(NULL, true));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_tensor_set_requires_grad(w.whole, true));
    REFUSED(DSC_ERROR_ARGUMENT, "multiply", dsc_tensor_set_requires_grad(w.result, false));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_tensor_set_grad(NULL, w.real));
    REFUSED(DSC_ERROR_SIZE, "float64", dsc_tensor_set_grad(w.leaf, w.doubles));
    REFUSED(DSC_ERROR_SIZE, "[3]", dsc_tensor_set_grad(w.leaf, w.vector));
    ACCEPTED(dsc_tensor_set_grad(w.leaf, NULL));
    ACCEPTED(dsc_tensor_set_grad(w.leaf, w.leaf));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_tensor_detach(NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "detached is NULL", dsc_tensor_detach(w.real, NULL));
}

void tensor_rows(void) {
    shape_rows();
    filled_rows();
    wrap_rows();
    look_rows();
    change_rows();
    gradient_rows();
}
