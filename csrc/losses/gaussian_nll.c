#include "losses/loss.h"

/* The variances repeated to the prediction's shape, recorded: a new reference. */
static dsc_status fit(const dsc_loss_call *call, dsc_tensor **fitted) {
    const dsc_tensor *x = call->inputs[0].tensor;
    dsc_tensor *v = call->inputs[2].tensor;
    if (v->dtype == x->dtype && dsc_same_shape(v, x)) {
        *fitted = dsc_tensor_retain(v);
        return DSC_OK;
    }
    size_t shape[DSC_MAX_RANK], rank = v->rank, repeated = 0;
    memcpy(shape, v->shape, sizeof shape);
    bool fits = v->dtype == x->dtype && rank <= x->rank;
    for (size_t d = 0; fits && d < rank; ++d) {
        repeated += shape[d] != x->shape[d];
        fits = shape[d] == x->shape[d] || (shape[d] == 1 && rank == x->rank);
    }
    if (fits && rank > 0 && rank + 1 == x->rank)
        shape[rank++] = 1;
    if (!fits || repeated > 1 || (rank != 0 && rank != x->rank))
        return dsc_loss_refuse(call, 2, x->dtype, x->rank, x->shape);
    dsc_tensor *column;
    DSC_TRY(dsc_reshape(v, rank, shape, &column));
    dsc_status status = dsc_expand(column, x->rank, x->shape, fitted);
    dsc_tensor_release(column);
    return status;
}

dsc_status dsc_gaussian_nll_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_tensor *variance,
                                 const dsc_gaussian_nll_options *options, dsc_tensor **result) {
    DSC_LOSS_BEGIN(dsc_gaussian_nll_options, DSC_GAUSSIAN_NLL_OPTIONS, gaussian_nll_loss);
    call.inputs[0] = (dsc_loss_input){prediction, "prediction", DSC_LOSS_NUMBERS};
    call.inputs[1] = (dsc_loss_input){targets, "targets", DSC_LOSS_NUMBERS};
    call.inputs[2] = (dsc_loss_input){variance, "variance", DSC_LOSS_CHECKED};
    DSC_TRY(dsc_loss_check(&call, result));
    dsc_tensor *fitted;
    DSC_TRY(fit(&call, &fitted));
    call.inputs[2].tensor = fitted;
    dsc_pointwise_loss kernel = {.kind = DSC_POINTWISE_GAUSSIAN_NLL, .eps = o.eps, .full = o.full};
    dsc_status status = dsc_loss_of_elements(&call, &kernel, result);
    dsc_tensor_release(fitted);
    return status;
}

static void slopes(dsc_pullback *p, dsc_tensor **slope) {
    DSC_LOSS_OPTIONS(dsc_gaussian_nll_options);
    dsc_tensor *d = x_subtract(p, dsc_input(p, 0), dsc_input(p, 1)), *variance = dsc_input(p, 2);
    if (d == NULL || variance == NULL)
        return;
    /* The limit moves the numbers, not the derivative. */
    dsc_tensor *fixed = x_detach(p, variance);
    dsc_tensor *raised = x_subtract(p, x_maximum(p, fixed, x_constant(p, d, o.eps)), fixed);
    dsc_tensor *v = x_add(p, variance, raised), *share = x_divide(p, d, v);
    slope[0] = share;
    slope[1] = x_negate(p, share);
    dsc_tensor *inverse = x_divide(p, x_constant(p, d, 1), v);
    slope[2] = x_scale(p, x_subtract(p, inverse, x_multiply(p, share, share)), 0.5);
}

void dsc_pull_back_gaussian_nll_loss(dsc_pullback *p) {
    dsc_loss_pull_back(p, slopes);
}

static dsc_status run(void *options, dsc_tensor *const *inputs, dsc_tensor **result) {
    return dsc_gaussian_nll_loss(inputs[0], inputs[1], inputs[2], options, result);
}

static const dsc_loss_option table[] = {
    DSC_LOSS_FLAG(dsc_gaussian_nll_options, full, "with the constant log(2 pi) / 2"),
    DSC_LOSS_FROM(dsc_gaussian_nll_options, eps, 0, "what variances are raised to"),
    DSC_LOSS_REDUCTION(dsc_gaussian_nll_options),
};

const dsc_loss dsc_loss_gaussian_nll = {
    .info = {.name = "gaussian_nll",
             .title = "Negative log likelihood of normal targets with a predicted variance",
             .source = "torch.nn.GaussianNLLLoss",
             .formula = "(log v + (x - y)^2 / v) / 2, v = max(variance, eps); full: + log(2 pi) / 2",
             .inputs = {"prediction", "targets", "variance"},
             .input_count = 3,
             .required_count = 3},
    DSC_LOSS_OPTION_TABLE(table, dsc_gaussian_nll_options, DSC_GAUSSIAN_NLL_OPTIONS),
    .run = run};
