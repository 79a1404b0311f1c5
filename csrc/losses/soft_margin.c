#include "losses/loss.h"

dsc_status dsc_soft_margin_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_reduction reduction,
                                dsc_tensor **result) {
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_SOFT_MARGIN};
    return dsc_loss_of_pair(&dsc_operations[dsc_op_soft_margin_loss], reduction, &kernel, prediction, targets,
                            result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    dsc_tensor *x = dsc_input(p, 0), *y = dsc_input(p, 1);
    dsc_tensor *miss = x_logistic(p, x_negate(p, x_multiply(p, y, x)));
    slope[0] = x_multiply(p, x_negate(p, y), miss);
    slope[1] = x_multiply(p, x_negate(p, x), miss);
}

void dsc_pull_back_soft_margin_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_soft_margin_loss(inputs[0], inputs[1], ((dsc_plain_loss_options *)options)->reduction, result);
}

static const dsc_loss_option table[] = {DSC_LOSS_REDUCTION(dsc_plain_loss_options)};

const dsc_loss dsc_loss_soft_margin = {
    .info = {.name = "soft_margin",
             .title = "Logistic loss of labels 1 and -1",
             .source = "torch.nn.SoftMarginLoss",
             .formula = "log(1 + e^(-y x))",
             .inputs = {"prediction", "targets"},
             .input_count = 2,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_plain_loss_options, DSC_PLAIN_LOSS_OPTIONS),
    .run = run};
