#ifdef DSC_REAL

static double DSC_NAME(range)(const nll_job *job, size_t start, size_t count) {
    const dsc_classes *over = job->over;
    size_t n = over->classes, inner = job->inner;
    DSC_WIDE sum = 0;
    for (size_t i = start; i < start + count; ++i) {
        size_t at = i / inner * n * inner + i % inner;
        int64_t target = over->targets[i];
        bool counts = dsc_class_counts(over, target);
        double weight = counts ? dsc_class_weight(over, (size_t)target) : 0;
        size_t place = counts ? at + (size_t)target * inner : 0;
        double value = counts ? -weight * (double)((const DSC_REAL *)over->input)[place] : 0;
        if (job->values != NULL)
            ((DSC_REAL *)job->values)[i] = (DSC_REAL)value;
        sum += value;
        DSC_REAL *g = job->gradient;
        for (size_t c = 0; g != NULL && c < n; ++c)
            g[at + c * inner] = 0;
        if (g != NULL && counts)
            g[place] = (DSC_REAL)(-weight * job->scale);
    }
    return sum;
}

#else

#include "losses/kernels/classes.h"

typedef struct nll_job {
    const dsc_classes *over;
    size_t tile, inner;
    double scale;
    void *values, *gradient;
    double partials[DSC_MOST_PARTIALS];
} nll_job;

#define DSC_TEMPLATE "losses/kernels/nll.c"
#include "core/instantiate.h"

static void nll_tile(void *argument, size_t index) {
    nll_job *job = argument;
    size_t start = index * job->tile, count = dsc_min_size(job->tile, job->over->samples - start);
    job->partials[index] = DSC_CALL(job->over->dtype, range, job, start, count);
}

dsc_status dsc_nll_run(const dsc_context *context, const dsc_classes *loss, void *value, void *gradient) {
    DSC_CHECK_NOT_NULL(loss);
    double divisor;
    DSC_TRY(dsc_classes_check(__func__, loss, true, &divisor));
    if (loss->samples > 0)
        DSC_CHECK_NOT_NULL(loss->input);
    bool none = loss->reduction == DSC_REDUCTION_NONE;
    nll_job job = {.over = loss,
                   .tile = dsc_rows_per_tile(loss->samples, loss->classes),
                   .inner = dsc_max_size(loss->inner, 1),
                   .scale = dsc_reduction_scale(loss->reduction, divisor),
                   .values = none ? value : NULL,
                   .gradient = gradient};
    size_t tiles = dsc_ceil_div(loss->samples, job.tile);
    dsc_parallel_for(context, tiles, nll_tile, &job);
    dsc_store_reduced(loss->dtype, loss->reduction, dsc_sum_partials(tiles, job.partials), divisor, value);
    return DSC_OK;
}

#endif
