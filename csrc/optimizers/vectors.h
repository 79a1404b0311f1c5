/* Operations on whole vectors of an optimizer's length, in tiles. */
#ifndef DSC_OPTIMIZERS_VECTORS_H
#define DSC_OPTIMIZERS_VECTORS_H

#include "optimizers/engine.h"

/* The vectors' setting: partials has room for a number a tile. */
typedef struct dsc_vectors {
    const dsc_context *context;
    dsc_dtype dtype;
    size_t n;
    double *partials;
} dsc_vectors;

double dsc_vector_dot(const dsc_vectors *v, const void *a, const void *b);
/* The sum of absolute values, and the largest of them: NaN if there is one. */
double dsc_vector_sum(const dsc_vectors *v, const void *a);
double dsc_vector_largest(const dsc_vectors *v, const void *a);
/* out = alpha a + beta b; b NULL: alpha a. out may be a or b. */
void dsc_vector_combine(const dsc_vectors *v, double alpha, const void *a, double beta, const void *b,
                        void *out);

#endif
