/* Normalization within samples: over the last dimensions, or over groups of channels. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "descent/normalization.h"
#include "elementwise/row_norm.h"
#include "operations/normalize.h"

/* What is saved: float64 [2, rows], the mean and 1 / sqrt(variance + eps). */
static dsc_row_norm_call kernel_of(const dsc_options *o, const dsc_tensor *x, const dsc_tensor *weight,
                                   const dsc_tensor *bias, const dsc_tensor *statistics) {
    double *mean = dsc_data(statistics);
    return (dsc_row_norm_call){.dtype = x->dtype,
                               .outer = o->sizes[0],
                               .groups = o->sizes[1],
                               .channels = o->sizes[2],
                               .inner = o->sizes[3],
                               .centers = o->flag,
                               .x = dsc_data(x),
                               .weight = weight == NULL ? NULL : dsc_data(weight),
                               .bias = bias == NULL ? NULL : dsc_data(bias),
                               .mean = mean,
                               .inverse = mean + statistics->count / 2};
}

static dsc_status make_workspace(const dsc_tensor *x, dsc_row_norm_call *norm, dsc_tensor **workspace) {
    const size_t count = dsc_row_norm_workspace(norm);
    DSC_TRY(dsc_make(dsc_context_of(x), DSC_FLOAT64, 1, &count, workspace));
    norm->workspace = dsc_data(*workspace);
    return DSC_OK;
}

static dsc_status compute(const dsc_options *o, dsc_tensor *const *dense, dsc_tensor *statistics,
                          dsc_tensor *made) {
    dsc_row_norm_call norm = kernel_of(o, dense[0], dense[1], dense[2], statistics);
    dsc_tensor *workspace;
    DSC_TRY(make_workspace(dense[0], &norm, &workspace));
    dsc_row_norm_run(dsc_context_of(dense[0]), &norm, o->number, dsc_data(made));
    dsc_tensor_release(workspace);
    return DSC_OK;
}

/* x, weight and bias, checked; `options` says how x is looked at: outer x groups x channels x inner. */
static dsc_status run(const dsc_operation *operation, size_t input_count, dsc_tensor *const *inputs,
                      const dsc_options *options, dsc_tensor **result) {
    const dsc_tensor *x = inputs[0];
    dsc_tensor *dense[3] = {NULL}, *made = NULL, *statistics = NULL;
    dsc_status status = DSC_OK;
    for (size_t i = 0; status == DSC_OK && i < input_count; ++i)
        if (inputs[i] != NULL)
            status = dsc_contiguous_of(inputs[i], &dense[i]);
    if (status == DSC_OK)
        status = dsc_make_like(x, x->dtype, &made);
    const size_t rows[] = {2, x->count == 0 ? 0 : options->sizes[0] * options->sizes[1]};
    if (status == DSC_OK)
        status = dsc_make(dsc_context_of(x), DSC_FLOAT64, 2, rows, &statistics);
    if (status == DSC_OK && x->count > 0)
        status = compute(options, dense, statistics, made);
    for (size_t i = 0; i < 3; ++i)
        dsc_tensor_release(dense[i]);
    status = dsc_finish(&(dsc_record){.operation = operation,
                                      .count = input_count,
                                      .inputs = inputs,
                                      .options = options,
                                      .saved = {statistics}},
                        status, made, result);
    dsc_tensor_release(statistics);
    return status;
}

static dsc_status check_eps(const dsc_operation *operation, double eps) {
    return eps >= 0 && eps < INFINITY
               ? DSC_OK
               : dsc_fail(DSC_ERROR_ARGUMENT, "%s: eps is %g, must be at least 0 and finite", operation->name,
                          eps);
}

/* ---- Over the last dimensions ---- */

static dsc_status check_shaped(const dsc_operation *operation, const dsc_tensor *x, const char *name,
                               const dsc_tensor *t, size_t count, const size_t *shape) {
    if (t == NULL)
        return DSC_OK;
    DSC_TRY(dsc_check_same_dtype(operation, x, t));
    bool fits = t->rank == count;
    for (size_t d = 0; fits && d < count; ++d)
        fits = t->shape[d] == shape[d];
    return fits ? DSC_OK
                : dsc_fail(DSC_ERROR_SIZE, "%s: %s is of shape %s, must be %s", operation->name, name,
                           dsc_shape_text(t->rank, t->shape).text, dsc_shape_text(count, shape).text);
}

static dsc_status over_last(const dsc_operation *operation, bool centers, size_t input_count,
                            dsc_tensor *const *inputs, size_t count, const size_t *shape, double eps,
                            dsc_tensor **result) {
    const dsc_tensor *x = inputs[0];
    DSC_TRY(dsc_check_inputs(operation, 1, inputs, result));
    DSC_TRY(dsc_check_real(operation, x));
    if (shape == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: shape is NULL", operation->name);
    if (count < 1 || count > DSC_MAX_RANK)
        return dsc_fail(DSC_ERROR_SIZE, "%s: count is %zu, must be in [1, %d]", operation->name, count,
                        DSC_MAX_RANK);
    bool ends = x->rank >= count;
    for (size_t d = 0; ends && d < count; ++d)
        ends = x->shape[x->rank - count + d] == shape[d];
    if (!ends)
        return dsc_fail(DSC_ERROR_SIZE, "%s: the input is of shape %s, must end in %s", operation->name,
                        dsc_shape_text(x->rank, x->shape).text, dsc_shape_text(count, shape).text);
    DSC_TRY(check_shaped(operation, x, "weight", inputs[1], count, shape));
    if (input_count > 2)
        DSC_TRY(check_shaped(operation, x, "bias", inputs[2], count, shape));
    DSC_TRY(check_eps(operation, eps));
    size_t outer = 1, length = 1;
    for (size_t d = 0; d < x->rank; ++d)
        *(d + count < x->rank ? &outer : &length) *= x->shape[d];
    const dsc_options options = {.sizes = {outer, 1, length, 1}, .number = eps, .flag = centers};
    return run(operation, input_count, inputs, &options, result);
}

dsc_status dsc_layer_norm(dsc_tensor *x, size_t count, const size_t *shape, dsc_tensor *weight,
                          dsc_tensor *bias, double eps, dsc_tensor **result) {
    dsc_tensor *const inputs[] = {x, weight, bias};
    return over_last(&dsc_operations[dsc_op_layer_norm], true, 3, inputs, count, shape, eps, result);
}

dsc_status dsc_rms_norm(dsc_tensor *x, size_t count, const size_t *shape, dsc_tensor *weight, double eps,
                        dsc_tensor **result) {
    dsc_tensor *const inputs[] = {x, weight};
    if (isnan(eps) && x != NULL)
        eps = x->dtype == DSC_FLOAT32 ? FLT_EPSILON : DBL_EPSILON;
    return over_last(&dsc_operations[dsc_op_rms_norm], false, 2, inputs, count, shape, eps, result);
}

/* ---- Over groups of channels ---- */

dsc_status dsc_group_norm(dsc_tensor *x, size_t groups, dsc_tensor *weight, dsc_tensor *bias, double eps,
                          dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[dsc_op_group_norm];
    dsc_tensor *const inputs[] = {x, weight, bias};
    DSC_TRY(dsc_check_inputs(operation, 1, inputs, result));
    DSC_TRY(dsc_check_real(operation, x));
    if (x->rank < 2)
        return dsc_fail(DSC_ERROR_SIZE,
                        "group_norm: the input is of shape %s, must be [N, C] or [N, C, d1, ...]",
                        dsc_shape_text(x->rank, x->shape).text);
    const size_t channels = x->shape[1];
    if (groups == 0 || channels % groups != 0)
        return dsc_fail(DSC_ERROR_SIZE, "group_norm: %zu groups do not divide the %zu channels of shape %s",
                        groups, channels, dsc_shape_text(x->rank, x->shape).text);
    DSC_TRY(check_shaped(operation, x, "weight", weight, 1, &channels));
    DSC_TRY(check_shaped(operation, x, "bias", bias, 1, &channels));
    DSC_TRY(check_eps(operation, eps));
    if (x->count > 0 && x->count == groups)
        return dsc_fail(DSC_ERROR_SIZE,
                        "group_norm: x is of shape %s, must have more than one value for each group",
                        dsc_shape_text(x->rank, x->shape).text);
    size_t inner = 1;
    for (size_t d = 2; d < x->rank; ++d)
        inner *= x->shape[d];
    const dsc_options options = {
        .sizes = {x->shape[0], groups, channels / groups, inner}, .number = eps, .flag = true};
    return run(operation, 3, inputs, &options, result);
}

/* ---- Derivatives ---- */

static void fused(dsc_pullback *p, const dsc_normal_inputs *inputs, void *const *to) {
    dsc_tensor *workspace = NULL;
    dsc_row_norm_call norm = kernel_of(&p->node->options, inputs->x, inputs->weight, NULL, dsc_saved(p, 0));
    dsc_status status = make_workspace(inputs->x, &norm, &workspace);
    if (dsc_keep(p, status, workspace) != NULL)
        dsc_row_norm_backward(dsc_context_of(inputs->x), &norm, dsc_data(inputs->dy), to[0], to[1], to[2]);
}

static void pull_back(dsc_pullback *p) {
    const dsc_options *o = &p->node->options;
    dsc_normalization n = {.rank = 4,
                           .weight_shape = {1, o->sizes[1], o->sizes[2], 1},
                           .over = {2, 3},
                           .along = {0, 3},
                           .centers = o->flag,
                           .eps = o->number};
    memcpy(n.shape, o->sizes, sizeof n.shape);
    dsc_pull_back_normalization(p, &n, fused);
}

void dsc_pull_back_layer_norm(dsc_pullback *p) {
    pull_back(p);
}

void dsc_pull_back_rms_norm(dsc_pullback *p) {
    pull_back(p);
}

void dsc_pull_back_group_norm(dsc_pullback *p) {
    pull_back(p);
}
