#include "losses/loss.h"

dsc_status dsc_bce_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_bce_options *options,
                        dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_bce_options, DSC_BCE_OPTIONS, bce_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){targets, "targets", DSC_LOSS_NUMBERS};
    call.inputs[3] = (dsc_loss_input){o.weight, "weight", DSC_LOSS_ELEMENT_WEIGHTS};
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_BCE};
    return dsc_loss_of_elements(&call, &kernel, result);
}

/* What the limits of the logarithms and of x (1 - x) are to PyTorch's second derivatives. */
static const double least = 1e-12;

static dsc_tensor *x_spread(dsc_pullback *p, dsc_tensor *x) {
    dsc_tensor *spread = x_multiply(p, x_rest(p, x), x);
    return spread == NULL ? NULL : x_maximum(p, spread, x_constant(p, spread, least));
}

/* The derivatives of (x - y) / (x (1 - x)) are PyTorch's own formulas, with its limits: the true ones are
 * infinite at 0 and 1. */
static void pull_back_by_x(dsc_pullback *p) {
    dsc_tensor *x = dsc_input(p, 0), *y = dsc_input(p, 1);
    if (dsc_wants(p, 0)) {
        dsc_tensor *top = x_add(p, x_subtract(p, x_multiply(p, x, x), x_scale(p, x_multiply(p, x, y), 2)), y);
        dsc_tensor *bottom = x_multiply(p, x_affine(p, x, 1, least), x_affine(p, x_rest(p, x), 1, least));
        dsc_give(p, 0, x_multiply(p, p->upstream, x_divide(p, top, x_multiply(p, bottom, bottom))));
    }
    if (dsc_wants(p, 1))
        dsc_give(p, 1, x_negate(p, x_divide(p, p->upstream, x_spread(p, x))));
}

static const dsc_operation by_x = {"bce_loss", "its derivative by the prediction", pull_back_by_x};

static dsc_tensor *x_by_x(dsc_pullback *p, dsc_tensor *x, dsc_tensor *y) {
    bool records = dsc_set_recording(false);
    dsc_tensor *numbers = x_divide(p, x_subtract(p, x, y), x_spread(p, x)), *result = NULL;
    dsc_set_recording(records);
    if (numbers == NULL)
        return NULL;
    dsc_status status =
        dsc_finish(&(dsc_record){.operation = &by_x, .count = 2, .inputs = (dsc_tensor *const[]){x, y}},
                   DSC_OK, dsc_tensor_retain(numbers), &result);
    return dsc_keep(p, status, result);
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    dsc_tensor *x = dsc_input(p, 0), *y = dsc_input(p, 1);
    dsc_tensor *weight = p->node->input_count > 3 ? dsc_input(p, 3) : NULL;
    if (p->status != DSC_OK)
        return;
    slope[0] = x_weighted(p, x_by_x(p, x, y), weight);
    slope[1] = x_weighted(p, x_subtract(p, x_log(p, x_rest(p, x)), x_log(p, x)), weight);
}

void dsc_pull_back_bce_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    dsc_bce_options *o = options;
    o->weight = inputs[2];
    return dsc_bce_loss(inputs[0], inputs[1], o, result);
}

static const dsc_loss_option table[] = {DSC_LOSS_REDUCTION(dsc_bce_options)};

const dsc_loss dsc_loss_bce = {
    .info = {.name = "bce",
             .title = "Binary cross entropy of probabilities",
             .source = "torch.nn.BCELoss",
             .formula = "-weight (y log x + (1 - y) log(1 - x)), logarithms >= -100",
             .inputs = {"prediction", "targets", "weight"},
             .input_count = 3,
             .required_count = 2},
    DSC_LOSS_OPTION_TABLE(table, dsc_bce_options, DSC_BCE_OPTIONS),
    .run = run};
