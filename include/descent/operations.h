/* Operations on tensors: everything that can be differentiated.
 *
 *     dsc_status dsc_add(dsc_tensor *a, dsc_tensor *b, dsc_tensor **result)
 *
 * Each writes a new reference to *result where its status is DSC_OK, and leaves its inputs alone. Where this
 * thread records and an input requires gradients, so does the result. Operations with two inputs broadcast
 * them as NumPy does: aligned at the last dimension, extents of 1 are repeated. Both must be of one type.
 * Dimensions may be counted from the end: -1 is the last. Views share memory with what they are views of.
 *
 * All of them refuse NULL (DSC_ERROR_ARGUMENT), types that they do not take (DSC_ERROR_DTYPE), and shapes or
 * dimensions that do not fit (DSC_ERROR_SIZE), before anything is computed.
 *
 * Sources: the operations of these names in PyTorch; values and derivatives are those of its CPU. The table
 * of all of them, with the derivatives, is csrc/operations/table.c. */
#ifndef DESCENT_OPERATIONS_H
#define DESCENT_OPERATIONS_H

#include "layer_kernels.h"
#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- The table ---- */

/* Every operation, in the table's order: dsc_NAME is its function. Refused: index >= the count. */
typedef struct dsc_operation_row {
    const char *name, *computes;
    bool is_differentiable;
} dsc_operation_row;
size_t dsc_operation_count(void);
dsc_status dsc_operation_describe(size_t index, dsc_operation_row *row);

/* ---- Element by element ---- */

/* name: what it computes. float32 and float64. */
#define DSC_EVERY_UNARY(what)                                                                                \
    what(negate)                       /* -x */                                                              \
        what(exp)                      /* e^x */                                                             \
        what(log)                      /* natural logarithm */                                               \
        what(sqrt) what(abs)           /* |x|, with derivative 0 at 0 */                                     \
        what(sign)                     /* -1, 0 or 1, with derivative 0 */                                   \
        what(floor)                    /* with derivative 0 */                                               \
        what(relu)                     /* max(x, 0), with derivative 0 at 0 */                               \
        what(sigmoid)                  /* 1 / (1 + e^-x) */                                                  \
        what(log_sigmoid)              /* its logarithm */                                                   \
        what(softplus)                 /* log(1 + e^x), without PyTorch's threshold */                       \
        what(tanh) what(sin)           /* of radians */                                                      \
        what(cos) what(atan) what(erf) /* 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x */

/* Arithmetic: float32 and float64. */
#define DSC_EVERY_BINARY(what)                                                                               \
    what(add) what(subtract) what(multiply) what(divide) what(power) /* a^b */                               \
        what(maximum) /* NaN where either is; at a tie each gets half of the gradient, as in PyTorch */      \
        what(minimum)

/* Comparisons give booleans, of any type but float16 and bfloat16; they have no derivative. */
#define DSC_EVERY_COMPARISON(what)                                                                           \
    what(equal) what(not_equal) what(less) what(less_equal) what(greater) what(greater_equal)

#define DSC_DECLARE(name) dsc_status dsc_##name(dsc_tensor *x, dsc_tensor **result);
DSC_EVERY_UNARY(DSC_DECLARE)
#undef DSC_DECLARE
#define DSC_DECLARE(name) dsc_status dsc_##name(dsc_tensor *a, dsc_tensor *b, dsc_tensor **result);
DSC_EVERY_BINARY(DSC_DECLARE)
DSC_EVERY_COMPARISON(DSC_DECLARE)
#undef DSC_DECLARE

/* scale x + offset */
dsc_status dsc_affine(dsc_tensor *x, double scale, double offset, dsc_tensor **result);
/* min(max(x, low), high), as torch.clamp: the derivative is 1 at both ends. -INFINITY, INFINITY: no limit.
 * Refused: NaN. */
dsc_status dsc_clamp(dsc_tensor *x, double low, double high, dsc_tensor **result);
/* a where the condition, a boolean, is true, else b; all three broadcast. a and b: of any one type. */
dsc_status dsc_where(dsc_tensor *condition, dsc_tensor *a, dsc_tensor *b, dsc_tensor **result);
/* The same numbers in another type; between real types the derivative goes through. The tensor itself where
 * the type is its own. What does not fit a whole number becomes the nearest; NaN 0. */
dsc_status dsc_to(dsc_tensor *x, dsc_dtype dtype, dsc_tensor **result);

/* ---- Views ---- */

/* Of any type. reshape is a view where strides allow it, else a copy. */
dsc_status dsc_reshape(dsc_tensor *x, size_t rank, const size_t *shape, dsc_tensor **result);
/* Dimensions first to last become one. */
dsc_status dsc_flatten(dsc_tensor *x, int64_t first, int64_t last, dsc_tensor **result);
/* Dimension d of the result is dimension order[d]. */
dsc_status dsc_permute(dsc_tensor *x, size_t rank, const int64_t *order, dsc_tensor **result);
dsc_status dsc_transpose(dsc_tensor *x, int64_t first, int64_t second, dsc_tensor **result);
/* Of a dimension: start, start + step, ... below end. start and end may be counted from the end, and are cut
 * to what there is, as Python's. Refused: step 0. */
dsc_status dsc_slice(dsc_tensor *x, int64_t dimension, int64_t start, int64_t end, size_t step,
                     dsc_tensor **result);
/* Zeros of a shape, with x at start, start + step, ... of a dimension: the slice's other way round. */
dsc_status dsc_slice_into_zeros(dsc_tensor *x, size_t rank, const size_t *shape, int64_t dimension,
                                size_t start, size_t step, dsc_tensor **result);
/* One index of a dimension, which goes away. */
dsc_status dsc_select(dsc_tensor *x, int64_t dimension, int64_t index, dsc_tensor **result);
/* Without a dimension of extent 1, or with one more. */
dsc_status dsc_squeeze(dsc_tensor *x, int64_t dimension, dsc_tensor **result);
dsc_status dsc_unsqueeze(dsc_tensor *x, int64_t dimension, dsc_tensor **result);
/* Repeated to a shape, without a copy. */
dsc_status dsc_expand(dsc_tensor *x, size_t rank, const size_t *shape, dsc_tensor **result);
/* A copy of its own, contiguous; contiguous: the tensor itself where it is so already. */
dsc_status dsc_clone(dsc_tensor *x, dsc_tensor **result);
dsc_status dsc_contiguous(dsc_tensor *x, dsc_tensor **result);

/* ---- Sums over dimensions ---- */

/* Over `count` dimensions (0 of them: over all). keeps: they stay, with extent 1. Sums are made as
 * dsc_sum_run's; of whole numbers and booleans they are int64. Dimensions given twice are refused. The mean,
 * of float32 and float64, of nothing is NaN. */
dsc_status dsc_sum(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps, dsc_tensor **result);
dsc_status dsc_mean(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps, dsc_tensor **result);

/* ---- Products ---- */

/* As torch.matmul: vectors and matrices, and batches of matrices, whose dimensions before the last two
 * broadcast. Sums are made as dsc_gemm's. */
dsc_status dsc_matmul(dsc_tensor *a, dsc_tensor *b, dsc_tensor **result);
/* activation(x w^T + b): x [..., inputs], weight [outputs, inputs], bias [outputs] or NULL. As
 * torch.nn.functional.linear, in one kernel each way. */
dsc_status dsc_linear(dsc_tensor *x, dsc_tensor *weight, dsc_tensor *bias, dsc_activation activation,
                      dsc_tensor **result);

#ifdef __cplusplus
}
#endif
#endif
