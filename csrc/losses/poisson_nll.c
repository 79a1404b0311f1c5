#include "losses/loss.h"

dsc_status dsc_poisson_nll_loss(dsc_tensor *prediction, dsc_tensor *targets,
                                const dsc_poisson_nll_options *options, dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_poisson_nll_options, DSC_POISSON_NLL_OPTIONS, poisson_nll_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){targets, "targets", DSC_LOSS_NUMBERS};
    dsc_pointwise_loss kernel = {
        .kind = DSC_POINTWISE_POISSON_NLL, .eps = o.eps, .log_input = o.log_input, .full = o.full};
    return dsc_loss_of_elements(&call, &kernel, result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    DSC_LOSS_OPTIONS(dsc_poisson_nll_options);
    dsc_tensor *x = dsc_input(p, 0), *y = dsc_input(p, 1);
    if (p->status != DSC_OK)
        return;
    dsc_tensor *rate = o.log_input ? x_exp(p, x) : x_affine(p, x, 1, o.eps);
    slope[0] = o.log_input ? x_subtract(p, rate, y) : x_rest(p, x_divide(p, y, rate));
    dsc_tensor *logarithm = o.log_input ? x : x_log(p, rate);
    slope[1] = x_negate(p, logarithm);
    if (!o.full)
        return;
    dsc_tensor *one = x_constant(p, y, 1), *is_large = x_greater(p, y, one);
    dsc_tensor *large = x_where(p, is_large, y, one);
    dsc_tensor *stirling = x_add(p, x_log(p, large), x_divide(p, x_constant(p, y, 0.5), large));
    slope[1] = x_subtract(p, x_mask(p, is_large, stirling), logarithm);
}

void dsc_pull_back_poisson_nll_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_poisson_nll_loss(inputs[0], inputs[1], options, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_FLAG(dsc_poisson_nll_options, log_input, "predictions are logarithms of the rate"),
    DSC_LOSS_FLAG(dsc_poisson_nll_options, full, "with Stirling's approximation of log y!"),
    DSC_LOSS_FROM(dsc_poisson_nll_options, eps, 0, "added to the rate under the logarithm"),
    DSC_LOSS_REDUCTION(dsc_poisson_nll_options),
};

const dsc_loss dsc_loss_poisson_nll = {
    .info = {.name = "poisson_nll",
             .title = "Negative log likelihood of Poisson counts",
             .source = "torch.nn.PoissonNLLLoss",
             .formula = "e^x - y x with log_input, else x - y log(x + eps); full: + y log y - y + log(2 pi "
                        "y) / 2 where y > 1",
             .inputs = {"prediction", "targets"},
             .input_count = 2,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_poisson_nll_options, DSC_POISSON_NLL_OPTIONS),
    .run = run};
