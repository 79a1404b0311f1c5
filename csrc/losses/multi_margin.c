#include "losses/loss.h"

dsc_status dsc_multi_margin_loss(dsc_tensor *prediction, dsc_tensor *targets,
                                 const dsc_multi_margin_options *options, dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_multi_margin_options, DSC_MULTI_MARGIN_OPTIONS, multi_margin_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[3] = (dsc_loss_input){targets, "targets", DSC_LOSS_CHECKED};
    call.inputs[4] = (dsc_loss_input){o.weight, "weight", DSC_LOSS_OPTIONAL};
    size_t dimension;
    DSC_TRY(dsc_loss_check(&call, result));
    DSC_TRY(dsc_loss_class_dimension(&call, &dimension));
    if (prediction->rank > 2)
        return dsc_fail(DSC_ERROR_SIZE,
                        "multi_margin_loss: prediction is of shape %s, must be [batch, classes] or [classes]",
                        dsc_shape_text(prediction->rank, prediction->shape).text);
    DSC_TRY(dsc_loss_check_classes(&call, 3, dimension));
    DSC_TRY(dsc_loss_check_class_weights(&call, 4, prediction->shape[dimension]));
    dsc_row_loss kernel = {.kind = DSC_ROW_MULTI_MARGIN, .margin = o.margin, .p = (double)o.p};
    return dsc_loss_of_rows(&call, &kernel, result);
}

/* 1 at each row's target, else 0. */
static dsc_tensor *x_right(dsc_pullback *p, const dsc_tensor *x, dsc_tensor *targets) {
    dsc_tensor *hot = NULL, *made = NULL;
    if (targets == NULL)
        return NULL;
    hot = x_call(p, hot, dsc_one_hot(targets, (int64_t)x->shape[x->rank - 1], &hot));
    hot = x_reshape_like(p, hot, x);
    return hot == NULL ? NULL : x_call(p, made, dsc_to(hot, x->dtype, &made));
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    DSC_LOSS_OPTIONS(dsc_multi_margin_options);
    dsc_tensor *x = dsc_input(p, 0), *right = x_right(p, dsc_input_shape(p, 0), dsc_input(p, 3));
    if (o.p == 1 || right == NULL || x == NULL)
        return;
    dsc_tensor *zero = x_constant(p, x, 0);
    dsc_tensor *ahead = x_affine(p, x_sum_rows(p, x_multiply(p, x, right)), -1, o.margin);
    dsc_tensor *rest = x_add(p, ahead, x), *is_other = x_equal(p, right, zero);
    /* NaN is no less than 0, and stays; it has no derivative. */
    dsc_tensor *fixed = x_detach(p, rest), *kept = x_where(p, x_less(p, rest, zero), zero, fixed);
    dsc_tensor *hinges = x_where(p, x_is_not_negative(p, rest), rest, kept);
    dsc_tensor *slopes = x_scale(p, x_mask(p, is_other, hinges), 2 / (double)x->shape[x->rank - 1]);
    if (p->node->input_count > 4)
        slopes = x_multiply(p, slopes, x_sum_rows(p, x_multiply(p, right, dsc_input(p, 4))));
    slope[0] = x_subtract(p, slopes, x_multiply(p, right, x_sum_rows(p, slopes)));
}

void dsc_pull_back_multi_margin_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    dsc_multi_margin_options *o = options;
    o->weight = inputs[2];
    return dsc_multi_margin_loss(inputs[0], inputs[1], o, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_WHOLE(dsc_multi_margin_options, p, 1, 2, "the power of what is missing of the margin"),
    DSC_LOSS_ANY(dsc_multi_margin_options, margin, "by how much the right class is to be ahead"),
    DSC_LOSS_REDUCTION(dsc_multi_margin_options),
};

const dsc_loss dsc_loss_multi_margin = {
    .info = {.name = "multi_margin",
             .title = "Hinge loss over classes",
             .source = "torch.nn.MultiMarginLoss",
             .formula = "sum over i != t of weight[t] max(0, margin - x[t] + x[i])^p / C",
             .inputs = {"prediction", "targets", "weight"},
             .input_count = 3,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_multi_margin_options, DSC_MULTI_MARGIN_OPTIONS),
    .run = run};
