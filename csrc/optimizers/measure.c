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

/* Of g / largest, which neither overflow nor underflow. */
static double DSC_NAME(scaled_squares)(size_t n, const DSC_REAL *g, double largest) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i)
        sum += ((double)g[i] / largest) * ((double)g[i] / largest);
    return sum;
}

static double DSC_NAME(powers)(size_t n, const DSC_REAL *g, double exponent) {
    double sum = 0;
    for (size_t i = 0; i < n; ++i)
        sum += exponent == 1 ? fabs((double)g[i]) : pow(fabs((double)g[i]), exponent);
    return sum;
}

#else

#include <math.h>

#include "optimizers/engine.h"

#define DSC_TEMPLATE "optimizers/measure.c"
#include "core/instantiate.h"

/* A tile's partial sums. */
enum { SQUARES, LARGEST, POWERS };

typedef struct measure_job {
    const dsc_optimizer *optimizer;
    const dsc_run_list *list;
} measure_job;

/* Whether the norm is neither the Euclidean nor the largest element. */
static bool needs_powers(const dsc_optimizer *o) {
    return isfinite(o->clipping.max_norm) && o->clipping.norm_type != 2 && isfinite(o->clipping.norm_type);
}

static void measure_tile(void *argument, size_t tile) {
    const measure_job *job = argument;
    const dsc_optimizer *o = job->optimizer;
    size_t offset, n;
    const dsc_run *run = dsc_run_of_tile(job->list, tile, &offset, &n);
    const float *f32 = (const float *)run->gradients + offset;
    const double *f64 = (const double *)run->gradients + offset;
    double *partials = o->partials + tile * DSC_PARTIALS;
    bool is_f32 = o->dtype == DSC_FLOAT32;
    partials[SQUARES] =
        is_f32 ? squares_f32(n, f32, &partials[LARGEST]) : squares_f64(n, f64, &partials[LARGEST]);
    if (needs_powers(o))
        partials[POWERS] =
            is_f32 ? powers_f32(n, f32, o->clipping.norm_type) : powers_f64(n, f64, o->clipping.norm_type);
}

/* The run's Euclidean norm where its squares are beyond double: NaN or infinite only if a gradient is. */
static double look_closer(const dsc_optimizer *o, const dsc_run *run, double largest, dsc_measure *measure) {
    bool is_f32 = o->dtype == DSC_FLOAT32;
    size_t n = run->length,
           bad = is_f32 ? first_bad_f32(n, run->gradients) : first_bad_f64(n, run->gradients);
    if (bad == SIZE_MAX)
        return largest * sqrt(is_f32 ? scaled_squares_f32(n, run->gradients, largest)
                                     : scaled_squares_f64(n, run->gradients, largest));
    if (measure->bad_run == NULL) {
        measure->bad_run = run;
        measure->bad_element = bad;
    }
    double value =
        is_f32 ? (double)((const float *)run->gradients)[bad] : ((const double *)run->gradients)[bad];
    return fabs(value);
}

dsc_measure dsc_measure_gradients(const dsc_context *context, const dsc_optimizer *o,
                                  const dsc_run_list *list) {
    measure_job job = {o, list};
    dsc_measure measure = {.norm = 0};
    dsc_parallel_for(context, list->tiles, measure_tile, &job);
    bool by_largest = isfinite(o->clipping.max_norm) && isinf(o->clipping.norm_type),
         by_powers = needs_powers(o);
    double powers = 0;
    for (size_t r = 0; r < list->count; ++r) {
        dsc_run *run = &list->runs[r];
        double squares = 0, largest = 0, run_powers = 0;
        for (size_t i = run->first_tile; i < run->first_tile + dsc_ceil_div(run->length, DSC_TILE); ++i) {
            const double *partials = o->partials + i * DSC_PARTIALS;
            squares += partials[SQUARES];
            largest = partials[LARGEST] > largest ? partials[LARGEST] : largest;
            run_powers += by_powers ? partials[POWERS] : 0;
        }
        double norm = isfinite(squares) ? sqrt(squares) : look_closer(o, run, largest, &measure);
        measure.largest = largest > measure.largest ? largest : measure.largest;
        powers += run_powers;
        if (by_powers)
            run->norm = pow(run_powers, 1 / o->clipping.norm_type);
        else
            run->norm = by_largest && isfinite(norm) ? largest : norm;
        measure.norm = by_largest ? fmax(measure.norm, run->norm) : hypot(measure.norm, run->norm);
        if (isnan(norm))
            measure.norm = NAN;
    }
    if (by_powers)
        measure.norm = pow(powers, 1 / o->clipping.norm_type);
    return measure;
}

#endif
