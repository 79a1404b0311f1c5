/* Softmax, its logarithm, and the logarithm of sums of exponentials. */
#include <string.h>

#include "descent/elementwise.h"
#include "operations/reduce.h"

/* The numbers before, along and behind a dimension. */
typedef struct extents {
    size_t outer, n, inner;
} extents;

static extents extents_around(const dsc_tensor *x, size_t dimension) {
    extents e = {1, 1, 1};
    for (size_t d = 0; d < x->rank; ++d)
        *(d < dimension ? &e.outer : d == dimension ? &e.n : &e.inner) *= x->shape[d];
    return e;
}

static dsc_status run(const dsc_operation *operation, bool logarithm, dsc_tensor *x, int64_t dimension,
                      dsc_tensor **result) {
    dsc_tensor *const inputs[] = {x};
    DSC_TRY(dsc_check_inputs(operation, 1, inputs, result));
    DSC_TRY(dsc_check_real(operation, x));
    size_t d;
    DSC_TRY(dsc_check_dimension(operation, dimension, dsc_max_size(x->rank, 1), &d));
    dsc_tensor *dense, *made = NULL;
    DSC_TRY(dsc_contiguous_of(x, &dense));
    dsc_status status = dsc_make_like(x, x->dtype, &made);
    extents e = extents_around(x, d);
    if (status == DSC_OK && x->count > 0)
        status = dsc_softmax_run(dsc_context_of(x), x->dtype, e.outer, e.n, e.inner, logarithm,
                                 dsc_data(dense), dsc_data(made));
    dsc_tensor_release(dense);
    return dsc_finish(&(dsc_record){.operation = operation,
                                    .count = 1,
                                    .inputs = inputs,
                                    .options = &(dsc_options){.sizes = {d}},
                                    .saved = {made}},
                      status, made, result);
}

dsc_status dsc_softmax(dsc_tensor *x, int64_t dimension, dsc_tensor **result) {
    return run(&dsc_operations[dsc_op_softmax], false, x, dimension, result);
}

dsc_status dsc_log_softmax(dsc_tensor *x, int64_t dimension, dsc_tensor **result) {
    return run(&dsc_operations[dsc_op_log_softmax], true, x, dimension, result);
}

static dsc_tensor *fused(dsc_pullback *p, const dsc_tensor *y, bool logarithm) {
    dsc_tensor *dense = NULL, *made = NULL;
    dense = x_call(p, dense, dsc_contiguous_of(p->upstream, &dense));
    made = x_call(p, made, dsc_make_like(y, y->dtype, &made));
    if (p->status != DSC_OK)
        return NULL;
    extents e = extents_around(y, p->node->options.sizes[0]);
    p->status = dsc_softmax_backward_run(dsc_context_of(y), y->dtype, e.outer, e.n, e.inner, logarithm,
                                         dsc_data(y), dsc_data(dense), dsc_data(made));
    return made;
}

static void pull_back(dsc_pullback *p, bool logarithm) {
    dsc_tensor *y = dsc_output(p, 0);
    if (y == NULL)
        return;
    dsc_tensor *numbers = fused(p, y, logarithm), *slope, *made = NULL;
    if (numbers == NULL || !p->creates_graph) {
        dsc_give(p, 0, numbers);
        return;
    }
    /* The same numbers, with the derivatives of the formula. */
    const int64_t d = (int64_t)p->node->options.sizes[0];
    if (logarithm) {
        dsc_tensor *share = x_multiply(p, x_exp(p, y), x_sum(p, p->upstream, 1, &d, true));
        slope = x_subtract(p, p->upstream, share);
    } else {
        dsc_tensor *sum = x_sum(p, x_multiply(p, p->upstream, y), 1, &d, true);
        slope = x_multiply(p, y, x_subtract(p, p->upstream, sum));
    }
    if (slope != NULL)
        dsc_give(p, 0, x_call(p, made, dsc_loss_slope(numbers, slope, &made)));
}

void dsc_pull_back_softmax(dsc_pullback *p) {
    pull_back(p, false);
}

void dsc_pull_back_log_softmax(dsc_pullback *p) {
    pull_back(p, true);
}

dsc_status dsc_logsumexp(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps,
                         dsc_tensor **result) {
    DSC_BEGIN(logsumexp, x);
    DSC_TRY(dsc_check_real(operation, x));
    dsc_reduction_plan plan;
    DSC_TRY(dsc_plan_reduction(operation, x, count, dimensions, keeps, &plan));
    dsc_tensor *dense, *made = NULL;
    size_t outer, inner;
    DSC_TRY(dsc_make(dsc_context_of(x), x->dtype, plan.rank, plan.shape, &made));
    dsc_status status = dsc_reduction_layout(x, &plan, &dense, &outer, &inner);
    if (status == DSC_OK) {
        if (plan.count == 0) /* the layout does not tell how many results there are */
            status = dsc_logsumexp_run(dsc_context_of(x), x->dtype, made->count, 0, 1, NULL, dsc_data(made));
        else
            status = dsc_logsumexp_run(dsc_context_of(x), x->dtype, outer, plan.count, inner, dsc_data(dense),
                                       dsc_data(made));
        dsc_tensor_release(dense);
    }
    dsc_options options = dsc_reduction_options(x, &plan);
    return DSC_END(status, made, .options = &options, .saved = {made});
}

/* An infinite result gives NaN where x equals it, as PyTorch's formula does. */
void dsc_pull_back_logsumexp(dsc_pullback *p) {
    dsc_tensor *sum = dsc_kept(p, dsc_output(p, 0));
    if (sum == NULL)
        return;
    dsc_tensor *weight = x_exp(p, x_subtract(p, dsc_input(p, 0), sum));
    dsc_give(p, 0, x_multiply(p, dsc_kept(p, p->upstream), weight));
}
