#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static double DSC_NAME(dot)(size_t n, const DSC_REAL *a, const DSC_REAL *b) {
    DSC_WIDE sums[DSC_LANES] = {0}, sum = 0;
    for (size_t i = 0; i < n; ++i)
        sums[i % DSC_LANES] += (DSC_WIDE)a[i] * (DSC_WIDE)b[i];
    for (size_t l = 0; l < DSC_LANES; ++l)
        sum += sums[l];
    return sum;
}

static double DSC_NAME(sum)(size_t n, const DSC_REAL *a) {
    DSC_WIDE sum = 0;
    for (size_t i = 0; i < n; ++i)
        sum += fabs((DSC_WIDE)a[i]);
    return sum;
}

static double DSC_NAME(largest)(size_t n, const DSC_REAL *a) {
    double largest = 0;
    for (size_t i = 0; i < n; ++i)
        largest = dsc_larger(fabs((double)a[i]), largest);
    return largest;
}

DSC_MULTIVERSION
static void DSC_NAME(combine)(size_t n, DSC_REAL alpha, const DSC_REAL *a, DSC_REAL beta, const DSC_REAL *b,
                              DSC_REAL *out) {
    if (b == NULL)
        for (size_t i = 0; i < n; ++i)
            out[i] = alpha * a[i];
    else
        for (size_t i = 0; i < n; ++i)
            out[i] = alpha * a[i] + beta * b[i];
}

#else

#include <math.h>

#include "optimizers/vectors.h"

#define DSC_TEMPLATE "optimizers/vectors.c"
#include "core/instantiate.h"

typedef struct vector_job {
    const dsc_vectors *v;
    enum { DOT, SUM, LARGEST, COMBINE } operation;
    double alpha, beta;
    const void *a, *b;
    void *out;
} vector_job;

static void run_tile(void *argument, size_t tile) {
    const vector_job *job = argument;
    const dsc_vectors *v = job->v;
    size_t at = tile * DSC_TILE, n = dsc_min_size(DSC_TILE, v->n - at),
           offset = at * dsc_dtype_size(v->dtype);
    const void *a = (const char *)job->a + offset, *b = job->b == NULL ? NULL : (const char *)job->b + offset;
    void *out = job->out == NULL ? NULL : (char *)job->out + offset;
    switch (job->operation) {
    case DOT:
        v->partials[tile] = DSC_CALL(v->dtype, dot, n, a, b);
        break;
    case SUM:
        v->partials[tile] = DSC_CALL(v->dtype, sum, n, a);
        break;
    case LARGEST:
        v->partials[tile] = DSC_CALL(v->dtype, largest, n, a);
        break;
    case COMBINE:
        DSC_CALL(v->dtype, combine, n, job->alpha, a, job->beta, b, out);
        break;
    }
}

static double run(const vector_job *job) {
    size_t tiles = dsc_ceil_div(job->v->n, DSC_TILE);
    dsc_parallel_for(job->v->context, tiles, run_tile, (void *)(uintptr_t)job);
    double result = 0;
    for (size_t i = 0; i < tiles && job->operation != COMBINE; ++i)
        result = job->operation == LARGEST ? dsc_larger(job->v->partials[i], result)
                                           : result + job->v->partials[i];
    return result;
}

double dsc_vector_dot(const dsc_vectors *v, const void *a, const void *b) {
    return run(&(vector_job){.v = v, .operation = DOT, .a = a, .b = b});
}

double dsc_vector_sum(const dsc_vectors *v, const void *a) {
    return run(&(vector_job){.v = v, .operation = SUM, .a = a});
}

double dsc_vector_largest(const dsc_vectors *v, const void *a) {
    return run(&(vector_job){.v = v, .operation = LARGEST, .a = a});
}

void dsc_vector_combine(const dsc_vectors *v, double alpha, const void *a, double beta, const void *b,
                        void *out) {
    run(&(vector_job){
        .v = v, .operation = COMBINE, .alpha = alpha, .beta = beta, .a = a, .b = b, .out = out});
}

#endif
