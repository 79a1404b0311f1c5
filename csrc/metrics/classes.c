#include <math.h>

#include "core/internal.h"
#include "descent/metrics.h"

typedef struct class_counts {
    double right, targets, predicted;
} class_counts;

static double share(double part, double whole) {
    return whole > 0 ? part / whole : 0;
}

/* The harmonic mean of precision and recall. */
static double f1_of(class_counts c) {
    return share(2 * c.right, c.targets + c.predicted);
}

static dsc_class_scores scores_of(class_counts c) {
    return (dsc_class_scores){share(c.right, c.predicted), share(c.right, c.targets), f1_of(c)};
}

static class_counts count_class(size_t classes, const int64_t *counts, size_t class) {
    class_counts c = {.right = (double)counts[class * classes + class]};
    for (size_t i = 0; i < classes; ++i) {
        c.targets += (double)counts[class * classes + i];
        c.predicted += (double)counts[i * classes + class];
    }
    return c;
}

dsc_status dsc_class_scores_of(size_t classes, const int64_t *counts, dsc_average average,
                               dsc_class_scores *scores) {
    DSC_CHECK_NOT_NULL(counts);
    DSC_CHECK_NOT_NULL(scores);
    if (classes == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: classes is 0, must be at least 1", __func__);
    if ((unsigned)average > DSC_AVERAGE_BINARY)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: average is %d, which is none", __func__, (int)average);
    if (average == DSC_AVERAGE_BINARY && classes != 2)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: %zu classes, must be 2 for a binary average", __func__,
                        classes);
    size_t cells;
    if (__builtin_mul_overflow(classes, classes, &cells))
        return dsc_fail(DSC_ERROR_SIZE, "%s: %zu classes are too many", __func__, classes);
    for (size_t i = 0; i < cells; ++i)
        if (counts[i] < 0)
            return dsc_fail(DSC_ERROR_ARGUMENT, "%s: counts[%zu] is %lld, must not be negative", __func__, i,
                            (long long)counts[i]);
    class_counts all = {0};
    dsc_class_scores sum = {0};
    double weights = 0;
    for (size_t class = 0; class < classes; ++class) {
        class_counts c = count_class(classes, counts, class);
        all.right += c.right;
        all.targets += c.targets;
        all.predicted += c.predicted;
        double weight = average == DSC_AVERAGE_WEIGHTED ? c.targets : c.targets + c.predicted > 0;
        dsc_class_scores own = scores_of(c);
        sum.precision += weight * own.precision;
        sum.recall += weight * own.recall;
        sum.f1 += weight * own.f1;
        weights += weight;
    }
    if (all.targets == 0)
        *scores = (dsc_class_scores){NAN, NAN, NAN};
    else if (average == DSC_AVERAGE_MICRO)
        *scores = scores_of(all);
    else if (average == DSC_AVERAGE_BINARY)
        *scores = scores_of(count_class(classes, counts, 1));
    else
        *scores = (dsc_class_scores){sum.precision / weights, sum.recall / weights, sum.f1 / weights};
    return DSC_OK;
}
