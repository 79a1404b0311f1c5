/* Slices at a list of indices, and slices added there. */
#include "operations/indices.h"

#include <string.h>

static dsc_status check_vector(const dsc_operation *operation, const dsc_tensor *index) {
    if (index->rank <= 1)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "%s: the index has shape %s, must have one dimension", operation->name,
                    dsc_shape_text(index->rank, index->shape).text);
}

dsc_status dsc_index_select(dsc_tensor *x, int64_t dimension, dsc_tensor *index, dsc_tensor **result) {
    DSC_BEGIN(index_select, x, index);
    size_t d, shape[DSC_MAX_RANK];
    DSC_TRY(dsc_check_along(operation, dimension, x, &d));
    DSC_TRY(check_vector(operation, index));
    if (x->rank == 0 && index->count != 1)
        return dsc_fail(DSC_ERROR_SIZE, "index_select: %zu indices of a single number, must be 1",
                        index->count);
    memcpy(shape, x->shape, sizeof shape);
    if (x->rank > 0)
        shape[d] = index->count;
    DSC_TRY(dsc_check_shape("index_select", x->dtype, x->rank, shape));
    dsc_tensor *places, *dense = NULL, *made = NULL;
    DSC_TRY(dsc_check_index(operation, index, dsc_extent(x, d), &places));
    dsc_status status = dsc_contiguous_of(x, &dense);
    if (status == DSC_OK)
        status = dsc_make(dsc_context_of(x), x->dtype, x->rank, shape, &made);
    if (status == DSC_OK)
        dsc_take_rows(dsc_context_of(x), x->dtype, dsc_around_dimension(x, d), dsc_data(dense), places->count,
                      dsc_data(places), dsc_data(made));
    dsc_tensor_release(places);
    dsc_tensor_release(dense);
    return DSC_END(status, made, .options = &(dsc_options){.sizes = {d}});
}

void dsc_pull_back_index_select(dsc_pullback *p) {
    const dsc_tensor *x = dsc_input_shape(p, 0);
    dsc_tensor *index = dsc_input(p, 1), *made = NULL;
    size_t d = p->node->options.sizes[0];
    if (index == NULL || dsc_gives_rows_in_place(p, 0, dsc_around_dimension(x, d), index, p->upstream, -1))
        return;
    dsc_tensor *zeros = x_zeros_like(p, x);
    dsc_give(p, 0, x_call(p, made, dsc_index_add(zeros, (int64_t)d, index, p->upstream, &made)));
}

dsc_status dsc_index_add(dsc_tensor *x, int64_t dimension, dsc_tensor *index, dsc_tensor *source,
                         dsc_tensor **result) {
    DSC_BEGIN(index_add, x, index, source);
    size_t d;
    DSC_TRY(dsc_check_along(operation, dimension, x, &d));
    DSC_TRY(dsc_check_addable(operation, x));
    DSC_TRY(dsc_check_same_dtype(operation, x, source));
    DSC_TRY(check_vector(operation, index));
    bool fits = source->rank == x->rank && dsc_extent(source, d) == index->count;
    for (size_t i = 0; fits && i < x->rank; ++i)
        fits = i == d || source->shape[i] == x->shape[i];
    if (!fits)
        return dsc_fail(DSC_ERROR_SIZE,
                        "index_add: a source of shape %s does not fit %s with %zu indices of dimension %zu",
                        dsc_shape_text(source->rank, source->shape).text,
                        dsc_shape_text(x->rank, x->shape).text, index->count, d);
    dsc_tensor *places, *more = NULL, *made = NULL;
    DSC_TRY(dsc_check_index(operation, index, dsc_extent(x, d), &places));
    dsc_status status = dsc_contiguous_of(source, &more);
    if (status == DSC_OK)
        status = dsc_make_like(x, x->dtype, &made);
    if (status == DSC_OK)
        status = dsc_convert_into(x, made);
    if (status == DSC_OK)
        dsc_add_rows(dsc_context_of(x), x->dtype, dsc_around_dimension(x, d), dsc_data(made), places->count,
                     dsc_data(places), dsc_data(more), -1);
    dsc_tensor_release(places);
    dsc_tensor_release(more);
    return DSC_END(status, made, .options = &(dsc_options){.sizes = {d}});
}

void dsc_pull_back_index_add(dsc_pullback *p) {
    dsc_give(p, 0, p->upstream);
    dsc_tensor *index = dsc_input(p, 1), *made = NULL;
    if (dsc_wants(p, 2))
        dsc_give(
            p, 2,
            x_call(p, made, dsc_index_select(p->upstream, (int64_t)p->node->options.sizes[0], index, &made)));
}
