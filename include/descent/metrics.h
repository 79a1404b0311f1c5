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

/* How the scores of classes become one number. */
typedef enum dsc_average {
    DSC_AVERAGE_MACRO = 0,    /* the mean over the classes that there are, as targets or as predictions */
    DSC_AVERAGE_MICRO = 1,    /* of all samples together: then all three are the accuracy */
    DSC_AVERAGE_WEIGHTED = 2, /* the mean, each class weighted by its targets */
    DSC_AVERAGE_BINARY = 3    /* those of class 1 of two */
} dsc_average;

/* Precision, the share of a class's predictions that are right; recall, the share of its targets that are
 * found; F1, their harmonic mean. */
typedef struct dsc_class_scores {
    double precision, recall, f1;
} dsc_class_scores;

/* The scores of a confusion matrix, as dsc_count_confusion has it: what would be 0 / 0 for a class is 0; NaN
 * of no samples. Refused: no classes, negative counts, an average that is none, a binary one of other than
 * two classes. Source: sklearn.metrics.precision_recall_fscore_support, zero_division=0. */
dsc_status dsc_class_scores_of(size_t classes, const int64_t *counts, dsc_average average,
                               dsc_class_scores *scores);

/* The area under the receiver operating characteristic: how often a sample of a class scores higher than one
 * that is none of it, ties counting half. scores [samples, classes], targets [samples]. classes = 1   targets
 * of 0 and 1, of which 1 is to score higher otherwise     the mean over the classes, each against the rest;
 * those without a sample, or without a rest, are left out NaN where none is left, and where a score is.
 * O(samples log samples) for each class. Refused: no classes; targets outside them (DSC_ERROR_CLASS). Source:
 * sklearn.metrics.roc_auc_score, multi_class="ovr". */
dsc_status dsc_roc_auc(size_t samples, size_t classes, const double *scores, const int64_t *targets,
                       double *auc);

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

/* ---- Curves of a run ---- */

/* Exponential smoothing: m = keep m + (1 - keep) value, divided by the weights so far, so that it begins at
 * the first value. In place too. keep in [0, 1). */
dsc_status dsc_smooth(size_t n, double keep, const double *values, double *smoothed);

/* n numbers from first to last, each the same multiple of the one before; both positive. */
dsc_status dsc_geometric(size_t n, double first, double last, double *values);

DSC_END_API
#endif
