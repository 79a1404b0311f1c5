#ifndef DSC_OPERATIONS_ACTIVATIONS_H
#define DSC_OPERATIONS_ACTIVATIONS_H

#include "elementwise/activate.h"
#include "operations/table.h"

/* The upstream gradient behind an activation, whose result the node saved first; without one, as it is. Call
 * it once, and do not use p->upstream after it. */
dsc_tensor *x_behind(dsc_pullback *p, dsc_activation activation);
/* The same for a layer's operation, whose options keep the activation as their number. */
static inline dsc_tensor *x_behind_own(dsc_pullback *p) {
    return x_behind(p, (dsc_activation)p->node->options.number);
}

#endif
