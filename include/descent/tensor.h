/* Tensors: numbers of one type in up to 8 dimensions, counted references to counted memory.
 *
 *     dsc_tensor *a, *b, *c;
 *     dsc_tensor_normal(NULL, DSC_FLOAT32, 2, (size_t[]){64, 784}, &random, 0, 1, &a);
 *     ...
 *     dsc_matmul(a, b, &c);                      operations.h has everything that computes
 *     dsc_tensor_release(a);
 *
 * A handle is owned by whoever holds a reference: functions that make one give it to their caller, who ends
 * it with dsc_tensor_release; an operation keeps what it needs of its inputs itself. Handles may be passed
 * between threads, and read by several at once; changing a tensor while another thread reads it is the
 * caller's to avoid.
 *
 * A tensor is a view of storage: a shape, strides and an offset, all in elements. Making one from another
 * costs no copy. Storage counts its changes: what a backward pass needs and finds changed is refused.
 *
 * Every result parameter is written only where the status is DSC_OK. */
#ifndef DESCENT_TENSOR_H
#define DESCENT_TENSOR_H

#include <stdbool.h>

#include "context.h"
#include "random.h"
#include "status.h"

DSC_BEGIN_API

typedef struct dsc_tensor dsc_tensor;

/* ---- References ---- */

/* Both pass NULL by. retain returns its argument. */
dsc_tensor *dsc_tensor_retain(dsc_tensor *tensor);
void dsc_tensor_release(dsc_tensor *tensor);

/* ---- Making ---- */

/* Contiguous, of the given shape. context NULL: the process default. Refused: rank > DSC_MAX_RANK, sizes that
 * overflow, no memory. */
dsc_status dsc_tensor_empty(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                            dsc_tensor **tensor); /* undefined contents */
dsc_status dsc_tensor_full(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                           double value, dsc_tensor **tensor);
/* A copy of contiguous numbers of that type. */
dsc_status dsc_tensor_copy_in(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                              const void *data, dsc_tensor **tensor);
/* The caller's memory, not copied: it must stay until `release` is called with `user`, when nothing refers to
 * it any more. strides: NULL for contiguous. release may be NULL. Refused: strides that overflow. */
dsc_status dsc_tensor_wrap(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                           const size_t *strides, void *data, void (*release)(void *user), void *user,
                           dsc_tensor **tensor);
/* U[low, high) and N(mean, deviation^2), in PyTorch's order: see random.h. float32 and float64. */
dsc_status dsc_tensor_uniform(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                              dsc_random *random, double low, double high, dsc_tensor **tensor);
dsc_status dsc_tensor_normal(const dsc_context *context, dsc_dtype dtype, size_t rank, const size_t *shape,
                             dsc_random *random, double mean, double deviation, dsc_tensor **tensor);

/* ---- Looking ---- */

/* What returns no status gives 0, NULL or false for NULL. */

dsc_dtype dsc_tensor_dtype(const dsc_tensor *tensor);
size_t dsc_tensor_rank(const dsc_tensor *tensor);
const size_t *dsc_tensor_shape(const dsc_tensor *tensor);
const size_t *dsc_tensor_strides(const dsc_tensor *tensor);
size_t dsc_tensor_count(const dsc_tensor *tensor);
bool dsc_tensor_is_contiguous(const dsc_tensor *tensor);
/* The context that it was made with; NULL: the process default. */
const dsc_context *dsc_tensor_context(const dsc_tensor *tensor);
/* The first element. The others stand at the strides. */
const void *dsc_tensor_data(const dsc_tensor *tensor);
/* The same, to be written to: counts as a change. */
void *dsc_tensor_mutable_data(dsc_tensor *tensor);
/* How many changes the storage has seen. */
uint64_t dsc_tensor_version(const dsc_tensor *tensor);
/* Its only number. Refused: several numbers, or none. */
dsc_status dsc_tensor_item(const dsc_tensor *tensor, double *value);
/* All numbers in order, whatever the strides, into contiguous memory for dsc_tensor_count of them. */
dsc_status dsc_tensor_copy_out(const dsc_tensor *tensor, void *data);

/* ---- Changing ---- */

/* Changes are not recorded: derivatives go through operations. */
dsc_status dsc_tensor_fill(dsc_tensor *tensor, double value);
/* tensor = source, converted to its type, broadcast to its shape. */
dsc_status dsc_tensor_assign(dsc_tensor *tensor, dsc_tensor *source);
/* Exchanges what two leaves are: their numbers, shapes, types and gradients. Whoever holds one then holds the
 * other's. As torch.utils.swap_tensors. Refused: results of operations, and gradients of leaves; later, a
 * pass through what was recorded with either before, and a step of parameters until theirs are swapped back.
 */
dsc_status dsc_tensor_swap(dsc_tensor *a, dsc_tensor *b);

/* ---- Derivatives: autodiff.h ---- */

/* Whether operations on it are to be recorded. Setting: only leaves of a real type, which nothing computed.
 */
bool dsc_tensor_requires_grad(const dsc_tensor *tensor);
dsc_status dsc_tensor_set_requires_grad(dsc_tensor *tensor, bool requires);
bool dsc_tensor_is_leaf(const dsc_tensor *tensor);
/* What backward passes left at a leaf; NULL: nothing, or that there is no memory for rows to become the whole
 * (dsc_tensor_has_grad tells which, dsc_last_error says it). A new reference to the leaf's own: the next pass
 * adds to it in place, as PyTorch does. Clone what is to stay; what dsc_gradients gives does. */
dsc_tensor *dsc_tensor_grad(const dsc_tensor *tensor);
/* Whether that would be anything. */
bool dsc_tensor_has_grad(const dsc_tensor *tensor);
/* The gradient of a leaf of which few rows (slices along its first dimension) are not 0 may be kept as these:
 * a sparse embedding's is, from its first backward pass on. dsc_parameters_step uses it as it is (see
 * dsc_row_gradient, optimizers.h); what asks for the whole, as dsc_tensor_grad, or adds to it, has it made
 * dense for good. rows: int64 [n], strictly rising; values: [n, ...]: new references, or NULL where there is
 * no such gradient. */
dsc_status dsc_tensor_row_gradient(const dsc_tensor *tensor, dsc_tensor **rows, dsc_tensor **values);
bool dsc_tensor_has_row_gradient(const dsc_tensor *tensor);
/* Such a gradient in place of any other; rows may come in any order, and more than once: their values are
 * added up. Both NULL: it is forgotten. Refused: rows outside [0, shape[0]), values that are not of the
 * tensor's type, or whose shape is not the rows' with the tensor's. */
dsc_status dsc_tensor_set_row_gradient(dsc_tensor *tensor, dsc_tensor *rows, dsc_tensor *values);
/* NULL forgets it: the next pass writes instead of adding. Refused: another type or shape. */
dsc_status dsc_tensor_set_grad(dsc_tensor *tensor, dsc_tensor *grad);
/* The same numbers, of which nothing is recorded. */
dsc_status dsc_tensor_detach(dsc_tensor *tensor, dsc_tensor **detached);

DSC_END_API
#endif
