/* Activations of the kernels' family: first the functions, then their slopes as operations. */
#include "operations/activations.h"

#include <math.h>
#include <string.h>

#include "elementwise/activations.h"

static dsc_status run(size_t index, const dsc_activation_call *f, dsc_tensor *x, dsc_tensor **result) {
    const dsc_operation *operation = &dsc_operations[index];
    dsc_tensor *const inputs[] = {x};
    const size_t input_count = 1;
    DSC_TRY(dsc_check_inputs(operation, input_count, inputs, result));
    DSC_TRY(dsc_check_real(operation, x));
    for (size_t i = 0; i < 3; ++i)
        if (isnan(f->numbers[i]))
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: an option is NaN", operation->name);
    dsc_tensor *dense, *made = NULL;
    DSC_TRY(dsc_borrow_contiguous(x, &dense));
    dsc_status status = dsc_make_like(x, x->dtype, &made);
    if (status == DSC_OK)
        dsc_activation_run(dsc_context_of(x), x->dtype, f, x->count, dsc_data(dense), dsc_data(made));
    dsc_return_contiguous(x, dense);
    dsc_options options = {0};
    memcpy(options.own, f, sizeof *f);
    return DSC_END(status, made, .options = &options);
}

#define FUNCTION(name, ...) return run(dsc_op_##name, &(dsc_activation_call){__VA_ARGS__}, x, result)

dsc_status dsc_leaky_relu(dsc_tensor *x, double slope, dsc_tensor **result) {
    FUNCTION(leaky_relu, DSC_LEAKY_RELU, {slope});
}

dsc_status dsc_elu(dsc_tensor *x, double alpha, double scale, double input_scale, dsc_tensor **result) {
    FUNCTION(elu, DSC_ELU, {alpha * scale, scale, input_scale});
}

dsc_status dsc_celu(dsc_tensor *x, double alpha, dsc_tensor **result) {
    if (alpha == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "celu: alpha is 0");
    return dsc_elu(x, alpha, 1, 1 / alpha, result);
}

dsc_status dsc_selu(dsc_tensor *x, dsc_tensor **result) {
    return dsc_elu(x, 1.6732632423543772848170429916717, 1.0507009873554804934193349852946, 1, result);
}

dsc_status dsc_gelu(dsc_tensor *x, bool approximate, dsc_tensor **result) {
    FUNCTION(gelu, approximate ? DSC_GELU_TANH : DSC_GELU, {0});
}

dsc_status dsc_silu(dsc_tensor *x, dsc_tensor **result) {
    FUNCTION(silu, DSC_SILU, {0});
}

dsc_status dsc_mish(dsc_tensor *x, dsc_tensor **result) {
    FUNCTION(mish, DSC_MISH, {0});
}

dsc_status dsc_softplus(dsc_tensor *x, double beta, double threshold, dsc_tensor **result) {
    FUNCTION(softplus, DSC_SOFTPLUS, {beta, threshold});
}

dsc_status dsc_softsign(dsc_tensor *x, dsc_tensor **result) {
    FUNCTION(softsign, DSC_SOFTSIGN, {0});
}

dsc_status dsc_tanhshrink(dsc_tensor *x, dsc_tensor **result) {
    FUNCTION(tanhshrink, DSC_TANHSHRINK, {0});
}

dsc_status dsc_softshrink(dsc_tensor *x, double lambda, dsc_tensor **result) {
    if (lambda < 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "softshrink: lambda is %g, must be at least 0", lambda);
    FUNCTION(softshrink, DSC_SOFTSHRINK, {lambda});
}

dsc_status dsc_hardshrink(dsc_tensor *x, double lambda, dsc_tensor **result) {
    FUNCTION(hardshrink, DSC_HARDSHRINK, {lambda});
}

dsc_status dsc_hardtanh(dsc_tensor *x, double low, double high, dsc_tensor **result) {
    if (low > high)
        return dsc_fail(DSC_ERROR_ARGUMENT, "hardtanh: the limits are %g and %g, must be ascending", low,
                        high);
    FUNCTION(hardtanh, DSC_HARDTANH, {low, high});
}

dsc_status dsc_relu6(dsc_tensor *x, dsc_tensor **result) {
    return dsc_hardtanh(x, 0, 6, result);
}

dsc_status dsc_hardsigmoid(dsc_tensor *x, dsc_tensor **result) {
    FUNCTION(hardsigmoid, DSC_HARDSIGMOID, {0});
}

dsc_status dsc_hardswish(dsc_tensor *x, dsc_tensor **result) {
    FUNCTION(hardswish, DSC_HARDSWISH, {0});
}

dsc_status dsc_threshold(dsc_tensor *x, double threshold, double value, dsc_tensor **result) {
    FUNCTION(threshold, DSC_THRESHOLD, {threshold, value});
}

/* ---- Slopes, to be differentiated ---- */

static const dsc_activation_call *call_of(const dsc_pullback *p) {
    return (const dsc_activation_call *)p->node->options.own;
}

static dsc_tensor *elu_slope(dsc_pullback *p, dsc_tensor *x) {
    const double *numbers = call_of(p)->numbers;
    dsc_tensor *is_above = x_greater(p, x, x_constant(p, x, 0));
    /* Not e^x where it may overflow: its share of the derivative, 0 times infinity, would be NaN. */
    dsc_tensor *e = x_exp(p, x_scale(p, x_relu(p, x_negate(p, x)), -numbers[2]));
    return x_where(p, is_above, x_constant(p, x, numbers[1]), x_scale(p, e, numbers[0] * numbers[2]));
}

static dsc_tensor *gelu_slope(dsc_pullback *p, dsc_tensor *x) {
    if (call_of(p)->kind == DSC_GELU) {
        dsc_tensor *below = x_affine(p, x_erf(p, x_scale(p, x, M_SQRT1_2)), 0.5, 0.5);
        dsc_tensor *bell = x_exp(p, x_scale(p, x_square(p, x), -0.5));
        return x_add(p, below, x_multiply(p, x, x_scale(p, bell, M_2_SQRTPI * M_SQRT1_2 / 2)));
    }
    const double scale = M_SQRT2 * M_2_SQRTPI / 2, cubic = 0.044715;
    dsc_tensor *square = x_square(p, x);
    dsc_tensor *t = x_tanh(p, x_multiply(p, x, x_affine(p, square, scale * cubic, scale)));
    dsc_tensor *inner = x_affine(p, square, 1.5 * scale * cubic, 0.5 * scale);
    dsc_tensor *bell = x_affine(p, x_square(p, t), -1, 1);
    return x_add(p, x_affine(p, t, 0.5, 0.5), x_multiply(p, x_multiply(p, x, bell), inner));
}

static dsc_tensor *silu_slope(dsc_pullback *p, dsc_tensor *x) {
    dsc_tensor *s = x_sigmoid(p, x);
    return x_multiply(p, s, x_affine(p, x_multiply(p, x, x_affine(p, s, -1, 1)), 1, 1));
}

static dsc_tensor *mish_slope(dsc_pullback *p, dsc_tensor *x) {
    dsc_tensor *t = x_tanh(p, x_softplus(p, x));
    dsc_tensor *bell = x_affine(p, x_square(p, t), -1, 1);
    return x_add(p, t, x_multiply(p, x_multiply(p, x, bell), x_sigmoid(p, x)));
}

static dsc_tensor *softplus_slope(dsc_pullback *p, dsc_tensor *x) {
    const double *numbers = call_of(p)->numbers;
    dsc_tensor *scaled = x_scale(p, x, numbers[0]);
    dsc_tensor *is_above = x_greater(p, scaled, x_constant(p, x, numbers[1]));
    return x_where(p, is_above, x_constant(p, x, 1), x_sigmoid(p, scaled));
}

static dsc_tensor *softsign_slope(dsc_pullback *p, dsc_tensor *x) {
    return x_square(p, x_reciprocal(p, x_affine(p, x_abs(p, x), 1, 1)));
}

static dsc_tensor *tanhshrink_slope(dsc_pullback *p, dsc_tensor *x) {
    return x_square(p, x_tanh(p, x));
}

static dsc_tensor *hardswish_slope(dsc_pullback *p, dsc_tensor *x) {
    dsc_tensor *middle = x_affine(p, x, 1.0 / 3, 0.5);
    dsc_tensor *is_below = x_less_equal(p, x, x_constant(p, x, -3));
    dsc_tensor *is_above = x_greater_equal(p, x, x_constant(p, x, 3));
    dsc_tensor *above = x_where(p, is_above, x_constant(p, x, 1), middle);
    return x_where(p, is_below, x_constant(p, x, 0), above);
}

/* dx, or the slope itself for an upstream of 1. */
static dsc_tensor *fused(dsc_pullback *p, const dsc_activation_call *f, dsc_tensor *x, dsc_tensor *upstream) {
    dsc_tensor *dense = NULL, *g = NULL, *made = NULL;
    dense = x_call(p, dense, dsc_contiguous_of(x, &dense));
    g = x_call(p, g, dsc_contiguous_of(upstream, &g));
    made = x_call(p, made, dsc_make_like(x, x->dtype, &made));
    if (p->status == DSC_OK)
        dsc_activation_backward_run(dsc_context_of(x), x->dtype, f, x->count, dsc_data(dense), dsc_data(g),
                                    dsc_data(made));
    return made;
}

/* Piecewise linear functions have a constant slope: the kernel's for an upstream of 1. */
static dsc_tensor *constant_slope(dsc_pullback *p, dsc_tensor *x) {
    return fused(p, call_of(p), x, x_expand_like(p, x_constant(p, x, 1), x));
}

/* The numbers are always the kernel's; what is recorded are the derivatives of the formula. */
static dsc_tensor *x_recorded(dsc_pullback *p, dsc_tensor *numbers, dsc_tensor *formula) {
    dsc_tensor *made = NULL;
    return numbers == NULL || formula == NULL ? NULL
                                              : x_call(p, made, dsc_loss_slope(numbers, formula, &made));
}

static dsc_tensor *x_through(dsc_pullback *p, const dsc_activation_call *f, dsc_tensor *x,
                             dsc_tensor *(*slope)(dsc_pullback *p, dsc_tensor *x)) {
    if (x == NULL)
        return NULL;
    dsc_tensor *numbers = fused(p, f, x, p->upstream);
    if (numbers == NULL || !p->creates_graph)
        return numbers;
    return x_recorded(p, numbers, x_multiply(p, p->upstream, slope(p, x)));
}

static void pull_back(dsc_pullback *p, dsc_tensor *(*slope)(dsc_pullback *p, dsc_tensor *x)) {
    dsc_give(p, 0, x_through(p, call_of(p), dsc_input(p, 0), slope));
}

static dsc_tensor *sigmoid_slope(dsc_pullback *p, dsc_tensor *y) {
    return x_multiply(p, x_affine(p, y, -1, 1), y);
}

static dsc_tensor *tanh_slope(dsc_pullback *p, dsc_tensor *y) {
    return x_affine(p, x_square(p, y), -1, 1);
}

static dsc_tensor *log_sigmoid_slope(dsc_pullback *p, dsc_tensor *x) {
    return x_sigmoid(p, x_negate(p, x));
}

void dsc_pull_back_log_sigmoid(dsc_pullback *p) {
    dsc_give(p, 0,
             x_through(p, &(dsc_activation_call){DSC_LOG_SIGMOID_OF_INPUT, {0}}, dsc_input(p, 0),
                       log_sigmoid_slope));
}

/* ---- By the result ---- */

static dsc_tensor *x_formula_behind(dsc_pullback *p, dsc_activation activation) {
    if (activation == DSC_ACTIVATION_SIGMOID)
        return x_multiply(p, p->upstream, sigmoid_slope(p, dsc_output(p, 0)));
    if (activation == DSC_ACTIVATION_TANH)
        return x_multiply(p, p->upstream, tanh_slope(p, dsc_output(p, 0)));
    dsc_tensor *y = dsc_saved(p, 0);
    dsc_tensor *nothing = y == NULL ? NULL : x_constant(p, y, 0);
    return x_where(p, x_less_equal(p, y, nothing), nothing, p->upstream); /* NaN passes */
}

dsc_tensor *x_behind(dsc_pullback *p, dsc_activation activation) {
    if (activation == DSC_ACTIVATION_NONE)
        return p->upstream;
    const dsc_tensor *y = dsc_saved(p, 0);
    dsc_tensor *dz = dsc_take_upstream(p), *made = NULL;
    const dsc_tensor *dy = dz != NULL ? dz : x_in_order(p, p->upstream);
    if (dz == NULL && y != NULL)
        dz = x_call(p, made, dsc_make_like(y, y->dtype, &made));
    if (p->status == DSC_OK)
        dsc_activation_back(dsc_context_of(y), y->dtype, activation, y->count, dsc_data(y), dsc_data(dy),
                            dsc_data(dz));
    return p->creates_graph ? x_recorded(p, dz, x_formula_behind(p, activation)) : dz;
}

void dsc_pull_back_relu(dsc_pullback *p) {
    dsc_give(p, 0, x_behind(p, DSC_ACTIVATION_RELU));
}

void dsc_pull_back_sigmoid(dsc_pullback *p) {
    dsc_give(p, 0, x_behind(p, DSC_ACTIVATION_SIGMOID));
}

void dsc_pull_back_tanh(dsc_pullback *p) {
    dsc_give(p, 0, x_behind(p, DSC_ACTIVATION_TANH));
}

#define PULL_BACK(name, slope)                                                                               \
    void dsc_pull_back_##name(dsc_pullback *p) {                                                             \
        pull_back(p, slope);                                                                                 \
    }
PULL_BACK(leaky_relu, constant_slope)
PULL_BACK(elu, elu_slope)
PULL_BACK(gelu, gelu_slope)
PULL_BACK(silu, silu_slope)
PULL_BACK(mish, mish_slope)
PULL_BACK(softplus, softplus_slope)
PULL_BACK(softsign, softsign_slope)
PULL_BACK(tanhshrink, tanhshrink_slope)
PULL_BACK(softshrink, constant_slope)
PULL_BACK(hardshrink, constant_slope)
PULL_BACK(hardtanh, constant_slope)
PULL_BACK(hardsigmoid, constant_slope)
PULL_BACK(hardswish, hardswish_slope)
PULL_BACK(threshold, constant_slope)
