#include "losses/loss.h"

dsc_status dsc_mse_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_reduction reduction,
                        dsc_tensor **result) {
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_SQUARED_ERROR, .reduction = reduction};
    return dsc_loss_of_elements(&dsc_operations[dsc_op_mse_loss], &kernel, prediction, targets, result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    slope[0] = x_scale(p, x_subtract(p, dsc_input(p, 0), dsc_input(p, 1)), 2);
    slope[1] = x_negate(p, slope[0]);
}

void dsc_pull_back_mse_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}
