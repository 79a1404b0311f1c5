#include "network/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

dsc_status dsc_network_create(const dsc_context *context, dsc_dtype dtype, dsc_network **network) {
    DSC_CHECK_NOT_NULL(network);
    DSC_CHECK_DTYPE(dtype);
    dsc_network *made = calloc(1, sizeof *made);
    if (made == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    made->context = context;
    made->dtype = dtype;
    made->is_training = true;
    *network = made;
    return DSC_OK;
}

void dsc_network_release_item(dsc_network_item *item) {
    dsc_layer_destroy(item->layer);
    free(item->name);
}

void dsc_network_destroy(dsc_network *network) {
    if (network == NULL)
        return;
    for (size_t i = 0; i < network->count; ++i)
        dsc_network_release_item(&network->layers[i]);
    for (size_t i = 0; i < network->entry_count; ++i)
        free((void *)(uintptr_t)network->entries[i].name);
    dsc_parameters_destroy(network->parameters);
    free(network->layers);
    free(network->entries);
    free(network);
}

static dsc_status check_name(const dsc_network *network, const char *name) {
    if (name[0] == '\0' || strchr(name, '.') != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "a layer's name is '%s', must not be empty or have a point in it",
                        name);
    for (size_t i = 0; i < network->count; ++i)
        if (strcmp(network->layers[i].name, name) == 0)
            return dsc_fail(DSC_ERROR_ARGUMENT, "two layers are called '%s'", name);
    return DSC_OK;
}

dsc_status dsc_network_make_item(const dsc_network *network, const char *name, const char *layer,
                                 size_t option_count, const dsc_option *options, dsc_random *random,
                                 dsc_network_item *item) {
    if (network->parameters != NULL)
        return dsc_fail(DSC_ERROR_ARGUMENT, "dsc_network_add: the network has an optimizer: add its layers "
                                            "before");
    char number[24];
    snprintf(number, sizeof number, "%zu", network->count);
    if (name == NULL)
        name = number;
    DSC_TRY(check_name(network, name));
    const dsc_layer_info *info = dsc_layer_find(layer);
    if (info != NULL && info->required_count > 1)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s needs %zu inputs: a network's layers have one", info->name,
                        info->required_count);
    *item = (dsc_network_item){.name = strdup(name)};
    if (item->name == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "a layer: out of memory");
    dsc_status status = dsc_layer_create(network->context, network->dtype, layer, option_count, options,
                                         random, &item->layer);
    if (status != DSC_OK)
        free(item->name);
    return status;
}

/* Names the tensors of a layer in `entries`, which has room for them. */
static dsc_status name_tensors(const dsc_network_item *item, dsc_network_entry *entries) {
    for (size_t i = 0; i < dsc_layer_tensor_count(item->layer); ++i) {
        dsc_layer_tensor own = {.name = NULL};
        dsc_layer_tensor_at(item->layer, i, &own);
        size_t size = strlen(item->name) + strlen(own.name) + 2;
        char *name = malloc(size);
        if (name == NULL) {
            while (i-- > 0)
                free((void *)(uintptr_t)entries[i].name);
            return dsc_fail(DSC_ERROR_MEMORY, "a layer: out of memory");
        }
        snprintf(name, size, "%s.%s", item->name, own.name);
        entries[i] = (dsc_network_entry){name, own.tensor, own.is_parameter};
    }
    return DSC_OK;
}

static dsc_status append(dsc_network *network, const dsc_network_item *item) {
    dsc_network_item *layers = realloc(network->layers, (network->count + 1) * sizeof *layers);
    if (layers != NULL)
        network->layers = layers;
    size_t entry_count = network->entry_count + dsc_layer_tensor_count(item->layer);
    dsc_network_entry *entries = realloc(network->entries, (entry_count + 1) * sizeof *entries);
    if (entries != NULL)
        network->entries = entries;
    if (layers == NULL || entries == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "a layer: out of memory");
    DSC_TRY(name_tensors(item, entries + network->entry_count));
    layers[network->count++] = *item;
    network->entry_count = entry_count;
    return DSC_OK;
}

dsc_status dsc_network_add_item(dsc_network *network, dsc_network_item *item) {
    dsc_status status = append(network, item);
    if (status != DSC_OK)
        dsc_network_release_item(item);
    return status;
}

dsc_status dsc_network_add(dsc_network *network, const char *name, const char *layer, size_t option_count,
                           const dsc_option *options, dsc_random *random) {
    DSC_CHECK_NOT_NULL(network);
    dsc_network_item item;
    DSC_TRY(dsc_network_make_item(network, name, layer, option_count, options, random, &item));
    return dsc_network_add_item(network, &item);
}

void dsc_network_truncate(dsc_network *network, size_t count) {
    while (network->count > count) {
        dsc_network_item *last = &network->layers[--network->count];
        for (size_t i = 0; i < dsc_layer_tensor_count(last->layer); ++i)
            free((void *)(uintptr_t)network->entries[--network->entry_count].name);
        dsc_network_release_item(last);
    }
}

void dsc_network_set_training(dsc_network *network, bool is_training) {
    if (network != NULL)
        network->is_training = is_training;
}

bool dsc_network_is_training(const dsc_network *network) {
    return network != NULL && network->is_training;
}

size_t dsc_network_entry_count(const dsc_network *network) {
    return network == NULL ? 0 : network->entry_count;
}

dsc_status dsc_network_entry_at(const dsc_network *network, size_t index, dsc_network_entry *entry) {
    DSC_CHECK_NOT_NULL(network);
    DSC_CHECK_NOT_NULL(entry);
    if (index >= network->entry_count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: index is %zu, must be below %zu", __func__, index,
                        network->entry_count);
    *entry = network->entries[index];
    return DSC_OK;
}

size_t dsc_network_layer_count(const dsc_network *network) {
    return network == NULL ? 0 : network->count;
}

dsc_layer *dsc_network_get_layer(dsc_network *network, size_t index) {
    return network != NULL && index < network->count ? network->layers[index].layer : NULL;
}

dsc_status dsc_network_forward(const dsc_network *network, dsc_tensor *x, dsc_tensor **y) {
    DSC_CHECK_NOT_NULL(network);
    DSC_CHECK_NOT_NULL(x);
    DSC_CHECK_NOT_NULL(y);
    dsc_tensor *now = x, *own = NULL; /* what comes after x */
    for (size_t i = 0; i < network->count; ++i) {
        const dsc_layer *layer = network->layers[i].layer;
        dsc_activation activation = DSC_ACTIVATION_NONE;
        if (layer->row->info.fuses_activation && i + 1 < network->count)
            activation = network->layers[i + 1].layer->row->info.activation;
        i += activation != DSC_ACTIVATION_NONE;
        dsc_tensor *made = NULL;
        dsc_status status = dsc_layer_forward(layer, network->is_training, activation, now, &made);
        if (own != NULL)
            dsc_release(own);
        if (status != DSC_OK)
            return status;
        now = own = made;
    }
    *y = own != NULL ? own : dsc_tensor_retain(x);
    return DSC_OK;
}

dsc_status dsc_network_shape_after(const dsc_network *network, size_t index, dsc_network_layer *found) {
    const dsc_layer *layer = network->layers[index].layer;
    DSC_TRY(dsc_layer_shape(layer, network->dtype, &found->rank, found->shape, &found->flops));
    return dsc_check_shape(layer->row->info.name, network->dtype, found->rank, found->shape);
}

dsc_status dsc_network_layer_at(const dsc_network *network, size_t index, size_t rank, const size_t *shape,
                                dsc_network_layer *layer) {
    DSC_CHECK_NOT_NULL(network);
    DSC_CHECK_NOT_NULL(layer);
    DSC_TRY(dsc_check_shape(__func__, network->dtype, rank, shape));
    if (index >= network->count)
        return dsc_fail(DSC_ERROR_ARGUMENT, "%s: index is %zu, must be below %zu", __func__, index,
                        network->count);
    dsc_network_layer found = {.rank = rank};
    for (size_t d = 0; d < rank; ++d)
        found.shape[d] = shape[d];
    for (size_t i = 0; i <= index; ++i)
        DSC_TRY(dsc_network_shape_after(network, i, &found));
    const dsc_network_item *item = &network->layers[index];
    found.name = item->name;
    found.info = &item->layer->row->info;
    for (size_t i = 0; i < dsc_layer_tensor_count(item->layer); ++i) {
        dsc_layer_tensor own = {.tensor = NULL};
        dsc_layer_tensor_at(item->layer, i, &own);
        found.parameters += own.is_parameter ? own.tensor->count : 0;
    }
    *layer = found;
    return DSC_OK;
}
