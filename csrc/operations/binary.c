/* Functions of two numbers, broadcast. */
#include "descent/elementwise.h"
#include "operations/table.h"
#include "tensor/rows.h"

static dsc_operand operand(const dsc_tensor *t, size_t rank) {
    dsc_operand operand = {.data = dsc_data(t)};
    for (size_t d = 0; d < t->rank; ++d)
        operand.strides[d + rank - t->rank] = t->shape[d] == 1 ? 0 : t->strides[d];
    return operand;
}

static dsc_status run(const dsc_operation *operation, dsc_binary kernel, dsc_tensor *a, dsc_tensor *b,
                      bool keeps_result, dsc_tensor **result) {
    dsc_tensor *const inputs[] = {a, b};
    DSC_TRY(dsc_check_inputs(operation, 2, inputs, result));
    DSC_TRY(dsc_check_real(operation, a));
    DSC_TRY(dsc_check_same_dtype(operation, a, b));
    size_t rank, shape[DSC_MAX_RANK];
    DSC_TRY(dsc_broadcast_shape(operation, a, b, &rank, shape));
    dsc_tensor *made;
    DSC_TRY(dsc_make(dsc_context_of(a), a->dtype, rank, shape, &made));
    dsc_operand x = operand(a, rank), y = operand(b, rank);
    dsc_status status =
        dsc_binary_run(dsc_context_of(a), a->dtype, kernel, rank, shape, &x, &y, dsc_data(made));
    return dsc_finish(
        &(dsc_record){
            .operation = operation, .count = 2, .inputs = inputs, .saved = {keeps_result ? made : NULL}},
        status, made, result);
}

#define BINARY(name, kernel, keeps)                                                                          \
    dsc_status dsc_##name(dsc_tensor *a, dsc_tensor *b, dsc_tensor **result) {                               \
        return run(&dsc_operations[dsc_op_##name], kernel, a, b, keeps, result);                             \
    }
BINARY(add, DSC_ADD, false)
BINARY(subtract, DSC_SUBTRACT, false)
BINARY(multiply, DSC_MULTIPLY, false)
BINARY(divide, DSC_DIVIDE, false)
BINARY(power, DSC_POWER, true)
BINARY(maximum, DSC_MAXIMUM, false)
BINARY(minimum, DSC_MINIMUM, false)

void dsc_pull_back_add(dsc_pullback *p) {
    dsc_give(p, 0, p->upstream);
    dsc_give(p, 1, p->upstream);
}

void dsc_pull_back_subtract(dsc_pullback *p) {
    dsc_give(p, 0, p->upstream);
    if (dsc_wants(p, 1))
        dsc_give(p, 1, x_negate(p, p->upstream));
}

void dsc_pull_back_multiply(dsc_pullback *p) {
    if (dsc_wants(p, 0))
        dsc_give(p, 0, x_multiply(p, p->upstream, dsc_input(p, 1)));
    if (dsc_wants(p, 1))
        dsc_give(p, 1, x_multiply(p, p->upstream, dsc_input(p, 0)));
}

void dsc_pull_back_divide(dsc_pullback *p) {
    dsc_tensor *b = dsc_input(p, 1);
    if (dsc_wants(p, 0))
        dsc_give(p, 0, x_divide(p, p->upstream, b));
    if (dsc_wants(p, 1)) /* a / b / b: b b overflows earlier */
        dsc_give(p, 1,
                 x_multiply(p, x_negate(p, p->upstream), x_divide(p, x_divide(p, dsc_input(p, 0), b), b)));
}

/* As PyTorch's: 0 where the exponent is 0; and by the exponent, 0 where a = 0 and b >= 0. */
void dsc_pull_back_power(dsc_pullback *p) {
    dsc_tensor *a = dsc_input(p, 0), *b = dsc_input(p, 1);
    if (a == NULL || b == NULL)
        return;
    dsc_tensor *nothing = x_constant(p, a, 0);
    if (dsc_wants(p, 0)) {
        dsc_tensor *slope = x_multiply(p, b, x_power(p, a, x_affine(p, b, 1, -1)));
        dsc_give(p, 0, x_where(p, x_equal(p, b, nothing), nothing, x_multiply(p, p->upstream, slope)));
    }
    if (dsc_wants(p, 1)) {
        dsc_tensor *slope = x_multiply(p, dsc_output(p, 0), x_log(p, a));
        dsc_tensor *flat =
            x_where(p, x_greater_equal(p, b, nothing), x_equal(p, a, nothing), x_less(p, nothing, nothing));
        dsc_give(p, 1, x_where(p, flat, nothing, x_multiply(p, p->upstream, slope)));
    }
}

/* A tie gives half to each. */
static void pull_back_extreme(dsc_pullback *p, bool is_maximum) {
    dsc_tensor *a = dsc_input(p, 0), *b = dsc_input(p, 1);
    if (a == NULL || b == NULL)
        return;
    dsc_tensor *nothing = x_constant(p, a, 0), *half = x_scale(p, p->upstream, 0.5);
    for (size_t i = 0; i < 2; ++i) {
        if (!dsc_wants(p, i))
            continue;
        bool wins_when_greater = (i == 0) == is_maximum;
        dsc_tensor *loses = wins_when_greater ? x_less(p, a, b) : x_greater(p, a, b);
        dsc_tensor *gradient = x_where(p, x_equal(p, a, b), half, p->upstream);
        dsc_give(p, i, x_where(p, loses, nothing, gradient));
    }
}

void dsc_pull_back_maximum(dsc_pullback *p) {
    pull_back_extreme(p, true);
}

void dsc_pull_back_minimum(dsc_pullback *p) {
    pull_back_extreme(p, false);
}

/* ---- Comparisons ---- */

enum { EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL };

#define COMPARE_ROW(type)                                                                                    \
    static void compare_##type(int relation, size_t n, const type *a, size_t sa, const type *b, size_t sb,   \
                               uint8_t *out) {                                                               \
        for (size_t i = 0; i < n; ++i) {                                                                     \
            const type x = a[i * sa], y = b[i * sb];                                                         \
            out[i] = relation == EQUAL        ? x == y                                                       \
                     : relation == NOT_EQUAL  ? x != y                                                       \
                     : relation == LESS       ? x < y                                                        \
                     : relation == LESS_EQUAL ? x <= y                                                       \
                     : relation == GREATER    ? x > y                                                        \
                                              : x >= y;                                                         \
        }                                                                                                    \
    }
COMPARE_ROW(float)
COMPARE_ROW(double)
COMPARE_ROW(int64_t)
COMPARE_ROW(uint8_t)

static void compare_row(dsc_dtype dtype, int relation, const dsc_rows *rows) {
    const void *a = rows->at[0], *b = rows->at[1];
    uint8_t *out = (uint8_t *)rows->at[2];
    size_t n = rows->n, sa = rows->strides[0], sb = rows->strides[1];
    switch (dtype) {
    case DSC_FLOAT32:
        compare_float(relation, n, a, sa, b, sb, out);
        break;
    case DSC_FLOAT64:
        compare_double(relation, n, a, sa, b, sb, out);
        break;
    case DSC_INT64:
        compare_int64_t(relation, n, a, sa, b, sb, out);
        break;
    default:
        compare_uint8_t(relation, n, a, sa, b, sb, out);
    }
}

static dsc_status compare(const dsc_operation *operation, int relation, dsc_tensor *a, dsc_tensor *b,
                          dsc_tensor **result) {
    dsc_tensor *const inputs[] = {a, b};
    DSC_TRY(dsc_check_inputs(operation, 2, inputs, result));
    DSC_TRY(dsc_check_same_dtype(operation, a, b));
    if (a->dtype == DSC_FLOAT16 || a->dtype == DSC_BFLOAT16)
        return dsc_fail(DSC_ERROR_DTYPE, "%s: the type is %s: convert it first", operation->name,
                        dsc_dtype_name(a->dtype));
    size_t rank, shape[DSC_MAX_RANK];
    DSC_TRY(dsc_broadcast_shape(operation, a, b, &rank, shape));
    dsc_tensor *made;
    DSC_TRY(dsc_make(dsc_context_of(a), DSC_BOOL, rank, shape, &made));
    dsc_rows rows;
    if (dsc_rows_begin(&rows, rank, shape, 3, (const dsc_tensor *const[]){a, b, made}))
        do
            compare_row(a->dtype, relation, &rows);
        while (dsc_rows_next(&rows));
    return dsc_finish(&(dsc_record){.operation = operation, .count = 2, .inputs = inputs}, DSC_OK, made,
                      result);
}

#define COMPARISON(name, relation)                                                                           \
    dsc_status dsc_##name(dsc_tensor *a, dsc_tensor *b, dsc_tensor **result) {                               \
        return compare(&dsc_operations[dsc_op_##name], relation, a, b, result);                              \
    }
COMPARISON(equal, EQUAL)
COMPARISON(not_equal, NOT_EQUAL)
COMPARISON(less, LESS)
COMPARISON(less_equal, LESS_EQUAL)
COMPARISON(greater, GREATER)
COMPARISON(greater_equal, GREATER_EQUAL)
