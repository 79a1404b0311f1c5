/* The table of layers: for descriptions in text, documentation and tests. Networks are made of them:
 * network.h. */
#ifndef DESCENT_LAYERS_H
#define DESCENT_LAYERS_H

#include "optimizers.h"

DSC_BEGIN_API

/* A row. Options without a default (initial is NaN) must be given. */
typedef struct dsc_layer_info {
    const char *name;
    const char *title;
    const char *source; /* the PyTorch page whose numbers, initialisation and state names it has */
    const char *formula;
    const dsc_option_info *options;
    size_t option_count;
    const char *shapes; /* of the input and the output */
} dsc_layer_info;

size_t dsc_layer_count(void);
const dsc_layer_info *dsc_layer_at(size_t index);       /* NULL outside the table */
const dsc_layer_info *dsc_layer_find(const char *name); /* NULL for an unknown name */

DSC_END_API
#endif
