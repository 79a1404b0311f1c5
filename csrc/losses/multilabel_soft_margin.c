#include "core/partials.h"
#include "losses/loss.h"

/* In operations, where there is to be a gradient by the weights. */
static dsc_status compose(const dsc_multilabel_soft_margin_options *o, dsc_tensor *x, dsc_tensor *y,
                          dsc_tensor **result) {
    DSC_EXPRESSION(&dsc_operations[dsc_op_multilabel_soft_margin_loss]);
    dsc_tensor *missed = x_multiply(p, y, x_softplus(p, x_negate(p, x)));
    dsc_tensor *values = x_add(p, missed, x_multiply(p, x_rest(p, y), x_softplus(p, x)));
    size_t classes = x->shape[x->rank - 1];
    dsc_tensor *sums = x_sum(p, x_multiply(p, values, o->weight), 1, (const int64_t[]){-1}, false);
    sums = x_scale(p, sums, 1 / (double)classes);
    return dsc_expression_end(p, x_reduce(p, sums, o->reduction, (double)(x->count / classes)), result);
}

dsc_status dsc_multilabel_soft_margin_loss(dsc_tensor *prediction, dsc_tensor *targets,
                                           const dsc_multilabel_soft_margin_options *options,
                                           dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_multilabel_soft_margin_options, DSC_MULTILABEL_SOFT_MARGIN_OPTIONS,
                   multilabel_soft_margin_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){targets, "targets", DSC_LOSS_NUMBERS};
    call.inputs[4] = (dsc_loss_input){o.weight, "weight", DSC_LOSS_OPTIONAL};
    DSC_TRY(dsc_loss_check(&call, result));
    DSC_TRY(dsc_loss_check_rows(&call));
    if (o.weight != NULL) {
        DSC_TRY(
            dsc_loss_check_shape(&call, 4, prediction->dtype, 1, &prediction->shape[prediction->rank - 1]));
        DSC_TRY(dsc_loss_name_refusal(&call, dsc_check_reduction(o.reduction)));
        if (dsc_records(1, &call.inputs[4].tensor))
            return compose(&o, prediction, targets, result);
    }
    dsc_row_loss kernel = {.kind = DSC_ROW_MULTILABEL_SOFT_MARGIN};
    return dsc_loss_of_rows(&call, &kernel, result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    dsc_tensor *x = dsc_input(p, 0), *y = dsc_input(p, 1);
    if (p->status != DSC_OK)
        return;
    double share = 1 / (double)x->shape[x->rank - 1];
    dsc_tensor *weight = p->node->input_count > 4 ? dsc_input(p, 4) : NULL;
    slope[0] = x_weighted(p, x_scale(p, x_subtract(p, x_logistic(p, x), y), share), weight);
    slope[1] = x_weighted(p, x_scale(p, x, -share), weight);
}

void dsc_pull_back_multilabel_soft_margin_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    dsc_multilabel_soft_margin_options *o = options;
    o->weight = inputs[2];
    return dsc_multilabel_soft_margin_loss(inputs[0], inputs[1], o, result);
}

static const dsc_loss_option table[] = {DSC_LOSS_REDUCTION(dsc_multilabel_soft_margin_options)};

const dsc_loss dsc_loss_multilabel_soft_margin = {
    .info = {.name = "multilabel_soft_margin",
             .title = "Binary cross entropy of logits, averaged over the classes",
             .source = "torch.nn.MultiLabelSoftMarginLoss",
             .formula = "-mean over c of weight[c] (y[c] log s(x[c]) + (1 - y[c]) log(1 - s(x[c])))",
             .inputs = {"prediction", "targets", "weight"},
             .input_count = 3,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_multilabel_soft_margin_options, DSC_MULTILABEL_SOFT_MARGIN_OPTIONS),
    .run = run};
