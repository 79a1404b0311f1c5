#include "losses/softmax_loss.h"

static dsc_status check(const dsc_loss_call *call, bool is_classes) {
    const dsc_tensor *x = call->inputs[0].tensor, *linear = call->inputs[1].tensor;
    if (x->rank != 2 || linear->rank != 2 || x->shape[1] != linear->shape[1])
        return dsc_fail(DSC_ERROR_SIZE,
                        "linear_cross_entropy_loss: x is of shape %s and linear of shape %s, must be [batch, "
                        "inputs] and [classes, inputs]",
                        dsc_shape_text(x->rank, x->shape).text,
                        dsc_shape_text(linear->rank, linear->shape).text);
    size_t classes = linear->shape[0];
    DSC_TRY(dsc_loss_check_shape(call, 1, x->dtype, 2, (const size_t[]){classes, x->shape[1]}));
    if (call->inputs[2].tensor != NULL)
        DSC_TRY(dsc_loss_check_shape(call, 2, x->dtype, 1, &classes));
    if (call->inputs[4].tensor != NULL)
        DSC_TRY(dsc_loss_check_shape(call, 4, x->dtype, 1, &classes));
    if (!is_classes)
        return dsc_loss_check_shape(call, 3, x->dtype, 2, (const size_t[]){x->shape[0], classes});
    DSC_TRY(dsc_loss_check_class_weights(call, 4, classes));
    return dsc_loss_check_shape(call, 3, DSC_INT64, 1, &x->shape[0]);
}

static dsc_tensor *x_logits(dsc_pullback *p, dsc_tensor *x, dsc_tensor *linear, dsc_tensor *bias) {
    dsc_tensor *turned = NULL, *products = NULL;
    if (p->status != DSC_OK)
        return NULL;
    turned = x_call(p, turned, dsc_transpose(linear, 0, 1, &turned));
    products = x_call(p, products, dsc_matmul(x, turned, &products));
    return bias == NULL ? products : x_add(p, products, bias);
}

/* All logits at once: each sample's upstream gradient may be another, or there is to be a gradient by
 * probabilities or their weights. As products, whose gradients have the same last bits in every pass. */
static dsc_status compose(const dsc_operation *operation, dsc_tensor *x, dsc_tensor *linear, dsc_tensor *bias,
                          dsc_tensor *targets, const dsc_cross_entropy_options *o, dsc_tensor **result) {
    DSC_EXPRESSION(operation);
    dsc_tensor *logits = x_logits(p, x, linear, bias), *loss = NULL;
    loss = x_call(p, loss, dsc_cross_entropy_loss(logits, targets, o, &loss));
    return dsc_expression_end(p, loss, result);
}

static dsc_status run_kernel(dsc_loss_call *call, const dsc_cross_entropy_options *o, bool is_classes) {
    const dsc_tensor *x = call->inputs[0].tensor, *linear = call->inputs[1].tensor;
    const size_t classes = linear->shape[0], samples = x->shape[0];
    size_t bytes = dsc_linear_cross_entropy_workspace(x->dtype, samples, classes);
    dsc_tensor *workspace;
    DSC_TRY(dsc_make(dsc_context_of(x), DSC_UINT8, 1, &bytes, &workspace));
    dsc_linear_cross_entropy kernel = {
        .loss = {.over = {.dtype = x->dtype,
                          .samples = samples,
                          .classes = classes,
                          .inner = 1,
                          .targets = is_classes ? dsc_loss_input_data(call, 3) : NULL,
                          .weight = dsc_loss_input_data(call, 4),
                          .ignores = true,
                          .ignore_index = o->ignore_index,
                          .reduction = o->reduction},
                 .probabilities = is_classes ? NULL : dsc_loss_input_data(call, 3),
                 .label_smoothing = o->label_smoothing},
        .inputs = x->shape[1],
        .x = dsc_loss_input_data(call, 0),
        .linear = dsc_loss_input_data(call, 1),
        .linear_bias = dsc_loss_input_data(call, 2),
        .workspace = dsc_data(workspace)};
    dsc_status status = dsc_linear_cross_entropy_run(dsc_context_of(x), &kernel, dsc_data(call->value),
                                                     dsc_loss_found(call, 0), dsc_loss_found(call, 1),
                                                     dsc_loss_found(call, 2));
    dsc_tensor_release(workspace);
    return status;
}

dsc_status dsc_linear_cross_entropy_loss(dsc_tensor *x, dsc_tensor *linear, dsc_tensor *bias,
                                         dsc_tensor *targets, const dsc_cross_entropy_options *options,
                                         dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_cross_entropy_options, DSC_CROSS_ENTROPY_OPTIONS, linear_cross_entropy_loss);
    bool is_classes = targets != NULL && targets->dtype == DSC_INT64;
    call.inputs[0] = (dsc_loss_input){x, "x", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){linear, "linear", DSC_LOSS_CHECKED};
    call.inputs[2] = (dsc_loss_input){bias, "bias", DSC_LOSS_OPTIONAL};
    call.inputs[3] = (dsc_loss_input){targets, "targets", DSC_LOSS_CHECKED};
    call.inputs[4] = (dsc_loss_input){o.weight, "weight", DSC_LOSS_OPTIONAL};
    DSC_TRY(dsc_loss_check(&call, result));
    DSC_TRY(check(&call, is_classes));
    bool by_layer = dsc_records(3, (dsc_tensor *const[]){x, linear, bias});
    bool by_targets = !is_classes && dsc_records(2, (dsc_tensor *const[]){targets, o.weight});
    if (by_targets || (by_layer && o.reduction == DSC_REDUCTION_NONE))
        return compose(call.operation, x, linear, bias, targets, &o, result);
    dsc_loss_set_values(&call, 1);
    call.divisor = is_classes ? 1 : 0;
    dsc_status status = dsc_loss_begin(&call);
    if (status == DSC_OK)
        status = run_kernel(&call, &o, is_classes);
    return dsc_loss_end(&call, status, result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    DSC_LOSS_OPTIONS(dsc_cross_entropy_options);
    dsc_tensor *x = dsc_input(p, 0), *linear = dsc_input(p, 1);
    dsc_tensor *bias = p->node->inputs[2] == NULL ? NULL : dsc_input(p, 2), *turned = NULL;
    dsc_softmax_loss loss = {.logits = x_logits(p, x, linear, bias),
                             .targets = dsc_input(p, 3),
                             .weight = p->node->input_count > 4 ? dsc_input(p, 4) : NULL,
                             .dimension = 1,
                             .options = &o};
    dsc_tensor *by_logits = x_softmax_slope(p, &loss);
    if (by_logits == NULL)
        return;
    turned = x_call(p, turned, dsc_transpose(by_logits, 0, 1, &turned));
    slope[0] = x_call(p, slope[0], dsc_matmul(by_logits, linear, &slope[0]));
    slope[1] = x_call(p, slope[1], dsc_matmul(turned, x, &slope[1]));
    slope[2] = x_sum(p, by_logits, 1, (const int64_t[]){0}, false);
}

void dsc_pull_back_linear_cross_entropy_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    dsc_cross_entropy_options *o = options;
    o->weight = inputs[4];
    return dsc_linear_cross_entropy_loss(inputs[0], inputs[1], inputs[3], inputs[2], o, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_INDEX(dsc_cross_entropy_options, ignore_index, "the target of samples that count for nothing"),
    DSC_LOSS_OPTION(dsc_cross_entropy_options, label_smoothing, DSC_OPTION_REAL, 0, 1, false, false,
                    "share of the target that is spread over all classes", NULL),
    DSC_LOSS_REDUCTION(dsc_cross_entropy_options),
};

const dsc_loss dsc_loss_linear_cross_entropy = {
    .info = {.name = "linear_cross_entropy",
             .title = "Cross entropy of a linear layer's outputs, a band of samples at a time",
             .source = "torch.nn.LinearCrossEntropyLoss",
             .formula = "cross_entropy of x linear^T + bias",
             .inputs = {"x", "linear", "targets", "bias", "weight"},
             .input_count = 5,
             .required_count = 3},
    DSC_LOSS_OPTION_TABLE(table, dsc_cross_entropy_options, DSC_CROSS_ENTROPY_OPTIONS),
    .run = run};
