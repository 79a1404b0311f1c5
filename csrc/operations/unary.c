/* Functions of one number. */
#include "descent/elementwise.h"
#include "operations/table.h"

#include <math.h>
#include <string.h>

/* Runs a kernel over the numbers in order. */
static dsc_status run(const dsc_operation *operation, dsc_unary kernel, bool keeps_result, dsc_tensor *x,
                      dsc_tensor **result) {
    dsc_tensor *const inputs[] = {x};
    DSC_TRY(dsc_check_inputs(operation, 1, inputs, result));
    DSC_TRY(dsc_check_real(operation, x));
    dsc_tensor *dense, *made = NULL;
    DSC_TRY(dsc_contiguous_of(x, &dense));
    dsc_status status = dsc_make_like(x, x->dtype, &made);
    if (status == DSC_OK)
        status =
            dsc_unary_run(dsc_context_of(x), x->dtype, kernel, x->count, dsc_data(dense), dsc_data(made));
    dsc_tensor_release(dense);
    return dsc_finish(
        &(dsc_record){
            .operation = operation, .count = 1, .inputs = inputs, .saved = {keeps_result ? made : NULL}},
        status, made, result);
}

#define UNARY(name, kernel, keeps)                                                                           \
    dsc_status dsc_##name(dsc_tensor *x, dsc_tensor **result) {                                              \
        return run(&dsc_operations[dsc_op_##name], kernel, keeps, x, result);                                \
    }
UNARY(negate, DSC_NEGATE, false)
UNARY(exp, DSC_EXP, true)
UNARY(log, DSC_LOG, false)
UNARY(sqrt, DSC_SQRT, true)
UNARY(abs, DSC_ABS, false)
UNARY(sign, DSC_SIGN, false)
UNARY(floor, DSC_FLOOR, false)
UNARY(relu, DSC_RELU, true)
UNARY(sigmoid, DSC_SIGMOID, true)
UNARY(log_sigmoid, DSC_LOG_SIGMOID, false)
UNARY(tanh, DSC_TANH, true)
UNARY(sin, DSC_SIN, false)
UNARY(cos, DSC_COS, false)
UNARY(atan, DSC_ATAN, false)
UNARY(erf, DSC_ERF, false)
UNARY(log1p, DSC_LOG1P, false)
UNARY(expm1, DSC_EXPM1, true)
UNARY(rsqrt, DSC_RSQRT, true)
UNARY(reciprocal, DSC_RECIPROCAL, true)
UNARY(square, DSC_SQUARE, false)
UNARY(tan, DSC_TAN, true)
UNARY(asin, DSC_ASIN, false)
UNARY(acos, DSC_ACOS, false)
UNARY(sinh, DSC_SINH, false)
UNARY(cosh, DSC_COSH, false)
UNARY(round, DSC_ROUND, false)
UNARY(ceil, DSC_CEIL, false)
UNARY(trunc, DSC_TRUNC, false)

void dsc_pull_back_negate(dsc_pullback *p) {
    dsc_give(p, 0, x_negate(p, p->upstream));
}

void dsc_pull_back_exp(dsc_pullback *p) {
    dsc_give(p, 0, x_multiply(p, p->upstream, dsc_output(p, 0)));
}

void dsc_pull_back_log(dsc_pullback *p) {
    dsc_give(p, 0, x_divide(p, p->upstream, dsc_input(p, 0)));
}

void dsc_pull_back_sqrt(dsc_pullback *p) {
    dsc_give(p, 0, x_divide(p, p->upstream, x_scale(p, dsc_output(p, 0), 2)));
}

void dsc_pull_back_abs(dsc_pullback *p) {
    dsc_give(p, 0, x_multiply(p, p->upstream, x_sign(p, dsc_input(p, 0))));
}

void dsc_pull_back_sin(dsc_pullback *p) {
    dsc_give(p, 0, x_multiply(p, p->upstream, x_cos(p, dsc_input(p, 0))));
}

void dsc_pull_back_cos(dsc_pullback *p) {
    dsc_give(p, 0, x_multiply(p, p->upstream, x_negate(p, x_sin(p, dsc_input(p, 0)))));
}

void dsc_pull_back_atan(dsc_pullback *p) {
    dsc_tensor *x = dsc_input(p, 0);
    dsc_give(p, 0, x_divide(p, p->upstream, x_affine(p, x_multiply(p, x, x), 1, 1)));
}

void dsc_pull_back_erf(dsc_pullback *p) {
    dsc_tensor *x = dsc_input(p, 0);
    dsc_tensor *bell = x_exp(p, x_negate(p, x_multiply(p, x, x)));
    dsc_give(p, 0, x_multiply(p, p->upstream, x_scale(p, bell, M_2_SQRTPI)));
}

void dsc_pull_back_log1p(dsc_pullback *p) {
    dsc_give(p, 0, x_divide(p, p->upstream, x_affine(p, dsc_input(p, 0), 1, 1)));
}

void dsc_pull_back_expm1(dsc_pullback *p) {
    dsc_give(p, 0, x_multiply(p, p->upstream, x_affine(p, dsc_output(p, 0), 1, 1)));
}

void dsc_pull_back_rsqrt(dsc_pullback *p) {
    dsc_tensor *y = dsc_output(p, 0);
    dsc_tensor *cube = x_multiply(p, x_multiply(p, y, y), y);
    dsc_give(p, 0, x_multiply(p, x_scale(p, p->upstream, -0.5), cube));
}

void dsc_pull_back_reciprocal(dsc_pullback *p) {
    dsc_tensor *y = dsc_output(p, 0);
    dsc_give(p, 0, x_multiply(p, x_negate(p, p->upstream), x_multiply(p, y, y)));
}

void dsc_pull_back_square(dsc_pullback *p) {
    dsc_give(p, 0, x_multiply(p, p->upstream, x_scale(p, dsc_input(p, 0), 2)));
}

void dsc_pull_back_tan(dsc_pullback *p) {
    dsc_give(p, 0, x_multiply(p, p->upstream, x_affine(p, x_square(p, dsc_output(p, 0)), 1, 1)));
}

void dsc_pull_back_asin(dsc_pullback *p) {
    dsc_tensor *rest = x_affine(p, x_square(p, dsc_input(p, 0)), -1, 1);
    dsc_give(p, 0, x_multiply(p, p->upstream, x_rsqrt(p, rest)));
}

void dsc_pull_back_acos(dsc_pullback *p) {
    dsc_tensor *rest = x_affine(p, x_square(p, dsc_input(p, 0)), -1, 1);
    dsc_give(p, 0, x_multiply(p, x_negate(p, p->upstream), x_rsqrt(p, rest)));
}

void dsc_pull_back_sinh(dsc_pullback *p) {
    dsc_give(p, 0, x_multiply(p, p->upstream, x_cosh(p, dsc_input(p, 0))));
}

void dsc_pull_back_cosh(dsc_pullback *p) {
    dsc_give(p, 0, x_multiply(p, p->upstream, x_sinh(p, dsc_input(p, 0))));
}

/* ---- With numbers ---- */

dsc_status dsc_affine(dsc_tensor *x, double scale, double offset, dsc_tensor **result) {
    DSC_BEGIN(affine, x);
    DSC_TRY(dsc_check_real(operation, x));
    dsc_tensor *dense, *made = NULL;
    DSC_TRY(dsc_contiguous_of(x, &dense));
    dsc_status status = dsc_make_like(x, x->dtype, &made);
    if (status == DSC_OK)
        status = dsc_affine_run(dsc_context_of(x), x->dtype, x->count, scale, dsc_data(dense), offset,
                                dsc_data(made));
    dsc_tensor_release(dense);
    return DSC_END(status, made, .options = &(dsc_options){.number = scale});
}

void dsc_pull_back_affine(dsc_pullback *p) {
    double scale = p->node->options.number;
    dsc_give(p, 0, scale == 1 ? p->upstream : x_scale(p, p->upstream, scale));
}

dsc_status dsc_clamp(dsc_tensor *x, double low, double high, dsc_tensor **result) {
    DSC_BEGIN(clamp, x);
    DSC_TRY(dsc_check_real(operation, x));
    if (isnan(low) || isnan(high))
        return dsc_fail(DSC_ERROR_ARGUMENT, "clamp: a limit is NaN");
    dsc_tensor *dense, *made = NULL;
    DSC_TRY(dsc_contiguous_of(x, &dense));
    dsc_status status = dsc_make_like(x, x->dtype, &made);
    if (status == DSC_OK)
        status =
            dsc_clamp_run(dsc_context_of(x), x->dtype, x->count, dsc_data(dense), low, high, dsc_data(made));
    dsc_tensor_release(dense);
    return DSC_END(status, made, .options = &(dsc_options){.number = low, .other = high});
}

void dsc_pull_back_clamp(dsc_pullback *p) {
    dsc_tensor *x = dsc_input(p, 0);
    if (x == NULL)
        return;
    dsc_tensor *nothing = x_constant(p, x, 0);
    dsc_tensor *above =
        x_where(p, x_greater_equal(p, x, x_constant(p, x, p->node->options.number)), p->upstream, nothing);
    dsc_give(p, 0, x_where(p, x_less_equal(p, x, x_constant(p, x, p->node->options.other)), above, nothing));
}
