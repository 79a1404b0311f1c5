/* Matrices on one side of a diagonal. */
#include "operations/indices.h"

#include <string.h>

/* Row by row: the numbers up to the diagonal, or from it on. */
static dsc_status keep(const dsc_operation *operation, dsc_tensor *x, int64_t diagonal, bool lower,
                       dsc_tensor **result) {
    DSC_TRY(dsc_check_inputs(operation, 1, &x, result));
    if (x->rank < 2)
        return dsc_fail(DSC_ERROR_SIZE, "%s: shape %s has fewer than two dimensions", operation->name,
                        dsc_shape_text(x->rank, x->shape).text);
    dsc_tensor *made;
    DSC_TRY(dsc_make_like(x, x->dtype, &made));
    dsc_status status = dsc_convert_into(x, made);
    size_t n = x->shape[x->rank - 1], height = x->shape[x->rank - 2], size = dsc_dtype_size(x->dtype);
    /* Beyond the matrix all diagonals are the same, and their sums with rows cannot overflow. */
    int64_t most = (int64_t)n, least = -(int64_t)height;
    int64_t shift = (diagonal > most ? most : diagonal < least ? least : diagonal) + (lower ? 1 : 0);
    for (size_t r = 0; status == DSC_OK && n > 0 && r < x->count / n; ++r) {
        int64_t edge = (int64_t)(r % height) + shift;
        size_t cut = edge < 0 ? 0 : dsc_min_size((size_t)edge, n);
        char *row = (char *)dsc_data(made) + r * n * size;
        if (lower)
            memset(row + cut * size, 0, (n - cut) * size);
        else
            memset(row, 0, cut * size);
    }
    return dsc_finish(
        &(dsc_record){
            .operation = operation, .count = 1, .inputs = &x, .options = &(dsc_options){.integer = diagonal}},
        status, made, result);
}

dsc_status dsc_tril(dsc_tensor *x, int64_t diagonal, dsc_tensor **result) {
    return keep(&dsc_operations[dsc_op_tril], x, diagonal, true, result);
}

dsc_status dsc_triu(dsc_tensor *x, int64_t diagonal, dsc_tensor **result) {
    return keep(&dsc_operations[dsc_op_triu], x, diagonal, false, result);
}

void dsc_pull_back_tril(dsc_pullback *p) {
    dsc_tensor *made = NULL;
    dsc_give(p, 0, x_call(p, made, dsc_tril(p->upstream, p->node->options.integer, &made)));
}

void dsc_pull_back_triu(dsc_pullback *p) {
    dsc_tensor *made = NULL;
    dsc_give(p, 0, x_call(p, made, dsc_triu(p->upstream, p->node->options.integer, &made)));
}
