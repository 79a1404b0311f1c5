/* operations.h: the table, elements, views, products, normalization */
#include "rows.h"

static const size_t two_three[] = {2, 3}, ones[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};

static void table_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "row is NULL", dsc_operation_describe(0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "index is", dsc_operation_describe(dsc_operation_count(), &w.operation));
    REFUSED(DSC_ERROR_ARGUMENT, "18446744073709551615", dsc_operation_describe(MOST, &w.operation));
}

#define UNARY(name)                                                                                          \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL", dsc_##name(NULL, w.made));                        \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.real, NULL));                         \
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_##name(w.whole, w.made));                                          \
    REFUSED(DSC_ERROR_DTYPE, "bool", dsc_##name(w.truth, w.made));                                           \
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_##name(w.half, w.made));                                         \
    ACCEPTED(dsc_##name(w.empty, w.made));

#define PAIR(name)                                                                                           \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 0 is NULL", dsc_##name(NULL, w.real, w.made));                \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": input 1 is NULL", dsc_##name(w.real, NULL, w.made));                \
    REFUSED(DSC_ERROR_ARGUMENT, #name ": result is NULL", dsc_##name(w.real, w.other, NULL));                \
    REFUSED(DSC_ERROR_DTYPE, #name, dsc_##name(w.real, w.doubles, w.made));                                  \
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_##name(w.half, w.half, w.made));                                 \
    REFUSED(DSC_ERROR_SIZE, "[2, 3] and [0, 3] do not broadcast", dsc_##name(w.real, w.empty, w.made));

#define BINARY(name)                                                                                         \
    PAIR(name)                                                                                               \
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_##name(w.whole, w.whole, w.made));

static void element_rows(void) {
    DSC_EVERY_UNARY(UNARY)
    DSC_EVERY_BINARY(BINARY)
    DSC_EVERY_COMPARISON(PAIR)
    REFUSED(DSC_ERROR_ARGUMENT, "affine: input 0 is NULL", dsc_affine(NULL, 1, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_affine(w.real, 1, 0, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_affine(w.whole, 1, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "clamp: input 0 is NULL", dsc_clamp(NULL, 0, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_clamp(w.real, 0, 1, NULL));
    REFUSED(DSC_ERROR_DTYPE, "bool", dsc_clamp(w.truth, 0, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "NaN", dsc_clamp(w.real, NAN, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "NaN", dsc_clamp(w.real, 0, NAN, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "condition is NULL", dsc_where(NULL, w.real, w.other, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "a is NULL", dsc_where(w.truth, NULL, w.other, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "b is NULL", dsc_where(w.truth, w.real, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_where(w.truth, w.real, w.other, NULL));
    REFUSED(DSC_ERROR_DTYPE, "bool", dsc_where(w.real, w.real, w.other, w.made));
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_where(w.truth, w.real, w.doubles, w.made));
    REFUSED(DSC_ERROR_SIZE, "broadcast", dsc_where(w.truth, w.real, w.empty, w.made));
    REFUSED(DSC_ERROR_SIZE, "broadcast", dsc_where(w.truth, w.empty, w.empty, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "to: input 0 is NULL", dsc_to(NULL, DSC_FLOAT64, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_to(w.real, DSC_FLOAT64, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "dtype 7", dsc_to(w.real, (dsc_dtype)7, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "dtype -1", dsc_to(w.real, (dsc_dtype)-1, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "4611686018427387904", dsc_to(w.vast, DSC_FLOAT64, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "4611686018427387904", dsc_to(w.vast, DSC_FLOAT16, w.made));
}

static void shape_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "reshape: input 0 is NULL", dsc_reshape(NULL, 2, two_three, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "shape is NULL", dsc_reshape(w.real, 2, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_reshape(w.real, 2, two_three, NULL));
    REFUSED(DSC_ERROR_SIZE, "rank is 9", dsc_reshape(w.number, 9, ones, w.made));
    REFUSED(DSC_ERROR_SIZE, "[2, 3] has 6 numbers, [7] has 7", dsc_reshape(w.real, 1, (size_t[]){7}, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", dsc_reshape(w.empty, 3, (size_t[]){0, WRAPS, WRAPS}, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", dsc_reshape(w.real, 2, (size_t[]){WRAPS, 4}, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_flatten(NULL, 0, -1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_flatten(w.real, 0, -1, NULL));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_flatten(w.real, 2, -1, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is -3", dsc_flatten(w.real, 0, -3, w.made));
    REFUSED(DSC_ERROR_SIZE, "after the last", dsc_flatten(w.real, 1, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 1", dsc_flatten(w.number, 1, -1, w.made));
    ACCEPTED(dsc_flatten(w.number, 0, -1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_squeeze(NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_squeeze(w.deep, 0, NULL));
    REFUSED(DSC_ERROR_SIZE, "dimension 0 of shape [2, 3] is not 1", dsc_squeeze(w.real, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 0", dsc_squeeze(w.number, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is -9223372036854775808", dsc_squeeze(w.deep, INT64_MIN, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_unsqueeze(NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_unsqueeze(w.real, 0, NULL));
    REFUSED(DSC_ERROR_SIZE, "dimension is 3", dsc_unsqueeze(w.real, 3, w.made));
    REFUSED(DSC_ERROR_SIZE, "rank is 9", dsc_unsqueeze(w.deep, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_expand(NULL, 2, two_three, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "shape is NULL", dsc_expand(w.real, 2, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_expand(w.real, 2, two_three, NULL));
    REFUSED(DSC_ERROR_SIZE, "rank is 9", dsc_expand(w.number, 9, ones, w.made));
    REFUSED(DSC_ERROR_SIZE, "does not broadcast to [3]", dsc_expand(w.real, 1, (size_t[]){3}, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", dsc_expand(w.number, 2, (size_t[]){WRAPS, 2}, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_clone(NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_clone(w.real, NULL));
    REFUSED(DSC_ERROR_MEMORY, "4611686018427387904", dsc_clone(w.vast, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_contiguous(NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_contiguous(w.real, NULL));
    REFUSED(DSC_ERROR_MEMORY, "4611686018427387904", dsc_contiguous(w.vast, w.made));
}

static void order_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_permute(NULL, 2, (int64_t[]){1, 0}, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "order is NULL", dsc_permute(w.real, 2, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_permute(w.real, 2, (int64_t[]){1, 0}, NULL));
    REFUSED(DSC_ERROR_SIZE, "1 dimensions", dsc_permute(w.real, 1, (int64_t[]){0}, w.made));
    REFUSED(DSC_ERROR_SIZE, "twice", dsc_permute(w.real, 2, (int64_t[]){1, -1}, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_permute(w.real, 2, (int64_t[]){2, 0}, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimensions", dsc_permute(w.real, MOST, (int64_t[]){1, 0}, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_transpose(NULL, 0, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_transpose(w.real, 0, 1, NULL));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_transpose(w.real, 0, 2, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is -3", dsc_transpose(w.real, -3, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 0", dsc_transpose(w.number, 0, 0, w.made));
}

static void part_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "slice: input 0 is NULL", dsc_slice(NULL, 0, 0, 1, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_slice(w.real, 0, 0, 1, 1, NULL));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_slice(w.real, 2, 0, 1, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 0", dsc_slice(w.number, 0, 0, 1, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "step is 0", dsc_slice(w.real, 0, 0, 1, 0, w.made));
    ACCEPTED(dsc_slice(w.real, 0, INT64_MIN, INT64_MAX, MOST, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_slice_into_zeros(NULL, 2, two_three, 0, 0, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "shape is NULL", dsc_slice_into_zeros(w.real, 2, NULL, 0, 0, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_slice_into_zeros(w.real, 2, two_three, 0, 0, 1, NULL));
    REFUSED(DSC_ERROR_SIZE, "does not fit", dsc_slice_into_zeros(w.real, 2, two_three, 0, 0, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "does not fit", dsc_slice_into_zeros(w.real, 2, two_three, 0, 1, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "does not fit", dsc_slice_into_zeros(w.real, 2, two_three, 0, 0, MOST, w.made));
    REFUSED(DSC_ERROR_SIZE, "does not fit", dsc_slice_into_zeros(w.real, 2, two_three, 0, MOST, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "does not fit", dsc_slice_into_zeros(w.vector, 2, two_three, 0, 0, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_slice_into_zeros(w.real, 2, two_three, 2, 0, 1, w.made));
    REFUSED(DSC_ERROR_SIZE, "rank is 9", dsc_slice_into_zeros(w.real, 9, ones, 2, 0, 1, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_select(NULL, 0, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_select(w.real, 0, 0, NULL));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_select(w.real, 2, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "index is 2", dsc_select(w.real, 0, 2, w.made));
    REFUSED(DSC_ERROR_SIZE, "index is -3", dsc_select(w.real, 0, -3, w.made));
    REFUSED(DSC_ERROR_SIZE, "index is 0", dsc_select(w.empty, 0, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "9223372036854775807", dsc_select(w.real, 0, INT64_MAX, w.made));
}

/* A float seen as rows of a matrix that has too many numbers to be one. */
static dsc_status product_of_vast(void) {
    dsc_tensor *tall = NULL, *wide = NULL;
    const size_t far = (size_t)1 << 40;
    dsc_expand(w.number, 2, (size_t[]){far, 1}, &tall);
    dsc_expand(w.number, 2, (size_t[]){1, far}, &wide);
    return dsc_matmul(tall, wide, w.made);
}

static dsc_status einsum(const char *equation) {
    return dsc_einsum(equation, w.real, w.other, w.made);
}

static void product_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "matmul: input 0 is NULL", dsc_matmul(NULL, w.real, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "matmul: input 1 is NULL", dsc_matmul(w.real, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_matmul(w.real, w.real, NULL));
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_matmul(w.real, w.doubles, w.made));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_matmul(w.whole, w.whole, w.made));
    REFUSED(DSC_ERROR_SIZE, "a number is no matrix", dsc_matmul(w.number, w.real, w.made));
    REFUSED(DSC_ERROR_SIZE, "3 columns for 2 rows", dsc_matmul(w.real, w.other, w.made));
    REFUSED(DSC_ERROR_SIZE, "matmul", dsc_matmul(w.vector, w.real, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "1099511627776", product_of_vast());
    REFUSED(DSC_ERROR_ARGUMENT, "linear: input 0 is NULL", dsc_linear(NULL, w.real, NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", dsc_linear(w.real, NULL, NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_linear(w.real, w.other, NULL, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "activation 7", dsc_linear(w.real, w.other, NULL, (dsc_activation)7, w.made));
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_linear(w.real, w.doubles, NULL, 0, w.made));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_linear(w.whole, w.whole, NULL, 0, w.made));
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_linear(w.real, w.other, w.doubles, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "bias is of shape [3], must be [2]",
            dsc_linear(w.real, w.other, w.vector, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "weight of shape [3]", dsc_linear(w.real, w.vector, NULL, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "[]", dsc_linear(w.number, w.other, NULL, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "[0, 3]", dsc_linear(w.real, w.empty, NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "equation is NULL", einsum(NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_einsum("ij,ij", NULL, w.other, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_einsum("ij,ij", w.real, w.other, NULL));
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_einsum("ij,ij", w.real, w.doubles, w.made));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_einsum("ij", w.whole, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "1 operands, given 2", einsum("ij"));
    REFUSED(DSC_ERROR_ARGUMENT, "2 operands, given 1", dsc_einsum("ij,ij", w.real, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "more than two", einsum("ij,ij,ij"));
    REFUSED(DSC_ERROR_ARGUMENT, "ellipsis", einsum("...i,...i"));
    REFUSED(DSC_ERROR_ARGUMENT, "'1', which is no letter", einsum("1j,ij"));
    REFUSED(DSC_ERROR_ARGUMENT, "which is no letter", einsum("ij,ij-"));
    REFUSED(DSC_ERROR_ARGUMENT, "which is no letter", einsum("ij,ij->i->j"));
    REFUSED(DSC_ERROR_ARGUMENT, "twice in its result", einsum("ij,ij->ii"));
    REFUSED(DSC_ERROR_ARGUMENT, "in no operand", einsum("ij,ij->k"));
    REFUSED(DSC_ERROR_SIZE, "names 3 dimensions", einsum("ijk,ij"));
    REFUSED(DSC_ERROR_SIZE, "more than 8", einsum("abcdefghi,ij"));
    REFUSED(DSC_ERROR_SIZE, "'i' is 2 and 3", dsc_einsum("ii", w.real, NULL, w.made));
    REFUSED(DSC_ERROR_SIZE, "'j' is 3 in the first", einsum("ij,jk"));
    REFUSED(DSC_ERROR_ARGUMENT, "operands", einsum(""));
}

void operation_rows(void) {
    table_rows();
    element_rows();
    shape_rows();
    order_rows();
    part_rows();
    product_rows();
}
