/* Measures of predictions: counts and sums, to which each call adds a batch. What is added up so, batch by
 * batch, is the same as over all of them at once.
 *
 *     int64_t correct = 0, samples = 0;
 *     for each batch of outputs and targets:
 *         dsc_count_top_k(outputs, targets, 1, &correct);
 *         samples += the targets' count
 *     the accuracy is correct / samples
 *
 * Predictions are float32 or float64, of any strides; nothing is recorded. All calls refuse NULL, and types
 * and shapes other than those named (DSC_ERROR_DTYPE, DSC_ERROR_SIZE); then nothing is added. */
#ifndef DESCENT_METRICS_H
#define DESCENT_METRICS_H

#include "tensor.h"

DSC_BEGIN_API

/* ---- Of classes: outputs [..., classes]; targets int64 [...], of [0, classes). Refused: other targets
 * (DSC_ERROR_CLASS), with their position. ---- */

/* correct += how many targets have one of the k largest outputs of their sample. Of equal outputs the first
 * are larger; a target whose own output is NaN has none of the largest. Refused: k = 0. */
dsc_status dsc_count_top_k(dsc_tensor *outputs, dsc_tensor *targets, size_t k, int64_t *correct);

/* counts[target * classes + predicted] += 1 for each sample; what is predicted is the largest output's class,
 * as dsc_argmax finds it. counts: classes x classes. Refused: outputs of another number of classes. */
dsc_status dsc_count_confusion(dsc_tensor *outputs, dsc_tensor *targets, size_t classes, int64_t *counts);

/* ---- The coefficient of determination ---- */

/* What it is made of, begun with zeros: the targets' count, their mean and sum (target - mean)^2, and
 * sum (target - prediction)^2; all in double. */
typedef struct dsc_r_squared {
    double count, mean, spread, residual;
} dsc_r_squared;

/* Adds a batch: prediction and targets of one type and shape. The spread is found in two passes, and merged.
 */
dsc_status dsc_r_squared_add(dsc_tensor *prediction, dsc_tensor *targets, dsc_r_squared *sums);
/* sums as of both. Source: Chan, Golub and LeVeque 1979. */
dsc_status dsc_r_squared_merge(const dsc_r_squared *other, dsc_r_squared *sums);
/* 1 - residual / spread: 1 is exact, 0 as good as the targets' mean. NaN of nothing, or NULL; of targets that
 * are all the same -infinity or, where the predictions are exact, NaN. */
double dsc_r_squared_value(const dsc_r_squared *sums);

DSC_END_API
#endif
