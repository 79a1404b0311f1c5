/* Losses of tensors: recorded, and differentiable to any order.
 *
 *     dsc_tensor *loss;
 *     dsc_cross_entropy_loss(logits, targets, NULL, &loss);
 *     dsc_backward(loss, NULL, NULL);
 *
 * Value and gradients come out of one pass over the data; second derivatives from formulas in operations.
 * `options` NULL means the defaults, which are PyTorch's; a structure's fields begin with those where it is
 * initialised by the macro of its name. Every loss takes a reduction: without one the result has a number for
 * each element or sample. The mean of nothing is NaN. Tensors that losses only weight by have no gradient;
 * where one requires it, that is refused unless said otherwise.
 *
 * Sources: the losses of these names in torch.nn, whose numbers they have; others name their paper. */
#ifndef DESCENT_LOSSES_H
#define DESCENT_LOSSES_H

#include "loss_kernels.h"
#include "tensor.h"

DSC_BEGIN_API

/* ---- Of elements: prediction and targets have one type and shape ---- */

/* (x - y)^2 */
dsc_status dsc_mse_loss(dsc_tensor *prediction, dsc_tensor *targets, dsc_reduction reduction,
                        dsc_tensor **result);

/* d^2 / 2 where |d| < delta, else delta (|d| - delta / 2), with d = x - y; delta > 0. Huber 1964. */
typedef struct dsc_huber_options {
    double delta;
    dsc_reduction reduction;
} dsc_huber_options;
#define DSC_HUBER_OPTIONS                                                                                    \
    { .delta = 1, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_huber_loss(dsc_tensor *prediction, dsc_tensor *targets, const dsc_huber_options *options,
                          dsc_tensor **result);

/* ---- Over classes ---- */

/* Softmax cross entropy of logits [classes], [N, classes] or [N, classes, d1, ...]. targets: int64 classes,
 * of that shape without the classes; or probabilities, in the logits' shape, which may require gradients. The
 * formula, and what is refused: dsc_cross_entropy in loss_kernels.h. */
typedef struct dsc_cross_entropy_options {
    dsc_tensor *weight; /* one for each class; NULL: 1. With probabilities it may require gradients */
    int64_t ignore_index;
    double label_smoothing;
    dsc_reduction reduction;
} dsc_cross_entropy_options;
#define DSC_CROSS_ENTROPY_OPTIONS                                                                            \
    { .ignore_index = -100, .reduction = DSC_REDUCTION_MEAN }
dsc_status dsc_cross_entropy_loss(dsc_tensor *logits, dsc_tensor *targets,
                                  const dsc_cross_entropy_options *options, dsc_tensor **result);

DSC_END_API
#endif
