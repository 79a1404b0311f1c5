/* Parameters that a layer computes from others at each forward. The row reads them where it made its own; in
 * the list of the layer's tensors those that they are computed from take their place. */
#ifndef DSC_LAYERS_PARAMETRIZATION_H
#define DSC_LAYERS_PARAMETRIZATION_H

#include "autodiff/pullback.h"
#include "layers/layer.h"

enum { DSC_PARAMETRIZATION_MOST = 3 };

typedef struct dsc_computed dsc_computed;

typedef struct dsc_parametrization_row {
    dsc_parametrization_info info;
    /* What it keeps, by names behind "parametrizations.weight."; those from `parameters` on are buffers. */
    const char *names[DSC_PARAMETRIZATION_MOST];
    size_t parameters;
    /* Makes them from the parameter as it is: sets `count`, and the tensors. */
    dsc_status (*make)(dsc_computed *computed, dsc_tensor *parameter, dsc_random *random);
    /* The parameter, recorded. In training buffers may change. */
    dsc_status (*evaluate)(const dsc_computed *computed, bool is_training, dsc_tensor **parameter);
} dsc_parametrization_row;

/* A parameter of a layer with what it is computed from. */
struct dsc_computed {
    const dsc_parametrization_row *row;
    double values[DSC_MAX_OPTIONS];
    const dsc_layer_row *layer; /* whose parameter it is */
    size_t index;               /* of the parameter among the tensors that the row made */
    size_t count;
    dsc_tensor *tensors[DSC_PARAMETRIZATION_MOST];
    char *names[DSC_PARAMETRIZATION_MOST]; /* in full */
};

/* The one that computes the layer's tensor of an index; NULL: none. */
const dsc_computed *dsc_computed_at(const dsc_layer *layer, size_t index);
void dsc_computed_destroy(dsc_computed *computed);

/* The layer as a call reads it: itself, or a copy that has the computed parameters in their places, as those
 * of its parts. The end releases the copy. */
dsc_status dsc_layer_resolve(const dsc_layer *layer, bool is_training, const dsc_layer **resolved);
void dsc_layer_end_resolved(const dsc_layer *layer, const dsc_layer *resolved);

/* ---- For rows ---- */

/* A matrix with a row for each index of a dimension. */
dsc_tensor *x_matrix(dsc_pullback *p, dsc_tensor *t, size_t dimension);
/* t / max(norm of t, eps), the norm being that of all numbers. */
dsc_tensor *x_direction(dsc_pullback *p, dsc_tensor *t, double eps);
dsc_tensor *x_norm(dsc_pullback *p, dsc_tensor *t, size_t count, const int64_t *dimensions);

#endif
