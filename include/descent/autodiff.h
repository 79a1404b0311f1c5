/* Derivatives: recording, backward passes, derivatives of any order, checks.
 *
 * Operations on tensors that require gradients are recorded, thread by thread. A pass walks from a result
 * back to the leaves, in a loop, and every operation's derivative is made of operations: so gradients can be
 * differentiated in turn (create_graph). A graph stays usable after a pass; it belongs to one thread at a
 * time. Its tensors are kept as long as a result of it is.
 *
 * Source: torch.autograd. */
#ifndef DESCENT_AUTODIFF_H
#define DESCENT_AUTODIFF_H

#include "tensor.h"

DSC_BEGIN_API

/* Whether this thread records operations (true unless set); returns what it was. */
bool dsc_set_recording(bool records);
bool dsc_is_recording(void);

/* Whether this thread looks for the operation that makes the first NaN or infinity: it then fails with
 * DSC_ERROR_NON_FINITE and its name, in the forward and the backward pass. Returns what it was. */
bool dsc_set_anomaly_detection(bool detects);

typedef struct dsc_backward_options {
    bool create_graph; /* whether gradients can be differentiated in turn */
    /* Called once for every leaf, when this pass has added the last to its gradient. NULL: not. A failure
     * ends the pass. */
    dsc_status (*on_gradient)(void *user, dsc_tensor *leaf);
    void *user;
} dsc_backward_options;

/* Adds to the gradient of every leaf the derivative of sum(tensor * upstream) by it. upstream: of the
 * tensor's shape and type, or NULL for 1 where it has one number; custom operations must not change it.
 * options may be NULL. Refused: a tensor that does not require gradients, tensors changed since the
 * operations that need them. Leaves keep what they got before a failure. */
dsc_status dsc_backward(dsc_tensor *tensor, dsc_tensor *upstream, const dsc_backward_options *options);

/* The same derivatives by these tensors, leaves or results on the way: gradients[i] is a new tensor of the
 * shape of at[i], 0 where nothing depends on it. Leaves' gradients are not touched. */
dsc_status dsc_gradients(dsc_tensor *tensor, dsc_tensor *upstream, size_t count, dsc_tensor *const *at,
                         bool create_graph, dsc_tensor **gradients);

/* ---- Limits ---- */

/* Multiplies leaves' gradients by min(1, max_norm / (norm + 1e-6)), norm being that of all of them together:
 * (sum |g|^norm_type)^(1 / norm_type), of INFINITY the largest. Leaves without a gradient are passed by;
 * gradients that are kept as rows stay so. norm: what it was; may be NULL. Optimizers do the same in their
 * own pass: dsc_optimizer_set_clip_norm. Refused: a negative max_norm, a norm_type that is not above 0.
 * Source: torch.nn.utils.clip_grad_norm_. */
dsc_status dsc_clip_grad_norm(size_t count, dsc_tensor *const *leaves, double max_norm, double norm_type,
                              double *norm);
/* Gradients' elements become those of [-limit, limit], those of rows likewise. Source:
 * torch.nn.utils.clip_grad_value_. */
dsc_status dsc_clip_grad_value(size_t count, dsc_tensor *const *leaves, double limit);

/* ---- Functions ---- */

/* A function of tensors: gives a new reference. It must be made of operations. */
typedef dsc_status (*dsc_function)(void *user, size_t count, dsc_tensor *const *inputs, dsc_tensor **result);

/* H v, H being the second derivatives of a scalar function at a point, of whose shape v and the product are.
 * value: the function's there; may be NULL. */
dsc_status dsc_hessian_vector_product(dsc_function function, void *user, dsc_tensor *point, dsc_tensor *v,
                                      dsc_tensor **value, dsc_tensor **product);
/* All of H: n x n, for n numbers. */
dsc_status dsc_hessian(dsc_function function, void *user, dsc_tensor *point, dsc_tensor **hessian);
/* The derivatives of m numbers by n: m x n. */
dsc_status dsc_jacobian(dsc_function function, void *user, dsc_tensor *point, dsc_tensor **jacobian);

/* Compares gradients with central differences: every float64 input's elements are moved by `step` (0: 1e-6)
 * both ways. tolerance (0: 1e-6): of |difference| / max(1, |gradient|). second: the gradients' gradients
 * instead (tolerance 0: 1e-5). Where they differ: DSC_ERROR_MISMATCH, and the message names the place.
 * Inputs that are not float64 are held fixed. Source: torch.autograd.gradcheck. */
typedef struct dsc_gradcheck_options {
    double step, tolerance;
    bool second;
} dsc_gradcheck_options;
dsc_status dsc_gradcheck(dsc_function function, void *user, size_t count, dsc_tensor *const *inputs,
                         const dsc_gradcheck_options *options);

/* ---- Operations of the caller's ---- */

/* value: what was computed from the inputs in any way, whose reference stays the caller's; result: the same
 * numbers, recorded. In a pass `backward` gets the gradient of the result, and gives new references to those
 * of the inputs, or NULL for 0; made of operations, they can be differentiated again. `release` (may be NULL)
 * is called with `user` when the operation is not needed any more, also if this call fails. */
typedef struct dsc_custom_operation {
    const char *name;
    dsc_status (*backward)(void *user, size_t count, dsc_tensor *const *inputs, dsc_tensor *upstream,
                           dsc_tensor **gradients);
    void *user;
    void (*release)(void *user);
} dsc_custom_operation;
dsc_status dsc_custom(const dsc_custom_operation *operation, size_t count, dsc_tensor *const *inputs,
                      dsc_tensor *value, dsc_tensor **result);

DSC_END_API
#endif
