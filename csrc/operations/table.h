/* The table of operations. */
#ifndef DSC_OPERATIONS_TABLE_H
#define DSC_OPERATIONS_TABLE_H

#include "autodiff/pullback.h"

enum {
#define OPERATION(name, computes) dsc_op_##name,
#define CONSTANT(name, computes) dsc_op_##name,
#include "operations/operations.def"
#undef OPERATION
#undef CONSTANT
    dsc_op_count
};

#define OPERATION(name, computes) void dsc_pull_back_##name(dsc_pullback *p);
#define CONSTANT(name, computes)
#include "operations/operations.def"
#undef OPERATION
#undef CONSTANT

extern const dsc_operation dsc_operations[dsc_op_count];

/* The refusals that operations share: each names the operation. */
dsc_status dsc_check_inputs(const dsc_operation *operation, size_t count, dsc_tensor *const *inputs,
                            dsc_tensor **result);
dsc_status dsc_refuse_dtype(const dsc_operation *operation, const dsc_tensor *x);
dsc_status dsc_refuse_dtypes(const dsc_operation *operation, const dsc_tensor *a, const dsc_tensor *b);
static inline dsc_status dsc_check_real(const dsc_operation *operation, const dsc_tensor *x) {
    return dsc_is_real(x->dtype) ? DSC_OK : dsc_refuse_dtype(operation, x);
}
static inline dsc_status dsc_check_same_dtype(const dsc_operation *operation, const dsc_tensor *a,
                                              const dsc_tensor *b) {
    return a->dtype == b->dtype ? DSC_OK : dsc_refuse_dtypes(operation, a, b);
}
/* A dimension that may be counted from the end, of `rank` ones. */
dsc_status dsc_check_dimension(const dsc_operation *operation, int64_t dimension, size_t rank, size_t *found);

/* The shape that both broadcast to. */
dsc_status dsc_broadcast_shape(const dsc_operation *operation, const dsc_tensor *a, const dsc_tensor *b,
                               size_t *rank, size_t *shape);

/* Numbers with the derivatives of another tensor that stands for the same: losses/loss.c. */
dsc_status dsc_loss_slope(dsc_tensor *numbers, dsc_tensor *other, dsc_tensor **result);

/* The start of an operation on one tensor, or two: */
#define DSC_BEGIN(name, ...)                                                                                 \
    const dsc_operation *operation = &dsc_operations[dsc_op_##name];                                         \
    dsc_tensor *const inputs[] = {__VA_ARGS__};                                                              \
    const size_t input_count = sizeof inputs / sizeof *inputs;                                               \
    DSC_TRY(dsc_check_inputs(operation, input_count, inputs, result))

/* ... and its end. */
#define DSC_END(status, made, ...)                                                                           \
    dsc_finish(&(dsc_record){.operation = operation, .count = input_count, .inputs = inputs, __VA_ARGS__},   \
               status, made, result)

#endif
