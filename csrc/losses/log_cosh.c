#include "losses/loss.h"

dsc_status dsc_log_cosh_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_reduction reduction,
                             dsc_tensor **result) {
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_LOG_COSH};
    return dsc_loss_of_pair(&dsc_operations[dsc_op_log_cosh_loss], reduction, &kernel, prediction, targets,
                            result);
}

/* tanh d as 2 s(2 d) - 1: its derivative is 4 s(2 d) s(-2 d), where 1 - tanh^2 d would leave nothing of large
 * d. */
static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    dsc_tensor *d = x_subtract(p, dsc_input(p, 0), dsc_input(p, 1));
    slope[0] = x_affine(p, x_logistic(p, x_scale(p, d, 2)), 2, -1);
    slope[1] = x_negate(p, slope[0]);
}

void dsc_pull_back_log_cosh_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_log_cosh_loss(inputs[0], inputs[1], ((dsc_plain_loss_options *)options)->reduction, result);
}

static const dsc_loss_option table[] = {DSC_LOSS_REDUCTION(dsc_plain_loss_options)};

const dsc_loss dsc_loss_log_cosh = {
    .info = {.name = "log_cosh",
             .title = "Logarithm of the hyperbolic cosine: a smooth absolute error",
             .source = "the lectures; log cosh in double",
             .formula = "log cosh(x - y)",
             .inputs = {"prediction", "targets"},
             .input_count = 2,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_plain_loss_options, DSC_PLAIN_LOSS_OPTIONS),
    .run = run};
