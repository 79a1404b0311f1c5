#include <math.h>
#include <stdlib.h>

#include "core/internal.h"
#include "descent/metrics.h"

typedef struct scored {
    double score;
    bool positive;
} scored;

static int by_score(const void *a, const void *b) {
    const double x = ((const scored *)a)->score, y = ((const scored *)b)->score;
    return (x > y) - (x < y);
}

/* The share of pairs of a positive and a negative sample that are in order, ties counting half: Mann and
 * Whitney's U, from the ranks' sum. NaN where there are none of either. */
static double area(size_t n, scored *samples) {
    qsort(samples, n, sizeof *samples, by_score);
    double positives = 0, ranks = 0;
    for (size_t first = 0, next; first < n; first = next) {
        double here = 0;
        for (next = first; next < n && samples[next].score == samples[first].score; ++next)
            here += samples[next].positive;
        /* Equal scores share the mean of their ranks. */
        ranks += here * ((double)(first + next + 1) / 2);
        positives += here;
    }
    return (ranks - positives * (positives + 1) / 2) / (positives * ((double)n - positives));
}

dsc_status dsc_roc_auc(size_t samples, size_t classes, const double *scores, const int64_t *targets,
                       double *auc) {
    DSC_CHECK_NOT_NULL(auc);
    if (samples > 0) {
        DSC_CHECK_NOT_NULL(scores);
        DSC_CHECK_NOT_NULL(targets);
    }
    if (classes == 0)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: classes is 0, must be at least 1", __func__);
    size_t bytes;
    if (__builtin_mul_overflow(samples, sizeof(scored), &bytes) ||
        __builtin_mul_overflow(samples, classes, &(size_t){0}))
        return dsc_fail(DSC_ERROR_SIZE, "%s: %zu samples are too many", __func__, samples);
    const int64_t most = classes == 1 ? 1 : (int64_t)classes - 1;
    bool is_number = true;
    for (size_t i = 0; i < samples; ++i)
        if (targets[i] < 0 || targets[i] > most)
            return dsc_fail(DSC_ERROR_CLASS, "%s: target %lld of sample %zu is outside [0, %lld]", __func__,
                            (long long)targets[i], i, (long long)most);
    for (size_t i = 0; i < samples * classes; ++i)
        is_number = is_number && !isnan(scores[i]);
    *auc = NAN;
    if (samples == 0 || !is_number)
        return DSC_OK;
    scored *sorted = malloc(bytes);
    if (sorted == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: no memory for %zu samples", __func__, samples);
    double sum = 0, count = 0;
    for (size_t class = 0; class < classes; ++class) {
        for (size_t i = 0; i < samples; ++i)
            sorted[i] =
                (scored){scores[i * classes + class], targets[i] == (classes == 1 ? 1 : (int64_t) class)};
        double own = area(samples, sorted);
        /* A class that no sample is of, or every one, has no order to find. */
        if (isnan(own))
            continue;
        sum += own;
        ++count;
    }
    free(sorted);
    *auc = sum / count;
    return DSC_OK;
}
