/* A network in a file. */
#include <stdlib.h>
#include <string.h>

#include "descent/checkpoint.h"
#include "network/network.h"

dsc_status dsc_network_save(const dsc_network *network, const char *path) {
    DSC_CHECK_NOT_NULL(network);
    dsc_named_tensor *tensors = malloc((network->entry_count + 1) * sizeof *tensors);
    if (tensors == NULL)
        return dsc_fail(DSC_ERROR_MEMORY, "%s: out of memory", __func__);
    for (size_t i = 0; i < network->entry_count; ++i)
        tensors[i] = (dsc_named_tensor){network->entries[i].name, network->entries[i].tensor};
    dsc_status status = dsc_safetensors_write(path, network->entry_count, tensors, 0, NULL);
    free(tensors);
    return status;
}

/* The tensor of a name; NULL: there is none. */
static dsc_tensor *find(const dsc_safetensors *file, const char *name) {
    for (size_t i = 0; i < dsc_safetensors_count(file); ++i) {
        dsc_named_tensor found;
        if (dsc_safetensors_at(file, i, &found) == DSC_OK && strcmp(found.name, name) == 0)
            return found.tensor;
    }
    return NULL;
}

static dsc_status check(const dsc_network *network, const dsc_safetensors *file, const char *path) {
    for (size_t i = 0; i < network->entry_count; ++i) {
        const dsc_tensor *own = network->entries[i].tensor, *t = find(file, network->entries[i].name);
        if (t == NULL)
            return dsc_fail(DSC_ERROR_MISMATCH, "%s: has no tensor '%s'", path, network->entries[i].name);
        if (t->dtype != own->dtype || !dsc_same_shape(t, own))
            return dsc_fail(DSC_ERROR_MISMATCH, "%s: '%s' is %s of shape %s, must be %s of shape %s", path,
                            network->entries[i].name, dsc_dtype_name(t->dtype),
                            dsc_shape_text(t->rank, t->shape).text, dsc_dtype_name(own->dtype),
                            dsc_shape_text(own->rank, own->shape).text);
    }
    for (size_t i = 0; i < dsc_safetensors_count(file); ++i) {
        dsc_named_tensor found;
        DSC_TRY(dsc_safetensors_at(file, i, &found));
        bool is_known = false;
        for (size_t k = 0; k < network->entry_count; ++k)
            is_known |= strcmp(network->entries[k].name, found.name) == 0;
        if (!is_known)
            return dsc_fail(DSC_ERROR_MISMATCH, "%s: its tensor '%s' is none of the network's", path,
                            found.name);
    }
    return DSC_OK;
}

dsc_status dsc_network_load(dsc_network *network, const char *path) {
    DSC_CHECK_NOT_NULL(network);
    dsc_safetensors *file;
    DSC_TRY(dsc_safetensors_read(network->context, path, &file));
    dsc_status status = check(network, file, path);
    for (size_t i = 0; status == DSC_OK && i < network->entry_count; ++i)
        status = dsc_tensor_assign(network->entries[i].tensor, find(file, network->entries[i].name));
    dsc_safetensors_destroy(file);
    return status;
}
