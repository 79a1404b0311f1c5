#include "losses/loss.h"

#include <math.h>
#include <string.h>

static dsc_status refuse(const dsc_loss_call *call, size_t input, const char *name) {
    const dsc_tensor *x = call->inputs[0], *t = call->inputs[input];
    return dsc_fail(t->dtype == x->dtype ? DSC_ERROR_SIZE : DSC_ERROR_DTYPE,
                    "%s: %s is %s of shape %s, must be %s of shape %s", call->operation->name, name,
                    dsc_dtype_name(t->dtype), dsc_shape_text(t->rank, t->shape).text,
                    dsc_dtype_name(x->dtype), dsc_shape_text(x->rank, x->shape).text);
}

dsc_status dsc_loss_check_alike(const dsc_loss_call *call, size_t input, const char *name) {
    const dsc_tensor *x = call->inputs[0], *t = call->inputs[input];
    return t->dtype == x->dtype && dsc_same_shape(t, x) ? DSC_OK : refuse(call, input, name);
}

dsc_status dsc_loss_check_not_differentiated(const dsc_loss_call *call, size_t input, const char *name) {
    if (call->inputs[input] == NULL || !dsc_records(1, &call->inputs[input]))
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s: there is no gradient by %s: detach it", call->operation->name,
                    name);
}

dsc_status dsc_loss_begin(dsc_loss_call *call, size_t differentiable) {
    bool records = dsc_records(dsc_min_size(differentiable, call->count), call->inputs);
    for (size_t i = 0; i < call->count; ++i) {
        if (call->inputs[i] == NULL)
            continue;
        DSC_TRY(dsc_contiguous_of(call->inputs[i], &call->dense[i]));
        if (records && i < differentiable && call->inputs[i]->requires_grad)
            DSC_TRY(dsc_make_like(call->inputs[i], call->inputs[i]->dtype, &call->found[i]));
    }
    bool is_reduced = call->reduction != DSC_REDUCTION_NONE;
    return dsc_make(dsc_context_of(call->inputs[0]), call->inputs[0]->dtype, is_reduced ? 0 : call->rank,
                    call->shape, &call->value);
}

dsc_status dsc_loss_end(dsc_loss_call *call, dsc_status status, dsc_tensor **result) {
    size_t values = 1;
    for (size_t d = 0; d < call->rank; ++d)
        values *= call->shape[d];
    bool is_mean = call->reduction == DSC_REDUCTION_MEAN;
    double divisor = call->divisor == 0 ? (double)values : call->divisor;
    call->options.number = is_mean ? 1 / divisor : 1;
    bool is_reduced = call->reduction != DSC_REDUCTION_NONE;
    call->options.rank = is_reduced ? 0 : call->broadcast_rank;
    memcpy(call->options.sizes, call->broadcast, sizeof call->options.sizes);
    status = dsc_finish(&(dsc_record){.operation = call->operation,
                                      .count = call->count,
                                      .inputs = call->inputs,
                                      .options = &call->options,
                                      .saved = {call->found[0], call->found[1], call->found[2]}},
                        status < 0 ? status : DSC_OK, call->value, result);
    for (size_t i = 0; i < DSC_LOSS_INPUTS; ++i)
        dsc_tensor_release(call->dense[i]);
    for (size_t i = 0; i < 3; ++i)
        dsc_tensor_release(call->found[i]);
    return status;
}

/* The kernel's numbers as something that depends on the inputs as the slope does. */
static dsc_tensor *x_with_slope(dsc_pullback *p, dsc_tensor *numbers, dsc_tensor *slope) {
    dsc_tensor *made = NULL;
    if (numbers == NULL)
        return NULL;
    return slope == NULL ? numbers : x_call(p, made, dsc_loss_slope(numbers, slope, &made));
}

static bool is_one(const dsc_tensor *t) {
    return t->count == 1 && dsc_number_at(t->dtype, dsc_data(t), 0) == 1;
}

void dsc_loss_pull_back(dsc_pullback *p, void (*slopes)(dsc_pullback *p, dsc_tensor **slope)) {
    const dsc_options *o = &p->node->options;
    dsc_tensor *slope[3] = {NULL};
    if (p->creates_graph && slopes != NULL)
        slopes(p, slope);
    dsc_tensor *factor = NULL;
    if (p->creates_graph || !is_one(p->upstream))
        factor = x_call(p, factor, dsc_reshape(p->upstream, o->rank, o->sizes, &factor));
    for (size_t i = 0; i < 3 && i < p->node->input_count; ++i) {
        if (p->node->saved[i] == NULL || !dsc_wants(p, i))
            continue;
        dsc_tensor *gradient = dsc_saved(p, i);
        if (slope[i] != NULL)
            gradient = x_with_slope(p, gradient, x_scale(p, slope[i], o->number));
        dsc_give(p, i, factor == NULL ? gradient : x_multiply(p, gradient, factor));
    }
}

/* An operation whose numbers are given, and whose derivatives are those of another tensor that stands for the
 * same. */
dsc_status dsc_loss_slope(dsc_tensor *numbers, dsc_tensor *other, dsc_tensor **result) {
    DSC_BEGIN(loss_slope, numbers, other);
    if (numbers->dtype != other->dtype)
        return dsc_check_same_dtype(operation, numbers, other);
    dsc_tensor *made = NULL;
    dsc_status status = dsc_tensor_detach(numbers, &made);
    return DSC_END(status, made);
}

void dsc_pull_back_loss_slope(dsc_pullback *p) {
    dsc_give(p, 1, p->upstream);
}

dsc_status dsc_loss_of_elements(const dsc_operation *operation, dsc_pointwise_loss *kernel, dsc_tensor *x,
                                dsc_tensor *y, dsc_tensor **result) {
    dsc_loss_call call = {
        .operation = operation, .reduction = kernel->reduction, .inputs = {x, y}, .count = 2};
    DSC_TRY(dsc_check_inputs(operation, 2, call.inputs, result));
    DSC_TRY(dsc_check_real(operation, x));
    DSC_TRY(dsc_loss_check_alike(&call, 1, "targets"));
    call.rank = call.broadcast_rank = x->rank;
    memcpy(call.shape, x->shape, sizeof call.shape);
    memcpy(call.broadcast, x->shape, sizeof call.broadcast);
    call.divisor = kernel->divisor;
    call.options.other = kernel->delta;
    dsc_status status = dsc_loss_begin(&call, 2);
    if (status == DSC_OK) {
        kernel->dtype = x->dtype;
        kernel->n = x->count;
        kernel->x = dsc_loss_input(&call, 0);
        kernel->y = dsc_loss_input(&call, 1);
        status = dsc_pointwise_loss_run(dsc_context_of(x), kernel, dsc_data(call.value),
                                        dsc_loss_found(&call, 0), dsc_loss_found(&call, 1), NULL);
    }
    return dsc_loss_end(&call, status, result);
}
