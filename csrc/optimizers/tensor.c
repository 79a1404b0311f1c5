#ifdef DSC_REAL

#include "core/real_math.h"

DSC_MULTIVERSION
static void DSC_NAME(squares)(const dsc_tensor_step *s, const double *argument, size_t start, size_t n,
                              double *partials) {
    (void)argument;
    const DSC_REAL *p = (const DSC_REAL *)s->p + start, *g = (const DSC_REAL *)s->g + start;
    DSC_WIDE weights[DSC_LANES] = {0}, gradients[DSC_LANES] = {0};
    for (size_t i = 0; i < n; ++i) {
        weights[i % DSC_LANES] += (DSC_WIDE)p[i] * (DSC_WIDE)p[i];
        gradients[i % DSC_LANES] += (DSC_WIDE)g[i] * (DSC_WIDE)g[i];
    }
    for (size_t l = 0; l < DSC_LANES; ++l) {
        partials[0] += weights[l];
        partials[1] += gradients[l];
    }
}

#else

#include "optimizers/tensor.h"

#include <math.h>
#include <string.h>

#define DSC_TEMPLATE "optimizers/tensor.c"
#include "core/instantiate.h"

typedef struct tensor_pass {
    const dsc_tensor_step *step;
    dsc_tensor_kernel kernel;
    const double *argument;
} tensor_pass;

static void run_tile(void *argument, size_t tile) {
    const tensor_pass *pass = argument;
    size_t start = tile * DSC_TILE;
    double *partials = pass->step->partials + tile * DSC_PARTIALS;
    memset(partials, 0, DSC_PARTIALS * sizeof *partials);
    pass->kernel(pass->step, pass->argument, start, dsc_min_size(DSC_TILE, pass->step->length - start),
                 partials);
}

void dsc_tensor_run(const dsc_tensor_step *step, dsc_tensor_kernel kernel, const double *argument,
                    double sums[DSC_PARTIALS]) {
    tensor_pass pass = {step, kernel, argument};
    size_t tiles = dsc_ceil_div(step->length, DSC_TILE);
    dsc_parallel_for(step->context, tiles, run_tile, &pass);
    for (size_t k = 0; sums != NULL && k < DSC_PARTIALS; ++k) {
        sums[k] = 0;
        for (size_t i = 0; i < tiles; ++i)
            sums[k] += step->partials[i * DSC_PARTIALS + k];
    }
}

void dsc_tensor_norms(const dsc_tensor_step *step, double *weights, double *gradient) {
    double sums[DSC_PARTIALS];
    dsc_tensor_run(step, DSC_PICK(step->dtype, squares), NULL, sums);
    *weights = sqrt(sums[0]);
    *gradient = sqrt(sums[1]);
}

#endif
