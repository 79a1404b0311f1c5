/* Planes in another size: a linear map, and its transpose. */
#include "pooling/interpolate.h"

#include <math.h>
#include <string.h>

#include "operations/table.h"

_Static_assert(sizeof(dsc_interpolate_options) <= sizeof((dsc_options *)0)->own, "kept in a node");

static dsc_status check(const dsc_operation *operation, const dsc_tensor *t, size_t count,
                        const size_t *sizes, const dsc_interpolate_options *o) {
    DSC_TRY(dsc_check_real(operation, t));
    const char *name = operation->name;
    if (sizes == NULL || o == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s is NULL", name,
                        o == NULL                                          ? "options"
                        : operation == &dsc_operations[dsc_op_interpolate] ? "sizes"
                                                                           : "extents");
    if (count < 1 || count > DSC_POOL_DIMENSIONS)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: count is %zu, must be 1 or 2", name, count);
    if ((unsigned)o->mode > DSC_INTERPOLATE_LINEAR)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: unknown mode %d", name, (int)o->mode);
    bool fits = t->rank == count + 2;
    for (size_t d = 1; fits && d < t->rank; ++d)
        fits = t->shape[d] > 0;
    if (!fits)
        return dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must be [N, C, %s], without 0", name,
                        dsc_shape_text(t->rank, t->shape).text, count == 1 ? "L" : "H, W");
    for (size_t i = 0; i < count; ++i) {
        if (sizes[i] == 0)
            return dsc_fail(DSC_ERROR_SIZE, "%s: size %zu is 0", name, i);
        if (!(o->scales[i] >= 0 && o->scales[i] < INFINITY))
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: scales[%zu] is %g, must be at least 0 and finite", name,
                            i, o->scales[i]);
    }
    return DSC_OK;
}

/* One way or the other, to a result whose last extents are the sizes given. */
static dsc_status run(const dsc_operation *operation, bool transposes, dsc_tensor *from, size_t count,
                      const size_t *sizes, const dsc_interpolate_options *o, dsc_tensor **result) {
    dsc_tensor *const inputs[] = {from};
    DSC_TRY(dsc_check_inputs(operation, 1, inputs, result));
    DSC_TRY(check(operation, from, count, sizes, o));
    size_t shape[DSC_MAX_RANK];
    memcpy(shape, from->shape, sizeof shape);
    dsc_resizing s = {.dtype = from->dtype,
                      .mode = o->mode,
                      .aligns_corners = o->align_corners,
                      .planes = shape[0] * shape[1],
                      .rows = {.extent = 1, .count = 1}};
    for (size_t i = 0; i < count; ++i) {
        const size_t here = from->shape[2 + i];
        *(i + 1 < count ? &s.rows : &s.columns) = (dsc_resize){.extent = transposes ? sizes[i] : here,
                                                               .count = transposes ? here : sizes[i],
                                                               .scale = o->scales[i]};
        shape[2 + i] = sizes[i];
    }
    DSC_TRY(dsc_check_shape(operation->name, from->dtype, from->rank, shape));
    dsc_tensor *dense, *made = NULL, *workspace = NULL;
    DSC_TRY(dsc_contiguous_of(from, &dense));
    const size_t bytes = dsc_resize_workspace(&s);
    dsc_status status = dsc_make(dsc_context_of(from), from->dtype, from->rank, shape, &made);
    if (status == DSC_OK && made->count > 0)
        status = dsc_make(dsc_context_of(from), DSC_UINT8, 1, &bytes, &workspace);
    if (status == DSC_OK && made->count > 0) {
        s.workspace = dsc_data(workspace);
        if (transposes)
            dsc_resize_transposed_run(dsc_context_of(from), &s, dsc_data(dense), dsc_data(made));
        else
            dsc_resize_run(dsc_context_of(from), &s, dsc_data(dense), dsc_data(made));
    }
    dsc_tensor_release(dense);
    dsc_tensor_release(workspace);
    dsc_options options = {.rank = count};
    memcpy(options.own, o, sizeof *o);
    return dsc_finish(
        &(dsc_record){.operation = operation, .count = 1, .inputs = inputs, .options = &options}, status,
        made, result);
}

dsc_status dsc_interpolate(dsc_tensor *x, size_t count, const size_t *sizes,
                           const dsc_interpolate_options *options, dsc_tensor **result) {
    return run(&dsc_operations[dsc_op_interpolate], false, x, count, sizes, options, result);
}

dsc_status dsc_interpolate_transposed(dsc_tensor *y, size_t count, const size_t *extents,
                                      const dsc_interpolate_options *options, dsc_tensor **result) {
    return run(&dsc_operations[dsc_op_interpolate_transposed], true, y, count, extents, options, result);
}

static void pull_back(dsc_pullback *p, bool transposes) {
    const dsc_options *o = &p->node->options;
    dsc_interpolate_options own;
    memcpy(&own, o->own, sizeof own);
    const size_t *extents = dsc_input_shape(p, 0)->shape + 2;
    const dsc_operation *operation =
        &dsc_operations[transposes ? dsc_op_interpolate_transposed : dsc_op_interpolate];
    dsc_tensor *made = NULL;
    dsc_give(p, 0, x_call(p, made, run(operation, transposes, p->upstream, o->rank, extents, &own, &made)));
}

void dsc_pull_back_interpolate(dsc_pullback *p) {
    pull_back(p, true);
}

void dsc_pull_back_interpolate_transposed(dsc_pullback *p) {
    pull_back(p, false);
}
