/* What losses over classes share. */
#ifndef DSC_LOSSES_CLASSES_H
#define DSC_LOSSES_CLASSES_H

#include "core/partials.h"

/* Refuses what does not fit together and, if they are looked at, targets that are no classes. divisor becomes
 * what the mean divides by: the targets' weights, or the samples. */
dsc_status dsc_classes_check(const dsc_classes *over, bool has_targets, double *divisor);

/* A class's weight: 1 without weights. */
double dsc_class_weight(const dsc_classes *over, size_t class);

/* The parts of dsc_cross_entropy_run: its checks, except for the input; and its pass over samples, with the
 * gradient times `scale` and the values' sum. */
dsc_status dsc_cross_entropy_check(const dsc_cross_entropy *loss, double *divisor);
dsc_status dsc_cross_entropy_apply(const dsc_context *context, const dsc_cross_entropy *loss, double scale,
                                   void *values, void *gradient, double *sum);

#endif
