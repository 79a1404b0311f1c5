/* A linear layer with its activation: one kernel forward, one backward. */
#include <string.h>

#include "linalg/linear.h"
#include "operations/activations.h"

static dsc_linear_call call_of(const dsc_tensor *x, const dsc_tensor *w, const dsc_tensor *b,
                               dsc_activation activation) {
    size_t inputs = w->shape[1];
    return (dsc_linear_call){.dtype = x->dtype,
                             .activation = activation,
                             .batch = x->count / inputs,
                             .inputs = inputs,
                             .outputs = w->shape[0],
                             .x = dsc_data(x),
                             .w = dsc_data(w),
                             .b = b == NULL ? NULL : dsc_data(b)};
}

static dsc_status check(const dsc_operation *operation, const dsc_tensor *x, const dsc_tensor *w,
                        const dsc_tensor *b, dsc_activation activation) {
    DSC_TRY(dsc_check_activation(operation->name, activation));
    DSC_TRY(dsc_check_real(operation, x));
    DSC_TRY(dsc_check_same_dtype(operation, x, w));
    if (b != NULL)
        DSC_TRY(dsc_check_same_dtype(operation, x, b));
    if (w->rank != 2 || x->rank == 0 || x->shape[x->rank - 1] != w->shape[1])
        return dsc_fail(DSC_ERROR_SIZE,
                        "linear: x is of shape %s and weight of shape %s; the last extents must agree",
                        dsc_shape_text(x->rank, x->shape).text, dsc_shape_text(w->rank, w->shape).text);
    if (w->count == 0)
        return dsc_fail(DSC_ERROR_SIZE, "linear: weight is of shape %s, must have inputs and outputs",
                        dsc_shape_text(w->rank, w->shape).text);
    if (b != NULL && (b->rank != 1 || b->shape[0] != w->shape[0]))
        return dsc_fail(DSC_ERROR_SIZE, "linear: bias is of shape %s, must be [%zu]",
                        dsc_shape_text(b->rank, b->shape).text, w->shape[0]);
    return DSC_OK;
}

dsc_status dsc_linear(dsc_tensor *x, dsc_tensor *weight, dsc_tensor *bias, dsc_activation activation,
                      dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[dsc_op_linear];
    dsc_tensor *const inputs[] = {x, weight, bias};
    DSC_TRY(dsc_check_inputs(operation, 2, inputs, result));
    DSC_TRY(check(operation, x, weight, bias, activation));
    size_t shape[DSC_MAX_RANK];
    memcpy(shape, x->shape, sizeof shape);
    shape[x->rank - 1] = weight->shape[0];
    DSC_TRY(dsc_check_shape("linear", x->dtype, x->rank, shape));
    dsc_tensor *dense_x = x, *dense_w = weight, *dense_b = bias, *made = NULL;
    dsc_status status = dsc_borrow_contiguous(x, &dense_x);
    if (status == DSC_OK)
        status = dsc_borrow_contiguous(weight, &dense_w);
    if (status == DSC_OK && bias != NULL)
        status = dsc_borrow_contiguous(bias, &dense_b);
    if (status == DSC_OK)
        status = dsc_make(dsc_context_of(x), x->dtype, x->rank, shape, &made);
    if (status == DSC_OK) {
        dsc_linear_call call = call_of(dense_x, dense_w, dense_b, activation);
        call.y = dsc_data(made);
        status = dsc_linear_run(dsc_context_of(x), &call, call.outputs);
    }
    dsc_return_contiguous(x, dense_x);
    dsc_return_contiguous(weight, dense_w);
    dsc_return_contiguous(bias, dense_b);
    const dsc_options options = {.number = activation};
    return dsc_finish(&(dsc_record){.operation = operation,
                                    .count = bias == NULL ? 2 : 3,
                                    .inputs = inputs,
                                    .options = &options,
                                    .saved = {activation == DSC_ACTIVATION_NONE ? NULL : made}},
                      status, made, result);
}

/* ---- The first-order pass: the kernel's ---- */

static void fused(dsc_pullback *p) {
    dsc_tensor *x = x_in_order(p, dsc_input(p, 0)), *w = x_in_order(p, dsc_input(p, 1));
    const dsc_tensor *dz = x_in_order(p, x_behind_own(p));
    if (p->status != DSC_OK)
        return;
    /* x's gradient is made anew always: the kernel does not add to it. */
    dsc_gradient_target by_x, by_w, by_b = {0};
    dsc_make_target(p, 0, &by_x);
    dsc_find_target(p, 1, &by_w);
    if (p->node->input_count == 3)
        dsc_find_target(p, 2, &by_b);
    if (p->status != DSC_OK)
        return;
    dsc_linear_call call = call_of(x, w, NULL, DSC_ACTIVATION_NONE);
    dsc_linear_gradients gradients = {.dy = dsc_data(dz),
                                      .dx = by_x.data,
                                      .dw = by_w.data,
                                      .db = by_b.data,
                                      .add_dw = by_w.add,
                                      .add_db = by_b.add};
    p->status = dsc_linear_run_back(dsc_context_of(x), &call, &gradients, call.outputs);
    dsc_give_target(p, 0, &by_x);
    dsc_give_target(p, 1, &by_w);
    dsc_give_target(p, 2, &by_b);
}

/* ---- The same in operations, to be differentiated ---- */

static dsc_tensor *x_rows(dsc_pullback *p, dsc_tensor *t) {
    if (t == NULL)
        return NULL;
    const size_t columns = t->shape[t->rank - 1];
    return x_reshape(p, t, 2, (const size_t[]){t->count / columns, columns});
}

static void composed(dsc_pullback *p) {
    dsc_tensor *dz = x_behind_own(p);
    if (dsc_wants(p, 0))
        dsc_give(p, 0, x_matmul(p, dz, dsc_input(p, 1)));
    dsc_tensor *rows = x_rows(p, dz);
    if (dsc_wants(p, 1))
        dsc_give(p, 1, x_matmul(p, x_transposed(p, rows), x_rows(p, dsc_input(p, 0))));
    if (p->node->input_count == 3 && dsc_wants(p, 2))
        dsc_give(p, 2, x_sum(p, rows, 1, (const int64_t[]){0}, false));
}

void dsc_pull_back_linear(dsc_pullback *p) {
    if (p->creates_graph)
        composed(p);
    else
        fused(p);
}
