/* What losses over classes share. */
#ifndef DSC_LOSSES_CLASSES_H
#define DSC_LOSSES_CLASSES_H

#include "core/partials.h"

/* Refuses what does not fit together and, if they are looked at, targets that are no classes. divisor becomes
 * what the mean divides by: the targets' weights, or the samples. function: the public one that was called.
 */
dsc_status dsc_classes_check(const char *function, const dsc_classes *over, bool has_targets,
                             double *divisor);

/* Whether a sample with this target is not ignored. */
static inline bool dsc_class_counts(const dsc_classes *over, int64_t target) {
    return !over->ignores || target != over->ignore_index;
}

/* A class's weight: 1 without weights. */
double dsc_class_weight(const dsc_classes *over, size_t class);

/* The parts of dsc_cross_entropy_run: its checks, except for the input; and its pass over samples, with the
 * gradients times `scale` and the values' sum. */
dsc_status dsc_cross_entropy_check(const char *function, const dsc_cross_entropy *loss, double *divisor);
dsc_status dsc_cross_entropy_apply(const dsc_context *context, const dsc_cross_entropy *loss, double scale,
                                   void *values, void *gradient, void *by_probabilities, double *sum);

#endif
