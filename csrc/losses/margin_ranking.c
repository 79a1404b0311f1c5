#include "losses/loss.h"

dsc_status dsc_margin_ranking_loss(dsc_tensor *first, dsc_tensor *second, dsc_tensor *targets,
                                   const dsc_margin_ranking_options *options, dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_margin_ranking_options, DSC_MARGIN_RANKING_OPTIONS, margin_ranking_loss);
    call.inputs[0] = (dsc_loss_input){first, "first", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){targets, "targets", DSC_LOSS_NUMBERS};
    call.inputs[2] = (dsc_loss_input){second, "second", DSC_LOSS_NUMBERS};
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_MARGIN_RANKING, .margin = o.margin};
    return dsc_loss_of_elements(&call, &kernel, result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    DSC_LOSS_OPTIONS(dsc_margin_ranking_options);
    dsc_tensor *y = dsc_input(p, 1), *difference = x_subtract(p, dsc_input(p, 2), dsc_input(p, 0));
    dsc_tensor *is_active = x_is_not_negative(p, x_affine(p, x_multiply(p, y, difference), 1, o.margin));
    slope[2] = x_mask(p, is_active, y);
    slope[1] = x_mask(p, is_active, difference);
    slope[0] = x_negate(p, slope[2]);
}

void dsc_pull_back_margin_ranking_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_margin_ranking_loss(inputs[0], inputs[1], inputs[2], options, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_ANY(dsc_margin_ranking_options, margin, "by how much the right one is to be ahead"),
    DSC_LOSS_REDUCTION(dsc_margin_ranking_options),
};

const dsc_loss dsc_loss_margin_ranking = {
    .info = {.name = "margin_ranking",
             .title = "Which of two is to be ranked higher: the first (1) or the second (-1)",
             .source = "torch.nn.MarginRankingLoss",
             .formula = "max(0, margin - y (first - second))",
             .inputs = {"first", "second", "targets"},
             .input_count = 3,
             .required_count = 3},
    DSC_LOSS_OPTION_TABLE(table, dsc_margin_ranking_options, DSC_MARGIN_RANKING_OPTIONS),
    .run = run};
