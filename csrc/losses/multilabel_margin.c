#include "losses/loss.h"

dsc_status dsc_multilabel_margin_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_reduction reduction,
                                      dsc_tensor **result) {
    dsc_loss_call call = {.operation = &dsc_operations[dsc_op_multilabel_margin_loss],
                          .reduction = reduction,
                          .inputs = {[0] = {prediction, "prediction", DSC_LOSS_NUMBERS},
                                     [3] = {targets, "targets", DSC_LOSS_CHECKED}}};
    DSC_TRY(dsc_loss_check(&call, result));
    if (prediction->rank == 0 || prediction->rank > 2)
        return dsc_fail(
            DSC_ERROR_SIZE,
            "multilabel_margin_loss: prediction is of shape %s, must be [batch, classes] or [classes]",
            dsc_shape_text(prediction->rank, prediction->shape).text);
    DSC_TRY(dsc_loss_check_shape(&call, 3, DSC_INT64, prediction->rank, prediction->shape));
    dsc_row_loss kernel = {.kind = DSC_ROW_MULTILABEL_MARGIN};
    return dsc_loss_of_rows(&call, &kernel, result);
}

void dsc_pull_back_multilabel_margin_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, NULL);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_multilabel_margin_loss(inputs[0], inputs[1], ((dsc_plain_loss_options *)options)->reduction,
                                      result);
}

static const dsc_loss_option table[] = {DSC_LOSS_REDUCTION(dsc_plain_loss_options)};

const dsc_loss dsc_loss_multilabel_margin = {
    .info = {.name = "multilabel_margin",
             .title = "Hinge loss of several right classes",
             .source = "torch.nn.MultiLabelMarginLoss",
             .formula = "sum over right j and other i of max(0, 1 - x[j] + x[i]) / C",
             .inputs = {"prediction", "targets"},
             .input_count = 2,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_plain_loss_options, DSC_PLAIN_LOSS_OPTIONS),
    .run = run};
