#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static double DSC_NAME(squares)(size_t n, const DSC_REAL *g, double *largest) {
    double sums[DSC_LANES] = {0}, sum = 0;
    DSC_REAL maxima[DSC_LANES] = {0}, maximum = 0;
    size_t whole = n - n % DSC_LANES;
    for (size_t i = 0; i < whole; i += DSC_LANES)
        for (size_t l = 0; l < DSC_LANES; ++l) {
            DSC_REAL size = g[i + l] < 0 ? -g[i + l] : g[i + l];
            sums[l] += (double)size * (double)size;
            maxima[l] = size > maxima[l] ? size : maxima[l];
        }
    for (size_t l = 0; l < DSC_LANES; ++l) {
        sum += sums[l];
        maximum = maxima[l] > maximum ? maxima[l] : maximum;
    }
    for (size_t i = whole; i < n; ++i) {
        DSC_REAL size = g[i] < 0 ? -g[i] : g[i];
        sum += (double)size * (double)size;
        maximum = size > maximum ? size : maximum;
    }
    *largest = (double)maximum;
    return sum;
}

static size_t DSC_NAME(first_bad)(size_t n, const DSC_REAL *g) {
    for (size_t i = 0; i < n; ++i)
        if (!isfinite(g[i]))
            return i;
    return SIZE_MAX;
}

static double DSC_NAME(scaled_squares)(size_t n, const DSC_REAL *g, double largest) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i)
        sum += ((double)g[i] / largest) * ((double)g[i] / largest);
    return sum;
}

#else

#include <math.h>

#include "optimizers/engine.h"

#define DSC_TEMPLATE "optimizers/measure.c"
#include "core/instantiate.h"

typedef struct measure_job {
    const dsc_optimizer *optimizer;
    const dsc_run_list *list;
    const void *gradients;
} measure_job;

static void measure_tile(void *argument, size_t tile) {
    const measure_job *job = argument;
    const dsc_optimizer *o = job->optimizer;
    size_t start, n;
    dsc_run_of_tile(job->list, tile, &start, &n);
    o->sums[tile] = o->dtype == DSC_FLOAT32
                        ? squares_f32(n, (const float *)job->gradients + start, &o->maxima[tile])
                        : squares_f64(n, (const double *)job->gradients + start, &o->maxima[tile]);
}

void dsc_measure_gradients(const dsc_context *context, const dsc_optimizer *o, const dsc_run_list *list,
                           const void *gradients, double *norm, double *largest, size_t *bad) {
    measure_job job = {o, list, gradients};
    dsc_parallel_for(context, list->tiles, measure_tile, &job);
    double sum = 0, maximum = 0;
    for (size_t i = 0; i < list->tiles; ++i) {
        sum += o->sums[i];
        maximum = o->maxima[i] > maximum ? o->maxima[i] : maximum;
    }
    *bad = SIZE_MAX;
    if (!isfinite(sum)) {
        /* A NaN or an infinity, or squares beyond double: look. */
        double scaled = 0;
        for (size_t r = 0; r < list->count && *bad == SIZE_MAX; ++r) {
            size_t start = list->runs[r].start, n = list->runs[r].length;
            const float *f32 = (const float *)gradients + start;
            const double *f64 = (const double *)gradients + start;
            size_t found = o->dtype == DSC_FLOAT32 ? first_bad_f32(n, f32) : first_bad_f64(n, f64);
            if (found != SIZE_MAX)
                *bad = start + found;
            else if (isfinite(maximum))
                scaled += o->dtype == DSC_FLOAT32 ? scaled_squares_f32(n, f32, maximum)
                                                  : scaled_squares_f64(n, f64, maximum);
        }
        *norm = *bad == SIZE_MAX ? maximum * sqrt(scaled) : sqrt(sum);
    } else {
        *norm = sqrt(sum);
    }
    *largest = maximum;
}

#endif
