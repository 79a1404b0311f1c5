#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static double DSC_NAME(squares)(size_t n, const DSC_REAL *g, double *largest) {
    DSC_WIDE sums[CHAINS] = {0}, sum = 0;
    DSC_REAL maxima[CHAINS] = {0}, maximum = 0;
    size_t whole = n - n % CHAINS;
    for (size_t i = 0; i < whole; i += CHAINS) {
        /* Apart: the one in vectors of wide numbers, right from memory, the other in as wide ones of g's. */
        for (size_t l = 0; l < CHAINS; ++l)
            sums[l] += (DSC_WIDE)g[i + l] * (DSC_WIDE)g[i + l];
        for (size_t l = 0; l < CHAINS; ++l) {
            DSC_REAL size = dsc_abs(g[i + l]);
            maxima[l] = size > maxima[l] ? size : maxima[l];
        }
    }
    for (size_t l = 0; l < CHAINS; ++l) {
        sum += sums[l];
        maximum = maxima[l] > maximum ? maxima[l] : maximum;
    }
    for (size_t i = whole; i < n; ++i) {
        DSC_REAL size = dsc_abs(g[i]);
        sum += (DSC_WIDE)size * (DSC_WIDE)size;
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

/* The sum of |g / unit|^exponent: with the largest for a unit it neither overflows nor underflows. */
static double DSC_NAME(powers)(size_t n, const DSC_REAL *g, double unit, double exponent) {
    DSC_WIDE sum = 0;
    for (size_t i = 0; i < n; ++i)
        sum += exponent == 1 ? fabs((DSC_WIDE)g[i] / unit) : pow(fabs((DSC_WIDE)g[i] / unit), exponent);
    return sum;
}

#else

#include <math.h>

#include "optimizers/engine.h"

/* Sums side by side: enough of them that a pass waits for the memory rather than for the additions. */
enum { CHAINS = 32 };

#define DSC_TEMPLATE "optimizers/measure.c"
#include "core/instantiate.h"

size_t dsc_first_bad(dsc_dtype dtype, size_t n, const void *numbers) {
    return DSC_CALL(dtype, first_bad, n, numbers);
}

/* A tile's partial sums. */
enum { SQUARES, LARGEST, POWERS };

typedef struct measure_job {
    const dsc_optimizer *optimizer;
    const dsc_run_list *list;
} measure_job;

/* Whether clipping goes by a norm that is neither the Euclidean nor the largest element. */
static bool needs_powers(const dsc_optimizer *o) {
    return dsc_clips_norm(o) && o->clipping.norm_type != 2 && isfinite(o->clipping.norm_type);
}

static double powers(const dsc_optimizer *o, const void *gradients, size_t n, double unit, double exponent) {
    return DSC_CALL(o->dtype, powers, n, gradients, unit, exponent);
}

static void measure_tile(void *argument, size_t tile) {
    const measure_job *job = argument;
    const dsc_optimizer *o = job->optimizer;
    size_t offset, n;
    const dsc_run *run = dsc_run_of_tile(job->list, tile, &offset, &n);
    const void *g = dsc_offset(o, run->gradients, offset);
    double *partials = o->partials + tile * DSC_PARTIALS;
    partials[SQUARES] = DSC_CALL(o->dtype, squares, n, g, &partials[LARGEST]);
    if (needs_powers(o))
        partials[POWERS] = powers(o, g, n, 1, o->clipping.norm_type);
}

/* The run's norm of an order, from the sum of its powers; from the elements again where those were beyond
 * double. */
static double norm_of(const dsc_optimizer *o, const dsc_run *run, double sum, double exponent,
                      double largest) {
    if (isnormal(sum) || !(largest > 0 && isfinite(largest)))
        return pow(sum, 1 / exponent);
    return largest * pow(powers(o, run->gradients, run->length, largest, exponent), 1 / exponent);
}

/* Sets the run's norms; its largest element. */
static double measure_run(const dsc_optimizer *o, dsc_run *run) {
    double sums[DSC_PARTIALS] = {0};
    for (size_t i = run->first_tile; i < run->first_tile + dsc_ceil_div(run->length, DSC_TILE); ++i) {
        const double *partials = o->partials + i * DSC_PARTIALS;
        sums[SQUARES] += partials[SQUARES];
        sums[LARGEST] = partials[LARGEST] > sums[LARGEST] ? partials[LARGEST] : sums[LARGEST];
        sums[POWERS] += needs_powers(o) ? partials[POWERS] : 0;
    }
    /* The tiles' largest pass over NaN; the squares do not. */
    double largest = isnan(sums[SQUARES]) ? NAN : sums[LARGEST];
    run->norm = isnormal(sums[SQUARES]) ? sqrt(sums[SQUARES]) : norm_of(o, run, sums[SQUARES], 2, largest);
    run->clip_norm = isinf(o->clipping.norm_type) ? largest
                     : needs_powers(o) ? norm_of(o, run, sums[POWERS], o->clipping.norm_type, largest)
                                       : run->norm;
    return largest;
}

/* The norm by which clipping goes, of all runs. */
static double join_clip_norms(const dsc_optimizer *o, const dsc_run_list *list) {
    double largest = 0, sum = 0, exponent = o->clipping.norm_type;
    for (size_t r = 0; r < list->count; ++r)
        largest = dsc_larger(list->runs[r].clip_norm, largest);
    if (!(largest > 0 && isfinite(largest)) || isinf(exponent))
        return largest;
    for (size_t r = 0; r < list->count; ++r)
        sum += pow(list->runs[r].clip_norm / largest, exponent);
    return largest * pow(sum, 1 / exponent);
}

dsc_measure dsc_measure_gradients(const dsc_context *context, const dsc_optimizer *o,
                                  const dsc_run_list *list) {
    measure_job job = {o, list};
    dsc_measure measure = {.norm = 0};
    dsc_for_tiles(context, list, measure_tile, &job);
    for (size_t r = 0; r < list->count; ++r) {
        dsc_run *run = &list->runs[r];
        double largest = measure_run(o, run);
        if (!isfinite(largest) && measure.bad_run == NULL) {
            measure.bad_run = run;
            measure.bad_element = dsc_first_bad(o->dtype, run->length, run->gradients);
        }
        measure.largest = dsc_larger(largest, measure.largest);
        measure.norm = dsc_hypot(measure.norm, run->norm);
    }
    measure.clip_norm = o->clipping.norm_type == 2 ? measure.norm : join_clip_norms(o, list);
    return measure;
}

#endif
