#include "losses/loss.h"

dsc_status dsc_huber_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_huber_options *options,
                          dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_huber_options, DSC_HUBER_OPTIONS, huber_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){targets, "targets", DSC_LOSS_NUMBERS};
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_HUBER, .delta = o.delta};
    return dsc_loss_of_elements(&call, &kernel, result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    DSC_LOSS_OPTIONS(dsc_huber_options);
    dsc_tensor *d = x_subtract(p, dsc_input(p, 0), dsc_input(p, 1));
    if (d == NULL)
        return;
    slope[0] = x_mask(p, x_less(p, x_abs(p, d), x_constant(p, d, o.delta)), d);
    slope[1] = x_negate(p, slope[0]);
}

void dsc_pull_back_huber_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_huber_loss(inputs[0], inputs[1], options, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_OPTION(dsc_huber_options, delta, DSC_OPTION_REAL, 0, INFINITY, true, false,
                    "size of a difference from which on the loss is linear", NULL),
    DSC_LOSS_REDUCTION(dsc_huber_options),
};

const dsc_loss dsc_loss_huber = {
    .info = {.name = "huber",
             .title = "Squared error, linear far away",
             .source = "torch.nn.HuberLoss; Huber 1964",
             .formula = "d^2 / 2 where |d| < delta, else delta (|d| - delta / 2); d = x - y",
             .inputs = {"prediction", "targets"},
             .input_count = 2,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_huber_options, DSC_HUBER_OPTIONS),
    .run = run};
