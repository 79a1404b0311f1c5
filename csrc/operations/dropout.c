/* Dropout: its derivative is the same mask over the upstream gradient, drawn again. */
#include "elementwise/dropout.h"

#include <string.h>

#include "core/philox.h"
#include "operations/table.h"

static dsc_status apply(const dsc_dropout_call *mask, dsc_tensor *x, dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[dsc_op_dropout];
    dsc_tensor *const inputs[] = {x};
    const size_t input_count = 1;
    dsc_tensor *dense, *made = NULL;
    DSC_TRY(dsc_borrow_contiguous(x, &dense));
    dsc_status status = dsc_make_like(x, x->dtype, &made);
    if (status == DSC_OK)
        dsc_dropout_run(dsc_context_of(x), x->dtype, mask, x->count, dsc_data(dense), dsc_data(made));
    dsc_return_contiguous(x, dense);
    dsc_options options = {0};
    memcpy(options.own, mask, sizeof *mask);
    return DSC_END(status, made, .options = &options);
}

void dsc_pull_back_dropout(dsc_pullback *p) {
    dsc_dropout_call mask;
    memcpy(&mask, p->node->options.own, sizeof mask);
    mask.kept = mask.dropped = 0;
    dsc_tensor *made = NULL;
    dsc_give(p, 0, x_call(p, made, apply(&mask, p->upstream, &made)));
}

static dsc_status drop(const char *name, bool features, bool alpha, dsc_tensor *x, double p,
                       dsc_tensor **result) {
    const dsc_operation row = {.name = name};
    dsc_tensor *const inputs[] = {x};
    DSC_TRY(dsc_check_inputs(&row, 1, inputs, result));
    DSC_TRY(dsc_check_real(&row, x));
    if (!(p >= 0 && p <= 1))
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: p is %g, must be in [0, 1]", name, p);
    if (features && x->rank < 2)
        return dsc_fail(DSC_ERROR_SIZE, "%s: x is of shape %s, must be [N, C, ...]", name,
                        dsc_shape_text(x->rank, x->shape).text);
    if (p == 0 || x->count == 0) {
        *result = dsc_tensor_retain(x);
        return DSC_OK;
    }
    dsc_dropout_call mask = {.stream = dsc_draw(dsc_context_of(x)), .inner = 1};
    mask.last = dsc_dropout_last(p);
    if (features)
        mask.inner = x->count / x->shape[0] / x->shape[1];
    if (alpha && p < 1) {
        const double lowest = 1.7580993408473766; /* selu's, negative */
        mask.scale = 1 / sqrt((lowest * lowest * p + 1) * (1 - p));
        mask.kept = lowest * mask.scale * p;
        mask.dropped = mask.kept - lowest * mask.scale;
    } else {
        mask.scale = dsc_dropout_scale(p);
    }
    return apply(&mask, x, result);
}

dsc_status dsc_dropout(dsc_tensor *x, double p, dsc_tensor **result) {
    return drop("dropout", false, false, x, p, result);
}

dsc_status dsc_feature_dropout(dsc_tensor *x, double p, dsc_tensor **result) {
    return drop("feature_dropout", true, false, x, p, result);
}

dsc_status dsc_alpha_dropout(dsc_tensor *x, double p, dsc_tensor **result) {
    return drop("alpha_dropout", false, true, x, p, result);
}

dsc_status dsc_feature_alpha_dropout(dsc_tensor *x, double p, dsc_tensor **result) {
    return drop("feature_alpha_dropout", true, true, x, p, result);
}
