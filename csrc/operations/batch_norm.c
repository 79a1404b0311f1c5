/* Batch normalization: fused forward and first-order backward. */
#include "elementwise/batch_norm.h"

#include <math.h>
#include <string.h>

#include "operations/table.h"

/* ---- Checks ---- */

static dsc_status check_channels(const dsc_operation *operation, const dsc_tensor *x, const char *name,
                                 const dsc_tensor *t) {
    if (t == NULL)
        return DSC_OK;
    DSC_TRY(dsc_check_same_dtype(operation, x, t));
    if (t->rank == 1 && t->shape[0] == x->shape[1])
        return DSC_OK;
    return dsc_fail(DSC_ERROR_SIZE, "batch_norm: %s is of shape %s, must be [%zu]", name,
                    dsc_shape_text(t->rank, t->shape).text, x->shape[1]);
}

static dsc_status check_options(const dsc_batch_norm_options *o, bool measures) {
    if (!(o->eps >= 0 && o->eps < INFINITY) || (measures && o->eps == 0))
        return dsc_fail(DSC_ERROR_ARGUMENT, "batch_norm: eps is %g, must be %s and finite", o->eps,
                        measures ? "above 0" : "at least 0");
    if (!isfinite(o->momentum))
        return dsc_fail(DSC_ERROR_ARGUMENT, "batch_norm: momentum is %g, must be finite", o->momentum);
    return DSC_OK;
}

static dsc_status check(const dsc_operation *operation, dsc_tensor *const *inputs, dsc_tensor *const *running,
                        const dsc_batch_norm_options *o, bool measures) {
    const dsc_tensor *x = inputs[0];
    DSC_TRY(dsc_check_real(operation, x));
    if (x->rank < 2)
        return dsc_fail(DSC_ERROR_SIZE, "batch_norm: x is of shape %s, must be [N, C] or [N, C, d1, ...]",
                        dsc_shape_text(x->rank, x->shape).text);
    DSC_TRY(check_channels(operation, x, "weight", inputs[1]));
    DSC_TRY(check_channels(operation, x, "bias", inputs[2]));
    if ((running[0] == NULL) != (running[1] == NULL))
        return dsc_fail(DSC_ERROR_ARGUMENT, "batch_norm: %s is NULL, which the other running numbers are not",
                        running[0] == NULL ? "running_mean" : "running_var");
    DSC_TRY(check_channels(operation, x, "running_mean", running[0]));
    DSC_TRY(check_channels(operation, x, "running_var", running[1]));
    if (dsc_records(2, running))
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "batch_norm: there is no gradient by running numbers: detach them");
    if (measures && x->count > 0 && x->count == x->shape[1])
        return dsc_fail(DSC_ERROR_SIZE,
                        "batch_norm: x is of shape %s, must have more than one value for each channel",
                        dsc_shape_text(x->rank, x->shape).text);
    return check_options(o, measures);
}

/* ---- Forward ---- */

/* What the kernels go over. statistics: float64 [3, C], the mean, 1 / sqrt(variance + eps), and the sum of
 * squares that the variance is made of, or 0 where that is a running one. */
static dsc_batch_norm_call kernel_of(const dsc_tensor *x, const dsc_tensor *weight,
                                     const dsc_tensor *statistics) {
    const size_t channels = x->shape[1];
    double *mean = dsc_data(statistics);
    return (dsc_batch_norm_call){.dtype = x->dtype,
                                 .outer = x->shape[0],
                                 .channels = channels,
                                 .inner = x->count / x->shape[0] / channels,
                                 .x = dsc_data(x),
                                 .weight = weight == NULL ? NULL : dsc_data(weight),
                                 .mean = mean,
                                 .inverse = mean + channels};
}

static dsc_status make_workspace(const dsc_tensor *x, dsc_batch_norm_call *norm, dsc_tensor **workspace) {
    const size_t count = dsc_batch_norm_workspace(norm);
    DSC_TRY(dsc_make(dsc_context_of(x), DSC_FLOAT64, 1, &count, workspace));
    norm->workspace = dsc_data(*workspace);
    return DSC_OK;
}

static void take_running(dsc_tensor *const *running, double eps, dsc_batch_norm_call *norm) {
    for (size_t c = 0; c < norm->channels; ++c) {
        norm->mean[c] = dsc_number_at(norm->dtype, dsc_data(running[0]), c * running[0]->strides[0]);
        double variance = dsc_number_at(norm->dtype, dsc_data(running[1]), c * running[1]->strides[0]);
        norm->inverse[c] = 1 / sqrt(variance + eps);
    }
}

static dsc_status compute(const dsc_tensor *x, const dsc_tensor *weight, const dsc_tensor *bias,
                          dsc_tensor *const *running, double eps, bool measures, dsc_tensor *statistics,
                          dsc_tensor *made) {
    dsc_batch_norm_call norm = kernel_of(x, weight, statistics);
    const void *shift = bias == NULL ? NULL : dsc_data(bias);
    dsc_tensor *workspace = NULL;
    DSC_TRY(make_workspace(x, &norm, &workspace));
    if (measures) {
        dsc_batch_norm_train(dsc_context_of(x), &norm, eps, shift, norm.mean + 2 * norm.channels,
                             dsc_data(made));
    } else {
        take_running(running, eps, &norm);
        memset(norm.mean + 2 * norm.channels, 0, norm.channels * sizeof(double));
        dsc_batch_norm_apply(dsc_context_of(x), &norm, shift, dsc_data(made));
    }
    dsc_tensor_release(workspace);
    return DSC_OK;
}

static void track(const dsc_tensor *x, const dsc_tensor *statistics, double momentum,
                  dsc_tensor *const *running) {
    dsc_batch_norm_call norm = kernel_of(x, NULL, statistics);
    dsc_note_change(running[0]);
    dsc_note_change(running[1]);
    dsc_batch_norm_track(&norm, norm.mean + 2 * norm.channels, momentum, dsc_data(running[0]),
                         running[0]->strides[0], dsc_data(running[1]), running[1]->strides[0]);
}

dsc_status dsc_batch_norm(dsc_tensor *x, dsc_tensor *weight, dsc_tensor *bias, dsc_tensor *running_mean,
                          dsc_tensor *running_var, const dsc_batch_norm_options *options,
                          dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[dsc_op_batch_norm];
    const dsc_batch_norm_options o =
        options != NULL ? *options : (dsc_batch_norm_options)DSC_BATCH_NORM_OPTIONS;
    dsc_tensor *const inputs[] = {x, weight, bias}, *const running[] = {running_mean, running_var};
    DSC_TRY(dsc_check_inputs(operation, 1, inputs, result));
    const bool measures = o.training || running_mean == NULL;
    DSC_TRY(check(operation, inputs, running, &o, measures));
    dsc_tensor *dense[3] = {NULL}, *made = NULL, *statistics = NULL;
    dsc_status status = DSC_OK;
    for (size_t i = 0; status == DSC_OK && i < 3; ++i)
        if (inputs[i] != NULL)
            status = dsc_contiguous_of(inputs[i], &dense[i]);
    if (status == DSC_OK)
        status = dsc_make_like(x, x->dtype, &made);
    if (status == DSC_OK)
        status = dsc_make(dsc_context_of(x), DSC_FLOAT64, 2, (const size_t[]){3, x->shape[1]}, &statistics);
    if (status == DSC_OK && x->count > 0)
        status = compute(dense[0], dense[1], dense[2], running, o.eps, measures, statistics, made);
    else if (status == DSC_OK)
        memset(dsc_data(statistics), 0, statistics->count * sizeof(double));
    for (size_t i = 0; i < 3; ++i)
        dsc_tensor_release(dense[i]);
    const dsc_options kept = {.flag = measures && x->count > 0, .number = o.eps};
    status = dsc_finish(
        &(dsc_record){
            .operation = operation, .count = 3, .inputs = inputs, .options = &kept, .saved = {statistics}},
        status, made, result);
    if (status == DSC_OK && o.training && running_mean != NULL && x->count > 0)
        track(x, statistics, o.momentum, running);
    dsc_tensor_release(statistics);
    return status;
}

/* ---- Derivatives ---- */

/* What the pull-backs speak of; `by` is what they leave: the gradients of x, weight and bias. */
typedef struct normalization {
    dsc_tensor *x, *weight, *by[3];
    size_t rank, shape[DSC_MAX_RANK]; /* [1, C, 1, ...] */
} normalization;

static dsc_tensor *x_dense(dsc_pullback *p, dsc_tensor *t) {
    dsc_tensor *made = NULL;
    return t == NULL ? NULL : x_call(p, made, dsc_contiguous_of(t, &made));
}

static dsc_tensor *x_make(dsc_pullback *p, size_t input, const dsc_tensor *like) {
    dsc_tensor *made = NULL;
    return dsc_wants(p, input) ? x_call(p, made, dsc_make_like(like, like->dtype, &made)) : NULL;
}

static void run_backward(const dsc_batch_norm_call *norm, const dsc_context *context, bool measures,
                         const void *dy, void *const *to) {
    if (measures) {
        dsc_batch_norm_backward(context, norm, dy, to[0], to[1], to[2]);
        return;
    }
    if (to[1] != NULL || to[2] != NULL)
        dsc_batch_norm_backward(context, norm, dy, NULL, to[1], to[2]);
    if (to[0] == NULL)
        return;
    dsc_batch_norm_call by_x = *norm; /* dy inverse weight */
    by_x.x = dy;
    by_x.mean = norm->mean + 2 * norm->channels; /* zeros */
    dsc_batch_norm_apply(context, &by_x, NULL, to[0]);
}

/* The kernel's, which has all of them from two passes. */
static void fused(dsc_pullback *p, normalization *n) {
    dsc_tensor *x = x_dense(p, n->x), *weight = x_dense(p, n->weight), *dy = x_dense(p, p->upstream);
    dsc_tensor *statistics = dsc_saved(p, 0), *workspace = NULL;
    for (size_t i = 0; i < 3; ++i)
        n->by[i] = x_make(p, i, p->node->inputs[i]);
    void *to[3] = {NULL};
    for (size_t i = 0; p->status == DSC_OK && i < 3; ++i)
        if (n->by[i] != NULL) {
            to[i] = dsc_data(n->by[i]);
            if (x->count == 0)
                p->status = dsc_tensor_fill(n->by[i], 0);
        }
    if (p->status != DSC_OK || x->count == 0)
        return;
    dsc_batch_norm_call norm = kernel_of(x, weight, statistics);
    dsc_status status = make_workspace(x, &norm, &workspace);
    if (dsc_keep(p, status, workspace) != NULL)
        run_backward(&norm, dsc_context_of(x), p->node->options.flag, dsc_data(dy), to);
}

static dsc_tensor *x_of_channels(dsc_pullback *p, const normalization *n, dsc_tensor *t) {
    dsc_tensor *made = NULL;
    return t == NULL ? NULL : x_call(p, made, dsc_reshape(t, n->rank, n->shape, &made));
}

/* The sum over all but the channels, as [1, C, 1, ...]. */
static dsc_tensor *x_sum_of_channels(dsc_pullback *p, const normalization *n, dsc_tensor *t) {
    int64_t dimensions[DSC_MAX_RANK] = {0};
    for (size_t d = 2; d < n->rank; ++d)
        dimensions[d - 1] = (int64_t)d;
    return x_sum(p, t, n->rank - 1, dimensions, true);
}

static dsc_tensor *x_mean_of_channels(dsc_pullback *p, const normalization *n, dsc_tensor *t) {
    double count = n->x == NULL ? 1 : (double)(n->x->count / n->x->shape[1]);
    return x_scale(p, x_sum_of_channels(p, n, t), 1 / count);
}

/* A row of the statistics, which are held fixed. */
static dsc_tensor *x_statistic(dsc_pullback *p, const normalization *n, int64_t row) {
    dsc_tensor *statistics = dsc_saved(p, 0), *one = NULL, *made = NULL;
    if (p->status != DSC_OK)
        return NULL;
    one = x_call(p, one, dsc_select(statistics, 0, row, &one));
    made = one == NULL ? NULL : x_call(p, made, dsc_to(one, n->x->dtype, &made));
    return x_of_channels(p, n, made);
}

static void composed(dsc_pullback *p, normalization *n) {
    const bool measures = p->node->options.flag;
    dsc_tensor *dy = p->upstream, *centered, *inverse;
    if (measures) {
        centered = x_subtract(p, n->x, x_mean_of_channels(p, n, n->x));
        dsc_tensor *variance = x_mean_of_channels(p, n, x_multiply(p, centered, centered));
        inverse = x_rsqrt(p, x_affine(p, variance, 1, p->node->options.number));
    } else {
        centered = x_subtract(p, n->x, x_statistic(p, n, 0));
        inverse = x_statistic(p, n, 1);
    }
    dsc_tensor *normal = x_multiply(p, centered, inverse);
    dsc_tensor *slope = n->weight == NULL ? inverse : x_multiply(p, inverse, x_of_channels(p, n, n->weight));
    if (dsc_wants(p, 2))
        n->by[2] = x_sum_of_channels(p, n, dy);
    if (dsc_wants(p, 1))
        n->by[1] = x_sum_of_channels(p, n, x_multiply(p, dy, normal));
    if (!dsc_wants(p, 0))
        return;
    if (measures) {
        dsc_tensor *along = x_multiply(p, normal, x_mean_of_channels(p, n, x_multiply(p, dy, normal)));
        dy = x_subtract(p, x_subtract(p, dy, x_mean_of_channels(p, n, dy)), along);
    }
    n->by[0] = x_multiply(p, dy, slope);
}

/* The numbers are always the kernel's; what is recorded are the derivatives of the formula. */
void dsc_pull_back_batch_norm(dsc_pullback *p) {
    normalization numbers = {.x = dsc_input(p, 0)}, formula;
    numbers.weight = p->node->inputs[1] == NULL ? NULL : dsc_input(p, 1);
    if (p->status != DSC_OK)
        return;
    numbers.rank = numbers.x->rank;
    for (size_t d = 0; d < numbers.rank; ++d)
        numbers.shape[d] = d == 1 ? numbers.x->shape[1] : 1;
    formula = numbers;
    fused(p, &numbers);
    if (p->creates_graph)
        composed(p, &formula);
    for (size_t i = 0; i < 3; ++i) {
        dsc_tensor *by = numbers.by[i], *other = formula.by[i], *made = NULL;
        if (by != NULL && other != NULL) {
            other = x_reshape_like(p, other, by);
            by = other == NULL ? NULL : x_call(p, made, dsc_loss_slope(by, other, &made));
        }
        dsc_give(p, i, by);
    }
}
