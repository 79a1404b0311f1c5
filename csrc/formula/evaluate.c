/* Formulas as operations on tensors. */
#include "descent/operations.h"
#include "formula/formula.h"
#include "tensor/tensor.h"

typedef struct evaluation {
    const dsc_formula *formula;
    dsc_tensor *x;
    dsc_tensor *variables[DSC_FORMULA_VARIABLES]; /* made when they are first asked for */
    size_t count;
    dsc_tensor *values[]; /* those that wait */
} evaluation;

static void release(size_t count, dsc_tensor **tensors) {
    for (size_t i = 0; i < count; ++i)
        dsc_tensor_release(tensors[i]);
}

static dsc_status push_number(evaluation *e, double number) {
    return dsc_tensor_full(dsc_context_of(e->x), e->x->dtype, 0, NULL, number, &e->values[e->count]);
}

static dsc_status push_variable(evaluation *e, size_t index) {
    if (e->variables[index] == NULL)
        DSC_TRY(dsc_select(e->x, -1, (int64_t)index, &e->variables[index]));
    e->values[e->count] = dsc_tensor_retain(e->variables[index]);
    return DSC_OK;
}

/* The topmost values make way for what a function makes of them. */
static dsc_status call(evaluation *e, size_t index) {
    const formula_call function = dsc_formula_call_of(index);
    const size_t arguments = dsc_formula_function_at(index)->arguments, first = e->count - arguments;
    dsc_tensor *result = NULL;
    DSC_TRY(arguments == 1 ? function.unary(e->values[first], &result)
                           : function.binary(e->values[first], e->values[first + 1], &result));
    release(arguments, e->values + first);
    e->values[first] = result;
    e->count = first + 1;
    return DSC_OK;
}

/* x^n = (x^(n/2))^2, times x where n is odd: bits of n from the second highest on. */
static dsc_status multiply_out(evaluation *e, size_t n) {
    dsc_tensor *const x = e->values[e->count - 1];
    dsc_tensor *power = dsc_tensor_retain(x);
    dsc_status status = DSC_OK;
    for (size_t bit = (size_t)1 << (31 - __builtin_clz((unsigned)n)) >> 1; bit > 0 && status == DSC_OK;
         bit >>= 1) {
        dsc_tensor *square = NULL, *product = NULL;
        status = dsc_square(power, &square);
        if (status == DSC_OK && (n & bit) != 0)
            status = dsc_multiply(square, x, &product);
        dsc_tensor_release(power);
        if (product != NULL)
            dsc_tensor_release(square);
        power = product != NULL ? product : square;
    }
    if (status != DSC_OK) {
        dsc_tensor_release(power);
        return status;
    }
    dsc_tensor_release(x);
    e->values[e->count - 1] = power;
    return DSC_OK;
}

static dsc_status take_step(evaluation *e, const formula_step *step) {
    switch (step->kind) {
    case STEP_CALL:
        return call(e, step->index);
    case STEP_POWER:
        return multiply_out(e, step->index);
    case STEP_NUMBER:
        DSC_TRY(push_number(e, step->number));
        break;
    case STEP_VARIABLE:
        DSC_TRY(push_variable(e, step->index));
        break;
    }
    ++e->count;
    return DSC_OK;
}

/* A value for each point, also where all points have the same. */
static dsc_status hand_over(evaluation *e, dsc_tensor **result) {
    dsc_tensor *const value = e->values[0];
    if (e->formula->variable_count > 0) {
        *result = dsc_tensor_retain(value);
        return DSC_OK;
    }
    double number;
    DSC_TRY(dsc_tensor_item(value, &number));
    return dsc_tensor_full(dsc_context_of(e->x), e->x->dtype, e->x->rank - 1, e->x->shape, number, result);
}

dsc_status dsc_formula_evaluate(const dsc_formula *formula, dsc_tensor *x, dsc_tensor **result) {
    DSC_CHECK_NOT_NULL(formula);
    DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(result);
    if (!dsc_is_real(x->dtype))
        return dsc_fail(DSC_ERROR_DTYPE, "dsc_formula_evaluate: x is %s, must be float32 or float64",
                        dsc_dtype_name(x->dtype));
    if (x->rank == 0 || x->shape[x->rank - 1] < formula->variable_count)
        return dsc_fail(
            DSC_ERROR_SIZE,
            "dsc_formula_evaluate: x of shape %s, must have the formula's %zu variable%s along its "
            "last dimension",
            dsc_shape_text(x->rank, x->shape).text, formula->variable_count,
            formula->variable_count == 1 ? "" : "s");
    void *memory = NULL;
    DSC_TRY(dsc_allocate_zeroed(sizeof(evaluation) + formula->height * sizeof(dsc_tensor *), &memory));
    evaluation *e = memory;
    e->formula = formula;
    e->x = x;
    dsc_status status = DSC_OK;
    for (size_t i = 0; i < formula->count && status == DSC_OK; ++i)
        status = take_step(e, &formula->steps[i]);
    if (status == DSC_OK)
        status = hand_over(e, result);
    release(e->count, e->values);
    release(DSC_FORMULA_VARIABLES, e->variables);
    dsc_free(memory);
    return status;
}
