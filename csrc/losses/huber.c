#include "losses/loss.h"

dsc_status dsc_huber_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_huber_options *options,
                          dsc_tensor **result) {
    const dsc_huber_options o = options != NULL ? *options : (dsc_huber_options)DSC_HUBER_OPTIONS;
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_HUBER, .delta = o.delta, .reduction = o.reduction};
    return dsc_loss_of_elements(&dsc_operations[dsc_op_huber_loss], &kernel, prediction, targets, result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    dsc_tensor *d = x_subtract(p, dsc_input(p, 0), dsc_input(p, 1));
    if (d == NULL)
        return;
    dsc_tensor *is_near = x_less(p, x_abs(p, d), x_constant(p, d, p->node->options.other));
    slope[0] = x_where(p, is_near, d, x_constant(p, d, 0));
    slope[1] = x_negate(p, slope[0]);
}

void dsc_pull_back_huber_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}
