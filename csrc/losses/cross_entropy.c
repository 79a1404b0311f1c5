#ifdef DSC_REAL

#include "core/real_math.h"

/* exponentials[j] = e^(x[j] - largest), and their sum. */
DSC_MULTIVERSION
static DSC_REAL DSC_NAME(softmax_parts)(size_t n, const DSC_REAL *x, DSC_REAL largest,
                                        DSC_REAL *exponentials) {
    DSC_REAL lanes[DSC_LANES] = {0}, sum = 0;
    size_t whole = n - n % DSC_LANES;
    for (size_t i = 0; i < whole; i += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l) {
            DSC_REAL e = DSC_NAME(dsc_exp)(x[i + l] - largest);
            exponentials[i + l] = e;
            lanes[l] += e;
        }
    for (size_t l = 0; l < DSC_LANES; ++l)
        sum += lanes[l];
    for (size_t i = whole; i < n; ++i) {
        exponentials[i] = DSC_NAME(dsc_exp)(x[i] - largest);
        sum += exponentials[i];
    }
    return sum;
}

/* Starts from the first element, so a NaN there stays; one elsewhere reaches the sum of
 * exponentials. */
DSC_MULTIVERSION
static DSC_REAL DSC_NAME(largest_of)(size_t n, const DSC_REAL *x) {
    DSC_REAL lanes[DSC_LANES], largest = x[0];
    size_t whole = n - n % DSC_LANES;
    for (size_t l = 0; l < DSC_LANES; ++l)
        lanes[l] = largest;
    for (size_t i = 0; i < whole; i += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l)
            lanes[l] = x[i + l] > lanes[l] ? x[i + l] : lanes[l];
    for (size_t l = 0; l < DSC_LANES; ++l)
        largest = lanes[l] > largest ? lanes[l] : largest;
    for (size_t i = whole; i < n; ++i)
        largest = x[i] > largest ? x[i] : largest;
    return largest;
}

DSC_MULTIVERSION
static void DSC_NAME(scale)(size_t n, DSC_REAL factor, DSC_REAL shift, DSC_REAL *x) {
    for (size_t i = 0; i < n; ++i)
        x[i] = x[i] * factor + shift;
}

/* sum_c w[c] (log_sum - (x[c] - largest)), in double. */
static double DSC_NAME(smooth_sum)(size_t n, const DSC_REAL *x, const DSC_REAL *w, DSC_REAL largest,
                                   double log_sum) {
    double sum = 0;
    for (size_t c = 0; c < n; ++c)
        sum += (w != NULL ? (double)w[c] : 1.0) * (log_sum - (double)(x[c] - largest));
    return sum;
}

/* One sample's loss; and, where g is not NULL, its gradient times job->scale. */
static double DSC_NAME(sample)(const cross_entropy_job *job, size_t i, DSC_REAL *g) {
    const dsc_cross_entropy *loss = job->loss;
    size_t n = loss->classes;
    const DSC_REAL *x = (const DSC_REAL *)loss->logits + i * n, *w = loss->weight;
    int64_t target = loss->targets[i];
    if (target == loss->ignore_index) {
        for (size_t c = 0; g != NULL && c < n; ++c)
            g[c] = 0;
        return 0;
    }
    DSC_REAL scratch[CHUNK], sum = 0, largest = DSC_NAME(largest_of)(n, x);
    for (size_t c = 0; c < n; c += CHUNK)
        sum +=
            DSC_NAME(softmax_parts)(dsc_min_size(CHUNK, n - c), x + c, largest, g != NULL ? g + c : scratch);
    double log_sum = log((double)sum);
    double sharp = (1 - loss->label_smoothing) * (w != NULL ? (double)w[target] : 1.0);
    double smooth = loss->label_smoothing / (double)n;
    double value = sharp * (log_sum - (double)(x[target] - largest));
    if (smooth != 0)
        value += smooth * DSC_NAME(smooth_sum)(n, x, w, largest, log_sum);
    if (g != NULL) {
        double factor = job->scale * (sharp + smooth * job->weight_sum) / (double)sum;
        DSC_NAME(scale)(n, (DSC_REAL)factor, w == NULL ? (DSC_REAL)(-job->scale * smooth) : 0, g);
        for (size_t c = 0; w != NULL && smooth != 0 && c < n; ++c)
            g[c] -= (DSC_REAL)(job->scale * smooth * w[c]);
        g[target] -= (DSC_REAL)(job->scale * sharp);
    }
    return value;
}

static double DSC_NAME(samples)(const cross_entropy_job *job, size_t start, size_t count) {
    DSC_REAL *rows = job->gradient, *values = job->values;
    double sum = 0;
    for (size_t i = start; i < start + count; ++i) {
        double value = DSC_NAME(sample)(job, i, rows != NULL ? rows + i * job->loss->classes : NULL);
        if (values != NULL)
            values[i] = (DSC_REAL)value;
        sum += value;
    }
    return sum;
}

static double DSC_NAME(weight_at)(const void *weight, size_t class) {
    return ((const DSC_REAL *)weight)[class];
}

#else

#include <math.h>

#include "core/partials.h"

enum { CHUNK = 512 }; /* exponentials summed at a time, so that a value alone needs no row of scratch */

typedef struct cross_entropy_job {
    const dsc_cross_entropy *loss;
    size_t tile;
    double scale, weight_sum; /* of the gradient; of all class weights */
    void *values, *gradient;
    double partials[DSC_MOST_PARTIALS];
} cross_entropy_job;

#define DSC_TEMPLATE "losses/cross_entropy.c"
#include "core/instantiate.h"

static void cross_entropy_tile(void *argument, size_t index) {
    cross_entropy_job *job = argument;
    size_t start = index * job->tile, count = dsc_min_size(job->tile, job->loss->samples - start);
    job->partials[index] =
        job->loss->dtype == DSC_FLOAT32 ? samples_f32(job, start, count) : samples_f64(job, start, count);
}

static double class_weight(const dsc_cross_entropy *loss, size_t class) {
    if (loss->weight == NULL)
        return 1;
    return loss->dtype == DSC_FLOAT32 ? weight_at_f32(loss->weight, class)
                                      : weight_at_f64(loss->weight, class);
}

static dsc_status check(const dsc_cross_entropy *loss) {
    DSC_CHECK_NOT_NULL(loss);
    DSC_CHECK_DTYPE(loss->dtype);
    DSC_TRY(dsc_check_reduction(loss->reduction));
    if (loss->classes == 0)
        return dsc_fail(DSC_ERROR_SIZE, "dsc_cross_entropy: classes is 0, must be at least 1");
    DSC_CHECK_PRODUCT(loss->samples, loss->classes, loss->dtype);
    if (!(loss->label_smoothing >= 0 && loss->label_smoothing <= 1))
        return dsc_fail(DSC_ERROR_ARGUMENT,
                        "dsc_cross_entropy: label_smoothing is %g, must be between 0 and 1",
                        loss->label_smoothing);
    if (loss->samples == 0)
        return DSC_OK;
    DSC_CHECK_NOT_NULL(loss->logits);
    DSC_CHECK_NOT_NULL(loss->targets);
    return DSC_OK;
}

dsc_status dsc_cross_entropy_run(const dsc_context *context, const dsc_cross_entropy *loss, void *value,
                                 void *gradient) {
    DSC_TRY(check(loss));
    double divisor = 0;
    for (size_t i = 0; i < loss->samples; ++i) {
        int64_t target = loss->targets[i];
        if (target == loss->ignore_index)
            continue;
        if (target < 0 || (uint64_t)target >= loss->classes)
            return dsc_fail(DSC_ERROR_CLASS,
                            "dsc_cross_entropy: target %lld of sample %zu is outside the %zu classes",
                            (long long)target, i, loss->classes);
        divisor += class_weight(loss, (size_t)target);
    }
    bool mean = loss->reduction == DSC_REDUCTION_MEAN, none = loss->reduction == DSC_REDUCTION_NONE;
    cross_entropy_job job;
    job.loss = loss;
    job.tile = dsc_rows_per_tile(loss->samples, loss->classes);
    job.scale = mean ? 1 / divisor : 1;
    job.weight_sum = (double)loss->classes;
    if (loss->weight != NULL) {
        job.weight_sum = 0;
        for (size_t c = 0; c < loss->classes; ++c)
            job.weight_sum += class_weight(loss, c);
    }
    job.values = none ? value : NULL;
    job.gradient = gradient;
    size_t tiles = dsc_ceil_div(loss->samples, job.tile);
    dsc_parallel_for(context, tiles, cross_entropy_tile, &job);
    if (value != NULL && !none) {
        double sum = dsc_sum_partials(tiles, job.partials);
        dsc_store_real(loss->dtype, value, mean ? sum / divisor : sum);
    }
    return DSC_OK;
}

#endif
