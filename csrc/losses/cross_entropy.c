#include "losses/kernels/classes.h"
#include "losses/softmax_loss.h"

/* In operations, where there is to be a gradient by the weights of probabilities' classes. */
static dsc_status compose(const dsc_loss_call *call, const dsc_softmax_loss *loss, dsc_tensor **result) {
    double divisor;
    dsc_cross_entropy checked = {.over = dsc_softmax_loss_classes(loss, NULL, NULL, NULL),
                                 .probabilities = loss,
                                 .label_smoothing = loss->options->label_smoothing};
    DSC_TRY(dsc_loss_name_refusal(call, dsc_cross_entropy_check(call->operation->name, &checked, &divisor)));
    DSC_EXPRESSION(call->operation);
    return dsc_expression_end(p, x_softmax_loss(p, loss), result);
}

dsc_status dsc_cross_entropy_loss(dsc_tensor *logits, dsc_tensor *targets,
                                  const dsc_cross_entropy_options *options, dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_cross_entropy_options, DSC_CROSS_ENTROPY_OPTIONS, cross_entropy_loss);
    bool is_classes = targets != NULL && targets->dtype == DSC_INT64;
    size_t place = is_classes ? 3 : 1, dimension;
    call.inputs[0] = (dsc_loss_input){logits, "logits", DSC_LOSS_NUMBERS};
    call.inputs[place] =
        (dsc_loss_input){targets, "targets", is_classes ? DSC_LOSS_CHECKED : DSC_LOSS_NUMBERS};
    call.inputs[4] = (dsc_loss_input){o.weight, "weight", DSC_LOSS_OPTIONAL};
    DSC_TRY(dsc_loss_check(&call, result));
    DSC_TRY(dsc_loss_class_dimension(&call, &dimension));
    if (is_classes)
        DSC_TRY(dsc_loss_check_classes(&call, 3, dimension));
    dsc_softmax_loss loss = {
        .logits = logits, .targets = targets, .weight = o.weight, .dimension = dimension, .options = &o};
    if (o.weight != NULL && !is_classes) {
        DSC_TRY(dsc_loss_check_shape(&call, 4, logits->dtype, 1, &logits->shape[dimension]));
        if (dsc_records(1, &loss.weight))
            return compose(&call, &loss, result);
    }
    DSC_TRY(dsc_loss_check_class_weights(&call, 4, logits->shape[dimension]));
    dsc_loss_set_values(&call, dimension);
    call.divisor = is_classes ? 1 : 0; /* with classes the slopes are the mean's already */
    dsc_status status = dsc_loss_begin(&call);
    if (status == DSC_OK) {
        dsc_cross_entropy kernel = {
            .over = dsc_softmax_loss_classes(&loss, call.dense[0], call.dense[3], call.dense[4]),
            .probabilities = dsc_loss_input_data(&call, 1),
            .label_smoothing = o.label_smoothing};
        status = dsc_cross_entropy_run(dsc_context_of(logits), &kernel, dsc_data(call.value),
                                       dsc_loss_found(&call, 0), dsc_loss_found(&call, 1));
    }
    return dsc_loss_end(&call, status, result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    DSC_LOSS_OPTIONS(dsc_cross_entropy_options);
    bool is_classes = p->node->inputs[1] == NULL;
    dsc_softmax_loss loss = {.logits = dsc_input(p, 0),
                             .targets = dsc_input(p, is_classes ? 3 : 1),
                             .weight = p->node->input_count > 4 ? dsc_input(p, 4) : NULL,
                             .options = &o};
    if (p->status != DSC_OK)
        return;
    loss.dimension = loss.logits->rank == 1 ? 0 : 1;
    slope[0] = x_softmax_slope(p, &loss);
    if (!is_classes && dsc_wants(p, 1))
        slope[1] = x_softmax_slope_by_targets(p, &loss);
}

static dsc_status again(dsc_pullback *p, dsc_tensor **result) {
    DSC_LOSS_OPTIONS(dsc_cross_entropy_options);
    dsc_tensor *logits = dsc_input(p, 0), *targets = dsc_input(p, p->node->inputs[1] == NULL ? 3 : 1);
    o.weight = p->node->input_count > 4 ? x_detach(p, dsc_input(p, 4)) : NULL;
    return p->status != DSC_OK ? p->status : dsc_cross_entropy_loss(logits, targets, &o, result);
}

void dsc_pull_back_cross_entropy_loss(dsc_pullback *p) {
    dsc_loss_pull_back_again(p, slopes, again);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    dsc_cross_entropy_options *o = options;
    o->weight = inputs[2];
    return dsc_cross_entropy_loss(inputs[0], inputs[1], o, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_INDEX(dsc_cross_entropy_options, ignore_index, "the target of samples that count for nothing"),
    DSC_LOSS_OPTION(dsc_cross_entropy_options, label_smoothing, DSC_OPTION_REAL, 0, 1, false, false,
                    "share of the target that is spread over all classes", NULL),
    DSC_LOSS_REDUCTION(dsc_cross_entropy_options),
};

const dsc_loss dsc_loss_cross_entropy = {
    .info = {.name = "cross_entropy",
             .title = "Softmax cross entropy of logits, with classes or probabilities",
             .source = "torch.nn.CrossEntropyLoss",
             .formula =
                 "-(1 - s) weight[t] log p[t] - s / C sum over c of weight[c] log p[c], p = softmax(x), "
                 "s: label_smoothing",
             .inputs = {"logits", "targets", "weight"},
             .input_count = 3,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_cross_entropy_options, DSC_CROSS_ENTROPY_OPTIONS),
    .run = run};
