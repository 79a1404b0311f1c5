/* Batch normalization: fused forward and first-order backward. */
#include "elementwise/batch_norm.h"

#include <math.h>
#include <string.h>

#include "descent/normalization.h"
#include "operations/normalize.h"

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
static void fused(dsc_pullback *p, const dsc_normal_inputs *inputs, void *const *to) {
    dsc_tensor *workspace = NULL;
    dsc_batch_norm_call norm = kernel_of(inputs->x, inputs->weight, dsc_saved(p, 0));
    dsc_status status = make_workspace(inputs->x, &norm, &workspace);
    if (dsc_keep(p, status, workspace) != NULL)
        run_backward(&norm, dsc_context_of(inputs->x), p->node->options.flag, dsc_data(inputs->dy), to);
}

/* A row of the statistics, which are held fixed, as [1, C, 1]. */
static dsc_tensor *x_statistic(dsc_pullback *p, int64_t row) {
    const dsc_tensor *x = dsc_input_shape(p, 0);
    dsc_tensor *statistics = dsc_saved(p, 0), *one = NULL, *made = NULL, *shaped = NULL;
    if (p->status != DSC_OK)
        return NULL;
    one = x_call(p, one, dsc_select(statistics, 0, row, &one));
    made = one == NULL ? NULL : x_call(p, made, dsc_to(one, x->dtype, &made));
    const size_t shape[] = {1, x->shape[1], 1};
    return made == NULL ? NULL : x_call(p, shaped, dsc_reshape(made, 3, shape, &shaped));
}

void dsc_pull_back_batch_norm(dsc_pullback *p) {
    const dsc_tensor *x = dsc_input_shape(p, 0);
    const size_t channels = x->shape[1];
    const bool measures = p->node->options.flag;
    dsc_normalization n = {
        .rank = 3,
        .shape = {x->shape[0], channels, x->count == 0 ? 0 : x->count / x->shape[0] / channels},
        .weight_shape = {1, channels, 1},
        .over = {0, 2},
        .along = {0, 2},
        .centers = true,
        .eps = p->node->options.number};
    if (!measures && p->creates_graph) {
        n.mean = x_statistic(p, 0);
        n.inverse = x_statistic(p, 1);
    }
    dsc_pull_back_normalization(p, &n, fused);
}
