#include "losses/loss.h"

/* Samples as rows. */
static dsc_status flat(dsc_tensor *x, dsc_tensor **rows) {
    if (x->rank > 2)
        return dsc_flatten(x, 1, -1, rows);
    *rows = dsc_tensor_retain(x);
    return DSC_OK;
}

dsc_status dsc_dice_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_dice_options *options,
                         dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_dice_options, DSC_DICE_OPTIONS, dice_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){targets, "targets", DSC_LOSS_NUMBERS};
    DSC_TRY(dsc_loss_check(&call, result));
    dsc_tensor *x = NULL, *y = NULL;
    dsc_status status = flat(prediction, &x);
    if (status == DSC_OK)
        status = flat(targets, &y);
    if (status == DSC_OK) {
        call.inputs[0].tensor = x;
        call.inputs[1].tensor = y;
        dsc_row_loss kernel = {.kind = DSC_ROW_DICE, .eps = o.smooth};
        status = dsc_loss_of_rows(&call, &kernel, result);
    }
    dsc_tensor_release(x);
    dsc_tensor_release(y);
    return status;
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    DSC_LOSS_OPTIONS(dsc_dice_options);
    dsc_tensor *x = dsc_input(p, 0), *y = dsc_input(p, 1);
    dsc_tensor *bottom = x_affine(p, x_add(p, x_sum_rows(p, x), x_sum_rows(p, y)), 1, o.smooth);
    dsc_tensor *top = x_affine(p, x_sum_rows(p, x_multiply(p, x, y)), 2, o.smooth);
    dsc_tensor *ratio = x_divide(p, top, bottom);
    slope[0] = x_divide(p, x_subtract(p, ratio, x_scale(p, y, 2)), bottom);
    slope[1] = x_divide(p, x_subtract(p, ratio, x_scale(p, x, 2)), bottom);
}

void dsc_pull_back_dice_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_dice_loss(inputs[0], inputs[1], options, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_FROM(dsc_dice_options, smooth, 0, "added above and below: a sample of nothing has loss 0"),
    DSC_LOSS_REDUCTION(dsc_dice_options),
};

const dsc_loss dsc_loss_dice = {.info = {.name = "dice",
                                         .title = "Dice loss of overlapping regions",
                                         .source = "Milletari et al. 2016, arXiv:1606.04797",
                                         .formula = "1 - (2 sum x y + smooth) / (sum x + sum y + smooth)",
                                         .inputs = {"prediction", "targets"},
                                         .input_count = 2,
                                         .required_count = 2},
                                DSC_LOSS_OPTION_TABLE(table, dsc_dice_options, DSC_DICE_OPTIONS),
                                .run = run};
