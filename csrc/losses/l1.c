#include "losses/loss.h"

dsc_status dsc_l1_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_reduction reduction,
                       dsc_tensor **result) {
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_ABSOLUTE_ERROR};
    return dsc_loss_of_pair(&dsc_operations[dsc_op_l1_loss], reduction, &kernel, prediction, targets, result);
}

void dsc_pull_back_l1_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, NULL);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_l1_loss(inputs[0], inputs[1], ((dsc_plain_loss_options *)options)->reduction, result);
}

static const dsc_loss_option table[] = {DSC_LOSS_REDUCTION(dsc_plain_loss_options)};

const dsc_loss dsc_loss_l1 = {.info = {.name = "l1",
                                       .title = "Mean absolute error",
                                       .source = "torch.nn.L1Loss",
                                       .formula = "|x - y|",
                                       .inputs = {"prediction", "targets"},
                                       .input_count = 2,
                                       .required_count = 2},
                              DSC_LOSS_OPTION_TABLE(table, dsc_plain_loss_options, DSC_PLAIN_LOSS_OPTIONS),
                              .run = run};
