#include "operations/reduce.h"

#include <math.h>
#include <string.h>

#include "descent/elementwise.h"

dsc_status dsc_plan_reduction(const dsc_operation *operation, const dsc_tensor *x, size_t count,
                              const int64_t *dimensions, bool keeps, dsc_reduction_plan *plan) {
    *plan = (dsc_reduction_plan){.count = 1};
    if (count > 0 && dimensions == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: dimensions is NULL", operation->name);
    for (size_t i = 0; i < count; ++i) {
        size_t d;
        /* A number has a dimension 0 to go over, as in PyTorch. */
        DSC_TRY(dsc_check_dimension(operation, dimensions[i], dsc_max_size(x->rank, 1), &d));
        if (plan->is_reduced[d])
            return dsc_fail(DSC_ERROR_SIZE, "%s: dimension %zu is named twice", operation->name, d);
        plan->is_reduced[d] = true;
    }
    for (size_t d = 0; d < x->rank; ++d) {
        plan->is_reduced[d] |= count == 0;
        plan->kept_shape[d] = plan->is_reduced[d] ? 1 : x->shape[d];
        if (plan->is_reduced[d])
            plan->count *= x->shape[d];
        if (keeps || !plan->is_reduced[d])
            plan->shape[plan->rank++] = plan->kept_shape[d];
    }
    return DSC_OK;
}

dsc_status dsc_reduction_layout(dsc_tensor *x, const dsc_reduction_plan *plan, dsc_tensor **dense,
                                size_t *outer, size_t *inner) {
    /* One stretch of reduced dimensions can be gone over where it is. */
    size_t stretches = 0;
    *outer = *inner = 1;
    for (size_t d = 0; d < x->rank; ++d) {
        bool is_reduced = plan->is_reduced[d] && x->shape[d] != 1;
        bool begins = is_reduced && (stretches == 0 || *inner > 1);
        stretches += begins;
        if (!is_reduced && stretches == 0)
            *outer *= x->shape[d];
        else if (!is_reduced)
            *inner *= x->shape[d];
    }
    if (stretches <= 1)
        return dsc_contiguous_of(x, dense);
    size_t shape[DSC_MAX_RANK], strides[DSC_MAX_RANK], rank = 0;
    for (int reduced = 0; reduced < 2; ++reduced)
        for (size_t d = 0; d < x->rank; ++d)
            if (plan->is_reduced[d] == (reduced == 1)) {
                shape[rank] = x->shape[d];
                strides[rank++] = x->strides[d];
            }
    dsc_tensor *ordered;
    DSC_TRY(dsc_view_of(x, rank, shape, strides, 0, &ordered));
    dsc_status status = dsc_contiguous_of(ordered, dense);
    dsc_tensor_release(ordered);
    *outer = plan->count == 0 ? 0 : x->count / plan->count;
    *inner = 1;
    return status;
}

dsc_options dsc_reduction_options(const dsc_tensor *x, const dsc_reduction_plan *plan) {
    dsc_options options = {.rank = x->rank};
    memcpy(options.sizes, plan->kept_shape, sizeof options.sizes);
    return options;
}

dsc_tensor *dsc_kept(dsc_pullback *p, dsc_tensor *t) {
    dsc_tensor *made = NULL;
    const dsc_options *o = &p->node->options;
    return t == NULL ? NULL : x_call(p, made, dsc_reshape(t, o->rank, o->sizes, &made));
}

/* Summing over an extent of 1 that was not reduced changes nothing. */
dsc_tensor *dsc_sum_kept(dsc_pullback *p, dsc_tensor *t) {
    const dsc_options *o = &p->node->options;
    int64_t dimensions[DSC_MAX_RANK];
    size_t count = 0;
    for (size_t d = 0; d < o->rank; ++d)
        if (o->sizes[d] == 1)
            dimensions[count++] = (int64_t)d;
    return x_sum(p, t, count, dimensions, true);
}

static void sum_whole(const dsc_tensor *x, size_t outer, size_t n, size_t inner, int64_t *out) {
    const void *data = dsc_data(x);
    for (size_t o = 0; o < outer; ++o)
        for (size_t i = 0; i < inner; ++i) {
            uint64_t sum = 0; /* wraps, as PyTorch's */
            for (size_t j = 0; j < n; ++j) {
                size_t at = (o * n + j) * inner + i;
                sum += x->dtype == DSC_INT64 ? (uint64_t)((const int64_t *)data)[at]
                                             : ((const uint8_t *)data)[at];
            }
            out[o * inner + i] = (int64_t)sum;
        }
}

dsc_status dsc_sum(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps, dsc_tensor **result) {
    DSC_BEGIN(sum, x);
    dsc_reduction_plan plan;
    DSC_TRY(dsc_plan_reduction(operation, x, count, dimensions, keeps, &plan));
    if (x->dtype == DSC_FLOAT16 || x->dtype == DSC_BFLOAT16)
        return dsc_check_real(operation, x);
    size_t outer, inner;
    dsc_tensor *dense, *made = NULL;
    DSC_TRY(dsc_reduction_layout(x, &plan, &dense, &outer, &inner));
    bool is_real = dsc_is_real(x->dtype);
    dsc_status status =
        dsc_make(dsc_context_of(x), is_real ? x->dtype : DSC_INT64, plan.rank, plan.shape, &made);
    if (status == DSC_OK && plan.count == 0)
        memset(dsc_data(made), 0, made->count * dsc_dtype_size(made->dtype));
    else if (status == DSC_OK && is_real)
        status = dsc_sum_run(dsc_context_of(x), x->dtype, outer, plan.count, inner, dsc_data(dense),
                             dsc_data(made));
    else if (status == DSC_OK)
        sum_whole(dense, outer, plan.count, inner, dsc_data(made));
    dsc_tensor_release(dense);
    dsc_options options = dsc_reduction_options(x, &plan);
    return DSC_END(status, made, .options = &options);
}

/* Each number gets its sum's gradient. */
void dsc_pull_back_sum(dsc_pullback *p) {
    dsc_give(p, 0, x_expand_like(p, dsc_kept(p, p->upstream), dsc_input_shape(p, 0)));
}

dsc_status dsc_mean(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps, dsc_tensor **result) {
    static const dsc_operation mean = {.name = "mean"}; /* not a row, but named in messages */
    DSC_TRY(dsc_check_inputs(&mean, 1, &x, result));
    DSC_TRY(dsc_check_real(&mean, x));
    dsc_reduction_plan plan;
    DSC_TRY(dsc_plan_reduction(&mean, x, count, dimensions, keeps, &plan));
    dsc_tensor *sum, *divisor = NULL;
    DSC_TRY(dsc_sum(x, count, dimensions, keeps, &sum));
    dsc_status status = dsc_tensor_full(dsc_context_of(x), x->dtype, 0, NULL, (double)plan.count, &divisor);
    if (status == DSC_OK)
        status = dsc_divide(sum, divisor, result);
    dsc_tensor_release(sum);
    dsc_tensor_release(divisor);
    return status;
}
