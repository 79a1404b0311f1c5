/* What the two cross entropies share: the slope, and the loss composed of operations. */
#ifndef DSC_LOSSES_SOFTMAX_LOSS_H
#define DSC_LOSSES_SOFTMAX_LOSS_H

#include "losses/loss.h"

/* targets: classes or probabilities of `logits`, whose classes stand along `dimension`. */
typedef struct dsc_softmax_loss {
    dsc_tensor *logits, *targets, *weight;
    size_t dimension;
    const dsc_cross_entropy_options *options;
} dsc_softmax_loss;

/* The kernel's view of classes; what is NULL it does not get. */
dsc_classes dsc_softmax_loss_classes(const dsc_softmax_loss *loss, const dsc_tensor *logits,
                                     const dsc_tensor *targets, const dsc_tensor *weight);

/* The derivative of each value by the logits, with classes times what the mean weighs it by. */
dsc_tensor *x_softmax_slope(dsc_pullback *p, const dsc_softmax_loss *loss);
/* And by the probabilities. */
dsc_tensor *x_softmax_slope_by_targets(dsc_pullback *p, const dsc_softmax_loss *loss);
/* The reduced loss of probabilities, in operations. */
dsc_tensor *x_softmax_loss(dsc_pullback *p, const dsc_softmax_loss *loss);

#endif
