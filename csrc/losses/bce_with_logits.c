#include "losses/loss.h"

dsc_status dsc_bce_with_logits_loss(dsc_tensor *prediction, dsc_tensor *targets,
                                    const dsc_bce_with_logits_options *options, dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_bce_with_logits_options, DSC_BCE_WITH_LOGITS_OPTIONS, bce_with_logits_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){targets, "targets", DSC_LOSS_NUMBERS};
    call.inputs[3] = (dsc_loss_input){o.weight, "weight", DSC_LOSS_ELEMENT_WEIGHTS};
    call.inputs[4] = (dsc_loss_input){o.positive_weight, "positive_weight", DSC_LOSS_ELEMENT_WEIGHTS};
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_BCE_WITH_LOGITS};
    return dsc_loss_of_elements(&call, &kernel, result);
}

static dsc_tensor *weights(dsc_pullback *p, size_t input) {
    return p->node->input_count > input && p->node->inputs[input] != NULL ? dsc_input(p, input) : NULL;
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    dsc_tensor *x = dsc_input(p, 0), *y = dsc_input(p, 1);
    dsc_tensor *weight = weights(p, 3), *positive = weights(p, 4);
    dsc_tensor *by_x, *by_y;
    if (positive == NULL) {
        by_x = x_subtract(p, x_logistic(p, x), y);
        by_y = x_negate(p, x);
    } else {
        dsc_tensor *yes = x_multiply(p, y, positive);
        by_x = x_subtract(p, x_multiply(p, x_add(p, yes, x_rest(p, y)), x_logistic(p, x)), yes);
        by_y = x_subtract(p, x_multiply(p, positive, x_softplus(p, x_negate(p, x))), x_softplus(p, x));
    }
    slope[0] = x_weighted(p, by_x, weight);
    slope[1] = x_weighted(p, by_y, weight);
}

void dsc_pull_back_bce_with_logits_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    dsc_bce_with_logits_options *o = options;
    o->weight = inputs[2];
    o->positive_weight = inputs[3];
    return dsc_bce_with_logits_loss(inputs[0], inputs[1], o, result);
}

static const dsc_loss_option table[] = {DSC_LOSS_REDUCTION(dsc_bce_with_logits_options)};

const dsc_loss dsc_loss_bce_with_logits = {
    .info = {.name = "bce_with_logits",
             .title = "Binary cross entropy of logits",
             .source = "torch.nn.BCEWithLogitsLoss",
             .formula = "-weight (positive_weight y log s(x) + (1 - y) log(1 - s(x))), s(x) = 1 / (1 + e^-x)",
             .inputs = {"prediction", "targets", "weight", "positive_weight"},
             .input_count = 4,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_bce_with_logits_options, DSC_BCE_WITH_LOGITS_OPTIONS),
    .run = run};
