/* The forward-backward recursions of CTC, in logarithms and in double, over the target with blanks around its
 * classes. Graves et al. 2006, section 4; Rabiner 1989. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/partials.h"

typedef struct ctc_job {
    const dsc_ctc *loss;
    const size_t *starts; /* of the samples' targets */
    double *tables;       /* two tables of steps x states a sample */
    size_t table, states; /* elements, and states at most, of one table */
    double *values;       /* a loss a sample */
    void *gradient;
} ctc_job;

static double add(double a, double b) {
    if (a == -INFINITY)
        return b;
    if (b == -INFINITY)
        return a;
    double high = a > b ? a : b, low = a > b ? b : a;
    return isnan(a) || isnan(b) ? NAN : high + log1p(exp(low - high));
}

static double log_probability(const dsc_ctc *l, size_t t, size_t sample, int64_t class) {
    size_t at = (t * l->samples + sample) * l->classes + (size_t) class;
    return dsc_load_real(l->dtype, l->log_probabilities, at);
}

/* The class of state s: blanks around the target's classes. */
static int64_t class_of(const dsc_ctc *l, const int64_t *target, size_t s) {
    return s % 2 == 0 ? l->blank : target[s / 2];
}

/* Whether an alignment may jump over the blank before state s. */
static bool may_skip(const int64_t *target, size_t s) {
    return s >= 2 && s % 2 == 1 && target[s / 2] != target[s / 2 - 1];
}

/* alpha[t][s]: the log probability of all beginnings of alignments that are in state s at step t. */
static double forward(const ctc_job *job, size_t sample, const int64_t *target, size_t steps, size_t states,
                      double *alpha) {
    const dsc_ctc *l = job->loss;
    for (size_t s = 0; s < states; ++s)
        alpha[s] = s < 2 ? log_probability(l, 0, sample, class_of(l, target, s)) : -INFINITY;
    for (size_t t = 1; t < steps; ++t)
        for (size_t s = 0; s < states; ++s) {
            const double *before = alpha + (t - 1) * job->states;
            double sum = before[s];
            if (s >= 1)
                sum = add(sum, before[s - 1]);
            if (may_skip(target, s))
                sum = add(sum, before[s - 2]);
            alpha[t * job->states + s] = sum + log_probability(l, t, sample, class_of(l, target, s));
        }
    const double *last = alpha + (steps - 1) * job->states;
    return -add(last[states - 1], states >= 2 ? last[states - 2] : -INFINITY);
}

/* beta[t][s]: of all ends that are in state s at step t, that step included. */
static void backward(const ctc_job *job, size_t sample, const int64_t *target, size_t steps, size_t states,
                     double *beta) {
    const dsc_ctc *l = job->loss;
    for (size_t t = steps; t-- > 0;)
        for (size_t s = states; s-- > 0;) {
            const double *after = beta + (t + 1) * job->states;
            double sum = s + 2 >= states ? 0 : -INFINITY;
            if (t + 1 < steps) {
                sum = after[s];
                if (s + 1 < states)
                    sum = add(sum, after[s + 1]);
                if (s + 2 < states && may_skip(target, s + 2))
                    sum = add(sum, after[s + 2]);
            }
            beta[t * job->states + s] = sum + log_probability(l, t, sample, class_of(l, target, s));
        }
}

/* The derivatives by the log probabilities, before the reduction: e^lp less the share of the alignments that
 * are at a class then, as PyTorch gives them: by the logits of a softmax. */
static void write_gradient(const ctc_job *job, size_t sample, const int64_t *target, size_t steps,
                           size_t states, const double *alpha, const double *beta, double loss) {
    const dsc_ctc *l = job->loss;
    bool counts = !(l->zero_infinity && loss == INFINITY);
    for (size_t t = 0; t < l->steps; ++t)
        for (size_t c = 0; c < l->classes; ++c) {
            double slope = 0;
            if (t < steps && counts) {
                double paths = -INFINITY, lp = log_probability(l, t, sample, (int64_t)c);
                for (size_t s = 0; s < states; ++s)
                    if (class_of(l, target, s) == (int64_t)c)
                        paths = add(paths, alpha[t * job->states + s] + beta[t * job->states + s]);
                slope = exp(lp) - exp(paths + loss - lp);
            }
            dsc_store_real(l->dtype, job->gradient, (t * l->samples + sample) * l->classes + c, slope);
        }
}

static void run_sample(void *argument, size_t sample) {
    const ctc_job *job = argument;
    const dsc_ctc *l = job->loss;
    size_t steps = (size_t)l->input_lengths[sample], states = 2 * (size_t)l->target_lengths[sample] + 1;
    const int64_t *target = l->targets == NULL ? NULL : l->targets + job->starts[sample];
    double *alpha = job->tables + sample * 2 * job->table, *beta = alpha + job->table;
    double loss = states == 1 ? 0 : INFINITY; /* without steps only nothing can be said */
    if (steps > 0)
        loss = forward(job, sample, target, steps, states, alpha);
    if (job->gradient != NULL) {
        if (steps > 0)
            backward(job, sample, target, steps, states, beta);
        write_gradient(job, sample, target, steps, states, alpha, beta, loss);
    }
    job->values[sample] = l->zero_infinity && loss == INFINITY ? 0 : loss;
}

static dsc_status check(const dsc_ctc *l, size_t *starts, size_t *states) {
    size_t next = 0;
    *states = 1;
    for (size_t i = 0; i < l->samples; ++i) {
        int64_t steps = l->input_lengths[i], length = l->target_lengths[i];
        if (steps < 0 || (uint64_t)steps > l->steps)
            return dsc_fail(DSC_ERROR_ARGUMENT, "input length %lld of sample %zu is outside [0, %zu]",
                            (long long)steps, i, l->steps);
        if (length < 0 || length > INT32_MAX)
            return dsc_fail(DSC_ERROR_ARGUMENT, "target length %lld of sample %zu is outside [0, 2^31)",
                            (long long)length, i);
        starts[i] = next;
        for (size_t k = next; k < next + (size_t)length; ++k)
            if (l->targets == NULL || l->targets[k] < 0 || (uint64_t)l->targets[k] >= l->classes ||
                l->targets[k] == l->blank)
                return dsc_fail(
                    DSC_ERROR_CLASS, "target %lld of sample %zu is no class but the blank's %lld of %zu",
                    l->targets == NULL ? -1LL : (long long)l->targets[k], i, (long long)l->blank, l->classes);
        next += (size_t)length;
        *states = dsc_max_size(*states, 2 * (size_t)length + 1);
    }
    return DSC_OK;
}

/* The values put together, and the gradients scaled to match. */
static void reduce(const dsc_ctc *l, const double *values, void *value, void *gradient) {
    double sum = 0;
    for (size_t i = 0; i < l->samples; ++i) {
        double length = l->reduction == DSC_REDUCTION_MEAN ? fmax(1, (double)l->target_lengths[i]) : 1;
        double scale = l->reduction == DSC_REDUCTION_MEAN ? 1 / (length * (double)l->samples) : 1;
        sum += values[i] / length;
        if (value != NULL && l->reduction == DSC_REDUCTION_NONE)
            dsc_store_real(l->dtype, value, i, values[i]);
        for (size_t t = 0; gradient != NULL && scale != 1 && t < l->steps; ++t)
            for (size_t c = 0; c < l->classes; ++c) {
                size_t at = (t * l->samples + i) * l->classes + c;
                dsc_store_real(l->dtype, gradient, at, dsc_load_real(l->dtype, gradient, at) * scale);
            }
    }
    dsc_store_reduced(l->dtype, l->reduction, sum, (double)l->samples, value);
}

dsc_status dsc_ctc_run(const dsc_context *context, const dsc_ctc *loss, void *value, void *gradient) {
    DSC_CHECK_NOT_NULL(loss);
    DSC_CHECK_DTYPE(loss->dtype);
    DSC_TRY(dsc_check_reduction(loss->reduction));
    DSC_CHECK_PRODUCT(loss->samples, loss->classes, loss->dtype);
    DSC_CHECK_PRODUCT(loss->samples * loss->classes, loss->steps, loss->dtype);
    DSC_CHECK_COUNT(loss->samples, DSC_FLOAT64); /* of lengths */
    if (loss->blank < 0 || (uint64_t)loss->blank >= loss->classes)
        return dsc_fail(DSC_ERROR_CLASS, "blank %lld is outside the %zu classes", (long long)loss->blank,
                        loss->classes);
    if (loss->samples > 0) {
        DSC_CHECK_NOT_NULL(loss->input_lengths);
        DSC_CHECK_NOT_NULL(loss->target_lengths);
        if (loss->steps > 0)
            DSC_CHECK_NOT_NULL(loss->log_probabilities);
    }
    size_t states, *starts = calloc(loss->samples + 1, sizeof *starts);
    if (starts == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    dsc_status status = check(loss, starts, &states);
    ctc_job job = {
        .loss = loss, .starts = starts, .states = status == DSC_OK ? states : 0, .gradient = gradient};
    size_t elements = 0;
    if (status == DSC_OK && (__builtin_mul_overflow(states, loss->steps, &job.table) ||
                             __builtin_mul_overflow(job.table, 2, &elements) ||
                             __builtin_mul_overflow(elements, loss->samples, &elements) ||
                             dsc_product_overflows(elements, 2, DSC_FLOAT64)))
        status = dsc_fail(DSC_ERROR_OVERFLOW, "%s: %zu states over %zu steps overflow", __func__, states,
                          loss->steps);
    if (status == DSC_OK) {
        job.tables = calloc(elements + loss->samples + 1, sizeof *job.tables);
        if (job.tables == NULL)
            status = dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    }
    if (status == DSC_OK) {
        job.values = job.tables + elements;
        dsc_parallel_work(context, (double)elements, loss->samples, run_sample, &job);
        reduce(loss, job.values, value, gradient);
    }
    free(job.tables);
    free(starts);
    return status;
}
