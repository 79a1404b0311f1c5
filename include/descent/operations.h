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

DSC_BEGIN_API

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
        what(tanh) what(sin)           /* of radians */                                                      \
        what(cos) what(atan) what(erf) /* 2 / sqrt(pi) times the integral of e^(-t^2) from 0 to x */         \
        what(log1p)                    /* log(1 + x), exact near 0 */                                        \
        what(expm1)                    /* e^x - 1, likewise */                                               \
        what(rsqrt)                    /* 1 / sqrt(x) */                                                     \
        what(reciprocal) what(square) what(tan) what(asin) what(acos) what(sinh) what(cosh)                  \
            what(round) /* halves to the even neighbour; with derivative 0, as ceil and trunc */             \
        what(ceil) what(trunc)

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
 * the type is its own. What does not fit an int64 becomes the nearest, NaN 0;
 * uint8 is taken modulo 256, as PyTorch does. */
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

/* ---- Joining and indexing ---- */

/* Along `dimension` unless it says otherwise; a single number counts as a dimension of extent 1. Elements of
 * any type are moved; what adds them up, or puts them in order, does not take float16 and bfloat16. Indices
 * are int64 of [0, extent), with no counting from the end: another is refused (DSC_ERROR_SIZE), with its
 * position. Sums are made in the source's order, whatever the number of threads. */

/* Tensors one after the other: of one type, and of one shape but for that dimension. Vectors without numbers
 * are passed by, as in PyTorch. Refused: no tensors, single numbers. */
dsc_status dsc_cat(size_t count, dsc_tensor *const *tensors, int64_t dimension, dsc_tensor **result);
/* Tensors of one shape along a new dimension. */
dsc_status dsc_stack(size_t count, dsc_tensor *const *tensors, int64_t dimension, dsc_tensor **result);
/* Views of `count` stretches, one after the other, into results[0], results[1], ...: all or none are written.
 * Refused: sizes that do not add up to the extent. */
dsc_status dsc_split(dsc_tensor *x, size_t count, const size_t *sizes, int64_t dimension,
                     dsc_tensor **results);

/* result[i][j] = x[index[i][j]][j], for dimension 0 of two: of the index's shape, which must have x's rank
 * and elsewhere at most x's extents. */
dsc_status dsc_gather(dsc_tensor *x, int64_t dimension, dsc_tensor *index, dsc_tensor **result);
/* A copy of x with result[index[i][j]][j] += source[i][j]. The source may be larger than the index: what the
 * index does not reach does not count. */
dsc_status dsc_scatter_add(dsc_tensor *x, int64_t dimension, dsc_tensor *index, dsc_tensor *source,
                           dsc_tensor **result);
/* The slices that a vector of indices names, in its order. */
dsc_status dsc_index_select(dsc_tensor *x, int64_t dimension, dsc_tensor *index, dsc_tensor **result);
/* A copy of x, with slice i of the source added to slice index[i]. The source: x's shape, with as many slices
 * as there are indices. */
dsc_status dsc_index_add(dsc_tensor *x, int64_t dimension, dsc_tensor *index, dsc_tensor *source,
                         dsc_tensor **result);
/* 1 where an index says, else 0: int64, with a dimension of `classes` more at the end. -1: as many as the
 * largest index asks for, which must exist. No derivative. */
dsc_status dsc_one_hot(dsc_tensor *indices, int64_t classes, dsc_tensor **result);

typedef enum dsc_padding {
    DSC_PAD_CONSTANT,  /* a number */
    DSC_PAD_REFLECT,   /* what is there, mirrored at the outermost number; at most extent - 1 */
    DSC_PAD_REPLICATE, /* the outermost number */
    DSC_PAD_CIRCULAR   /* what is there, from the other end on; at most what is left of it, where PyTorch goes
                          on with numbers that nobody has written */
} dsc_padding;
/* As torch.nn.functional.pad: `amounts` has a number before and one after for each of the last `count`
 * dimensions, beginning with the last. Negative amounts take away. Any number of dimensions in every mode.
 * value: for DSC_PAD_CONSTANT. */
dsc_status dsc_pad(dsc_tensor *x, size_t count, const int64_t *amounts, dsc_padding mode, double value,
                   dsc_tensor **result);

/* The sums of all numbers up to each; float32 is added up in double, as PyTorch does. Of uint8 and booleans:
 * int64. */
dsc_status dsc_cumsum(dsc_tensor *x, int64_t dimension, dsc_tensor **result);
/* In ascending or descending order, with the indices, int64, where the numbers were. Always stable. NaN
 * counts as the largest. */
dsc_status dsc_sort(dsc_tensor *x, int64_t dimension, bool descending, dsc_tensor **values,
                    dsc_tensor **indices);
dsc_status dsc_argsort(dsc_tensor *x, int64_t dimension, bool descending, dsc_tensor **result);
/* The k largest, or smallest, in order, the best first; of equal ones those that come first. NaN counts as
 * the largest. Refused: k > extent. */
dsc_status dsc_topk(dsc_tensor *x, size_t k, int64_t dimension, bool largest, dsc_tensor **values,
                    dsc_tensor **indices);

/* A copy with `count` dimensions in reverse. Refused: dimensions given twice. */
dsc_status dsc_flip(dsc_tensor *x, size_t count, const int64_t *dimensions, dsc_tensor **result);
/* A copy in which the last `count` dimensions follow one another so many times; x is given dimensions of
 * extent 1 in front where it has fewer. As torch.tile, and as Tensor.repeat. */
dsc_status dsc_tile(dsc_tensor *x, size_t count, const size_t *times, dsc_tensor **result);
/* Of the last two dimensions what is on and below, or above, a diagonal: 0 is the main one, 1 that above. */
dsc_status dsc_tril(dsc_tensor *x, int64_t diagonal, dsc_tensor **result);
dsc_status dsc_triu(dsc_tensor *x, int64_t diagonal, dsc_tensor **result);

/* ---- Softmax, extremes, norms ---- */

/* Where an operation goes over sets of dimensions they are given as dsc_sum's: `count` of them, 0 for all.
 * A tensor without dimensions has a dimension 0 here, as in PyTorch. */

/* Along a dimension: e^x / sum e^x, and its logarithm. Large numbers do not overflow. float32 and float64, as
 * all of this part unless said otherwise. Sums are in double. */
dsc_status dsc_softmax(dsc_tensor *x, int64_t dimension, dsc_tensor **result);
dsc_status dsc_log_softmax(dsc_tensor *x, int64_t dimension, dsc_tensor **result);
/* log sum e^x, likewise; -infinity over nothing. */
dsc_status dsc_logsumexp(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps,
                         dsc_tensor **result);

/* The largest or smallest along a dimension, and where it is: int64, the first place. NaN counts as more
 * extreme than any number. The gradient goes to that place. keeps: the dimension stays, with extent 1. Of any
 * type but float16 and bfloat16. Refused: dimensions of extent 0. */
dsc_status dsc_max(dsc_tensor *x, int64_t dimension, bool keeps, dsc_tensor **values, dsc_tensor **indices);
dsc_status dsc_min(dsc_tensor *x, int64_t dimension, bool keeps, dsc_tensor **values, dsc_tensor **indices);
/* Over a set of dimensions, of the same types; NaN where one is. Those that are equally extreme get equal
 * shares of the gradient, as from torch.amax. */
dsc_status dsc_amax(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps, dsc_tensor **result);
dsc_status dsc_amin(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps, dsc_tensor **result);
/* Only where it is. dimension NULL: over all, in the order of a contiguous tensor. */
dsc_status dsc_argmax(dsc_tensor *x, const int64_t *dimension, bool keeps, dsc_tensor **result);
dsc_status dsc_argmin(dsc_tensor *x, const int64_t *dimension, bool keeps, dsc_tensor **result);

/* (sum |x|^order)^(1 / order) over a set of dimensions. order 0: how many are not 0; INFINITY and -INFINITY:
 * the largest and smallest |x|. The derivative where the norm is 0 is 0. Refused: NaN; a negative or infinite
 * order over nothing. Source: torch.linalg.vector_norm. */
dsc_status dsc_norm(dsc_tensor *x, double order, size_t count, const int64_t *dimensions, bool keeps,
                    dsc_tensor **result);

/* sum (x - mean)^2 / max(n - correction, 0) over a set of dimensions, and its square root, whose derivative
 * is 0 where it is 0. correction 1 is the unbiased one, torch.var's default. NaN for 0 / 0. Refused: a
 * correction that is not finite. */
dsc_status dsc_var(dsc_tensor *x, double correction, size_t count, const int64_t *dimensions, bool keeps,
                   dsc_tensor **result);
dsc_status dsc_std(dsc_tensor *x, double correction, size_t count, const int64_t *dimensions, bool keeps,
                   dsc_tensor **result);

/* Booleans, of any type but float16 and bfloat16. They have no derivative. */
dsc_status dsc_is_nan(dsc_tensor *x, dsc_tensor **result);
dsc_status dsc_is_finite(dsc_tensor *x, dsc_tensor **result);
/* Of booleans; and, or broadcast. */
dsc_status dsc_logical_not(dsc_tensor *x, dsc_tensor **result);
dsc_status dsc_logical_and(dsc_tensor *a, dsc_tensor *b, dsc_tensor **result);
dsc_status dsc_logical_or(dsc_tensor *a, dsc_tensor *b, dsc_tensor **result);
/* Over a set of dimensions: whether any, or all, are true (of numbers: not 0). Of nothing: false, true. */
dsc_status dsc_any(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps, dsc_tensor **result);
dsc_status dsc_all(dsc_tensor *x, size_t count, const int64_t *dimensions, bool keeps, dsc_tensor **result);

/* ---- Einstein's notation ---- */

/* The sum of products that an equation such as "bij,bjk->bik" names: a letter for each dimension of a and b,
 * then those of the result. What does not come in the result is summed over; a letter that comes twice in
 * one operand takes its diagonal; extents of 1 are repeated. Without "->" the result has the letters that
 * come once, in alphabetical order, capitals first. b NULL: the equation has one operand. Spaces do not
 * matter. Sums are made as dsc_matmul's. Refused: an ellipsis, letters that do not fit the operands (the
 * message names them). Source: torch.einsum. */
dsc_status dsc_einsum(const char *equation, dsc_tensor *a, dsc_tensor *b, dsc_tensor **result);

DSC_END_API
#endif
