/* operations.h: joining and indexing */
#include "rows.h"

/* Indices 0 and one beyond what there is. */
static int64_t far[6] = {0, 0, 0, 0, 0, 3};

static dsc_tensor *indices(size_t count, const int64_t *list) {
    dsc_tensor *made = NULL;
    dsc_tensor_copy_in(NULL, DSC_INT64, 1, &count, list, &made);
    return made;
}

static dsc_tensor *matrix_of_indices(const int64_t *list) {
    dsc_tensor *made = NULL;
    dsc_tensor_copy_in(NULL, DSC_INT64, 2, (size_t[]){2, 3}, list, &made);
    return made;
}

static dsc_tensor *negative(void) {
    return indices(1, (int64_t[]){-1});
}

static dsc_status join(bool stacks, dsc_tensor *a, dsc_tensor *b, int64_t dimension) {
    dsc_tensor *const both[] = {a, b};
    return stacks ? dsc_stack(2, both, dimension, w.made) : dsc_cat(2, both, dimension, w.made);
}

static void join_rows(void) {
    REFUSED(DSC_ERROR_SIZE, "no tensors", dsc_cat(0, NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "tensors is NULL", dsc_cat(2, NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_cat(1, &w.real, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "cat: input 1 is NULL", join(false, w.real, NULL, 0));
    REFUSED(DSC_ERROR_DTYPE, "float64", join(false, w.real, w.doubles, 0));
    REFUSED(DSC_ERROR_SIZE, "does not fit", join(false, w.real, w.vector, 0));
    REFUSED(DSC_ERROR_SIZE, "does not fit", join(false, w.real, w.empty, 1));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", join(false, w.real, w.real, 2));
    REFUSED(DSC_ERROR_SIZE, "stack them", join(false, w.number, w.number, 0));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", join(false, w.vast, w.vast, 0));
    REFUSED(DSC_ERROR_SIZE, "no tensors", dsc_stack(0, NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "tensors is NULL", dsc_stack(2, NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_stack(1, &w.real, 0, NULL));
    REFUSED(DSC_ERROR_ARGUMENT, "stack: input 0 is NULL", join(true, NULL, w.real, 0));
    REFUSED(DSC_ERROR_DTYPE, "float64", join(true, w.real, w.doubles, 0));
    REFUSED(DSC_ERROR_SIZE, "[3]", join(true, w.real, w.vector, 0));
    REFUSED(DSC_ERROR_SIZE, "dimension is 3", join(true, w.real, w.real, 3));
    REFUSED(DSC_ERROR_SIZE, "would have 9", join(true, w.deep, w.deep, 0));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", join(true, w.vast, w.vast, 0));
    REFUSED(DSC_ERROR_ARGUMENT, "split: input 0 is NULL", dsc_split(NULL, 1, (size_t[]){2}, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "sizes is NULL", dsc_split(w.real, 2, NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_split(w.real, 1, (size_t[]){2}, 0, NULL));
    REFUSED(DSC_ERROR_SIZE, "add up to 3", dsc_split(w.real, 2, (size_t[]){1, 2}, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "add up to 0", dsc_split(w.real, 0, NULL, 0, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "sizes", dsc_split(w.real, 2, (size_t[]){MOST, 3}, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_split(w.real, 1, (size_t[]){2}, 2, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 0", dsc_split(w.number, 1, (size_t[]){1}, 0, w.made));
}

static void gather_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "gather: input 0 is NULL", dsc_gather(NULL, 0, w.whole, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", dsc_gather(w.real, 0, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_gather(w.real, 0, w.whole, NULL));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_gather(w.real, 0, w.other, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_gather(w.real, 2, w.whole, w.made));
    REFUSED(DSC_ERROR_SIZE, "gather", dsc_gather(w.vector, 0, w.whole, w.made));
    REFUSED(DSC_ERROR_SIZE, "gather", dsc_gather(w.empty, 0, w.whole, w.made));
    REFUSED(DSC_ERROR_SIZE, "is 3", dsc_gather(w.real, 1, matrix_of_indices(far), w.made));
    REFUSED(DSC_ERROR_SIZE, "is -1", dsc_gather(w.vector, 0, negative(), w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_scatter_add(NULL, 0, w.whole, w.real, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", dsc_scatter_add(w.real, 0, NULL, w.real, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 2 is NULL", dsc_scatter_add(w.real, 0, w.whole, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_scatter_add(w.real, 0, w.whole, w.other, NULL));
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_scatter_add(w.real, 0, w.whole, w.doubles, w.made));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_scatter_add(w.real, 0, w.other, w.other, w.made));
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_scatter_add(w.half, 0, w.whole, w.half, w.made));
    REFUSED(DSC_ERROR_SIZE, "scatter_add", dsc_scatter_add(w.real, 0, w.whole, w.vector, w.made));
    REFUSED(DSC_ERROR_SIZE, "scatter_add", dsc_scatter_add(w.real, 0, w.whole, w.empty, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is -3", dsc_scatter_add(w.real, -3, w.whole, w.other, w.made));
    REFUSED(DSC_ERROR_SIZE, "is 3", dsc_scatter_add(w.real, 1, matrix_of_indices(far), w.other, w.made));
}

static void select_rows(void) {
    dsc_tensor **made = w.made;
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_index_select(NULL, 0, w.whole, made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", dsc_index_select(w.real, 0, NULL, made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_index_select(w.real, 0, indices(1, far), NULL));
    REFUSED(DSC_ERROR_SIZE, "index", dsc_index_select(w.real, 0, w.whole, made));
    REFUSED(DSC_ERROR_DTYPE, "int64", dsc_index_select(w.real, 0, w.vector, made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_index_select(w.real, 2, indices(1, far), made));
    REFUSED(DSC_ERROR_SIZE, "is 3", dsc_index_select(w.real, 1, indices(6, far), made));
    REFUSED(DSC_ERROR_SIZE, "is -1", dsc_index_select(w.real, 1, negative(), made));
    REFUSED(DSC_ERROR_SIZE, "is 0", dsc_index_select(w.empty, 0, indices(1, far), made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_index_add(NULL, 0, w.whole, w.real, made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 1 is NULL", dsc_index_add(w.real, 0, NULL, w.real, made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 2 is NULL", dsc_index_add(w.real, 0, w.whole, NULL, made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_index_add(w.real, 0, indices(2, far), w.other, NULL));
    REFUSED(DSC_ERROR_DTYPE, "float64", dsc_index_add(w.real, 0, indices(2, far), w.doubles, made));
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_index_add(w.half, 0, indices(2, far), w.half, made));
    REFUSED(DSC_ERROR_SIZE, "index_add", dsc_index_add(w.real, 0, indices(3, far), w.other, made));
    REFUSED(DSC_ERROR_SIZE, "index_add", dsc_index_add(w.real, 0, indices(2, far), w.vector, made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_index_add(w.real, 2, indices(2, far), w.other, made));
    REFUSED(DSC_ERROR_SIZE, "is 3", dsc_index_add(w.real, 1, indices(3, far + 3), w.other, made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_one_hot(NULL, 3, made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_one_hot(w.whole, 3, NULL));
    REFUSED(DSC_ERROR_DTYPE, "float32", dsc_one_hot(w.real, 3, made));
    REFUSED(DSC_ERROR_ARGUMENT, "classes is -2", dsc_one_hot(w.whole, -2, made));
    REFUSED(DSC_ERROR_SIZE, "is 3", dsc_one_hot(matrix_of_indices(far), 3, made));
    REFUSED(DSC_ERROR_SIZE, "is -1", dsc_one_hot(negative(), -1, made));
    REFUSED(DSC_ERROR_OVERFLOW, "9223372036854775807", dsc_one_hot(w.whole, INT64_MAX, made));
    REFUSED(DSC_ERROR_SIZE, "9223372036854775807", dsc_one_hot(indices(1, (int64_t[]){INT64_MAX}), -1, made));
    REFUSED(DSC_ERROR_SIZE, "one_hot", dsc_one_hot(indices(0, far), -1, made));
}

static dsc_status pad(int64_t before, int64_t after, dsc_padding mode) {
    return dsc_pad(w.real, 1, (int64_t[]){before, after}, mode, 0, w.made);
}

static void pad_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "pad: input 0 is NULL", dsc_pad(NULL, 1, (int64_t[2]){0}, 0, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "amounts is NULL", dsc_pad(w.real, 1, NULL, 0, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_pad(w.real, 1, (int64_t[2]){0}, 0, 0, NULL));
    REFUSED(DSC_ERROR_SIZE, "3 dimensions", dsc_pad(w.real, 3, (int64_t[6]){0}, 0, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimensions", dsc_pad(w.real, MOST, (int64_t[6]){0}, 0, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "mode 9", pad(1, 1, (dsc_padding)9));
    REFUSED(DSC_ERROR_ARGUMENT, "mode -1", pad(1, 1, (dsc_padding)-1));
    REFUSED(DSC_ERROR_OVERFLOW, "9223372036854775807", pad(INT64_MAX, INT64_MAX, DSC_PAD_CONSTANT));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", pad(INT64_MAX - 3, 0, DSC_PAD_REPLICATE));
    REFUSED(DSC_ERROR_SIZE, "takes more", pad(-4, 0, DSC_PAD_CONSTANT));
    REFUSED(DSC_ERROR_SIZE, "takes more", pad(INT64_MIN, 0, DSC_PAD_CONSTANT));
    REFUSED(DSC_ERROR_SIZE, "takes more", pad(-2, -2, DSC_PAD_CONSTANT));
    REFUSED(DSC_ERROR_SIZE, "reflect: at most 2", pad(3, 0, DSC_PAD_REFLECT));
    REFUSED(DSC_ERROR_SIZE, "circular: at most 3", pad(0, 4, DSC_PAD_CIRCULAR));
}

static void order_rows(void) {
    REFUSED(DSC_ERROR_ARGUMENT, "cumsum: input 0 is NULL", dsc_cumsum(NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_cumsum(w.real, 0, NULL));
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_cumsum(w.half, 0, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_cumsum(w.real, 2, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "4611686018427387904", dsc_cumsum(w.vast, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_sort(NULL, 0, false, w.made, w.made + 1));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_sort(w.real, 0, false, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_sort(w.real, 0, false, w.made, NULL));
    REFUSED(DSC_ERROR_DTYPE, "float16", dsc_sort(w.half, 0, false, w.made, w.made + 1));
    REFUSED(DSC_ERROR_SIZE, "dimension is -3", dsc_sort(w.real, -3, false, w.made, w.made + 1));
    REFUSED(DSC_ERROR_OVERFLOW, "4611686018427387904", dsc_sort(w.vast, 0, false, w.made, w.made + 1));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_argsort(NULL, 0, false, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_argsort(w.real, 0, false, NULL));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_argsort(w.real, 2, false, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "4611686018427387904", dsc_argsort(w.vast, 0, false, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "input 0 is NULL", dsc_topk(NULL, 1, 0, true, w.made, w.made + 1));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_topk(w.real, 1, 0, true, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_topk(w.real, 1, 0, true, w.made, NULL));
    REFUSED(DSC_ERROR_SIZE, "k is 3", dsc_topk(w.real, 3, 0, true, w.made, w.made + 1));
    REFUSED(DSC_ERROR_SIZE, "k is 18446744073709551615", dsc_topk(w.real, MOST, 0, true, w.made, w.made + 1));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_topk(w.real, 1, 2, true, w.made, w.made + 1));
    REFUSED(DSC_ERROR_ARGUMENT, "flip: input 0 is NULL", dsc_flip(NULL, 1, (int64_t[]){0}, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "dimensions is NULL", dsc_flip(w.real, 1, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_flip(w.real, 1, (int64_t[]){0}, NULL));
    REFUSED(DSC_ERROR_SIZE, "twice", dsc_flip(w.real, 2, (int64_t[]){0, -2}, w.made));
    REFUSED(DSC_ERROR_SIZE, "dimension is 2", dsc_flip(w.real, 1, (int64_t[]){2}, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "NULL", dsc_tile(NULL, 1, (size_t[]){2}, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "times is NULL", dsc_tile(w.real, 1, NULL, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_tile(w.real, 1, (size_t[]){2}, NULL));
    REFUSED(DSC_ERROR_SIZE, "9 dimensions", dsc_tile(w.real, 9, (size_t[9]){1}, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "dimension 1", dsc_tile(w.real, 1, (size_t[]){MOST}, w.made));
    REFUSED(DSC_ERROR_OVERFLOW, "shape", dsc_tile(w.real, 2, (size_t[]){WRAPS / 8, 8}, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "tril: input 0 is NULL", dsc_tril(NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_tril(w.real, 0, NULL));
    REFUSED(DSC_ERROR_SIZE, "[3] has fewer than two", dsc_tril(w.vector, 0, w.made));
    ACCEPTED(dsc_tril(w.real, INT64_MIN, w.made));
    ACCEPTED(dsc_tril(w.real, INT64_MAX, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "triu: input 0 is NULL", dsc_triu(NULL, 0, w.made));
    REFUSED(DSC_ERROR_ARGUMENT, "result is NULL", dsc_triu(w.real, 0, NULL));
    REFUSED(DSC_ERROR_SIZE, "[] has fewer than two", dsc_triu(w.number, 0, w.made));
    ACCEPTED(dsc_triu(w.real, INT64_MIN, w.made));
}

void index_rows(void) {
    join_rows();
    gather_rows();
    select_rows();
    pad_rows();
    order_rows();
}
