#include "losses/loss.h"

#include "autodiff/pass.h"

#include <math.h>
#include <stdio.h>

/* ---- Checks ---- */

dsc_status dsc_loss_refuse(const dsc_loss_call *call, size_t input, dsc_dtype dtype, size_t rank,
                           const size_t *shape) {
    const dsc_tensor *t = call->inputs[input].tensor, *x = call->inputs[0].tensor;
    return dsc_fail(t->dtype == dtype ? DSC_ERROR_SIZE : DSC_ERROR_DTYPE,
                    "%s: %s is %s of shape %s, must be %s of shape %s; %s is %s of shape %s",
                    call->operation->name, call->inputs[input].name, dsc_dtype_name(t->dtype),
                    dsc_shape_text(t->rank, t->shape).text, dsc_dtype_name(dtype),
                    dsc_shape_text(rank, shape).text, call->inputs[0].name, dsc_dtype_name(x->dtype),
                    dsc_shape_text(x->rank, x->shape).text);
}

dsc_status dsc_loss_check_shape(const dsc_loss_call *call, size_t input, dsc_dtype dtype, size_t rank,
                                const size_t *shape) {
    const dsc_tensor *t = call->inputs[input].tensor;
    bool is_right = t->dtype == dtype && t->rank == rank;
    for (size_t d = 0; is_right && d < rank; ++d)
        is_right = t->shape[d] == shape[d];
    return is_right ? DSC_OK : dsc_loss_refuse(call, input, dtype, rank, shape);
}

dsc_status dsc_loss_check_not_differentiated(const dsc_loss_call *call, size_t input) {
    if (!dsc_records(1, &call->inputs[input].tensor))
        return DSC_OK;
    return dsc_fail(DSC_ERROR_ARGUMENT, "%s: there is no gradient by %s: detach it", call->operation->name,
                    call->inputs[input].name);
}

static dsc_status check_element_weights(const dsc_loss_call *call, size_t input) {
    const dsc_tensor *t = call->inputs[input].tensor, *x = call->inputs[0].tensor;
    bool fits = t->dtype == x->dtype && t->rank <= x->rank;
    for (size_t d = 0; fits && d < t->rank; ++d)
        fits = t->shape[d] == 1 || t->shape[d] == x->shape[x->rank - t->rank + d];
    if (fits)
        return dsc_loss_check_not_differentiated(call, input);
    return dsc_fail(t->dtype == x->dtype ? DSC_ERROR_SIZE : DSC_ERROR_DTYPE,
                    "%s: %s is %s of shape %s, must be %s of a shape that broadcasts to %s",
                    call->operation->name, call->inputs[input].name, dsc_dtype_name(t->dtype),
                    dsc_shape_text(t->rank, t->shape).text, dsc_dtype_name(x->dtype),
                    dsc_shape_text(x->rank, x->shape).text);
}

static dsc_status check_role(const dsc_loss_call *call, size_t input) {
    const dsc_tensor *x = call->inputs[0].tensor;
    switch (call->inputs[input].role) {
    case DSC_LOSS_NUMBERS:
    case DSC_LOSS_LABELS:
        return dsc_loss_check_shape(call, input, x->dtype, x->rank, x->shape);
    case DSC_LOSS_ELEMENT_WEIGHTS:
        return check_element_weights(call, input);
    default:
        return DSC_OK;
    }
}

static bool may_be_null(dsc_loss_role role) {
    return role == DSC_LOSS_NOTHING || role == DSC_LOSS_ELEMENT_WEIGHTS || role == DSC_LOSS_OPTIONAL;
}

dsc_status dsc_loss_check(dsc_loss_call *call, dsc_tensor **result) {
    const char *name = call->operation->name;
    if (result == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: result is NULL", name);
    for (size_t i = 0; i < DSC_LOSS_INPUTS; ++i)
        if (call->inputs[i].tensor != NULL)
            call->count = i + 1;
        else if (!may_be_null(call->inputs[i].role))
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %s is NULL", name, call->inputs[i].name);
    if (!dsc_is_real(call->inputs[0].tensor->dtype))
        return dsc_fail(DSC_ERROR_DTYPE, "%s: %s is of type %s, must be float32 or float64", name,
                        call->inputs[0].name, dsc_dtype_name(call->inputs[0].tensor->dtype));
    for (size_t i = 1; i < call->count; ++i)
        if (call->inputs[i].tensor != NULL)
            DSC_TRY(check_role(call, i));
    return DSC_OK;
}

dsc_status dsc_loss_class_dimension(const dsc_loss_call *call, size_t *dimension) {
    const dsc_tensor *x = call->inputs[0].tensor;
    if (x->rank == 0)
        return dsc_fail(DSC_ERROR_SIZE, "%s: %s is a scalar, must have a dimension of classes",
                        call->operation->name, call->inputs[0].name);
    *dimension = x->rank == 1 ? 0 : 1;
    return DSC_OK;
}

dsc_status dsc_loss_check_classes(const dsc_loss_call *call, size_t input, size_t dimension) {
    const dsc_tensor *x = call->inputs[0].tensor, *t = call->inputs[input].tensor;
    if (x->rank == 1 && t->count == 1 && t->dtype == DSC_INT64)
        return DSC_OK;
    size_t shape[DSC_MAX_RANK], rank = 0;
    for (size_t d = 0; d < x->rank; ++d)
        if (d != dimension)
            shape[rank++] = x->shape[d];
    return dsc_loss_check_shape(call, input, DSC_INT64, rank, shape);
}

dsc_status dsc_loss_check_class_weights(const dsc_loss_call *call, size_t input, size_t classes) {
    if (call->inputs[input].tensor == NULL)
        return DSC_OK;
    DSC_TRY(dsc_loss_check_shape(call, input, call->inputs[0].tensor->dtype, 1, &classes));
    return dsc_loss_check_not_differentiated(call, input);
}

dsc_status dsc_loss_check_rows(const dsc_loss_call *call) {
    const dsc_tensor *x = call->inputs[0].tensor;
    if (x->rank > 0 && x->shape[x->rank - 1] > 0)
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "%s: %s is of shape %s, must be rows of at least one number",
                    call->operation->name, call->inputs[0].name, dsc_shape_text(x->rank, x->shape).text);
}

/* ---- From the inputs to the tape ---- */

void dsc_loss_set_values(dsc_loss_call *call, size_t dimension) {
    const dsc_tensor *x = call->inputs[0].tensor;
    size_t rank = 0, values = 1;
    for (size_t d = 0; d < x->rank; ++d) {
        call->broadcast[d] = d == dimension ? 1 : x->shape[d];
        values *= call->broadcast[d];
        if (d != dimension)
            call->shape[rank++] = x->shape[d];
    }
    call->rank = rank;
    call->values = values;
    call->broadcast_rank = x->rank;
}

static dsc_status make_dense(dsc_loss_call *call, size_t input) {
    const dsc_tensor *x = call->inputs[0].tensor;
    dsc_tensor *t = call->inputs[input].tensor;
    if (call->inputs[input].role != DSC_LOSS_ELEMENT_WEIGHTS || dsc_same_shape(t, x))
        return dsc_borrow_contiguous(t, &call->dense[input]);
    dsc_tensor *repeated;
    DSC_TRY(dsc_broadcast_view(call->operation->name, t, x->rank, x->shape, &repeated));
    dsc_status status = dsc_contiguous_of(repeated, &call->dense[input]);
    dsc_tensor_release(repeated);
    return status;
}

dsc_status dsc_loss_begin(dsc_loss_call *call) {
    for (size_t i = 0; i < call->count; ++i) {
        dsc_tensor *t = call->inputs[i].tensor;
        if (t == NULL)
            continue;
        if (i >= DSC_LOSS_GRADIENTS && t->requires_grad)
            DSC_TRY(dsc_tensor_detach(t, &call->recorded[i]));
        else
            call->recorded[i] = t;
        DSC_TRY(make_dense(call, i));
    }
    size_t differentiable = dsc_min_size(call->count, DSC_LOSS_GRADIENTS);
    bool records = dsc_records(differentiable, call->recorded);
    for (size_t i = 0; records && i < differentiable; ++i) {
        const dsc_tensor *t = call->recorded[i];
        if (t != NULL && t->requires_grad)
            DSC_TRY(dsc_make_like(t, t->dtype, &call->found[i]));
    }
    const dsc_tensor *x = call->inputs[0].tensor;
    bool is_reduced = call->reduction != DSC_REDUCTION_NONE;
    return dsc_make(dsc_context_of(x), x->dtype, is_reduced ? 0 : call->rank, call->shape, &call->value);
}

dsc_status dsc_loss_name_refusal(const dsc_loss_call *call, dsc_status status) {
    if (status >= 0)
        return status;
    char text[512];
    snprintf(text, sizeof text, "%s", dsc_last_error());
    return dsc_fail(status, "%s: %s", call->operation->name, text);
}

dsc_status dsc_loss_end(dsc_loss_call *call, dsc_status status, dsc_tensor **result) {
    dsc_options options; /* what reductions have no use for need not be set */
    options.rank = call->reduction == DSC_REDUCTION_NONE ? call->broadcast_rank : 0;
    for (size_t d = 0; d < options.rank; ++d)
        options.sizes[d] = call->broadcast[d];
    if (call->options != NULL)
        memcpy(options.own, call->options, call->options_size);
    double divisor = call->divisor != 0 ? call->divisor : (double)call->values;
    options.number = call->reduction == DSC_REDUCTION_MEAN ? 1 / divisor : 1;
    status = dsc_finish(&(dsc_record){.operation = call->operation,
                                      .count = call->count,
                                      .inputs = call->recorded,
                                      .options = &options,
                                      .saved = {call->found[0], call->found[1], call->found[2]}},
                        status < 0 ? dsc_loss_name_refusal(call, status) : DSC_OK, call->value, result);
    for (size_t i = 0; i < call->count; ++i) {
        dsc_return_contiguous(call->inputs[i].tensor, call->dense[i]);
        if (call->recorded[i] != call->inputs[i].tensor)
            dsc_tensor_release(call->recorded[i]);
        if (i < DSC_LOSS_GRADIENTS && call->found[i] != NULL)
            dsc_release(call->found[i]);
    }
    return status;
}

/* ---- Derivatives ---- */

/* The kernel's numbers as something that depends on the inputs as the slope does. */
static dsc_tensor *x_with_slope(dsc_pullback *p, dsc_tensor *numbers, dsc_tensor *slope) {
    dsc_tensor *made = NULL;
    if (numbers == NULL)
        return NULL;
    return slope == NULL ? numbers : x_call(p, made, dsc_loss_slope(numbers, slope, &made));
}

/* For a leaf, or a caller, to keep and change: what is saved must stay for the next pass. */
static dsc_tensor *x_copy(dsc_pullback *p, dsc_tensor *gradient) {
    dsc_tensor *made = NULL;
    return gradient == NULL ? NULL : x_call(p, made, dsc_clone(gradient, &made));
}

static bool is_one(const dsc_tensor *t) {
    return t->count == 1 && dsc_number_at(t->dtype, dsc_data(t), 0) == 1;
}

/* The kernel's gradients where they were given away. */
static void make_again(dsc_pullback *p, dsc_loss_again *again) {
    dsc_tensor *made = NULL;
    bool was_off = dsc_tape_here.is_off;
    dsc_tape_here.is_off = false;
    dsc_tensor *result = x_call(p, made, again(p, &made));
    dsc_tape_here.is_off = was_off;
    for (size_t i = 0; result != NULL && i < DSC_LOSS_GRADIENTS; ++i) {
        dsc_node *node = p->node;
        dsc_tensor_release(node->saved[i]);
        node->saved[i] = dsc_tensor_retain(result->node->saved[i]);
        node->saved_versions[i] = result->node->saved_versions[i];
    }
}

/* A gradient that nobody else has yet, as the pull-back's own. */
static dsc_tensor *x_give_away(dsc_pullback *p, size_t i, dsc_tensor *gradient) {
    if (gradient != NULL)
        p->node->saved[i] = NULL;
    return gradient == NULL ? NULL : dsc_keep(p, DSC_OK, gradient);
}

void dsc_loss_pull_back(dsc_pullback *p, void (*slopes)(dsc_pullback *p, dsc_tensor **slope)) {
    dsc_loss_pull_back_again(p, slopes, NULL);
}

void dsc_loss_pull_back_again(dsc_pullback *p, void (*slopes)(dsc_pullback *p, dsc_tensor **slope),
                              dsc_loss_again *again) {
    const dsc_options *o = &p->node->options;
    dsc_tensor *slope[DSC_LOSS_GRADIENTS] = {NULL};
    if (p->creates_graph && slopes != NULL)
        slopes(p, slope);
    dsc_tensor *factor = NULL;
    if (p->creates_graph || !is_one(p->upstream))
        factor = x_call(p, factor, dsc_reshape(p->upstream, o->rank, o->sizes, &factor));
    for (size_t i = 0; i < DSC_LOSS_GRADIENTS && i < p->node->input_count; ++i) {
        if (!dsc_wants(p, i))
            continue;
        if (p->node->saved[i] == NULL && again != NULL)
            make_again(p, again);
        if (p->node->saved[i] == NULL)
            continue;
        dsc_tensor *gradient = dsc_saved(p, i);
        if (slope[i] != NULL)
            gradient = x_with_slope(p, gradient, x_scale(p, slope[i], o->number));
        if (factor != NULL)
            gradient = x_multiply(p, gradient, factor);
        else if (p->node->inputs[i]->node == NULL || p->pass->targets != NULL)
            gradient = again != NULL ? x_give_away(p, i, gradient) : x_copy(p, gradient);
        dsc_give(p, i, gradient);
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

/* ---- Elements and rows ---- */

dsc_status dsc_loss_of_elements(dsc_loss_call *call, dsc_pointwise_loss *kernel, dsc_tensor **result) {
    DSC_TRY(dsc_loss_check(call, result));
    const dsc_tensor *x = call->inputs[0].tensor;
    dsc_loss_set_values(call, SIZE_MAX);
    kernel->reduction = call->reduction;
    kernel->divisor = call->divisor;
    dsc_status status = dsc_loss_begin(call);
    if (status == DSC_OK) {
        bool has_y = call->inputs[1].tensor != NULL, has_z = call->inputs[2].tensor != NULL;
        kernel->dtype = x->dtype;
        kernel->n = x->count;
        kernel->x = dsc_loss_input_data(call, 0);
        kernel->y = dsc_loss_input_data(call, has_y ? 1 : 3);
        kernel->z = has_z ? dsc_loss_input_data(call, 2) : has_y ? dsc_loss_input_data(call, 3) : NULL;
        kernel->w = dsc_loss_input_data(call, 4);
        status =
            dsc_pointwise_loss_run(dsc_context_of(x), kernel, dsc_data(call->value), dsc_loss_found(call, 0),
                                   dsc_loss_found(call, 1), dsc_loss_found(call, 2));
    }
    return dsc_loss_end(call, status, result);
}

dsc_status dsc_loss_of_pair(const dsc_operation *operation, dsc_reduction reduction,
                            dsc_pointwise_loss *kernel, dsc_tensor *prediction, dsc_tensor *targets,
                            dsc_tensor **result) {
    dsc_loss_call call = {
        .operation = operation,
        .reduction = reduction,
        .inputs = {{prediction, "prediction", DSC_LOSS_NUMBERS}, {targets, "targets", DSC_LOSS_NUMBERS}}};
    return dsc_loss_of_elements(&call, kernel, result);
}

dsc_status dsc_loss_of_rows(dsc_loss_call *call, dsc_row_loss *kernel, dsc_tensor **result) {
    const dsc_tensor *x = call->inputs[0].tensor;
    DSC_TRY(dsc_loss_check_rows(call));
    dsc_loss_set_values(call, x->rank - 1u);
    kernel->reduction = call->reduction;
    dsc_status status = dsc_loss_begin(call);
    if (status == DSC_OK) {
        kernel->dtype = x->dtype;
        kernel->columns = x->shape[x->rank - 1];
        kernel->rows = x->count / kernel->columns;
        kernel->x = dsc_loss_input_data(call, 0);
        kernel->y = dsc_loss_input_data(call, 1);
        kernel->z = dsc_loss_input_data(call, 2);
        const dsc_tensor *third = call->dense[3];
        if (third != NULL && third->dtype == DSC_INT64)
            kernel->targets = dsc_data(third);
        else if (third != NULL)
            kernel->z = dsc_data(third);
        kernel->weight = dsc_loss_input_data(call, 4);
        status = dsc_row_loss_run(dsc_context_of(x), kernel, dsc_data(call->value), dsc_loss_found(call, 0),
                                  dsc_loss_found(call, 1), dsc_loss_found(call, 2));
    }
    return dsc_loss_end(call, status, result);
}
