#include "losses/loss.h"

dsc_status dsc_kl_div_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_kl_div_options *options,
                           dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_kl_div_options, DSC_KL_DIV_OPTIONS, kl_div_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){targets, "targets", DSC_LOSS_NUMBERS};
    if (o.reduction == DSC_REDUCTION_BATCH_MEAN) {
        call.reduction = DSC_REDUCTION_MEAN;
        /* Of no rows it is the mean of nothing. */
        call.divisor = prediction == NULL ? 0 : prediction->rank == 0 ? 1 : (double)prediction->shape[0];
    }
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_KL_DIVERGENCE, .log_target = o.log_target};
    return dsc_loss_of_elements(&call, &kernel, result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    DSC_LOSS_OPTIONS(dsc_kl_div_options);
    dsc_tensor *x = dsc_input(p, 0), *y = dsc_input(p, 1);
    if (o.log_target) {
        dsc_tensor *share = x_exp(p, y);
        slope[0] = x_negate(p, share);
        slope[1] = x_add(p, x_multiply(p, share, x_subtract(p, y, x)), share);
        return;
    }
    slope[0] = x_negate(p, y);
    slope[1] = x_subtract(p, x_add(p, x_log(p, y), x_divide(p, y, y)), x);
}

void dsc_pull_back_kl_div_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_kl_div_loss(inputs[0], inputs[1], options, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_FLAG(dsc_kl_div_options, log_target, "targets are logarithms of probabilities too"),
    DSC_LOSS_REDUCED(dsc_kl_div_options, DSC_REDUCTION_BATCH_MEAN),
};

const dsc_loss dsc_loss_kl_div = {
    .info = {.name = "kl_div",
             .title = "Kullback-Leibler divergence of log probabilities from the targets",
             .source = "torch.nn.KLDivLoss",
             .formula = "y (log y - x); log_target: e^y (y - x)",
             .inputs = {"prediction", "targets"},
             .input_count = 2,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_kl_div_options, DSC_KL_DIV_OPTIONS),
    .run = run};
