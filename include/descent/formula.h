/* Formulas as text: functions of a few variables, evaluated as operations on tensors, so that derivatives of
 * any order follow from the tape.
 *
 *     dsc_formula *formula;
 *     dsc_formula_parse("x1^2 + 2 x2^2", &formula, NULL);
 *     dsc_tensor *x, *value;
 *     dsc_tensor_copy_in(NULL, DSC_FLOAT64, 1, (size_t[]){2}, (double[]){-5, -2}, &x);
 *     dsc_tensor_set_requires_grad(x, true);
 *     dsc_formula_evaluate(formula, x, &value);   33
 *     dsc_backward(value, NULL, NULL);            x's gradient is (-10, -8)
 *     dsc_formula_destroy(formula);
 *
 *  What a text may have
 *
 *     2  0.5  .5  1e-3        numbers
 *     x1 ... x9               variables; x and y are x1 and x2
 *     pi  e                   constants
 *     a + b  a - b  -a  +a
 *     a b  a * b  a / b       from left to right: 1 / 2 x is x / 2; a b: where b begins with no digit
 *     a^b  a ** b             powers, from right to left, before signs: -x^2 is -(x^2), 2^-x is 2^(-x)
 *     (a)
 *     sin(a)  maximum(a, b)   the operations of these names: DSC_EVERY_UNARY, DSC_EVERY_BINARY
 *
 * A name ends where letters and digits end: "xy" is no product, "x y" is; "x1x2" and "2x" are. Spaces mean
 * nothing else.
 *
 * A formula is immutable: any number of threads may evaluate one at once. */
#ifndef DESCENT_FORMULA_H
#define DESCENT_FORMULA_H

#include "tensor.h"

DSC_BEGIN_API

/* The variables there may be; the bytes of a text; how deep brackets, signs and powers may lie in one
 * another. */
enum { DSC_FORMULA_VARIABLES = 9, DSC_FORMULA_LENGTH = 4096, DSC_FORMULA_DEPTH = 100 };

typedef struct dsc_formula dsc_formula;

/* Refused: what is no formula, with the character, what stands there and what must be there; texts longer or
 * deeper than the limits above, numbers too large. place: where the refused part begins, in bytes from the
 * text's beginning; written also where the text is refused. NULL: not wanted. */
dsc_status dsc_formula_parse(const char *text, dsc_formula **formula, size_t *place);

/* Passes NULL by. */
void dsc_formula_destroy(dsc_formula *formula);

/* The highest variable's number: 2 for "x2 + 1"; 0 for a constant, and for NULL. */
size_t dsc_formula_variable_count(const dsc_formula *formula);

/* The values at points: x is [..., n], float32 or float64, with the variables along its last dimension; the
 * result is [...], of x's type. Constants take part as numbers of that type. Whole powers from 2 to 16 are
 * products, as derivatives of any order are then finite at 0. Where x requires gradients and this thread
 * records, so does the result of a formula that has variables. Refused: types other than these
 * (DSC_ERROR_DTYPE), a single number as x, n below the formula's highest variable (DSC_ERROR_SIZE). */
dsc_status dsc_formula_evaluate(const dsc_formula *formula, dsc_tensor *x, dsc_tensor **result);

/* ---- The functions that formulas may have ---- */

typedef struct dsc_formula_function {
    const char *name;
    size_t arguments;
} dsc_formula_function;

size_t dsc_formula_function_count(void);
const dsc_formula_function *dsc_formula_function_at(size_t index); /* NULL outside the table */

DSC_END_API
#endif
