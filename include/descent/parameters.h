/* What an optimizer trains: leaves side by side in one buffer, their gradients in a second of the same
 * layout, which is what the optimizer engine steps over. Leaf i begins where leaf i - 1 ends.
 *
 *     dsc_parameters *parameters;
 *     dsc_parameters_create(NULL, 2, (dsc_tensor *[]){weight, bias}, &parameters);
 *     ...                                    an optimizer for the same lengths: optimizers.h
 *     for (...) {
 *         ...                                a loss of weight and bias
 *         dsc_parameters_zero_grad(parameters);
 *         dsc_backward(loss, NULL, NULL);
 *         dsc_parameters_step(parameters, optimizer, NULL, NULL);
 *     }
 *
 * The leaves stay what they are, tensors with gradients: only their memory is another, whose changes are
 * counted for all of them together. Each belongs to one dsc_parameters at a time. Networks do all this
 * themselves: network.h. */
#ifndef DESCENT_PARAMETERS_H
#define DESCENT_PARAMETERS_H

#include "optimizers.h"
#include "tensor.h"

DSC_BEGIN_API

typedef struct dsc_parameters dsc_parameters;

/* Moves the leaves, with the gradients they have, into buffers of this context, and holds a reference to
 * each; views made of them before keep the old memory. Leaves that lie in buffers of that layout already, as
 * after the dsc_parameters before was destroyed, stay where they are. count may be 0. Refused, with the
 * leaf's index: NULL, results of operations, types that are not real or not the same, a leaf twice, leaves
 * that another dsc_parameters has. */
dsc_status dsc_parameters_create(const dsc_context *context, size_t count, dsc_tensor *const *leaves,
                                 dsc_parameters **parameters);
/* More of them at the end, all or none: all move to new buffers. The optimizer's are
 * dsc_optimizer_add_tensors. */
dsc_status dsc_parameters_add(dsc_parameters *parameters, size_t count, dsc_tensor *const *leaves);
/* The leaves are free for others, and keep their memory. */
void dsc_parameters_destroy(dsc_parameters *parameters);

/* Whether a dsc_parameters has this leaf; false for NULL. */
bool dsc_parameters_have(const dsc_tensor *leaf);

/* dsc_optimizer_step by the gradients that the leaves have now, and keep, those that are kept as rows too
 * (dsc_tensor_row_gradient). row_gradients: one pointer a leaf,
 * which where it is not NULL goes before the leaf's own gradient; NULL: none. report may be NULL. Refused: no
 * gradient at all, an optimizer that was made for other lengths. Without leaves nothing is to be done. */
dsc_status dsc_parameters_step(dsc_parameters *parameters, dsc_optimizer *optimizer,
                               const dsc_row_gradient *const *row_gradients, dsc_step_report *report);
/* Forgets all gradients: the next pass writes instead of adding. */
void dsc_parameters_zero_grad(dsc_parameters *parameters);

/* For what else an optimizer does (dsc_optimizer_minimize, _perturb, ...): sets the step's parameters,
 * gradients and has_gradient, and nothing else of it; row gradients that leaves keep become dense. The flags
 * say which leaves have gradients at this call; the next call or step sets them anew, in the same place. All
 * three are good until leaves are added. */
dsc_status dsc_parameters_prepare(dsc_parameters *parameters, dsc_step *step);
/* After numbers in the buffer were written by anything but a step: backward passes that need the old ones are
 * refused then. */
void dsc_parameters_note_change(dsc_parameters *parameters);

DSC_END_API
#endif
