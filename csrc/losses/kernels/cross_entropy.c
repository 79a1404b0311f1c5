#ifdef DSC_REAL

#include "core/largest.h"

/* exponentials[j] = e^(x[j] - largest), and their sum. */
DSC_MULTIVERSION
static DSC_REAL DSC_NAME(exponentials_of)(size_t n, const DSC_REAL *restrict x, DSC_REAL largest,
                                          DSC_REAL *restrict exponentials) {
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
    /* The rest as parts of a last vector, most of which is there already: one after another they would take
     * as long as a hundred. */
    if (n < DSC_LANES) {
        for (size_t i = 0; i < n; ++i)
            exponentials[i] = DSC_NAME(dsc_exp)(x[i] - largest);
    } else if (whole < n) {
        for (size_t i = n - DSC_LANES; i < n; ++i)
            exponentials[i] = DSC_NAME(dsc_exp)(x[i] - largest);
    }
    for (size_t i = whole; i < n; ++i)
        sum += exponentials[i];
    return sum;
}

/* sum of (largest - x[c]) in double: what smoothing adds to the loss, without weights. */
DSC_MULTIVERSION
static double DSC_NAME(depth_sum)(size_t n, const DSC_REAL *x, DSC_REAL largest) {
    DSC_WIDE lanes[DSC_LANES] = {0}, sum = 0;
    size_t whole = n - n % DSC_LANES;
    for (size_t i = 0; i < whole; i += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l)
            lanes[l] += (DSC_WIDE)(largest - x[i + l]);
    for (size_t l = 0; l < DSC_LANES; ++l)
        sum += lanes[l];
    for (size_t i = whole; i < n; ++i)
        sum += (DSC_WIDE)(largest - x[i]);
    return sum;
}

DSC_MULTIVERSION
static void DSC_NAME(scale)(size_t n, DSC_REAL factor, DSC_REAL shift, DSC_REAL *x) {
    for (size_t i = 0; i < n; ++i)
        x[i] = x[i] * factor + shift;
}

static double DSC_NAME(weight_of)(const dsc_classes *over, size_t class) {
    return over->weight == NULL ? 1 : (double)((const DSC_REAL *)over->weight)[class];
}

/* sum of w[c] q[c] and of w[c] q[c] (largest - x[c]), q the distribution without its sharp part. */
static void DSC_NAME(spread_sums)(const cross_entropy_job *job, const DSC_REAL *x, const DSC_REAL *q,
                                  DSC_REAL largest, double *mass, double *depth) {
    const dsc_classes *over = &job->loss->over;
    double smooth = job->loss->label_smoothing / (double)over->classes;
    if (q == NULL && over->weight == NULL) {
        *mass = smooth * (double)over->classes;
        *depth = smooth == 0 ? 0 : smooth * DSC_NAME(depth_sum)(over->classes, x, largest);
        return;
    }
    *mass = *depth = 0;
    for (size_t c = 0; (q != NULL || smooth != 0) && c < over->classes; ++c) {
        double share = smooth + (q == NULL ? 0 : (1 - job->loss->label_smoothing) * (double)q[c]);
        share *= DSC_NAME(weight_of)(over, c);
        *mass += share;
        *depth += share == 0 ? 0 : share * (double)(largest - x[c]);
    }
}

/* One sample, its logits side by side: its loss; and, where g and dq are not NULL, its gradients by logits
 * and probabilities times job->scale. q: its target distribution, NULL for the class `target`. */
static double DSC_NAME(sample)(const cross_entropy_job *job, const DSC_REAL *x, const DSC_REAL *q,
                               int64_t target, DSC_REAL *g, DSC_REAL *dq) {
    const dsc_classes *over = &job->loss->over;
    size_t n = over->classes;
    double smooth = job->loss->label_smoothing / (double)n;
    if (q == NULL && !dsc_class_counts(over, target)) {
        for (size_t c = 0; g != NULL && c < n; ++c)
            g[c] = 0;
        return 0;
    }
    DSC_REAL scratch[CHUNK], sum = 0, largest = DSC_NAME(dsc_largest)(n, x);
    for (size_t c = 0; c < n; c += CHUNK)
        sum += DSC_NAME(exponentials_of)(dsc_min_size(CHUNK, n - c), x + c, largest,
                                         g != NULL ? g + c : scratch);
    double log_sum = log((double)sum), mass, depth;
    DSC_NAME(spread_sums)(job, x, q, largest, &mass, &depth);
    double value = mass * log_sum + depth, sharp = 0;
    if (q == NULL) {
        sharp = (1 - job->loss->label_smoothing) * DSC_NAME(weight_of)(over, (size_t)target);
        value += sharp * (log_sum + (double)(largest - x[target]));
    }
    for (size_t c = 0; dq != NULL && c < n; ++c)
        dq[c] = (DSC_REAL)(job->scale * (1 - job->loss->label_smoothing) * DSC_NAME(weight_of)(over, c) *
                           (log_sum + (double)(largest - x[c])));
    if (g != NULL) {
        bool is_even = q == NULL && over->weight == NULL;
        DSC_NAME(scale)
        (n, (DSC_REAL)(job->scale * (sharp + mass) / (double)sum),
         is_even ? (DSC_REAL)(-job->scale * smooth) : 0, g);
        for (size_t c = 0; !is_even && (q != NULL || smooth != 0) && c < n; ++c) {
            double share = smooth + (q == NULL ? 0 : (1 - job->loss->label_smoothing) * (double)q[c]);
            g[c] -= (DSC_REAL)(job->scale * share * DSC_NAME(weight_of)(over, c));
        }
        if (q == NULL)
            g[target] -= (DSC_REAL)(job->scale * sharp);
    }
    return value;
}

/* Sixteen samples of few classes side by side, so that loops run over samples: the classes of one would not
 * fill a vector. For targets without weights. at: the first sample. */
DSC_MULTIVERSION
static double DSC_NAME(few_classes)(const cross_entropy_job *job, size_t at) {
    const dsc_classes *over = &job->loss->over;
    const size_t n = over->classes;
    const DSC_REAL *x = (const DSC_REAL *)over->input + at * n;
    const double smoothing = job->loss->label_smoothing, smooth = smoothing / (double)n;
    DSC_REAL part[FEW][DSC_LANES], largest[DSC_LANES], sum[DSC_LANES] = {0}, factor[DSC_LANES],
                                                       depth[DSC_LANES] = {0};
    if (n == 0) /* refused long ago, which GCC cannot know */
        __builtin_unreachable();
    for (size_t c = 0; c < n; ++c)
        for (size_t l = 0; l < DSC_LANES; ++l)
            part[c][l] = x[l * n + c];
    for (size_t l = 0; l < DSC_LANES; ++l)
        largest[l] = part[0][l];
    for (size_t c = 1; c < n; ++c)
        for (size_t l = 0; l < DSC_LANES; ++l)
            largest[l] = part[c][l] > largest[l] ? part[c][l] : largest[l];
    for (size_t c = 0; c < n; ++c)
        for (size_t l = 0; l < DSC_LANES; ++l) {
            depth[l] += largest[l] - part[c][l];
            part[c][l] = DSC_NAME(dsc_exp)(part[c][l] - largest[l]);
            sum[l] += part[c][l];
        }
    DSC_WIDE total = 0;
    for (size_t l = 0; l < DSC_LANES; ++l) {
        int64_t target = over->targets[at + l];
        bool counts = dsc_class_counts(over, target);
        double log_sum = log((double)sum[l]);
        double value = !counts
                           ? 0
                           : log_sum + (1 - smoothing) * (double)(largest[l] - x[l * n + (size_t)target]) +
                                 (smooth == 0 ? 0 : smooth * (double)depth[l]);
        if (job->values != NULL)
            ((DSC_REAL *)job->values)[at + l] = (DSC_REAL)value;
        total += value;
        factor[l] = (DSC_REAL)(job->scale / (double)sum[l]);
    }
    if (job->gradient == NULL)
        return total;
    DSC_REAL *g = (DSC_REAL *)job->gradient + at * n;
    const DSC_REAL shift = (DSC_REAL)(job->scale * smooth);
    for (size_t c = 0; c < n; ++c)
        for (size_t l = 0; l < DSC_LANES; ++l)
            part[c][l] = part[c][l] * factor[l] - shift;
    for (size_t l = 0; l < DSC_LANES; ++l) {
        int64_t target = over->targets[at + l];
        bool counts = dsc_class_counts(over, target);
        for (size_t c = 0; c < n; ++c)
            g[l * n + c] = counts ? part[c][l] : 0;
        if (counts)
            g[l * n + (size_t)target] -= (DSC_REAL)(job->scale * (1 - smoothing));
    }
    return total;
}

/* Copies one sample's numbers to or from where they stand, `inner` apart. */
static void DSC_NAME(collect)(size_t n, size_t inner, const DSC_REAL *from, DSC_REAL *to) {
    for (size_t c = 0; c < n; ++c)
        to[c] = from[c * inner];
}
static void DSC_NAME(spread)(size_t n, size_t inner, const DSC_REAL *from, DSC_REAL *to) {
    for (size_t c = 0; c < n; ++c)
        to[c * inner] = from[c];
}

static double DSC_NAME(samples)(const cross_entropy_job *job, size_t tile, size_t start, size_t count) {
    const dsc_classes *over = &job->loss->over;
    size_t n = over->classes, inner = job->inner, end = start + count;
    const DSC_REAL *input = over->input, *probabilities = job->loss->probabilities;
    DSC_REAL *gradient = job->gradient, *by_probabilities = job->by_probabilities, *values = job->values;
    DSC_REAL *rows = inner == 1 ? NULL : (DSC_REAL *)job->scratch + tile * ROWS * n;
    bool is_plain = inner == 1 && n <= FEW && over->weight == NULL && probabilities == NULL;
    DSC_WIDE sum = 0;
    for (size_t i = start; i < end; ++i) {
        if (is_plain && i + DSC_LANES <= end) {
            sum += DSC_NAME(few_classes)(job, i);
            i += DSC_LANES - 1;
            continue;
        }
        size_t at = i / inner * n * inner + i % inner;
        const DSC_REAL *x = input + at, *q = probabilities == NULL ? NULL : probabilities + at;
        DSC_REAL *g = gradient == NULL ? NULL : gradient + at;
        DSC_REAL *dq = by_probabilities == NULL ? NULL : by_probabilities + at;
        if (rows != NULL) {
            DSC_NAME(collect)(n, inner, x, rows);
            if (q != NULL)
                DSC_NAME(collect)(n, inner, q, rows + n);
            x = rows;
            q = q == NULL ? NULL : rows + n;
        }
        double value = DSC_NAME(sample)(job, x, q, q == NULL ? over->targets[i] : 0,
                                        g != NULL && rows != NULL ? rows + 2 * n : g,
                                        dq != NULL && rows != NULL ? rows + 3 * n : dq);
        if (g != NULL && rows != NULL)
            DSC_NAME(spread)(n, inner, rows + 2 * n, g);
        if (dq != NULL && rows != NULL)
            DSC_NAME(spread)(n, inner, rows + 3 * n, dq);
        if (values != NULL)
            values[i] = (DSC_REAL)value;
        sum += value;
    }
    return sum;
}

#else

#include <math.h>

#include "losses/kernels/classes.h"

enum {
    CHUNK = 512, /* exponentials summed at a time, so that a value alone needs no row of scratch */
    FEW = 32,    /* classes for which samples are taken sixteen at a time */
    ROWS = 4     /* that a sample is brought together in: logits, probabilities and the gradients by them */
};

typedef struct cross_entropy_job {
    const dsc_cross_entropy *loss;
    size_t tile, inner;
    double scale; /* of the gradient */
    void *values, *gradient, *by_probabilities, *scratch;
    double partials[DSC_MOST_PARTIALS];
} cross_entropy_job;

#define DSC_TEMPLATE "losses/kernels/cross_entropy.c"
#include "core/instantiate.h"

static void cross_entropy_tile(void *argument, size_t index) {
    cross_entropy_job *job = argument;
    const dsc_classes *over = &job->loss->over;
    size_t start = index * job->tile, count = dsc_min_size(job->tile, over->samples - start);
    job->partials[index] = DSC_CALL(over->dtype, samples, job, index, start, count);
}

dsc_status dsc_cross_entropy_check(const char *function, const dsc_cross_entropy *loss, double *divisor) {
    DSC_TRY(dsc_classes_check(function, &loss->over, loss->probabilities == NULL, divisor));
    if (!(loss->label_smoothing >= 0 && loss->label_smoothing <= 1))
        return dsc_fail(DSC_ERROR_ARGUMENT, "label_smoothing is %s, must be between 0 and 1",
                        dsc_digits(DSC_FLOAT64, loss->label_smoothing).text);
    return DSC_OK;
}

dsc_status dsc_cross_entropy_apply(const dsc_context *context, const dsc_cross_entropy *loss, double scale,
                                   void *values, void *gradient, void *by_probabilities, double *sum) {
    const dsc_classes *over = &loss->over;
    cross_entropy_job job = {.loss = loss,
                             .tile = dsc_rows_per_tile(over->samples, over->classes),
                             .inner = dsc_max_size(over->inner, 1),
                             .scale = scale,
                             .values = values,
                             .gradient = gradient,
                             .by_probabilities = by_probabilities};
    size_t tiles = dsc_ceil_div(over->samples, job.tile);
    if (job.inner > 1)
        DSC_CHECK_PRODUCT(ROWS * tiles, over->classes, over->dtype);
    if (job.inner > 1)
        DSC_TRY(dsc_allocate(tiles * ROWS * over->classes * dsc_dtype_size(over->dtype), &job.scratch));
    dsc_parallel_for(context, tiles, cross_entropy_tile, &job);
    dsc_free(job.scratch);
    *sum = dsc_sum_partials(tiles, job.partials);
    return DSC_OK;
}

dsc_status dsc_cross_entropy_run(const dsc_context *context, const dsc_cross_entropy *loss, void *value,
                                 void *gradient, void *by_probabilities) {
    double divisor, sum;
    DSC_CHECK_NOT_NULL(loss);
    DSC_TRY(dsc_cross_entropy_check(__func__, loss, &divisor));
    const dsc_classes *over = &loss->over;
    if (by_probabilities != NULL && loss->probabilities == NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: a gradient by probabilities, and probabilities is NULL",
                        __func__);
    if (over->samples > 0)
        DSC_CHECK_NOT_NULL(over->input);
    DSC_TRY(dsc_cross_entropy_apply(context, loss, dsc_reduction_scale(over->reduction, divisor),
                                    over->reduction == DSC_REDUCTION_NONE ? value : NULL, gradient,
                                    by_probabilities, &sum));
    dsc_store_reduced(over->dtype, over->reduction, sum, divisor, value);
    return DSC_OK;
}

#endif
