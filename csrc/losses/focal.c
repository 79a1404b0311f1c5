#include "losses/loss.h"

dsc_status dsc_focal_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_focal_options *options,
                          dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_focal_options, DSC_FOCAL_OPTIONS, focal_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){targets, "targets", DSC_LOSS_NUMBERS};
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_FOCAL, .gamma = o.gamma, .alpha = o.alpha};
    return dsc_loss_of_elements(&call, &kernel, result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    DSC_LOSS_OPTIONS(dsc_focal_options);
    dsc_tensor *x = dsc_input(p, 0), *y = dsc_input(p, 1);
    if (p->status != DSC_OK)
        return;
    dsc_tensor *minus = x_negate(p, x), *other = x_rest(p, y);
    dsc_tensor *yes = x_logistic(p, x), *no = x_logistic(p, minus);
    dsc_tensor *miss = x_add(p, x_multiply(p, y, no), x_multiply(p, other, yes));
    dsc_tensor *entropy =
        x_add(p, x_multiply(p, y, x_softplus(p, minus)), x_multiply(p, other, x_softplus(p, x)));
    /* Powers of 0 would be infinite, but what they are multiplied by falls with it: so that is divided first.
     */
    dsc_tensor *counts = x_is_not_zero(p, miss), *one = x_constant(p, x, 1);
    dsc_tensor *base = x_where(p, counts, miss, one);
    dsc_tensor *power = o.gamma == 0 ? one : x_mask(p, counts, x_power_of(p, base, o.gamma));
    dsc_tensor *bend = x_scale(p, x_multiply(p, power, x_divide(p, entropy, base)), o.gamma);
    dsc_tensor *weighed = x_multiply(p, power, entropy);
    dsc_tensor *flat = x_multiply(p, power, x_subtract(p, x_multiply(p, other, yes), x_multiply(p, y, no)));
    dsc_tensor *bent = x_multiply(p, x_multiply(p, weighed, x_divide(p, x_multiply(p, yes, no), base)),
                                  x_affine(p, y, -2 * o.gamma, o.gamma));
    dsc_tensor *by_x = x_add(p, flat, bent);
    dsc_tensor *by_y = x_subtract(p, x_multiply(p, bend, x_subtract(p, no, yes)), x_multiply(p, power, x));
    if (o.alpha < 0) {
        slope[0] = by_x;
        slope[1] = by_y;
        return;
    }
    dsc_tensor *share = x_affine(p, y, 2 * o.alpha - 1, 1 - o.alpha);
    slope[0] = x_multiply(p, by_x, share);
    slope[1] = x_add(p, x_multiply(p, by_y, share), x_scale(p, weighed, 2 * o.alpha - 1));
}

void dsc_pull_back_focal_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_focal_loss(inputs[0], inputs[1], options, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_FROM(dsc_focal_options, gamma, 0, "how much less what is right already counts; 0: as much"),
    DSC_LOSS_OPTION(dsc_focal_options, alpha, DSC_OPTION_REAL, -1, 1, false, false,
                    "weight of targets 1, where 0 has 1 - alpha; -1: both 1", NULL),
    DSC_LOSS_REDUCTION(dsc_focal_options),
};

const dsc_loss dsc_loss_focal = {
    .info = {.name = "focal",
             .title = "Focal loss: binary cross entropy of logits, less where they are right",
             .source = "Lin et al. 2017, arXiv:1708.02002; torchvision.ops.sigmoid_focal_loss",
             .formula = "a (1 - q)^gamma bce_with_logits, q = y s(x) + (1 - y)(1 - s(x)), a = alpha y + (1 - "
                        "alpha)(1 - y)",
             .inputs = {"prediction", "targets"},
             .input_count = 2,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_focal_options, DSC_FOCAL_OPTIONS),
    .run = run};
