#include "losses/loss.h"

dsc_status dsc_smooth_l1_loss(dsc_tensor *prediction, dsc_tensor *targets,
                              const dsc_smooth_l1_options *options, dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_smooth_l1_options, DSC_SMOOTH_L1_OPTIONS, smooth_l1_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){targets, "targets", DSC_LOSS_NUMBERS};
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_SMOOTH_L1, .beta = o.beta};
    return dsc_loss_of_elements(&call, &kernel, result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    DSC_LOSS_OPTIONS(dsc_smooth_l1_options);
    dsc_tensor *d = x_subtract(p, dsc_input(p, 0), dsc_input(p, 1));
    if (o.beta == 0 || d == NULL)
        return;
    dsc_tensor *is_near = x_less(p, x_abs(p, d), x_constant(p, d, o.beta));
    slope[0] = x_mask(p, is_near, x_scale(p, d, 1 / o.beta));
    slope[1] = x_negate(p, slope[0]);
}

void dsc_pull_back_smooth_l1_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_smooth_l1_loss(inputs[0], inputs[1], options, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_OPTION(dsc_smooth_l1_options, beta, DSC_OPTION_REAL, 0, INFINITY, false, false,
                    "size of a difference from which on the loss is linear", NULL),
    DSC_LOSS_REDUCTION(dsc_smooth_l1_options),
};

const dsc_loss dsc_loss_smooth_l1 = {
    .info = {.name = "smooth_l1",
             .title = "Absolute error, rounded off near 0",
             .source = "torch.nn.SmoothL1Loss",
             .formula = "d^2 / (2 beta) where |d| < beta, else |d| - beta / 2; d = x - y",
             .inputs = {"prediction", "targets"},
             .input_count = 2,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_smooth_l1_options, DSC_SMOOTH_L1_OPTIONS),
    .run = run};
