/* Several tensors as one, and one as several. */
#include <stdlib.h>
#include <string.h>

#include "operations/indices.h"

/* PyTorch passes vectors without numbers by, whatever shape the others have. */
static bool is_passed_by(const dsc_tensor *t) {
    return t->rank == 1 && t->shape[0] == 0;
}

typedef struct join_job {
    size_t count;
    dsc_tensor *const *tensors; /* contiguous ones are copied here */
    size_t *starts;             /* in bytes, within a block of the result */
    size_t outer, inner, block; /* bytes of one index of the dimension; of a block of the result */
    size_t dimension, tile, tiles;
    char *out;
} join_job;

static void copy_blocks(void *argument, size_t task) {
    const join_job *job = argument;
    size_t which = task / job->tiles, tile = task % job->tiles;
    const dsc_tensor *t = job->tensors[which];
    if (is_passed_by(t) || !t->is_contiguous)
        return;
    size_t bytes = t->shape[job->dimension] * job->inner;
    const char *from = dsc_data(t);
    char *to = job->out + job->starts[which];
    size_t end = dsc_min_size((tile + 1) * job->tile, job->outer);
    for (size_t o = tile * job->tile; bytes > 0 && o < end; ++o)
        memcpy(to + o * job->block, from + o * bytes, bytes);
}

/* Tensors whose numbers lie apart are copied as views. */
static dsc_status copy_view(dsc_tensor *t, size_t dimension, size_t start, dsc_tensor *made) {
    dsc_tensor *part;
    DSC_TRY(dsc_view_of(made, made->rank, t->shape, made->strides, start * made->strides[dimension], &part));
    dsc_status status = dsc_convert_into(t, part);
    dsc_tensor_release(part);
    return status;
}

static dsc_status join(size_t count, dsc_tensor *const *tensors, size_t d, dsc_tensor *made) {
    dsc_around around = dsc_around_dimension(made, d);
    size_t inner = around.inner * dsc_dtype_size(made->dtype);
    join_job job = {.count = count,
                    .tensors = tensors,
                    .outer = around.outer,
                    .inner = inner,
                    .block = around.extent * inner,
                    .dimension = d,
                    .out = dsc_data(made)};
    job.starts = malloc(count * sizeof *job.starts);
    if (job.starts == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "cat: out of memory");
    dsc_status status = DSC_OK;
    size_t start = 0;
    for (size_t i = 0; i < count && status == DSC_OK; ++i) {
        job.starts[i] = start * inner;
        if (is_passed_by(tensors[i]))
            continue;
        if (!tensors[i]->is_contiguous)
            status = copy_view(tensors[i], d, start, made);
        start += tensors[i]->shape[d];
    }
    if (status == DSC_OK) {
        job.tile = dsc_max_size(1, DSC_TILE / dsc_max_size(1, around.extent * around.inner / count));
        job.tiles = dsc_ceil_div(job.outer, job.tile);
        dsc_parallel_work(dsc_context_of(made), (double)made->count, count * job.tiles, copy_blocks, &job);
    }
    free(job.starts);
    return status;
}

dsc_status dsc_cat(size_t count, dsc_tensor *const *tensors, int64_t dimension, dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[dsc_op_cat];
    if (count == 0)
        return dsc_fail(DSC_ERROR_SIZE, "cat: there are no tensors");
    if (tensors == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "cat: tensors is NULL");
    DSC_TRY(dsc_check_inputs(operation, count, tensors, result));
    const dsc_tensor *like = tensors[0];
    for (size_t i = 1; i < count && is_passed_by(like); ++i)
        like = tensors[i];
    size_t d, shape[DSC_MAX_RANK], extent = 0;
    if (like->rank == 0)
        return dsc_fail(DSC_ERROR_SIZE, "cat: single numbers have no dimension to stand along: stack them");
    DSC_TRY(dsc_check_dimension(operation, dimension, like->rank, &d));
    for (size_t i = 0; i < count; ++i) {
        const dsc_tensor *t = tensors[i];
        DSC_TRY(dsc_check_same_dtype(operation, like, t));
        if (is_passed_by(t))
            continue;
        bool fits = t->rank == like->rank;
        for (size_t k = 0; fits && k < t->rank; ++k)
            fits = k == d || t->shape[k] == like->shape[k];
        if (!fits)
            return dsc_fail(DSC_ERROR_SIZE, "cat: tensor %zu of shape %s does not fit %s along dimension %zu",
                            i, dsc_shape_text(t->rank, t->shape).text,
                            dsc_shape_text(like->rank, like->shape).text, d);
        if (__builtin_add_overflow(extent, t->shape[d], &extent))
            return dsc_fail(DSC_ERROR_OVERFLOW, "cat: dimension %zu would be too large", d);
    }
    memcpy(shape, like->shape, sizeof shape);
    shape[d] = extent;
    DSC_TRY(dsc_check_shape("cat", like->dtype, like->rank, shape));
    dsc_tensor *made;
    DSC_TRY(dsc_make(dsc_context_of(like), like->dtype, like->rank, shape, &made));
    dsc_status status = made->count == 0 ? DSC_OK : join(count, tensors, d, made);
    return dsc_finish(&(dsc_record){.operation = operation,
                                    .count = count,
                                    .inputs = tensors,
                                    .options = &(dsc_options){.sizes = {d}}},
                      status, made, result);
}

/* Parts are given one at a time, for there may be more of them than a derivative keeps. */
void dsc_pull_back_cat(dsc_pullback *p) {
    size_t d = p->node->options.sizes[0], start = 0;
    for (size_t i = 0; p->status == DSC_OK && i < p->node->input_count; ++i) {
        const dsc_tensor *input = dsc_input_shape(p, i);
        size_t end = is_passed_by(input) ? start : start + input->shape[d];
        if (dsc_wants(p, i)) {
            dsc_tensor *part = NULL;
            p->status = is_passed_by(input)
                            ? dsc_make_like(input, input->dtype, &part)
                            : dsc_slice(p->upstream, (int64_t)d, (int64_t)start, (int64_t)end, 1, &part);
            dsc_give(p, i, part);
            dsc_tensor_release(part);
        }
        start = end;
    }
}

/* Not rows of the table, but named in messages. */
static const dsc_operation stacking = {.name = "stack"}, splitting = {.name = "split"};

dsc_status dsc_stack(size_t count, dsc_tensor *const *tensors, int64_t dimension, dsc_tensor **result) {
    if (count == 0)
        return dsc_fail(DSC_ERROR_SIZE, "stack: there are no tensors");
    if (tensors == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "stack: tensors is NULL");
    DSC_TRY(dsc_check_inputs(&stacking, count, tensors, result));
    size_t d, rank = (size_t)tensors[0]->rank + 1;
    DSC_TRY(dsc_check_dimension(&stacking, dimension, rank, &d));
    if (rank > DSC_MAX_RANK)
        return dsc_fail(DSC_ERROR_SIZE, "stack: the result of tensors of %d dimensions would have %zu",
                        DSC_MAX_RANK, rank);
    for (size_t i = 1; i < count; ++i) {
        DSC_TRY(dsc_check_same_dtype(&stacking, tensors[0], tensors[i]));
        if (!dsc_same_shape(tensors[i], tensors[0]))
            return dsc_fail(DSC_ERROR_SIZE, "stack: tensor %zu has shape %s, tensor 0 has %s", i,
                            dsc_shape_text(tensors[i]->rank, tensors[i]->shape).text,
                            dsc_shape_text(tensors[0]->rank, tensors[0]->shape).text);
    }
    dsc_tensor **wider = calloc(count, sizeof *wider);
    if (wider == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "stack: out of memory");
    dsc_status status = DSC_OK;
    for (size_t i = 0; i < count && status == DSC_OK; ++i)
        status = dsc_unsqueeze(tensors[i], (int64_t)d, &wider[i]);
    if (status == DSC_OK)
        status = dsc_cat(count, wider, (int64_t)d, result);
    for (size_t i = 0; i < count; ++i)
        dsc_tensor_release(wider[i]);
    free(wider);
    return status;
}

dsc_status dsc_split(dsc_tensor *x, size_t count, const size_t *sizes, int64_t dimension,
                     dsc_tensor **results) {
    DSC_TRY(dsc_check_inputs(&splitting, 1, &x, results));
    if (count > 0 && sizes == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "split: sizes is NULL");
    size_t d, sum = 0;
    DSC_TRY(dsc_check_dimension(&splitting, dimension, x->rank, &d));
    for (size_t i = 0; i < count; ++i)
        if (__builtin_add_overflow(sum, sizes[i], &sum))
            return dsc_fail(DSC_ERROR_OVERFLOW, "split: the sum of the sizes overflows");
    if (sum != x->shape[d])
        return dsc_fail(DSC_ERROR_SIZE, "split: the sizes add up to %zu, dimension %zu of shape %s is %zu",
                        sum, d, dsc_shape_text(x->rank, x->shape).text, x->shape[d]);
    /* The results are the caller's only when all are there. */
    dsc_tensor **parts = calloc(dsc_max_size(count, 1), sizeof *parts);
    if (parts == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "split: out of memory");
    dsc_status status = DSC_OK;
    for (size_t i = 0, start = 0; i < count && status == DSC_OK; start += sizes[i++])
        status = dsc_slice(x, (int64_t)d, (int64_t)start, (int64_t)(start + sizes[i]), 1, &parts[i]);
    for (size_t i = 0; i < count; ++i) {
        if (status == DSC_OK)
            results[i] = parts[i];
        else
            dsc_tensor_release(parts[i]);
    }
    free(parts);
    return status;
}
