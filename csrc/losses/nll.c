#include "losses/softmax_loss.h"

dsc_status dsc_nll_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_nll_options *options,
                        dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_nll_options, DSC_NLL_OPTIONS, nll_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[3] = (dsc_loss_input){targets, "targets", DSC_LOSS_CHECKED};
    call.inputs[4] = (dsc_loss_input){o.weight, "weight", DSC_LOSS_OPTIONAL};
    size_t dimension;
    DSC_TRY(dsc_loss_check(&call, result));
    DSC_TRY(dsc_loss_class_dimension(&call, &dimension));
    DSC_TRY(dsc_loss_check_classes(&call, 3, dimension));
    DSC_TRY(dsc_loss_check_class_weights(&call, 4, prediction->shape[dimension]));
    dsc_loss_set_values(&call, dimension);
    dsc_status status = dsc_loss_begin(&call);
    if (status == DSC_OK) {
        const dsc_cross_entropy_options like = {.ignore_index = o.ignore_index, .reduction = o.reduction};
        const dsc_softmax_loss layout = {.logits = prediction, .dimension = dimension, .options = &like};
        dsc_classes kernel = dsc_softmax_loss_classes(&layout, call.dense[0], call.dense[3], call.dense[4]);
        status =
            dsc_nll_run(dsc_context_of(prediction), &kernel, dsc_data(call.value), dsc_loss_found(&call, 0));
    }
    return dsc_loss_end(&call, status, result);
}

void dsc_pull_back_nll_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, NULL);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    dsc_nll_options *o = options;
    o->weight = inputs[2];
    return dsc_nll_loss(inputs[0], inputs[1], o, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_INDEX(dsc_nll_options, ignore_index, "the target of samples that count for nothing"),
    DSC_LOSS_REDUCTION(dsc_nll_options),
};

const dsc_loss dsc_loss_nll = {.info = {.name = "nll",
                                        .title = "Negative log likelihood of log probabilities",
                                        .source = "torch.nn.NLLLoss",
                                        .formula = "-weight[t] x[t]",
                                        .inputs = {"prediction", "targets", "weight"},
                                        .input_count = 3,
                                        .required_count = 2},
                               DSC_LOSS_OPTION_TABLE(table, dsc_nll_options, DSC_NLL_OPTIONS),
                               .run = run};
