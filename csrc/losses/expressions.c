#include "losses/expressions.h"

static void pull_back_logistic(dsc_pullback *p) {
    dsc_tensor *x = dsc_input(p, 0);
    dsc_give(p, 0,
             x_multiply(p, p->upstream, x_multiply(p, x_logistic(p, x), x_logistic(p, x_negate(p, x)))));
}

static const dsc_operation logistic = {"logistic", "1 / (1 + e^-x)", pull_back_logistic};

dsc_tensor *x_logistic(dsc_pullback *p, dsc_tensor *x) {
    if (p->status != DSC_OK || x == NULL)
        return NULL;
    dsc_tensor *made = NULL, *result = NULL;
    bool records = dsc_set_recording(false);
    dsc_status status = dsc_sigmoid(x, &made);
    dsc_set_recording(records);
    if (status == DSC_OK)
        status = dsc_finish(&(dsc_record){.operation = &logistic, .count = 1, .inputs = &x}, DSC_OK, made,
                            &result);
    return dsc_keep(p, status, result);
}

dsc_tensor *x_reduce(dsc_pullback *p, dsc_tensor *values, dsc_reduction reduction, double divisor) {
    if (values == NULL || reduction == DSC_REDUCTION_NONE)
        return values;
    dsc_tensor *sum = x_sum(p, values, 0, NULL, false);
    return reduction == DSC_REDUCTION_SUM || sum == NULL ? sum
                                                         : x_divide(p, sum, x_constant(p, sum, divisor));
}
