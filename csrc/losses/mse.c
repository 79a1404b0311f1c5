#include "losses/loss.h"

dsc_status dsc_mse_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_reduction reduction,
                        dsc_tensor **result) {
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_SQUARED_ERROR};
    return dsc_loss_of_pair(&dsc_operations[dsc_op_mse_loss], reduction, &kernel, prediction, targets,
                            result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    slope[0] = x_scale(p, x_subtract(p, dsc_input(p, 0), dsc_input(p, 1)), 2);
    slope[1] = x_negate(p, slope[0]);
}

void dsc_pull_back_mse_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_mse_loss(inputs[0], inputs[1], ((dsc_plain_loss_options *)options)->reduction, result);
}

static const dsc_loss_option table[] = {DSC_LOSS_REDUCTION(dsc_plain_loss_options)};

const dsc_loss dsc_loss_mse = {.info = {.name = "mse",
                                        .title = "Mean squared error",
                                        .source = "torch.nn.MSELoss",
                                        .formula = "(x - y)^2",
                                        .inputs = {"prediction", "targets"},
                                        .input_count = 2,
                                        .required_count = 2},
                               DSC_LOSS_OPTION_TABLE(table, dsc_plain_loss_options, DSC_PLAIN_LOSS_OPTIONS),
                               .run = run};
