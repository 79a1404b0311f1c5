#ifndef DSC_NETWORK_NETWORK_H
#define DSC_NETWORK_NETWORK_H

#include "descent/network.h"
#include "descent/parameters.h"
#include "layers/layer.h"

typedef struct dsc_network_item {
    char *name;
    dsc_layer *layer;
} dsc_network_item;

struct dsc_network {
    const dsc_context *context;
    dsc_dtype dtype;
    bool is_training;
    size_t count;
    dsc_network_item *layers;
    /* All tensors in order, with their full names. */
    size_t entry_count;
    dsc_network_entry *entries;
    dsc_parameters *parameters; /* NULL before there is an optimizer */
};

/* A layer alone, for a network that has no optimizer yet. name NULL: its number. */
dsc_status dsc_network_make_item(const dsc_network *network, const char *name, const char *layer,
                                 size_t option_count, const dsc_option *options, dsc_random *random,
                                 dsc_network_item *item);
void dsc_network_release_item(dsc_network_item *item);
/* At the end of the network; released where it fails. */
dsc_status dsc_network_add_item(dsc_network *network, dsc_network_item *item);
/* A layer's input shape becomes its output's; its flops. */
dsc_status dsc_network_shape_after(const dsc_network *network, size_t index, dsc_network_layer *found);
/* Without the layers from `count` on. */
void dsc_network_truncate(dsc_network *network, size_t count);

#endif
