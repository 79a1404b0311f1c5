/* Normalization: numbers less their mean, over the root of their variance. */
#ifndef DESCENT_NORMALIZATION_H
#define DESCENT_NORMALIZATION_H

#include "tensor.h"

DSC_BEGIN_API

/* Means, variances and the gradients' sums are in double, a variance in a second pass; results and gradients
 * are rounded once. x: float32 or float64; weight and bias of its type. */

/* ---- Channel by channel, over the batch ---- */

/* (x - mean) / sqrt(variance + eps) weight + bias, channel by channel. x: [N, C] or [N, C, d1, ...];
 * weight and bias: [C], or NULL for 1 and 0.
 *
 * In training, and wherever there are no running numbers, mean and variance are the batch's: the variance has
 * the divisor n, the count of numbers in a channel. In training the running numbers, [C] each, are then
 * changed in place to momentum new + (1 - momentum) running, the new variance having the divisor n - 1. In
 * evaluation they are the mean and the variance, held fixed; to change them later does not spoil the
 * gradients. An empty batch gives an empty result and changes nothing.
 *
 * Sums are in pieces as dsc_sum_run's. options NULL: evaluation, with PyTorch's defaults. Refused besides: a
 * batch with one value for each channel, one of running_mean and running_var without the other, running
 * numbers that require gradients, eps below 0 or, with the batch's statistics, 0, a momentum that is not
 * finite.
 *
 * Sources: torch.nn.functional.batch_norm; Ioffe and Szegedy 2015, arXiv:1502.03167. */
typedef struct dsc_batch_norm_options {
    bool training;
    double momentum; /* the new batch's share; 1 / batches so far weighs all batches alike */
    double eps;
} dsc_batch_norm_options;
#define DSC_BATCH_NORM_OPTIONS                                                                               \
    { .training = false, .momentum = 0.1, .eps = 1e-5 }
dsc_status dsc_batch_norm(dsc_tensor *x, dsc_tensor *weight, dsc_tensor *bias, dsc_tensor *running_mean,
                          dsc_tensor *running_var, const dsc_batch_norm_options *options,
                          dsc_tensor **result);

/* ---- Channel by channel, each sample alone ---- */

/* The same with each sample's own mean and variance: x [N, C, d1, ...]. weight, bias, running_mean and
 * running_var as above; of the running numbers each sample has its own copy while they change, and their mean
 * is kept. options: training says whether the samples' own mean and variance are used, and the running
 * numbers changed; without running numbers they are used always. NULL: PyTorch's defaults, with training.
 * Refused besides: a sample with one value for each channel.
 * Sources: torch.nn.functional.instance_norm; Ulyanov et al. 2016, arXiv:1607.08022. */
dsc_status dsc_instance_norm(dsc_tensor *x, dsc_tensor *weight, dsc_tensor *bias, dsc_tensor *running_mean,
                             dsc_tensor *running_var, const dsc_batch_norm_options *options,
                             dsc_tensor **result);

/* ---- Sample by sample ---- */

/* (x - mean) / sqrt(variance + eps) weight + bias over the last `count` dimensions, whose extents are
 * `shape`; the variance has the divisor n. weight and bias: of that shape, or NULL for 1 and 0. Refused
 * besides: no dimensions, x that does not end in the shape, eps below 0 or not finite. Sources:
 * torch.nn.functional.layer_norm; Ba et al. 2016, arXiv:1607.06450. */
dsc_status dsc_layer_norm(dsc_tensor *x, size_t count, const size_t *shape, dsc_tensor *weight,
                          dsc_tensor *bias, double eps, dsc_tensor **result);
/* x / sqrt(mean of x^2 + eps) weight, likewise. eps NaN: the type's epsilon, 2^-23 or 2^-52.
 * Sources: torch.nn.functional.rms_norm; Zhang and Sennrich 2019, arXiv:1910.07467. */
dsc_status dsc_rms_norm(dsc_tensor *x, size_t count, const size_t *shape, dsc_tensor *weight, double eps,
                        dsc_tensor **result);
/* (x - mean) / sqrt(variance + eps) weight + bias over `groups` of neighbouring channels: x [N, C] or
 * [N, C, d1, ...], weight and bias [C], or NULL for 1 and 0. Refused besides: groups that do not divide C, a
 * batch with one value for each group, eps below 0 or not finite.
 * Sources: torch.nn.functional.group_norm; Wu and He 2018, arXiv:1803.08494. */
dsc_status dsc_group_norm(dsc_tensor *x, size_t groups, dsc_tensor *weight, dsc_tensor *bias, double eps,
                          dsc_tensor **result);

DSC_END_API
#endif
