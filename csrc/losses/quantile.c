#include "losses/loss.h"

dsc_status dsc_quantile_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_quantile_options *options,
                             dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_quantile_options, DSC_QUANTILE_OPTIONS, quantile_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){targets, "targets", DSC_LOSS_NUMBERS};
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_QUANTILE, .quantile = o.quantile};
    return dsc_loss_of_elements(&call, &kernel, result);
}

void dsc_pull_back_quantile_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, NULL);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_quantile_loss(inputs[0], inputs[1], options, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_OPTION(dsc_quantile_options, quantile, DSC_OPTION_REAL, 0, 1, true, true,
                    "the share of targets that is to lie below the prediction", NULL),
    DSC_LOSS_REDUCTION(dsc_quantile_options),
};

const dsc_loss dsc_loss_quantile = {.info = {.name = "quantile",
                                             .title = "Pinball loss of quantile regression",
                                             .source = "Koenker and Bassett 1978",
                                             .formula = "max(q (y - x), (q - 1)(y - x))",
                                             .inputs = {"prediction", "targets"},
                                             .input_count = 2,
                                             .required_count = 2},
                                    DSC_LOSS_OPTION_TABLE(table, dsc_quantile_options, DSC_QUANTILE_OPTIONS),
                                    .run = run};
